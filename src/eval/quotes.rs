//! Scores for quotations.
//!
//! Each metric keeps the name and the definition of the system it comes from; none is mixed with another:
//!
//! - `exact`: pieces of a role with equal start and end, each piece counted once an article (CofeNet's; no linking).
//! - `begin`: starts of such pieces.
//! - `char`: code points that a role covers, pooled over articles.
//! - `triple`: attributions whose source, cue and content are all equal.
//! - `linked`: attributions matched by content (intersection over union of code points at least .5, one to one, best
//!   first) whose sources overlap, or who both have none.
//! - `speaker`: the share of content-matched attributions of which the same holds.
//! - `direct`: of gold attributions whose content stands wholly inside quotation marks, the share of which one prediction
//!   covers .8 of the content and whose sources overlap, or both have none.
//! - `calibration`: expected calibration error of the confidences (Naeini et al., 2015; ten bins of equal width) against
//!   being right by `linked`, with the bins.
//! - `recall@.3`, `recall@.8`: gold quotations of which one prediction covers that share (GenderGapTracker's; a recall
//!   only).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use serde::Serialize;

use super::calibration::{reliability, Reliability};
use super::sample::{GoldArticle, GoldAttribution, Pieces};
use super::sources::SourceReport;
use super::tally::{interval, percent, Agreement, Prf};
use crate::actor::States;
use crate::output::Analysis;
use crate::quote::Kind;
use crate::text::Document;

const ROLES: [&str; 3] = ["source", "cue", "content"];
const BOOTSTRAP: usize = 1000;
const SEED: u64 = 20;

/// Counts of all metrics; they add up over articles.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    exact: [Agreement; 3],
    begin: [Agreement; 3],
    char: [Agreement; 3],
    triple: Agreement,
    linked: Agreement,
    recall_3: usize,
    recall_8: usize,
    gold: usize,
    matched: usize,
    direct: usize,
    direct_right: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for role in 0..ROLES.len() {
            self.exact[role] += other.exact[role];
            self.begin[role] += other.begin[role];
            self.char[role] += other.char[role];
        }
        self.triple += other.triple;
        self.linked += other.linked;
        self.recall_3 += other.recall_3;
        self.recall_8 += other.recall_8;
        self.gold += other.gold;
        self.matched += other.matched;
        self.direct += other.direct;
        self.direct_right += other.direct_right;
    }
}

/// Collects the counts of each article.
#[derive(Debug, Clone, Default)]
pub struct QuoteScorer {
    articles: Vec<Counts>,
    /// Confidence of each prediction, and whether it is right by `linked`.
    outcomes: Vec<(f64, bool)>,
    sources: SourceReport,
}

/// All scores, in percent.
#[derive(Debug, Clone, Serialize)]
pub struct QuoteReport {
    /// `exact` by role.
    pub exact: BTreeMap<&'static str, Prf>,
    /// `begin` by role.
    pub begin: BTreeMap<&'static str, Prf>,
    /// `char` by role.
    pub char: BTreeMap<&'static str, Prf>,
    /// `triple`.
    pub triple: Prf,
    /// `linked`.
    pub linked: Prf,
    /// `speaker`.
    pub speaker: Option<f64>,
    /// `direct`.
    pub direct: Option<f64>,
    /// `recall@.3`.
    #[serde(rename = "recall@.3")]
    pub recall_3: Option<f64>,
    /// `recall@.8`.
    #[serde(rename = "recall@.8")]
    pub recall_8: Option<f64>,
    /// Whether the confidences are what they say; absent where none were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Reliability>,
    /// Where the sources of right attributions end.
    pub sources: SourceReport,
    /// 95 % intervals of the F1 figures and of `speaker`: percentile bootstrap over articles, 1,000 draws.
    pub interval: BTreeMap<String, [f64; 2]>,
    /// How many there were.
    pub n: Totals,
}

/// Sizes of what was compared.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Totals {
    /// Articles.
    pub articles: usize,
    /// Gold attributions with content.
    pub gold: usize,
    /// Predicted quotations.
    pub predicted: usize,
    /// Pairs of both that were matched by content.
    pub matched: usize,
    /// Gold attributions whose content stands wholly inside quotation marks.
    pub direct: usize,
}

/// Scores the analyses of labelled articles.
pub fn score<'a>(pairs: impl IntoIterator<Item = (&'a GoldArticle, &'a Analysis)>) -> QuoteReport {
    let mut scorer = QuoteScorer::default();
    let states = States::default();
    for (gold, analysis) in pairs {
        let confidences: Vec<f64> = analysis.quotes.iter().map(|q| q.confidence).collect();
        scorer.add(&gold.text, &gold.attributions, &attributions(analysis), &confidences);
        scorer.sources.add(gold, analysis, &states);
    }
    scorer.report()
}

/// The quotations of an analysis in the shape of a labelled sample.
pub fn attributions(analysis: &Analysis) -> Vec<GoldAttribution> {
    let quotes = analysis.quotes.iter();
    quotes
        .map(|quote| GoldAttribution {
            source: quote.speaker.iter().flat_map(|s| &s.mention).map(|p| (p.start, p.end)).collect(),
            cue: quote.cue.iter().map(|p| (p.start, p.end)).collect(),
            content: quote.content.iter().map(|p| (p.start, p.end)).collect(),
            annotator: None,
        })
        .collect()
}

impl QuoteScorer {
    /// Counts one article. `confidences` are those of the predictions, in their order; empty where there are none.
    pub fn add(&mut self, text: &str, gold: &[GoldAttribution], predicted: &[GoldAttribution], confidences: &[f64]) {
        let mut counts = Counts::default();
        for (i, role) in [source, cue, content].into_iter().enumerate() {
            let (g, p) = (pieces(gold, role), pieces(predicted, role));
            counts.exact[i] = agreement(&g, &p);
            counts.begin[i] = agreement(&starts(&g), &starts(&p));
            counts.char[i] = agreement(&covered(&g), &covered(&p));
        }
        let whole = |a: &GoldAttribution| [source, cue, content].map(|role| sorted(role(a)));
        counts.triple = agreement(&gold.iter().map(whole).collect(), &predicted.iter().map(whole).collect());
        direct(&mut counts, text, gold, predicted);
        let (counts, right) = linked(counts, gold, predicted);
        self.articles.push(counts);
        self.outcomes.extend(confidences.iter().copied().zip(right));
    }

    /// The figures over all articles.
    pub fn report(&self) -> QuoteReport {
        let mut total = Counts::default();
        for counts in &self.articles {
            total += *counts;
        }
        let by_role = |a: [Agreement; 3]| ROLES.into_iter().zip(a.map(Agreement::prf)).collect();
        QuoteReport {
            exact: by_role(total.exact),
            begin: by_role(total.begin),
            char: by_role(total.char),
            triple: total.triple.prf(),
            linked: total.linked.prf(),
            speaker: percent(total.linked.right, total.matched),
            direct: percent(total.direct_right, total.direct),
            recall_3: percent(total.recall_3, total.gold),
            recall_8: percent(total.recall_8, total.gold),
            calibration: reliability(&self.outcomes),
            sources: self.sources.clone(),
            interval: self.intervals(),
            n: Totals {
                articles: self.articles.len(),
                gold: total.gold,
                predicted: total.linked.predicted,
                matched: total.matched,
                direct: total.direct,
            },
        }
    }

    fn intervals(&self) -> BTreeMap<String, [f64; 2]> {
        let mut random = fastrand::Rng::with_seed(SEED);
        let mut draws: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for _ in 0..if self.articles.is_empty() { 0 } else { BOOTSTRAP } {
            let mut total = Counts::default();
            for _ in &self.articles {
                total += self.articles[random.usize(..self.articles.len())];
            }
            for (name, figure) in headline(&total) {
                draws.entry(name).or_default().extend(figure);
            }
        }
        draws.into_iter().filter_map(|(name, values)| Some((name, interval(values)?))).collect()
    }
}

/// The figures that get an interval, by the path that `--json` has them under.
fn headline(total: &Counts) -> Vec<(String, Option<f64>)> {
    let exact = ROLES.iter().zip(total.exact).map(|(role, a)| (format!("exact.{role}.f"), a.prf().f));
    let rest = [
        ("triple.f".to_owned(), total.triple.prf().f),
        ("linked.f".to_owned(), total.linked.prf().f),
        ("speaker".to_owned(), percent(total.linked.right, total.matched)),
        ("direct".to_owned(), percent(total.direct_right, total.direct)),
    ];
    exact.chain(rest).collect()
}

fn source(a: &GoldAttribution) -> &Pieces {
    &a.source
}

fn cue(a: &GoldAttribution) -> &Pieces {
    &a.cue
}

fn content(a: &GoldAttribution) -> &Pieces {
    &a.content
}

fn pieces(attributions: &[GoldAttribution], role: fn(&GoldAttribution) -> &Pieces) -> BTreeSet<(usize, usize)> {
    attributions.iter().flat_map(role).copied().collect()
}

fn starts(pieces: &BTreeSet<(usize, usize)>) -> BTreeSet<usize> {
    pieces.iter().map(|p| p.0).collect()
}

pub(super) fn covered<'a>(pieces: impl IntoIterator<Item = &'a (usize, usize)>) -> BTreeSet<usize> {
    pieces.into_iter().flat_map(|(start, end)| *start..*end).collect()
}

fn sorted(pieces: &Pieces) -> Pieces {
    let mut pieces = pieces.clone();
    pieces.sort_unstable();
    pieces
}

fn agreement<T: Ord>(gold: &BTreeSet<T>, predicted: &BTreeSet<T>) -> Agreement {
    Agreement { right: gold.intersection(predicted).count(), predicted: predicted.len(), gold: gold.len() }
}

/// Adds what depends on the matching of whole attributions; and tells for each prediction whether it is right.
fn linked(mut counts: Counts, gold: &[GoldAttribution], predicted: &[GoldAttribution]) -> (Counts, Vec<bool>) {
    let gold: Vec<_> = gold.iter().filter(|a| !a.content.is_empty()).map(|a| (a, covered(&a.content))).collect();
    let predicted: Vec<_> = predicted.iter().map(|a| (a, covered(&a.content))).collect();
    let mut pairs = Vec::new();
    for (g, (_, of_gold)) in gold.iter().enumerate() {
        let mut most = 0.0;
        for (p, (_, of_prediction)) in predicted.iter().enumerate() {
            let both = of_gold.intersection(of_prediction).count() as f64;
            most = f64::max(most, both / of_gold.len() as f64);
            let share = over_union(of_gold, of_prediction);
            if share >= 0.5 {
                pairs.push((share, g, p));
            }
        }
        counts.recall_3 += usize::from(most >= 0.3);
        counts.recall_8 += usize::from(most >= 0.8);
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut right = vec![false; predicted.len()];
    let (mut used_gold, mut used_predicted) = (BTreeSet::new(), BTreeSet::new());
    for (_, g, p) in pairs {
        if !used_gold.contains(&g) && !used_predicted.contains(&p) {
            used_gold.insert(g);
            used_predicted.insert(p);
            counts.matched += 1;
            right[p] = same_source(gold[g].0, predicted[p].0);
            counts.linked.right += usize::from(right[p]);
        }
    }
    counts.gold = gold.len();
    counts.linked.gold = gold.len();
    counts.linked.predicted = predicted.len();
    (counts, right)
}

/// Intersection over union of the code points of two contents.
pub(super) fn union(a: &GoldAttribution, b: &GoldAttribution) -> f64 {
    over_union(&covered(&a.content), &covered(&b.content))
}

pub(super) fn over_union(a: &BTreeSet<usize>, b: &BTreeSet<usize>) -> f64 {
    let both = a.intersection(b).count() as f64;
    both / ((a.len() + b.len()) as f64 - both)
}

/// Adds the quotations that stand wholly inside marks.
fn direct(counts: &mut Counts, text: &str, gold: &[GoldAttribution], predicted: &[GoldAttribution]) {
    let document = Document::new(text.to_owned());
    for gold in gold.iter().filter(|a| !a.content.is_empty()) {
        let pieces: Vec<_> = gold.content.iter().filter_map(|(s, e)| document.span_of_code_points(*s, *e)).collect();
        if Kind::of(&document, &pieces) != Kind::Direct {
            continue;
        }
        let of_gold = covered(&gold.content);
        let covers = |p: &GoldAttribution| 5 * of_gold.intersection(&covered(&p.content)).count() >= 4 * of_gold.len();
        counts.direct += 1;
        counts.direct_right += usize::from(predicted.iter().any(|p| same_source(gold, p) && covers(p)));
    }
}

pub(super) fn same_source(gold: &GoldAttribution, predicted: &GoldAttribution) -> bool {
    let overlap = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.1 && b.0 < a.1;
    match (gold.source.is_empty(), predicted.source.is_empty()) {
        (true, true) => true,
        (false, false) => gold.source.iter().any(|g| predicted.source.iter().any(|p| overlap(g, p))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code points 10 to 20 stand inside marks.
    const TEXT: &str = "Lunt said “No doubt” and that was that, as far as anyone could tell afterwards.";

    fn attribution(source: &[(usize, usize)], cue: (usize, usize), content: &[(usize, usize)]) -> GoldAttribution {
        GoldAttribution { source: source.to_vec(), cue: vec![cue], content: content.to_vec(), annotator: None }
    }

    fn report(gold: &[GoldAttribution], predicted: &[GoldAttribution]) -> QuoteReport {
        let mut scorer = QuoteScorer::default();
        scorer.add(TEXT, gold, predicted, &[]);
        scorer.report()
    }

    #[test]
    fn the_same_is_all_right() {
        let gold = [attribution(&[(0, 4)], (5, 9), &[(10, 30)]), attribution(&[], (40, 44), &[(31, 39), (45, 50)])];
        let report = report(&gold, &gold);
        assert_eq!(report.exact["content"].f, Some(100.0));
        assert_eq!((report.triple.f, report.linked.f, report.speaker), (Some(100.0), Some(100.0), Some(100.0)));
    }

    #[test]
    fn a_wrong_source_costs_the_link_alone() {
        let gold = [attribution(&[(0, 4)], (5, 9), &[(10, 30)])];
        let report = report(&gold, &[attribution(&[(50, 54)], (5, 9), &[(10, 29)])]);
        assert_eq!(report.exact["cue"].f, Some(100.0));
        assert_eq!(report.exact["content"].f, Some(0.0));
        assert_eq!(report.begin["content"].f, Some(100.0));
        assert_eq!(report.char["content"].r, Some(95.0));
        assert_eq!((report.linked.f, report.speaker, report.n.matched), (Some(0.0), Some(0.0), 1));
        assert_eq!((report.recall_3, report.recall_8), (Some(100.0), Some(100.0)));
    }

    #[test]
    fn the_best_match_wins() {
        let gold = [attribution(&[(0, 4)], (5, 9), &[(10, 20)])];
        let near = attribution(&[(0, 4)], (5, 9), &[(10, 20)]);
        let half = attribution(&[(60, 64)], (5, 9), &[(10, 16)]);
        assert_eq!(report(&gold, &[half, near]).speaker, Some(100.0));
    }

    #[test]
    fn direct_quotations_need_their_source() {
        let gold = [attribution(&[(0, 4)], (5, 9), &[(10, 20)]), attribution(&[(0, 4)], (5, 9), &[(25, 40)])];
        let longer = attribution(&[(0, 4)], (5, 9), &[(10, 20), (25, 40)]);
        let other = attribution(&[(60, 64)], (5, 9), &[(10, 20)]);
        assert_eq!((report(&gold, &[longer]).direct, report(&gold, &[other]).direct), (Some(100.0), Some(0.0)));
        assert_eq!(report(&gold, &gold).n.direct, 1);
    }

    #[test]
    fn calibration_is_of_the_links() {
        let gold = [attribution(&[(0, 4)], (5, 9), &[(10, 20)]), attribution(&[(30, 34)], (35, 39), &[(40, 60)])];
        let wrong = attribution(&[(0, 4)], (35, 39), &[(40, 60)]);
        let mut scorer = QuoteScorer::default();
        scorer.add(TEXT, &gold, &[gold[0].clone(), wrong], &[0.95, 0.75]);
        let calibration = scorer.report().calibration.unwrap();
        assert_eq!(calibration.bins.iter().map(|b| b.accuracy).collect::<Vec<_>>(), [0.0, 1.0]);
        assert!((calibration.ece - 0.4).abs() < 1e-9);
    }

    #[test]
    fn a_missing_source_is_right_only_where_gold_has_none() {
        let with = [attribution(&[(0, 4)], (5, 9), &[(10, 20)])];
        let without = [attribution(&[], (5, 9), &[(10, 20)])];
        assert_eq!(report(&with, &without).linked.f, Some(0.0));
        assert_eq!(report(&without, &without).linked.f, Some(100.0));
    }
}
