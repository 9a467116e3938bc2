//! Weights that are read once and shared: workers that each held a copy would drive one another out of the cache.

use std::collections::HashMap;
use std::path::PathBuf;

use tch::nn::VarStore;
use tch::{Kind, Tensor};

use super::folder::ModelFolder;
use crate::Error;

/// The weights of one part of a model, by name.
pub(crate) struct Weights {
    folder: PathBuf,
    tensors: HashMap<String, Tensor>,
}

impl Weights {
    /// Reads the safetensors files whose name begins so, into one number format.
    pub fn read(folder: &ModelFolder, prefix: &str, kind: Kind) -> Result<Self, Error> {
        let mut tensors = HashMap::new();
        for file in folder.weights(prefix) {
            let read = Tensor::read_safetensors(&file).map_err(|e| Error::model(&file, e.to_string()))?;
            tensors.extend(read.into_iter().map(|(name, tensor)| (name, tensor.to_kind(kind))));
        }
        Ok(Self { folder: folder.path().to_owned(), tensors })
    }

    /// The weights of a store, as they are.
    #[cfg(test)]
    pub fn of_store(store: &VarStore) -> Self {
        let tensors = store.variables().into_iter().map(|(name, tensor)| (name, tensor.detach()));
        Self { folder: "a store".into(), tensors: tensors.collect() }
    }

    /// The same weights for another thread; nothing is copied.
    pub fn share(&self) -> Self {
        let tensors = self.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone()));
        Self { folder: self.folder.clone(), tensors: tensors.collect() }
    }

    /// The weights of this name, which must have this shape.
    pub fn get(&self, name: &str, shape: &[i64]) -> Result<Tensor, Error> {
        let bad = |message: String| Error::model(&self.folder, format!("the weights {name} {message}"));
        let tensor = self.tensors.get(name).ok_or_else(|| bad("are missing".to_owned()))?;
        if tensor.size() != shape {
            return Err(bad(format!("have the shape {:?}, not {shape:?}", tensor.size())));
        }
        Ok(tensor.shallow_clone())
    }

    /// Joins weights along their first dimension into new ones.
    pub(super) fn join(&mut self, parts: &[String], whole: String) -> Result<(), Error> {
        let parts: Option<Vec<Tensor>> = parts.iter().map(|name| self.tensors.remove(name)).collect();
        let missing = || Error::model(&self.folder, format!("parts of the weights {whole} are missing"));
        let joined = Tensor::f_cat(&parts.ok_or_else(missing)?, 0)?;
        self.tensors.insert(whole, joined);
        Ok(())
    }

    /// Keeps a matrix column by column; its shape and its numbers stay.
    pub(super) fn lay_by_column(&mut self, name: &str) {
        if let Some(matrix) = self.tensors.get_mut(name).filter(|tensor| tensor.dim() == 2) {
            *matrix = matrix.tr().contiguous().tr();
        }
    }

    /// Points every variable of a store to its weights, for inference.
    pub fn fill(&self, store: &VarStore) -> Result<(), Error> {
        for (name, mut variable) in store.variables() {
            let weights = self.get(&name, &variable.size())?;
            let _ = variable.set_requires_grad(false);
            variable.set_data(&weights);
        }
        Ok(())
    }
}
