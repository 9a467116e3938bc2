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
    /// Tags of the tagger, in the order of its output.
    pub tags: Vec<String>,
    /// Bounds of the input.
    pub limits: Limits,
    /// SHA-256 by file name.
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
