//! `manifest.toml`: what a model is, what it was trained on, how good it is, and which bytes it consists of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The manifest of a model folder.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name that `--model` takes.
    pub name: String,
    /// Changes with every change of the weights.
    pub version: String,
    /// One line: what it does.
    pub summary: String,
    /// The encoder's architecture, as rust-bert names it.
    pub architecture: String,
    /// Licence of the weights.
    pub licence: String,
    /// Where the encoder's first weights come from, with their licence.
    pub base: String,
    /// Tags of a model that finds quotations, in the order of its tagger's output.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Turns the scores of a model of pairs into probabilities; a model without it is none.
    pub pairs: Option<PairCalibration>,
    /// Bounds of the input.
    pub limits: Limits,
    /// Turns the network's probabilities into confidences; without it they are given as they are.
    pub confidence: Option<Calibration>,
    /// SHA-256 by file name; weights that another model beside it has too are taken from there, as `../NAME/FILE`.
    pub files: BTreeMap<String, String>,
    /// What the weights were trained on.
    pub training_data: Vec<TrainingData>,
    /// What was measured, on data that did not train it.
    pub metrics: Vec<Metric>,
}

/// Bounds of the encoder's input.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Word pieces in a window, both special ones included.
    pub window: usize,
    /// Word pieces that neighbouring windows share at least.
    pub overlap: usize,
    /// Word pieces either way that a pointer looks for its target.
    pub reach: usize,
}

/// Beta calibration (Kull, Silva Filho and Flach, 2017) of the confidences, fitted on development data.
///
/// With `c` the probability of content, cue and link, and `s` that of the source's span and link; a pair of weights
/// `[u, v]` of a probability `p` stands for `u · ln p + v · ln(1 − p)`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Of a whole attribution.
    pub attribution: AttributionCalibration,
    /// Of the speaker, given the content.
    pub speaker: SpeakerCalibration,
    /// Attributions with less confidence are left out, unless another bound is asked for.
    pub least: f64,
}

/// The logistic of `bias` and the terms of `c` and `s`; `sourceless` stands for the term of `s` where there is no source,
/// and `cueless` is added where there is no cue.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the formula above says what each is")]
pub struct AttributionCalibration {
    pub bias: f64,
    pub content: [f64; 2],
    pub source: [f64; 2],
    pub sourceless: f64,
    pub cueless: f64,
}

/// The logistic of `bias` and the term of `s`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the formula above says what each is")]
pub struct SpeakerCalibration {
    pub bias: f64,
    pub source: [f64; 2],
}

impl AttributionCalibration {
    /// The confidence of an attribution; `source` is `None` where it has none.
    pub(crate) fn apply(&self, content: f64, source: Option<f64>, has_cue: bool) -> f64 {
        let of_source = source.map_or(self.sourceless, |s| term(self.source, s));
        let of_cue = if has_cue { 0.0 } else { self.cueless };
        logistic(self.bias + term(self.content, content) + of_source + of_cue)
    }
}

impl SpeakerCalibration {
    /// The confidence of a speaker.
    pub(crate) fn apply(&self, source: f64) -> f64 {
        logistic(self.bias + term(self.source, source))
    }
}

/// Temperature scaling (Guo et al., 2017) of the scores of a pair, and how sure a label has to be.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PairCalibration {
    /// Divides the scores of stance.
    pub stance_temperature: f64,
    /// Divides the scores of sentiment.
    pub sentiment_temperature: f64,
    /// A text that speaks of the target with less probability is unrelated.
    pub stance_relevance: f64,
    /// A stance with less probability is unclear.
    pub stance_least: f64,
    /// A smaller model that is asked first.
    pub screen: Option<Screen>,
}

/// A smaller model of pairs, beside the one that names it: what it finds to speak of the target with less probability is
/// unrelated, and not put to the larger one.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Its name.
    pub model: String,
    /// The probability.
    pub least: f64,
}

/// Probabilities nearer to 0 and 1 are taken for these, as their logarithms would be without bound.
const LEAST: f64 = 1e-6;
const MOST: f64 = 1.0 - 1e-4;

fn term([of_log, of_log_rest]: [f64; 2], probability: f64) -> f64 {
    let p = probability.clamp(LEAST, MOST);
    of_log * p.ln() + of_log_rest * (1.0 - p).ln()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A data set that trained a model.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingData {
    /// Its name.
    pub name: String,
    /// Its licence, or that it states none.
    pub licence: String,
}

/// A measured figure.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// What was measured, for example `exact source F1`.
    pub name: String,
    /// On which data.
    pub data: String,
    /// How many items.
    pub n: usize,
    /// The figure.
    pub value: f64,
    /// 95 % interval.
    pub interval: [f64; 2],
}
