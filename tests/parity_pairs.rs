//! Rust and Python compute the same stance and sentiment: the shipped models of pairs on paragraphs of invented articles.
//!
//! `tests/parity/MODEL.json` is written by `scripts/train` whenever a model is exported, with the weights of that model.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use standpoint::model::Precision;
use standpoint::stance::{PairModel, Passage};
use standpoint::DEFAULT_BATCH_TOKENS;

#[derive(Deserialize)]
struct Expected {
    /// SHA-256 of the files of weights.
    weights: BTreeMap<String, String>,
    pairs: Vec<Pair>,
}

#[derive(Deserialize)]
struct Pair {
    target: String,
    text: String,
    /// Of sentiment alone, in code points.
    mention: Option<(usize, usize)>,
    /// Probabilities of the labels, in the order of the network's output.
    shares: Vec<f64>,
}

const TOLERANCE: f64 = 2e-3;

#[test]
fn rust_equals_python_in_stance() {
    equal("stance");
}

#[test]
fn rust_equals_python_in_stance_accurate() {
    equal("stance-accurate");
}

fn equal(model: &str) {
    let text = std::fs::read_to_string(crate::root().join(format!("tests/parity/{model}.json"))).unwrap();
    let expected: Expected = serde_json::from_str(&text).unwrap();
    let path = crate::parity::made_with(model, &expected.weights);
    let model = PairModel::open(&path, Precision::F32, DEFAULT_BATCH_TOKENS).unwrap();
    let (of_sentiment, of_stance): (Vec<&Pair>, Vec<&Pair>) = expected.pairs.iter().partition(|p| p.mention.is_some());
    assert!(of_sentiment.len() >= 5 && of_stance.len() >= 20);
    let pairs: Vec<_> = of_stance.iter().map(|p| (p.target.as_str(), Passage::plain(&p.text))).collect();
    for (pair, ours) in of_stance.iter().zip(model.stances(&pairs).unwrap()) {
        close(pair, &[ours.favor, ours.against, ours.neutral, ours.unrelated]);
    }
    let pairs: Vec<_> = of_sentiment.iter().map(|p| (p.text.as_str(), bytes(p))).collect();
    for (pair, ours) in of_sentiment.iter().zip(model.sentiments(&pairs).unwrap()) {
        close(pair, &[ours.negative, ours.neutral, ours.positive]);
    }
}

/// The bytes of the mention.
fn bytes(pair: &Pair) -> Range<usize> {
    let (start, end) = pair.mention.unwrap();
    let byte = |point: usize| pair.text.char_indices().nth(point).map_or(pair.text.len(), |(at, _)| at);
    byte(start)..byte(end)
}

fn close(pair: &Pair, ours: &[f64]) {
    assert_eq!(ours.len(), pair.shares.len());
    for (a, b) in ours.iter().zip(&pair.shares) {
        assert!((a - b).abs() < TOLERANCE, "{} | {}: {ours:?} {:?}", pair.target, pair.text, pair.shares);
    }
}
