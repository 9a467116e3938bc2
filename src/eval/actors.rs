//! Scores for quotations by their speakers' names, and for the stances of actors.
//!
//! - `found`: required quotations of which a prediction covers the content with intersection over union of at least .5.
//! - `named`: of all required ones, those found whose actor has an accepted name.
//! - `stances`: labelled stances that the actor of that name has, with the label.
//! - `false_stances`: of the pairs of a labelled actor with a target of the same article that is labelled for others
//!   only, those that come out as favor or against.

use serde::Serialize;

use super::quotes::{covered, over_union};
use super::sample::{GoldActors, GoldQuote};
use super::tally::percent;
use crate::actor::folded;
use crate::output::{Actor, Analysis, Passage};
use crate::stance::StanceLabel;

/// A count of hits among tries.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Share {
    /// How many it holds for.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// In percent; absent where there are none.
    pub percent: Option<f64>,
}

/// All scores.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ActorReport {
    /// Required quotations that were found.
    pub found: Share,
    /// Required quotations whose speaker was named rightly.
    pub named: Share,
    /// Labelled stances that came out so.
    pub stances: Share,
    /// Stances that nobody labelled.
    pub false_stances: Share,
    /// What went wrong, for people.
    pub misses: Vec<String>,
}

impl Share {
    pub(super) fn add(&mut self, hit: bool) {
        self.count += usize::from(hit);
        self.of += 1;
        self.percent = percent(self.count, self.of);
    }
}

/// Scores analyses against articles labelled by name; the analyses must have been made with [`targets`].
pub fn score_actors<'a>(pairs: impl IntoIterator<Item = (&'a GoldActors, &'a Analysis)>) -> ActorReport {
    let mut report = ActorReport::default();
    for (gold, analysis) in pairs {
        gold.quotes.iter().filter(|q| q.required).for_each(|q| quote(&mut report, gold, q, analysis));
        stances(&mut report, gold, analysis);
    }
    report
}

/// The targets of a labelled sample, each once.
pub fn targets(gold: &[GoldActors]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for stance in gold.iter().flat_map(|g| &g.stances) {
        if !found.contains(&stance.target) {
            found.push(stance.target.clone());
        }
    }
    found
}

fn quote(report: &mut ActorReport, article: &GoldActors, gold: &GoldQuote, analysis: &Analysis) {
    let content = covered(&gold.content_spans);
    let union = |q: &[Passage]| {
        let theirs: Vec<_> = q.iter().map(|p| (p.start, p.end)).collect();
        over_union(&content, &covered(&theirs))
    };
    let best = analysis.quotes.iter().map(|q| (union(&q.content), q)).max_by(|a, b| a.0.total_cmp(&b.0));
    let found = best.filter(|(iou, _)| *iou >= 0.5).map(|(_, q)| q);
    report.found.add(found.is_some());
    let actor = found.and_then(|q| q.speaker.as_ref()?.actor.as_deref()).and_then(|id| analysis.actor(id));
    let named = actor.is_some_and(|a| is_named(&a.name, &gold.speaker));
    report.named.add(named);
    if !named {
        let text: String = gold
            .content_spans
            .first()
            .map_or(String::new(), |(s, e)| article.text.chars().skip(*s).take(e - s).take(60).collect());
        let what = match (found, actor) {
            (None, _) => "not found".to_owned(),
            (_, None) => "no actor".to_owned(),
            (_, Some(actor)) => format!("{:?}", actor.name),
        };
        report.misses.push(format!("{}: {text:?} is of {:?}: {what}", article.id, gold.speaker[0]));
    }
}

fn stances(report: &mut ActorReport, gold: &GoldActors, analysis: &Analysis) {
    for stance in &gold.stances {
        let found: Vec<StanceLabel> = of_actor(analysis, &stance.actor, &stance.target);
        let right = found.iter().any(|l| l.name() == stance.label);
        report.stances.add(right);
        if !right {
            let found: Vec<&str> = found.into_iter().map(StanceLabel::name).collect();
            report.misses.push(format!(
                "{}: {} on {:?} is {}, not {found:?}",
                gold.id, stance.actor[0], stance.target, stance.label
            ));
        }
    }
    let mut actors: Vec<&Vec<String>> = gold.stances.iter().map(|s| &s.actor).collect();
    actors.sort();
    actors.dedup();
    for target in targets(std::slice::from_ref(gold)) {
        for actor in &actors {
            if gold.stances.iter().any(|s| &&s.actor == actor && s.target == target) {
                continue;
            }
            let found = of_actor(analysis, actor, &target);
            let wrong = found.iter().any(|l| l.is_side());
            report.false_stances.add(wrong);
            if wrong {
                report.misses.push(format!("{}: {} on {target:?} is unlabelled, not {found:?}", gold.id, actor[0]));
            }
        }
    }
}

fn of_actor(analysis: &Analysis, names: &[String], target: &str) -> Vec<StanceLabel> {
    let theirs = analysis.actors.iter().filter(|a: &&Actor| is_named(&a.name, names));
    theirs.flat_map(|a| a.stance.iter().filter(|s| s.target == target).map(|s| s.label)).collect()
}

/// Whether a name is one of those accepted, but for spelling and article.
fn is_named(name: &str, accepted: &[String]) -> bool {
    let plain = |name: &str| {
        let folded = folded(name);
        folded.strip_prefix("the ").unwrap_or(&folded).to_owned()
    };
    accepted.iter().any(|a| plain(a) == plain(name))
}
