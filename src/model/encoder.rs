//! One pass of BERT over whole articles: windows of many articles go through the network together.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::features;
use super::folder::ModelFolder;
use super::tokens::Tokens;
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

const CLS: i64 = 101;
const SEP: i64 = 102;
const PAD: i64 = 0;

/// A BERT encoder with its weights.
pub struct Encoder {
    model: BertModel<BertEmbeddings>,
    // Owns the tensors that the model points to.
    _store: VarStore,
    hidden: i64,
    vocabulary: i64,
    window: usize,
    overlap: usize,
    budget: usize,
}

/// Vectors of one document: `[word pieces, hidden]`, f32.
pub(crate) type Hidden = Tensor;

impl Encoder {
    /// Loads the encoder of a model folder. `budget` bounds the word pieces, padding included, of one pass.
    pub fn open(folder: &ModelFolder, precision: Precision, budget: usize) -> Result<Self, Error> {
        let path = folder.file("config.json")?;
        let config = read_config(&path)?;
        let limits = &folder.manifest().limits;
        let longest = usize::try_from(config.max_position_embeddings).unwrap_or(0);
        if limits.window > longest || limits.window < 4 || limits.overlap + 2 >= limits.window {
            return Err(Error::model(path, format!("a window of {} does not fit {longest} positions", limits.window)));
        }
        if config.type_vocab_size != features::TYPES {
            return Err(Error::model(path, format!("type_vocab_size must be {}", features::TYPES)));
        }
        let mut store = VarStore::new(Device::Cpu);
        let model = BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &config, false);
        load(&mut store, &folder.weights("encoder"), folder, precision.kind())?;
        Ok(Self {
            model,
            _store: store,
            hidden: config.hidden_size,
            vocabulary: config.vocab_size,
            window: limits.window - 2,
            overlap: limits.overlap,
            budget: budget.max(limits.window),
        })
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
            windows.extend(plan(tokens.len(), self.window, self.overlap).into_iter().map(|w| (i, w)));
        }
        // Like lengths together, so that little is padded; the sort is stable, so the order is always the same.
        let mut order: Vec<usize> = (0..windows.len()).collect();
        order.sort_by_key(|i| windows[*i].1.end - windows[*i].1.start);
        let mut kept: Vec<Option<Tensor>> = (0..windows.len()).map(|_| None).collect();
        for batch in self.batches(&order, &windows) {
            let hidden = self.forward(batch.iter().map(|i| (documents[windows[*i].0], windows[*i].1)))?;
            for (row, i) in batch.iter().enumerate() {
                let window = windows[*i].1;
                let first = (1 + window.keep_start - window.start) as i64;
                let length = (window.keep_end - window.keep_start) as i64;
                kept[*i] = Some(hidden.get(row as i64).narrow(0, first, length).to_kind(Kind::Float));
            }
        }
        let mut parts: Vec<Vec<Tensor>> = documents.iter().map(|_| Vec::new()).collect();
        for ((document, _), tensor) in windows.iter().zip(kept) {
            parts[*document].extend(tensor);
        }
        let joined = parts.into_iter().map(|p| match p.is_empty() {
            true => Tensor::zeros([0, self.hidden], (Kind::Float, Device::Cpu)),
            false => Tensor::cat(&p, 0),
        });
        Ok((joined.collect(), began.elapsed()))
    }

    /// Cuts windows in order of length into batches within the budget.
    fn batches<'a>(&self, order: &'a [usize], windows: &[(usize, Window)]) -> Vec<&'a [usize]> {
        let mut batches = Vec::new();
        let mut start = 0;
        for (i, index) in order.iter().enumerate() {
            let longest = windows[*index].1.end - windows[*index].1.start + 2;
            if i > start && longest * (i + 1 - start) > self.budget {
                batches.push(&order[start..i]);
                start = i;
            }
        }
        if start < order.len() {
            batches.push(&order[start..]);
        }
        batches
    }

    fn forward<'a>(&self, batch: impl Iterator<Item = (&'a Tokens, Window)>) -> Result<Tensor, Error> {
        let batch: Vec<_> = batch.collect();
        let longest = batch.iter().map(|(_, w)| w.end - w.start).max().unwrap_or(0) + 2;
        let mut ids = Vec::with_capacity(batch.len() * longest);
        let mut types = Vec::with_capacity(ids.capacity());
        let mut mask: Vec<i64> = Vec::with_capacity(ids.capacity());
        for (tokens, window) in &batch {
            let range = window.start..window.end;
            let padding = longest - range.len() - 2;
            ids.push(CLS);
            ids.extend(&tokens.ids[range.clone()]);
            ids.push(SEP);
            ids.extend(std::iter::repeat_n(PAD, padding));
            types.push(0);
            types.extend(&tokens.types[range.clone()]);
            types.extend(std::iter::repeat_n(0, padding + 1));
            mask.extend(std::iter::repeat_n(1, range.len() + 2));
            mask.extend(std::iter::repeat_n(0, padding));
        }
        let shape = [batch.len() as i64, longest as i64];
        let tensor = |values: &[i64]| Tensor::from_slice(values).view(shape);
        let output = tch::no_grad(|| {
            self.model.forward_t(
                Some(&tensor(&ids)),
                Some(&tensor(&mask)),
                Some(&tensor(&types)),
                None,
                None,
                None,
                None,
                false,
            )
        })?;
        Ok(output.hidden_state)
    }
}

/// rust-bert's own reader panics on a bad file.
fn read_config(path: &Path) -> Result<BertConfig, Error> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::model(path, format!("cannot be read: {e}")))?;
    serde_json::from_str(&text).map_err(|e| Error::model(path, format!("is not a BERT configuration: {e}")))
}

/// Fills a store from safetensors files, for inference in a number format; every variable must be in one of them.
pub(crate) fn load(store: &mut VarStore, files: &[PathBuf], folder: &ModelFolder, kind: Kind) -> Result<(), Error> {
    let mut missing: Option<Vec<String>> = None;
    for file in files {
        let absent = store.load_partial(file).map_err(|e| Error::model(file, e.to_string()))?;
        missing = Some(match missing {
            None => absent,
            Some(before) => before.into_iter().filter(|name| absent.contains(name)).collect(),
        });
    }
    store.freeze();
    // Loading gives each variable the format of the file.
    store.set_kind(kind);
    match missing {
        Some(names) if names.is_empty() => Ok(()),
        Some(names) => Err(Error::model(folder.path(), format!("lacks the weights {}", names.join(", ")))),
        None => Err(Error::model(folder.path(), "the manifest lists no weights of this kind")),
    }
}
