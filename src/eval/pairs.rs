//! Scores for stance and sentiment over labelled pairs.
//!
//! - `macro_f1`: the mean of the F1 of each label that the sample has (VAST's and NewsMTSC's measure).
//! - `semeval`: the mean of the F1 of favor and against, over all pairs (SemEval-2016 task 6); absent for sentiment.
//! - `accuracy`: the share of pairs with the right label.
//! - `relevance`: precision, recall and F1 of the texts that speak of their target, where the sample has others.
//! - `sides`: there too, of favor and against by the model's bounds, each pair asked of the model alone, without the looks that
//!   `analyze` takes before: how many are right, and how many of the sample's are found.
//! - `calibration`: as of quotations, of the probability of the label that was chosen.

use std::collections::BTreeMap;

use serde::Serialize;

use super::calibration::{reliability, Reliability};
use super::tally::{interval, percent, Agreement, Prf};

const BOOTSTRAP: usize = 1000;
const SEED: u64 = 20;

/// A pair that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The sample's label.
    pub gold: &'static str,
    /// The label that was found.
    pub found: &'static str,
    /// The probability of the label that was found.
    pub probability: f64,
}

/// All scores, in percent.
#[derive(Debug, Clone, Serialize)]
pub struct PairReport {
    /// Mean of the F1 of the sample's labels.
    pub macro_f1: Option<f64>,
    /// Share of pairs with the right label.
    pub accuracy: Option<f64>,
    /// Mean of the F1 of favor and against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semeval: Option<f64>,
    /// F1 by label.
    pub f1: BTreeMap<&'static str, f64>,
    /// Number of pairs.
    pub n: usize,
    /// 95 % intervals: percentile bootstrap over pairs, 1,000 draws.
    pub interval: BTreeMap<&'static str, [f64; 2]>,
    /// Of stance, whether texts that speak of their target are told from those that don't; absent without the latter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevance: Option<Prf>,
    /// Of stance, the favor and against that the model's bounds give; absent where `relevance` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sides: Option<Prf>,
    /// Whether the probabilities are what they say.
    pub calibration: Option<Reliability>,
}

/// Scores pairs.
pub fn score_pairs(outcomes: &[Outcome]) -> PairReport {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut draws: [Vec<f64>; 2] = Default::default();
    for _ in 0..BOOTSTRAP {
        let drawn: Vec<&Outcome> = outcomes.iter().map(|_| &outcomes[random.usize(..outcomes.len())]).collect();
        draws[0].extend(macro_f1(&f1_by_label(&drawn)));
        draws[1].extend(accuracy(&drawn));
    }
    let all: Vec<&Outcome> = outcomes.iter().collect();
    let f1 = f1_by_label(&all);
    let semeval = f1.get("favor").zip(f1.get("against")).map(|(f, a)| round((f + a) / 2.0));
    let [of_macro, of_accuracy] = draws.map(interval);
    PairReport {
        macro_f1: macro_f1(&f1),
        accuracy: accuracy(&all),
        semeval,
        n: outcomes.len(),
        interval: [("macro_f1", of_macro), ("accuracy", of_accuracy)]
            .into_iter()
            .filter_map(|(name, interval)| Some((name, interval?)))
            .collect(),
        relevance: None,
        sides: None,
        calibration: reliability(&outcomes.iter().map(|o| (o.probability, o.gold == o.found)).collect::<Vec<_>>()),
        f1,
    }
}

fn f1_by_label(outcomes: &[&Outcome]) -> BTreeMap<&'static str, f64> {
    let mut counts: BTreeMap<&'static str, Agreement> = BTreeMap::new();
    for outcome in outcomes {
        let gold = counts.entry(outcome.gold).or_default();
        gold.gold += 1;
        gold.right += usize::from(outcome.gold == outcome.found);
    }
    for outcome in outcomes {
        // A label that the sample never gives has no F1 of its own; it costs the recall of the right one.
        if let Some(count) = counts.get_mut(outcome.found) {
            count.predicted += 1;
        }
    }
    counts.into_iter().filter_map(|(label, count)| Some((label, count.prf().f?))).collect()
}

fn macro_f1(f1: &BTreeMap<&'static str, f64>) -> Option<f64> {
    (!f1.is_empty()).then(|| round(f1.values().sum::<f64>() / f1.len() as f64))
}

fn accuracy(outcomes: &[&Outcome]) -> Option<f64> {
    percent(outcomes.iter().filter(|o| o.gold == o.found).count(), outcomes.len())
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::{score_pairs, Outcome};

    #[test]
    fn macro_f1_is_over_the_labels_of_the_sample() {
        let of = |gold, found| Outcome { gold, found, probability: 0.9 };
        let report = score_pairs(&[of("favor", "favor"), of("against", "favor"), of("against", "neutral")]);
        assert_eq!(report.f1["favor"], 66.67);
        assert_eq!(report.f1["against"], 0.0);
        assert!(!report.f1.contains_key("neutral"));
        assert_eq!(report.macro_f1, Some(33.34));
        assert_eq!(report.accuracy, Some(33.33));
        assert_eq!(report.semeval, Some(33.34));
        assert!(score_pairs(&[]).macro_f1.is_none());
    }
}
