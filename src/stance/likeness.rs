//! How near the words of a passage are to those of a target, by the network's own word vectors: a look that costs little
//! and spares the network most pairs that have nothing to do with each other.

use tch::{Kind, Tensor};

use super::relevance::is_empty;
use crate::model::{Tokenizer, Weights};
use crate::Error;

/// Word pieces that tell of a topic, as vectors of length one: `[pieces, hidden]`.
pub(super) struct Vectors(Option<Tensor>);

/// The word vectors of an encoder.
pub(super) struct WordVectors {
    table: Tensor,
    /// What all words have in common.
    mean: Tensor,
}

impl WordVectors {
    /// The table of an encoder of so many words and this width.
    pub fn new(encoder: &Weights, words: i64, hidden: i64) -> Result<Self, Error> {
        let table = encoder.get("embeddings.word_embeddings.weight", &[words, hidden])?;
        let mean = table.mean_dim(0i64, false, Kind::Float);
        Ok(Self { table, mean })
    }

    /// The vectors of a text.
    pub fn of(&self, tokenizer: &Tokenizer, text: &str) -> Result<Vectors, Error> {
        let telling = |piece: &(i64, std::ops::Range<usize>)| text.get(piece.1.clone()).is_some_and(|w| !is_empty(w));
        let ids: Vec<i64> = tokenizer.pieces(text)?.into_iter().filter(telling).map(|(id, _)| id).collect();
        if ids.is_empty() {
            return Ok(Vectors(None));
        }
        let rows = self.table.index_select(0, &Tensor::from_slice(&ids)).to_kind(Kind::Float) - &self.mean;
        let length = rows.square().sum_dim_intlist(1i64, true, Kind::Float).sqrt().clamp_min(1e-6);
        Ok(Vectors(Some(rows / length)))
    }
}

impl Vectors {
    /// The mean, over the words of this target, of the cosine to the nearest word of a passage; `None` where either has no
    /// word that tells of a topic, as "US" has none beside "us".
    pub fn likeness(&self, passage: &Self) -> Option<f64> {
        let (target, passage) = (self.0.as_ref()?, passage.0.as_ref()?);
        Some(target.matmul(&passage.transpose(0, 1)).amax(1i64, false).mean(Kind::Float).double_value(&[]))
    }
}
