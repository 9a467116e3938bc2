//! rust-bert's networks as classifiers of pairs, mended where they compute something else than transformers.

use rust_bert::albert::AlbertForSequenceClassification;
use rust_bert::bert::BertForSequenceClassification;
use rust_bert::distilbert::DistilBertModelClassifier;
use rust_bert::electra::{ElectraConfig, ElectraModel};
use rust_bert::roberta::RobertaForSequenceClassification;
use rust_bert::xlnet::XLNetForSequenceClassification;
use tch::{nn, Tensor};

use super::pieces::Batch;
use crate::Error;

/// A network that classifies pairs of texts.
pub(super) trait Classifier {
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
pub(super) struct Electra {
    model: ElectraModel,
    dense: nn::Linear,
    out: nn::Linear,
}

impl Electra {
    pub(super) fn new(root: &nn::Path, config: &ElectraConfig, labels: i64) -> Self {
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
