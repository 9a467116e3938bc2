//! `config.json` of a model: which network it is, and what its classes are called.

use std::path::{Path, PathBuf};

use rust_bert::albert::{AlbertConfig, AlbertForSequenceClassification};
use rust_bert::bert::BertForSequenceClassification;
use rust_bert::distilbert::DistilBertModelClassifier;
use rust_bert::roberta::RobertaForSequenceClassification;
use rust_bert::xlnet::XLNetForSequenceClassification;
use serde::de::DeserializeOwned;
use serde_json::{json, Map, Value};
use tch::nn;

use super::deberta;
use super::labels::{Labels, CLASSES};
use super::networks::{Classifier, Electra};
use crate::Error;

pub(super) const CONFIG: &str = "config.json";
/// Longest pair of texts, in word pieces, where the network would read more.
const LONGEST: i64 = 512;
/// A network that reads less is none for pairs of texts.
const SHORTEST: i64 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Architecture {
    Albert,
    Bert,
    Deberta,
    DebertaV2,
    DistilBert,
    Electra,
    Roberta,
    Xlnet,
}

/// By the `model_type` of transformers.
pub(super) const ARCHITECTURES: &[(&str, Architecture)] = &[
    ("albert", Architecture::Albert),
    ("bert", Architecture::Bert),
    ("deberta", Architecture::Deberta),
    ("deberta-v2", Architecture::DebertaV2),
    ("distilbert", Architecture::DistilBert),
    ("electra", Architecture::Electra),
    ("roberta", Architecture::Roberta),
    ("xlm-roberta", Architecture::Roberta),
    ("xlnet", Architecture::Xlnet),
];

impl Architecture {
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = ARCHITECTURES.iter().find(|(known, _)| *known == name).map(|(_, architecture)| *architecture);
        found.ok_or_else(|| {
            let known: Vec<&str> = ARCHITECTURES.iter().map(|(known, _)| *known).collect();
            format!("has the model_type {name:?}; those that work are {}", known.join(", "))
        })
    }
}

/// What `config.json` says.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) path: PathBuf,
    pub(super) architecture: Architecture,
    pub(super) labels: Labels,
    pub(super) values: Map<String, Value>,
}

impl Config {
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(CONFIG);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Error::model(&path, format!("cannot be read: {e}; a model folder in Hugging Face layout is needed"))
        })?;
        Self::parse(path, &text)
    }

    pub(super) fn parse(path: PathBuf, text: &str) -> Result<Self, Error> {
        let read = || -> Result<(Architecture, Labels, Map<String, Value>), String> {
            let values: Map<String, Value> =
                serde_json::from_str(text).map_err(|e| format!("is not a configuration: {e}"))?;
            let values = completed(values);
            let kind = values.get("model_type").and_then(Value::as_str).unwrap_or("");
            let architecture = Architecture::named(kind)?;
            let labels = Labels::new(&names(&values)?)?;
            Ok((architecture, labels, values))
        };
        match read() {
            Ok((architecture, labels, values)) => Ok(Self { path, architecture, labels, values }),
            Err(message) => Err(Error::model(path, message)),
        }
    }

    pub(super) fn bad(&self, message: impl Into<String>) -> Error {
        Error::model(&self.path, message)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// As rust-bert knows it.
    pub(super) fn of<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let values = Value::Object(self.values.clone());
        serde_json::from_value(values).map_err(|e| self.bad(format!("does not describe such a network: {e}")))
    }

    /// Most word pieces of a pair.
    pub(super) fn longest(&self) -> Result<usize, Error> {
        let positions = self.number("max_position_embeddings").unwrap_or(LONGEST);
        // RoBERTa's positions begin after that of padding.
        let positions = if self.architecture == Architecture::Roberta { positions - 2 } else { positions };
        if positions < SHORTEST {
            return Err(self.bad("max_position_embeddings leaves no room for two texts"));
        }
        usize::try_from(positions.min(LONGEST)).map_err(|e| self.bad(e.to_string()))
    }

    pub(super) fn build(&self, root: &nn::Path) -> Result<Box<dyn Classifier>, Error> {
        let labels = self.labels.classes.len() as i64;
        let network: Box<dyn Classifier> = match self.architecture {
            Architecture::Albert => {
                let config: AlbertConfig = self.of()?;
                if config.num_hidden_groups != 1 {
                    return Err(self.bad("num_hidden_groups must be 1"));
                }
                Box::new(AlbertForSequenceClassification::new(root, &config)?)
            }
            Architecture::Bert => Box::new(BertForSequenceClassification::new(root, &self.of()?)?),
            Architecture::Deberta | Architecture::DebertaV2 => {
                let config: deberta::Config = self.of()?;
                config.check().map_err(|message| self.bad(message))?;
                Box::new(deberta::Deberta::new(root, &config, self.architecture == Architecture::Deberta, labels))
            }
            Architecture::DistilBert => Box::new(DistilBertModelClassifier::new(root, &self.of()?)?),
            Architecture::Electra => Box::new(Electra::new(root, &self.of()?, labels)),
            Architecture::Roberta => Box::new(RobertaForSequenceClassification::new(root, &self.of()?)?),
            Architecture::Xlnet => Box::new(XLNetForSequenceClassification::new(root, &self.of()?)?),
        };
        Ok(network)
    }
}

/// The names of the classes, by number.
fn names(values: &Map<String, Value>) -> Result<Vec<&str>, String> {
    let missing = || format!("has no id2label that names each class from 0 on; known are {CLASSES}");
    let named = values.get("id2label").and_then(Value::as_object).filter(|n| !n.is_empty()).ok_or_else(missing)?;
    (0..named.len()).map(|i| named.get(&i.to_string()).and_then(Value::as_str).ok_or_else(missing)).collect()
}

/// Without what only costs time, and with what rust-bert asks for though nothing here depends on it.
fn completed(mut values: Map<String, Value>) -> Map<String, Value> {
    values.retain(|_, value| !value.is_null());
    for name in ["is_decoder", "label2id", "output_attentions", "output_hidden_states"] {
        values.remove(name);
    }
    values.insert("use_cache".to_owned(), json!(false));
    let dropouts = ["attention_dropout", "attention_probs_dropout_prob", "dropout", "hidden_dropout_prob"];
    let dropouts = dropouts.into_iter().chain(["qa_dropout", "seq_classif_dropout"]);
    let numbers = ["bos_token_id", "eos_token_id", "pad_token_id"].into_iter();
    let flags = ["bi_data", "same_length", "sinusoidal_pos_embds", "tie_weights_"].into_iter();
    let defaults = [
        ("attn_type", json!("bi")),
        ("initializer_range", json!(0.02)),
        ("inner_group_num", json!(1)),
        ("num_hidden_groups", json!(1)),
        ("untie_r", json!(true)),
    ];
    let defaults = defaults
        .into_iter()
        .chain(dropouts.map(|name| (name, json!(0.0))))
        .chain(numbers.map(|name| (name, json!(0))))
        .chain(flags.map(|name| (name, json!(false))));
    for (name, value) in defaults {
        values.entry(name).or_insert(value);
    }
    values
}
