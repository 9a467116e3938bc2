//! The encoder: checked model folders, word pieces with their features, and one pass over the text in windows.

mod encoder;
mod features;
mod folder;
mod layers;
mod manifest;
mod tokens;
mod weights;
mod windows;

pub use encoder::{Encoder, Precision};
pub use folder::{available, default_folder, ModelFolder};
pub use manifest::{AttributionCalibration, Calibration, Limits, Manifest, Metric, SpeakerCalibration, TrainingData};
pub use tokens::{Tokenizer, Tokens};
pub(crate) use weights::Weights;
