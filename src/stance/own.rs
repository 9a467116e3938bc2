//! Models that the user brings: classifiers of pairs of texts, in Hugging Face layout.
//!
//! The networks are rust-bert's. Where those compute something else than what the models were trained with, this goes
//! around it: DeBERTa is computed here, as rust-bert takes the wrong rows of its table of distances; ELECTRA gets the
//! mask that its layers add; XLNet, which mixes up texts side by side, gets one pair at a time. A test holds them all
//! to the logits of transformers.

use std::collections::HashMap;
use std::fs::File;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_bert::albert::{AlbertConfig, AlbertForSequenceClassification};
use rust_bert::bert::BertForSequenceClassification;
use rust_bert::distilbert::DistilBertModelClassifier;
use rust_bert::electra::{ElectraConfig, ElectraModel};
use rust_bert::roberta::RobertaForSequenceClassification;
use rust_bert::xlnet::XLNetForSequenceClassification;
use serde::de::DeserializeOwned;
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};
use tch::nn::{self, VarStore};
use tch::{Device, Kind, Tensor};
use tokenizers::{Tokenizer, TruncationParams};

use super::network::{SentimentProbabilities, StanceProbabilities};
use super::target::Target;
use crate::Error;

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const WEIGHTS: &str = "model.safetensors";
/// Longest pair of texts, in word pieces, where the network would read more.
const LONGEST: i64 = 512;
/// A network that reads less is none for pairs of texts.
const SHORTEST: i64 = 8;
/// What is added to the attention that a word piece gives to padding.
const MASKED: f64 = 10_000.0;

/// What the classes of a model tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// For and against.
    Stance,
    /// Well and badly.
    Sentiment,
    /// Whether one text follows from another.
    Inference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Favor,
    Against,
    Neutral,
    Unrelated,
    Positive,
    Negative,
    Entailment,
    Contradiction,
    NotEntailment,
}

const CLASSES: &str = "favor, against, neutral, unrelated (or favour, support, pro, for, agree; oppose, con, anti, \
                       disagree; none, neither, comment); positive, negative, neutral; entailment, neutral, \
                       contradiction, not_entailment";

impl Class {
    fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace(['-', ' '], "_");
        Some(match name.as_str() {
            "favor" | "favour" | "support" | "pro" | "for" | "agree" => Self::Favor,
            "against" | "oppose" | "con" | "anti" | "disagree" => Self::Against,
            "neutral" | "neu" | "none" | "neither" | "comment" => Self::Neutral,
            "unrelated" => Self::Unrelated,
            "positive" | "pos" => Self::Positive,
            "negative" | "neg" => Self::Negative,
            "entailment" | "entailed" => Self::Entailment,
            "contradiction" => Self::Contradiction,
            "not_entailment" => Self::NotEntailment,
            _ => return None,
        })
    }
}

/// The classes of a model, in the order of its logits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Labels {
    task: Task,
    classes: Vec<Class>,
}

impl Labels {
    fn new(names: &[&str]) -> Result<Self, String> {
        if names.iter().any(|name| is_number(name)) {
            return Err(format!("gives its classes no names (LABEL_0 …): id2label must name them; known are {CLASSES}"));
        }
        let class = |name: &&str| {
            Class::named(name).ok_or_else(|| format!("has in id2label the class {name:?}; known are {CLASSES}"))
        };
        let classes = names.iter().map(class).collect::<Result<Vec<Class>, String>>()?;
        let task = task(&classes).ok_or_else(|| {
            format!("has in id2label {}, which is no set for stance, sentiment or inference", names.join(", "))
        })?;
        Ok(Self { task, classes })
    }

    /// The probability of these classes together.
    fn share(&self, row: &[f64], wanted: &[Class]) -> f64 {
        self.classes.iter().zip(row).filter(|(class, _)| wanted.contains(class)).map(|(_, share)| share).sum()
    }

    /// The good side of sentiment counts as favor, the bad one as against.
    fn stance(&self, row: &[f64]) -> StanceProbabilities {
        StanceProbabilities {
            favor: self.share(row, &[Class::Favor, Class::Positive]),
            against: self.share(row, &[Class::Against, Class::Negative]),
            neutral: self.share(row, &[Class::Neutral]),
            unrelated: self.share(row, &[Class::Unrelated]),
        }
    }

    /// Favor counts as the good side of sentiment, against as the bad one.
    fn sentiment(&self, row: &[f64]) -> SentimentProbabilities {
        SentimentProbabilities {
            negative: self.share(row, &[Class::Negative, Class::Against]),
            neutral: self.share(row, &[Class::Neutral, Class::Unrelated]),
            positive: self.share(row, &[Class::Positive, Class::Favor]),
        }
    }
}

/// Whether a class has the name that transformers gives to one without.
fn is_number(name: &str) -> bool {
    let number = name.trim().to_lowercase();
    let number = number.strip_prefix("label_").unwrap_or(&number);
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

fn task(classes: &[Class]) -> Option<Task> {
    let sets: [(Task, &[Class], &[Class]); 3] = [
        (Task::Stance, &[Class::Favor, Class::Against], &[Class::Neutral, Class::Unrelated]),
        (Task::Sentiment, &[Class::Positive, Class::Negative], &[Class::Neutral]),
        (Task::Inference, &[Class::Entailment], &[Class::Neutral, Class::Contradiction, Class::NotEntailment]),
    ];
    let fits = |(_, needed, other): &&(Task, &[Class], &[Class])| {
        needed.iter().all(|c| classes.contains(c))
            && classes.iter().all(|c| needed.contains(c) || other.contains(c))
            && classes.len() > 1
    };
    sets.iter().find(fits).map(|(task, ..)| *task)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Architecture {
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
const ARCHITECTURES: &[(&str, Architecture)] = &[
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
    fn named(name: &str) -> Result<Self, String> {
        let found = ARCHITECTURES.iter().find(|(known, _)| *known == name).map(|(_, architecture)| *architecture);
        found.ok_or_else(|| {
            let known: Vec<&str> = ARCHITECTURES.iter().map(|(known, _)| *known).collect();
            format!("has the model_type {name:?}; those that work are {}", known.join(", "))
        })
    }
}

/// What `config.json` says.
#[derive(Debug, Clone)]
struct Config {
    path: PathBuf,
    architecture: Architecture,
    labels: Labels,
    values: Map<String, Value>,
}

impl Config {
    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(CONFIG);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Error::model(&path, format!("cannot be read: {e}; a model folder in Hugging Face layout is needed"))
        })?;
        Self::parse(path, &text)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, Error> {
        let read = || -> Result<(Architecture, Labels, Map<String, Value>), String> {
            let values = serde_json::from_str(text).map_err(|e| format!("is not a configuration: {e}"))?;
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

    fn bad(&self, message: impl Into<String>) -> Error {
        Error::model(&self.path, message)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// As rust-bert knows it.
    fn of<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let values = Value::Object(self.values.clone());
        serde_json::from_value(values).map_err(|e| self.bad(format!("does not describe such a network: {e}")))
    }

    /// Most word pieces of a pair.
    fn longest(&self) -> Result<usize, Error> {
        let positions = self.number("max_position_embeddings").unwrap_or(LONGEST);
        // RoBERTa's positions begin after that of padding.
        let positions = if self.architecture == Architecture::Roberta { positions - 2 } else { positions };
        if positions < SHORTEST {
            return Err(self.bad("max_position_embeddings leaves no room for two texts"));
        }
        usize::try_from(positions.min(LONGEST)).map_err(|e| self.bad(e.to_string()))
    }

    fn build(&self, root: &nn::Path) -> Result<Box<dyn Classifier>, Error> {
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

/// The word pieces of a pair of texts, with the special ones.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    ids: Vec<i64>,
    types: Vec<i64>,
}

/// Makes word pieces of pairs of texts.
struct Pieces {
    tokenizer: Tokenizer,
    pad: i64,
    vocabulary: i64,
    /// How many token types the network knows; none where that does not bound them.
    types: Option<i64>,
}

impl Pieces {
    fn open(folder: &Path, config: &Config) -> Result<Self, Error> {
        let path = folder.join(TOKENIZER);
        if !path.is_file() {
            let mend = "AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(folder)";
            return Err(Error::model(path, format!("is missing; in Python, transformers writes it with {mend}")));
        }
        let bad = |e: tokenizers::Error| Error::model(&path, e.to_string());
        let mut tokenizer = Tokenizer::from_file(&path).map_err(bad)?;
        let vocabulary = config.number("vocab_size").ok_or_else(|| config.bad("has no vocab_size"))?;
        let pad = tokenizer.get_padding().map(|p| i64::from(p.pad_id)).or(config.number("pad_token_id"));
        let pad = pad.filter(|id| (0..vocabulary).contains(id)).unwrap_or(0);
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: config.longest()?, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(bad)?;
        Ok(Self { tokenizer, pad, vocabulary, types: config.number("type_vocab_size") })
    }

    fn pair(&self, first: &str, second: &str) -> Result<Pair, Error> {
        let encoding = self.tokenizer.encode((first, second), true);
        let encoding = encoding.map_err(|e| Error::Network(format!("the tokenizer failed: {e}")))?;
        let ids: Vec<i64> = encoding.get_ids().iter().map(|id| i64::from(*id)).collect();
        if ids.is_empty() || ids.iter().any(|id| *id >= self.vocabulary) {
            return Err(Error::Network("the tokenizer does not belong to this model".to_owned()));
        }
        let known = |kind: &i64| self.types.is_none_or(|types| *kind < types);
        let types = encoding.get_type_ids().iter().map(|kind| Some(i64::from(*kind)).filter(known).unwrap_or(0));
        Ok(Pair { types: types.collect(), ids })
    }
}

/// Pairs side by side, padded on the right: each `[pairs, word pieces]`.
struct Batch {
    ids: Tensor,
    types: Tensor,
    /// 1, and 0 at padding.
    mask: Tensor,
}

impl Batch {
    fn new(pairs: &[&Pair], pad: i64) -> Self {
        let width = pairs.iter().map(|pair| pair.ids.len()).max().unwrap_or(0);
        let (mut ids, mut types, mut mask) = (Vec::new(), Vec::new(), Vec::new());
        for (i, pair) in pairs.iter().enumerate() {
            ids.extend(&pair.ids);
            ids.resize((i + 1) * width, pad);
            types.extend(&pair.types);
            types.resize((i + 1) * width, 0);
            mask.resize(i * width + pair.ids.len(), 1);
            mask.resize((i + 1) * width, 0);
        }
        let whole = |values: &[i64]| Tensor::from_slice(values).view([pairs.len() as i64, width as i64]);
        Self { ids: whole(&ids), types: whole(&types), mask: whole(&mask) }
    }

    /// What is added to the scores of attention.
    fn bias(&self) -> Tensor {
        (self.mask.to_kind(Kind::Float) - 1.0) * MASKED
    }
}

/// Pairs by number, in batches that have at most so many word pieces, padding included: those of like length together.
fn batches(lengths: &[usize], budget: usize, alone: bool) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|i| lengths[*i]);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match batches.last_mut() {
            // Pairs come in order of length, so this one is the width of the batch.
            Some(last) if !alone && (last.len() + 1) * lengths[i] <= budget => last.push(i),
            _ => batches.push(vec![i]),
        }
    }
    batches
}

/// A network that classifies pairs of texts.
trait Classifier {
    /// `[pairs, classes]`.
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error>;

    /// Whether each pair must go through it alone.
    fn alone(&self) -> bool {
        false
    }
}

impl Classifier for AlbertForSequenceClassification {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        Ok(self.forward_t(Some(&batch.ids), Some(&batch.mask), Some(&batch.types), None, None, false).logits)
    }
}

impl Classifier for BertForSequenceClassification {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        Ok(self.forward_t(Some(&batch.ids), Some(&batch.mask), Some(&batch.types), None, None, false).logits)
    }
}

impl Classifier for DistilBertModelClassifier {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        Ok(self.forward_t(Some(&batch.ids), Some(&batch.mask), None, false)?.logits)
    }
}

impl Classifier for RobertaForSequenceClassification {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        Ok(self.forward_t(Some(&batch.ids), Some(&batch.mask), Some(&batch.types), None, None, false).logits)
    }
}

impl Classifier for XLNetForSequenceClassification {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        Ok(self.forward_t(Some(&batch.ids), None, None, None, None, Some(&batch.types), None, false).logits)
    }

    /// It reads off the last word piece, and its token types fit one text only.
    fn alone(&self) -> bool {
        true
    }
}

/// ELECTRA with the head for classes that rust-bert does not have.
struct Electra {
    model: ElectraModel,
    dense: nn::Linear,
    out: nn::Linear,
}

impl Electra {
    fn new(root: &nn::Path, config: &ElectraConfig, labels: i64) -> Self {
        let head = root / "classifier";
        let plain = nn::LinearConfig::default();
        Self {
            model: ElectraModel::new(root / "electra", config),
            dense: nn::linear(&head / "dense", config.hidden_size, config.hidden_size, plain),
            out: nn::linear(&head / "out_proj", config.hidden_size, labels, plain),
        }
    }
}

impl Classifier for Electra {
    fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
        // rust-bert adds this mask to the scores as it is.
        let bias = batch.bias();
        let output = self.model.forward_t(Some(&batch.ids), Some(&bias), Some(&batch.types), None, None, false)?;
        Ok(output.hidden_state.select(1, 0).apply(&self.dense).gelu("none").apply(&self.out))
    }
}

/// DeBERTa of all three versions, which differ in the projections and in what a distance's row is.
///
/// The table of distances has a row for each, or for a range where these are far. Only the rows that a batch needs are
/// projected: of 2n − 1 distances between n word pieces.
mod deberta {
    use rust_bert::Activation;
    use serde::Deserialize;
    use tch::nn::{self, Init};
    use tch::{Device, Kind, Tensor};

    use super::{Batch, Classifier};
    use crate::Error;

    /// A list in either of the forms that are about: `["c2p", "p2c"]` and `"c2p|p2c"`.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        Joined(String),
        Apart(Vec<String>),
    }

    impl Names {
        fn has(&self, name: &str) -> bool {
            match self {
                Self::Joined(names) => names.split('|').any(|n| n.trim().eq_ignore_ascii_case(name)),
                Self::Apart(names) => names.iter().any(|n| n.trim().eq_ignore_ascii_case(name)),
            }
        }
    }

    #[derive(Deserialize)]
    pub struct Config {
        conv_act: Option<Activation>,
        conv_groups: Option<i64>,
        conv_kernel_size: Option<i64>,
        embedding_size: Option<i64>,
        hidden_act: Activation,
        hidden_size: i64,
        intermediate_size: i64,
        layer_norm_eps: Option<f64>,
        max_position_embeddings: i64,
        max_relative_positions: Option<i64>,
        norm_rel_ebd: Option<Names>,
        num_attention_heads: i64,
        num_hidden_layers: i64,
        pooler_hidden_act: Option<Activation>,
        pos_att_type: Option<Names>,
        position_biased_input: Option<bool>,
        position_buckets: Option<i64>,
        relative_attention: Option<bool>,
        share_att_key: Option<bool>,
        talking_head: Option<bool>,
        type_vocab_size: Option<i64>,
        vocab_size: i64,
    }

    impl Config {
        /// Whether this computes it.
        pub fn check(&self) -> Result<(), String> {
            if self.num_attention_heads < 1 || self.hidden_size % self.num_attention_heads != 0 {
                return Err("hidden_size must be a multiple of num_attention_heads".to_owned());
            }
            if self.talking_head == Some(true) || self.attends("p2p") {
                return Err("talking_head, and p2p in pos_att_type, are not supported".to_owned());
            }
            Ok(())
        }

        fn attends(&self, kind: &str) -> bool {
            self.pos_att_type.as_ref().is_some_and(|kinds| kinds.has(kind))
        }

        fn relative(&self) -> bool {
            self.relative_attention.unwrap_or(false)
        }

        fn norm(&self, path: nn::Path) -> nn::LayerNorm {
            let eps = self.layer_norm_eps.unwrap_or(1e-7);
            nn::layer_norm(path, vec![self.hidden_size], nn::LayerNormConfig { eps, ..Default::default() })
        }

        fn square(&self, path: nn::Path, bias: bool) -> nn::Linear {
            nn::linear(path, self.hidden_size, self.hidden_size, nn::LinearConfig { bias, ..Default::default() })
        }
    }

    fn activate(activation: Activation, values: &Tensor) -> Tensor {
        match activation {
            // rust-bert's own takes four passes.
            Activation::gelu => values.gelu("none"),
            other => (other.get_function().get_fn())(values),
        }
    }

    struct Embeddings {
        words: nn::Embedding,
        positions: Option<nn::Embedding>,
        types: Option<nn::Embedding>,
        widen: Option<nn::Linear>,
        norm: nn::LayerNorm,
    }

    impl Embeddings {
        fn new(path: &nn::Path, config: &Config) -> Self {
            let width = config.embedding_size.unwrap_or(config.hidden_size);
            let table = |name: &str, rows: i64| nn::embedding(path / name, rows, width, Default::default());
            let types = config.type_vocab_size.filter(|rows| *rows > 0);
            let positions = config.position_biased_input.unwrap_or(true);
            let plain = nn::LinearConfig { bias: false, ..Default::default() };
            let widen = || nn::linear(path / "embed_proj", width, config.hidden_size, plain);
            Self {
                words: table("word_embeddings", config.vocab_size),
                positions: positions.then(|| table("position_embeddings", config.max_position_embeddings)),
                types: types.map(|rows| table("token_type_embeddings", rows)),
                widen: (width != config.hidden_size).then(widen),
                norm: config.norm(path / "LayerNorm"),
            }
        }

        fn forward(&self, batch: &Batch) -> Tensor {
            let mut vectors = batch.ids.apply(&self.words);
            if let Some(positions) = &self.positions {
                let places = Tensor::arange(vectors.size()[1], (Kind::Int64, Device::Cpu));
                vectors = vectors + places.apply(positions);
            }
            if let Some(types) = &self.types {
                vectors = vectors + batch.types.apply(types);
            }
            if let Some(widen) = &self.widen {
                vectors = vectors.apply(widen);
            }
            vectors.apply(&self.norm) * batch.mask.unsqueeze(-1).to_kind(Kind::Float)
        }
    }

    /// The table of distances.
    struct Distances {
        table: nn::Embedding,
        norm: Option<nn::LayerNorm>,
        rows: Rows,
    }

    impl Distances {
        fn new(path: &nn::Path, config: &Config) -> Self {
            let rows = Rows::new(config);
            let normed = config.norm_rel_ebd.as_ref().is_some_and(|kinds| kinds.has("layer_norm"));
            Self {
                table: nn::embedding(path / "rel_embeddings", 2 * rows.span, config.hidden_size, Default::default()),
                norm: normed.then(|| config.norm(path / "LayerNorm")),
                rows,
            }
        }

        /// Vectors of the distances from 1 − `length` to `length` − 1: `[1, distances, hidden]`.
        fn vectors(&self, length: i64) -> Tensor {
            let rows: Vec<i64> = (1 - length..length).map(|distance| self.rows.of(distance)).collect();
            let vectors = self.table.ws.index_select(0, &Tensor::from_slice(&rows)).unsqueeze(0);
            match &self.norm {
                Some(norm) => vectors.apply(norm),
                None => vectors,
            }
        }
    }

    /// Which row of the table a distance has.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Rows {
        /// Rows on each side of the middle.
        span: i64,
        /// Up to this distance each has its own; none where that holds for all.
        near: Option<i64>,
        farthest: i64,
    }

    impl Rows {
        fn new(config: &Config) -> Self {
            let farthest = config.max_relative_positions.filter(|n| *n > 0).unwrap_or(config.max_position_embeddings);
            Self::with(farthest, config.position_buckets.filter(|n| *n > 0))
        }

        pub(super) fn with(farthest: i64, buckets: Option<i64>) -> Self {
            Self { span: buckets.unwrap_or(farthest), near: buckets.map(|n| n / 2), farthest }
        }

        pub(super) fn of(self, distance: i64) -> i64 {
            let bucket = match self.near {
                Some(near) if distance.abs() > near => distance.signum() * self.range(distance.abs(), near),
                _ => distance,
            };
            (bucket + self.span).clamp(0, 2 * self.span - 1)
        }

        /// Ranges of far distances grow with them; in f32, as the models were trained.
        fn range(self, distance: i64, near: i64) -> i64 {
            let times = |n: i64| (n as f32 / near as f32).ln();
            near + (times(distance) / times(self.farthest - 1) * (near - 1) as f32).ceil() as i64
        }
    }

    enum Projections {
        /// The first version: queries, keys and values of a head side by side.
        Joined { all: nn::Linear, query_bias: Tensor, value_bias: Tensor },
        Apart { query: nn::Linear, key: nn::Linear, value: nn::Linear },
    }

    impl Projections {
        fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
            let hidden = config.hidden_size;
            if !first {
                let square = |name: &str| config.square(path / name, true);
                return Self::Apart { query: square("query_proj"), key: square("key_proj"), value: square("value_proj") };
            }
            let plain = nn::LinearConfig { bias: false, ..Default::default() };
            Self::Joined {
                all: nn::linear(path / "in_proj", hidden, 3 * hidden, plain),
                query_bias: path.var("q_bias", &[hidden], Init::Const(0.0)),
                value_bias: path.var("v_bias", &[hidden], Init::Const(0.0)),
            }
        }

        /// Queries, keys and values, each `[pairs, heads, word pieces, …]`.
        fn forward(&self, vectors: &Tensor, heads: i64) -> [Tensor; 3] {
            match self {
                Self::Joined { all, query_bias, value_bias } => {
                    let all = split(&vectors.apply(all), heads);
                    let width = all.size()[3] / 3;
                    let part = |i: i64| all.narrow(3, i * width, width);
                    let bias = |bias: &Tensor| split(&bias.view([1, 1, -1]), heads);
                    [part(0) + bias(query_bias), part(1), part(2) + bias(value_bias)]
                }
                Self::Apart { query, key, value } => {
                    [query, key, value].map(|projection| split(&vectors.apply(projection), heads))
                }
            }
        }
    }

    /// `[a, b, heads × c]` as `[a, heads, b, c]`.
    fn split(vectors: &Tensor, heads: i64) -> Tensor {
        let size = vectors.size();
        vectors.view([size[0], size[1], heads, -1]).transpose(1, 2)
    }

    struct Attention {
        heads: i64,
        projections: Projections,
        /// How a content attends to a distance.
        key: Option<nn::Linear>,
        /// How a distance attends to a content.
        query: Option<nn::Linear>,
        shared: bool,
        to_distance: bool,
        from_distance: bool,
    }

    impl Attention {
        fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
            let shared = !first && config.share_att_key.unwrap_or(false);
            let to_distance = config.relative() && config.attends("c2p");
            let from_distance = config.relative() && config.attends("p2c");
            let (key, query) = if first { ("pos_proj", "pos_q_proj") } else { ("pos_key_proj", "pos_query_proj") };
            Self {
                heads: config.num_attention_heads,
                projections: Projections::new(path, config, first),
                key: (to_distance && !shared).then(|| config.square(path / key, !first)),
                query: (from_distance && !shared).then(|| config.square(path / query, true)),
                shared,
                to_distance,
                from_distance,
            }
        }

        fn key(&self) -> Option<&nn::Linear> {
            match &self.projections {
                Projections::Apart { key, .. } if self.shared && self.to_distance => Some(key),
                _ => self.key.as_ref(),
            }
        }

        fn query(&self) -> Option<&nn::Linear> {
            match &self.projections {
                Projections::Apart { query, .. } if self.shared && self.from_distance => Some(query),
                _ => self.query.as_ref(),
            }
        }

        /// `distances` are the vectors of all distances, and the place among them of that between each two word pieces.
        fn forward(&self, vectors: &Tensor, bias: &Tensor, distances: Option<&(Tensor, Tensor)>) -> Tensor {
            let [queries, keys, values] = self.projections.forward(vectors, self.heads);
            let mut scores = queries.matmul(&keys.transpose(-1, -2));
            if let Some((distances, places)) = distances {
                let against = |contents: &Tensor, projection: &nn::Linear, places: &Tensor| {
                    let distances = split(&distances.apply(projection), self.heads);
                    contents.matmul(&distances.transpose(-1, -2)).gather(-1, &places.expand_as(&keys_like(contents)), false)
                };
                if let Some(key) = self.key() {
                    scores = scores + against(&queries, key, places);
                }
                if let Some(query) = self.query() {
                    scores = scores + against(&keys, query, &places.transpose(0, 1)).transpose(-1, -2);
                }
            }
            let parts = 1 + i64::from(self.to_distance) + i64::from(self.from_distance);
            let scale = ((queries.size()[3] * parts) as f64).sqrt();
            let shares = (scores / scale + bias).softmax(-1, Kind::Float);
            let size = vectors.size();
            shares.matmul(&values).transpose(1, 2).contiguous().view([size[0], size[1], -1])
        }
    }

    struct Layer {
        attention: Attention,
        attention_out: nn::Linear,
        attention_norm: nn::LayerNorm,
        up: nn::Linear,
        down: nn::Linear,
        norm: nn::LayerNorm,
        activation: Activation,
    }

    impl Layer {
        fn new(path: &nn::Path, config: &Config, first: bool) -> Self {
            let (hidden, inner) = (config.hidden_size, config.intermediate_size);
            let attention = path / "attention";
            let attention_out = &attention / "output";
            let out = path / "output";
            Self {
                attention: Attention::new(&(&attention / "self"), config, first),
                attention_norm: config.norm(&attention_out / "LayerNorm"),
                attention_out: config.square(&attention_out / "dense", true),
                up: nn::linear(path / "intermediate" / "dense", hidden, inner, Default::default()),
                down: nn::linear(&out / "dense", inner, hidden, Default::default()),
                norm: config.norm(&out / "LayerNorm"),
                activation: config.hidden_act,
            }
        }

        fn forward(&self, vectors: &Tensor, bias: &Tensor, distances: Option<&(Tensor, Tensor)>) -> Tensor {
            let attended = self.attention.forward(vectors, bias, distances).apply(&self.attention_out);
            let attended = (attended + vectors).apply(&self.attention_norm);
            let inner = activate(self.activation, &attended.apply(&self.up)).apply(&self.down);
            (inner + attended).apply(&self.norm)
        }
    }

    /// What the largest networks add to the first layer: each word piece with its neighbours.
    struct Neighbours {
        conv: nn::Conv1D,
        norm: nn::LayerNorm,
        activation: Activation,
    }

    impl Neighbours {
        fn new(path: &nn::Path, config: &Config, kernel: i64) -> Self {
            let groups = config.conv_groups.unwrap_or(1);
            let shape = nn::ConvConfig { padding: (kernel - 1) / 2, groups, ..Default::default() };
            Self {
                conv: nn::conv1d(path / "conv", config.hidden_size, config.hidden_size, kernel, shape),
                norm: config.norm(path / "LayerNorm"),
                activation: config.conv_act.unwrap_or(Activation::tanh),
            }
        }

        fn forward(&self, embedded: &Tensor, first: &Tensor, mask: &Tensor) -> Tensor {
            let mask = mask.unsqueeze(-1).to_kind(Kind::Float);
            let near = embedded.transpose(1, 2).contiguous().apply(&self.conv).transpose(1, 2) * &mask;
            (activate(self.activation, &near) + first).apply(&self.norm) * &mask
        }
    }

    pub struct Deberta {
        embeddings: Embeddings,
        distances: Option<Distances>,
        neighbours: Option<Neighbours>,
        layers: Vec<Layer>,
        pooler: nn::Linear,
        activation: Activation,
        out: nn::Linear,
    }

    impl Deberta {
        /// `first` is the version before v2.
        pub fn new(root: &nn::Path, config: &Config, first: bool, labels: i64) -> Self {
            let base = root / "deberta";
            let encoder = &base / "encoder";
            let layers = &encoder / "layer";
            let kernel = config.conv_kernel_size.filter(|size| *size > 0 && !first);
            Self {
                embeddings: Embeddings::new(&(&base / "embeddings"), config),
                distances: config.relative().then(|| Distances::new(&encoder, config)),
                neighbours: kernel.map(|size| Neighbours::new(&(&encoder / "conv"), config, size)),
                layers: (0..config.num_hidden_layers).map(|i| Layer::new(&(&layers / i), config, first)).collect(),
                pooler: config.square(root / "pooler" / "dense", true),
                activation: config.pooler_hidden_act.unwrap_or(Activation::gelu),
                out: nn::linear(root / "classifier", config.hidden_size, labels, Default::default()),
            }
        }
    }

    impl Classifier for Deberta {
        fn logits(&self, batch: &Batch) -> Result<Tensor, Error> {
            let embedded = self.embeddings.forward(batch);
            let length = embedded.size()[1];
            let bias = batch.bias().unsqueeze(1).unsqueeze(1);
            let distances = self.distances.as_ref().map(|d| (d.vectors(length), places(length)));
            let mut vectors = embedded.shallow_clone();
            for (i, layer) in self.layers.iter().enumerate() {
                vectors = layer.forward(&vectors, &bias, distances.as_ref());
                if let Some(neighbours) = self.neighbours.as_ref().filter(|_| i == 0) {
                    vectors = neighbours.forward(&embedded, &vectors, &batch.mask);
                }
            }
            let pooled = activate(self.activation, &vectors.select(1, 0).apply(&self.pooler));
            Ok(pooled.apply(&self.out))
        }
    }

    /// Where among the distances from 1 − `length` on that of each two word pieces is: `[word pieces, word pieces]`.
    fn places(length: i64) -> Tensor {
        let all = Tensor::arange(length, (Kind::Int64, Device::Cpu));
        all.unsqueeze(1) - all.unsqueeze(0) + (length - 1)
    }
}
