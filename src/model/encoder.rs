//! One pass of BERT, or of MPNet, over whole articles: windows of many articles go through the network together.

use std::path::Path;
use std::time::{Duration, Instant};

use rust_bert::bert::{BertConfig, BertEmbedding, BertEmbeddings};
use rust_bert::Activation;
use serde::Deserialize;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::folder::ModelFolder;
use super::layers::{prepare, Layers};
use super::relative::RelativeBias;
use super::tokens::Tokens;
use super::weights::Weights;
use super::windows::{plan, Window};
use crate::Error;

/// The number format that the encoder computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// bf16 where the processor has instructions for it, else f32.
    #[default]
    Auto,
    /// 16 bits: about twice as fast where the processor is made for it, far slower elsewhere.
    Bf16,
    /// 32 bits.
    F32,
}

impl Precision {
    /// What `Auto` stands for on this machine.
    pub fn resolve(self) -> Self {
        match self {
            Self::Auto if has_bf16() => Self::Bf16,
            Self::Auto => Self::F32,
            chosen => chosen,
        }
    }

    fn kind(self) -> Kind {
        match self.resolve() {
            Self::Bf16 => Kind::BFloat16,
            _ => Kind::Float,
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn has_bf16() -> bool {
    // Processors with AMX tiles for bf16 have this too.
    is_x86_feature_detected!("avx512bf16")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_bf16() -> bool {
    false
}

/// Word pieces of one pass of the network; more gains nothing and takes more memory.
pub const DEFAULT_BUDGET: usize = 1024;

const CLS: i64 = 101;
const SEP: i64 = 102;

/// `config.json`: BERT's fields, and of MPNet how many buckets of relative positions it has; 0 is BERT.
#[derive(Debug, Deserialize)]
struct Config {
    #[serde(flatten)]
    bert: BertConfig,
    #[serde(default)]
    relative_attention_num_buckets: i64,
}

/// A BERT or MPNet encoder with its weights.
pub struct Encoder {
    embeddings: BertEmbeddings,
    layers: Layers,
    // Holds the tensors that the embeddings point to.
    _store: VarStore,
    hidden: i64,
    vocabulary: i64,
    window: usize,
    overlap: usize,
    budget: i64,
}

/// Vectors of one document: `[word pieces, hidden]`, f32.
pub(crate) type Hidden = Tensor;

impl Encoder {
    /// Reads the weights of a model folder's encoder, to be shared by any number of encoders.
    pub(crate) fn weights(folder: &ModelFolder, precision: Precision) -> Result<Weights, Error> {
        let config = read_config(&folder.file("config.json")?)?;
        let mut weights = Weights::read(folder, "encoder", precision.kind())?;
        prepare(&mut weights, config.bert.num_hidden_layers)?;
        Ok(weights)
    }

    /// An encoder on these weights, with so many token types. `budget` bounds the word pieces of one pass.
    pub(crate) fn new(folder: &ModelFolder, weights: &Weights, budget: usize, types: i64) -> Result<Self, Error> {
        let path = folder.file("config.json")?;
        let Config { bert: config, relative_attention_num_buckets: buckets } = read_config(&path)?;
        let limits = &folder.manifest().limits;
        let longest = usize::try_from(config.max_position_embeddings).unwrap_or(0);
        if limits.window > longest || limits.window < 4 || limits.overlap + 2 >= limits.window {
            return Err(Error::model(path, format!("a window of {} does not fit {longest} positions", limits.window)));
        }
        if config.type_vocab_size != types {
            return Err(Error::model(path, format!("type_vocab_size must be {types}")));
        }
        if buckets != 0 && (buckets < 4 || buckets % 2 != 0) {
            return Err(Error::model(path, "relative_attention_num_buckets must be even and at least 4, or 0"));
        }
        if config.num_hidden_layers < 1 {
            return Err(Error::model(path, "num_hidden_layers must be at least 1"));
        }
        if !matches!(config.hidden_act, Activation::gelu) {
            return Err(Error::model(path, "hidden_act must be gelu, which is what the layers compute"));
        }
        let store = VarStore::new(Device::Cpu);
        let embeddings = BertEmbeddings::new(store.root() / "embeddings", &config);
        weights.fill(&store)?;
        let relative = (buckets > 0).then(|| {
            // `limits.window` is no larger than the positions, which are an i64.
            RelativeBias::new(weights, buckets, config.num_attention_heads, limits.window as i64)
        });
        Ok(Self {
            embeddings,
            layers: Layers::new(&config, weights, relative.transpose()?)?,
            _store: store,
            hidden: config.hidden_size,
            vocabulary: config.vocab_size,
            window: limits.window - 2,
            overlap: limits.overlap,
            budget: i64::try_from(budget.max(limits.window)).unwrap_or(i64::MAX),
        })
    }

    /// Number of word pieces that it knows.
    pub(crate) fn vocabulary(&self) -> i64 {
        self.vocabulary
    }

    /// Width of a vector.
    pub fn hidden(&self) -> i64 {
        self.hidden
    }

    /// Vectors of every word piece of every document, and the time that the network took.
    pub(crate) fn encode(&self, documents: &[&Tokens]) -> Result<(Vec<Hidden>, Duration), Error> {
        let began = Instant::now();
        let mut windows: Vec<(usize, Window)> = Vec::new();
        for (i, tokens) in documents.iter().enumerate() {
            if tokens.ids.iter().any(|id| *id < 0 || *id >= self.vocabulary) {
                return Err(Error::Network("the tokenizer does not belong to this encoder".to_owned()));
            }
            windows.extend(
                plan(tokens.len(), &tokens.paragraph_starts(), self.window, self.overlap).into_iter().map(|w| (i, w)),
            );
        }
        let mut kept = Vec::with_capacity(windows.len());
        for batch in self.batches(&windows) {
            let vectors = self.forward(batch.iter().map(|(i, window)| (documents[*i], *window)))?;
            let mut first = 0;
            for (_, window) in batch {
                let skipped = first + (1 + window.keep_start - window.start) as i64;
                let length = (window.keep_end - window.keep_start) as i64;
                kept.push(vectors.narrow(0, skipped, length).to_kind(Kind::Float));
                first += whole(*window);
            }
        }
        let mut parts: Vec<Vec<Tensor>> = documents.iter().map(|_| Vec::new()).collect();
        for ((document, _), tensor) in windows.iter().zip(kept) {
            parts[*document].push(tensor);
        }
        let joined = parts.into_iter().map(|p| match p.is_empty() {
            true => Tensor::zeros([0, self.hidden], (Kind::Float, Device::Cpu)),
            false => Tensor::cat(&p, 0),
        });
        Ok((joined.collect(), began.elapsed()))
    }

    /// Cuts windows into batches within the budget.
    fn batches<'a>(&self, windows: &'a [(usize, Window)]) -> Vec<&'a [(usize, Window)]> {
        let mut batches = Vec::new();
        let (mut start, mut pieces) = (0, 0);
        for (i, (_, window)) in windows.iter().enumerate() {
            if i > start && pieces + whole(*window) > self.budget {
                batches.push(&windows[start..i]);
                (start, pieces) = (i, 0);
            }
            pieces += whole(*window);
        }
        if start < windows.len() {
            batches.push(&windows[start..]);
        }
        batches
    }

    /// Vectors of windows one after the other, the special word pieces at their ends included.
    fn forward<'a>(&self, batch: impl Iterator<Item = (&'a Tokens, Window)>) -> Result<Tensor, Error> {
        let mut rows = Rows::default();
        for (tokens, window) in batch {
            let range = window.start..window.end;
            let special = |middle: &[i64], ends: [i64; 2]| [&ends[..1], middle, &ends[1..]].concat();
            rows.push(&special(&tokens.ids[range.clone()], [CLS, SEP]), &special(&tokens.types[range], [0, 0]));
        }
        self.run(&rows, None)
    }

    /// Vectors of whole sequences, one after the other, `[word pieces of all, hidden]`, or of the word pieces at `wanted`
    /// alone, which is quicker. No sequence may be longer than the encoder's window, or hold ids that its vocabulary has not.
    pub(crate) fn run(&self, rows: &Rows, wanted: Option<&[i64]>) -> Result<Tensor, Error> {
        let row = |values: &[i64]| Tensor::from_slice(values).unsqueeze(0);
        tch::no_grad(|| {
            let (ids, types, positions) = (row(&rows.ids), row(&rows.types), row(&rows.positions));
            let embedded =
                self.embeddings.forward_t(Some(&ids), Some(&types), Some(&positions), None, false)?.squeeze_dim(0);
            Ok(self.layers.forward(embedded, &rows.lengths, wanted))
        })
    }
}

/// Sequences side by side, without padding.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    ids: Vec<i64>,
    types: Vec<i64>,
    positions: Vec<i64>,
    lengths: Vec<i64>,
}

impl Rows {
    /// Adds a sequence: vocabulary ids with the special ones, and their types.
    pub fn push(&mut self, ids: &[i64], types: &[i64]) {
        self.ids.extend(ids);
        self.types.extend(types);
        self.positions.extend(0..ids.len() as i64);
        self.lengths.push(ids.len() as i64);
    }
}

/// Length of a window with the special word pieces at its ends.
fn whole(window: Window) -> i64 {
    (window.end - window.start) as i64 + 2
}

/// rust-bert's own reader panics on a bad file.
fn read_config(path: &Path) -> Result<Config, Error> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::model(path, format!("cannot be read: {e}")))?;
    serde_json::from_str(&text).map_err(|e| Error::model(path, format!("is not a configuration of BERT's shape: {e}")))
}
