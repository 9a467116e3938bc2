//! Word pieces of pairs of texts, side by side.

use std::path::Path;

use tch::{Kind, Tensor};
use tokenizers::{Tokenizer, TruncationParams};

use super::config::Config;
use crate::Error;

pub(super) const TOKENIZER: &str = "tokenizer.json";
/// What is added to the attention that a word piece gives to padding.
const MASKED: f64 = 10_000.0;

/// The word pieces of a pair of texts, with the special ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) ids: Vec<i64>,
    pub(super) types: Vec<i64>,
}

/// Makes word pieces of pairs of texts.
pub(super) struct Pieces {
    pub(super) tokenizer: Tokenizer,
    pub(super) pad: i64,
    pub(super) vocabulary: i64,
    /// How many token types the network knows; none where that does not bound them.
    pub(super) types: Option<i64>,
}

impl Pieces {
    pub(super) fn open(folder: &Path, config: &Config) -> Result<Self, Error> {
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

    pub(super) fn pair(&self, first: &str, second: &str) -> Result<Pair, Error> {
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
pub(super) struct Batch {
    pub(super) ids: Tensor,
    pub(super) types: Tensor,
    /// 1, and 0 at padding.
    pub(super) mask: Tensor,
}

impl Batch {
    pub(super) fn new(pairs: &[&Pair], pad: i64) -> Self {
        let width = pairs.iter().map(|pair| pair.ids.len()).max().unwrap_or(0);
        let (mut ids, mut types, mut mask): (Vec<i64>, Vec<i64>, Vec<i64>) = Default::default();
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
    pub(super) fn bias(&self) -> Tensor {
        (self.mask.to_kind(Kind::Float) - 1.0) * MASKED
    }
}

/// Pairs by number, in batches that have at most so many word pieces, padding included: those of like length together.
pub(super) fn batches(lengths: &[usize], budget: usize, alone: bool) -> Vec<Vec<usize>> {
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
