//! What can go wrong outside a single article.

use std::path::PathBuf;

/// Why standpoint cannot work at all, as against a [`Failure`](crate::text::Failure) of one article.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A model folder lacks a file, or holds one that is not what its manifest says.
    #[error("model {}: {message}", path.display())]
    Model {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and how to mend it.
        message: String,
    },
    /// The network could not be run.
    #[error("the network could not be run: {0}")]
    Network(String),
    /// A table that the user gave cannot be used.
    #[error("{}: {message}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong, and how to mend it.
        message: String,
    },
    /// A labelled sample cannot be used.
    #[error("{place}: {message}")]
    Sample {
        /// File and line.
        place: String,
        /// What is wrong, and how to mend it.
        message: String,
    },
}

impl Error {
    pub(crate) fn model(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self::Model { path: path.into(), message: message.into() }
    }
}

impl From<tch::TchError> for Error {
    fn from(error: tch::TchError) -> Self {
        Self::Network(error.to_string())
    }
}

impl From<rust_bert::RustBertError> for Error {
    fn from(error: rust_bert::RustBertError) -> Self {
        Self::Network(error.to_string())
    }
}
