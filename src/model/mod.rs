//! The encoder: checked model folders, word pieces with their features, and one pass over the text in windows.

mod attention;
mod encoder;
mod features;
mod folder;
mod layers;
mod manifest;
mod pairs;
mod relative;
mod tokens;
mod weights;
mod windows;

pub(crate) use encoder::Rows;
pub use encoder::{Encoder, Precision, DEFAULT_BUDGET};
pub(crate) use features::TYPES as QUOTE_TYPES;
pub use folder::{available, default_folder, path_of, ModelFolder, Sort};
pub(crate) use folder::{checksum, hex};
pub use manifest::{
    AttributionCalibration, Calibration, Limits, Manifest, Metric, PairCalibration, Screen, SpeakerCalibration,
    TrainingData,
};
pub(crate) use pairs::{distance, ends, spread, values, Pairs, Scorer, DISTANCES, WIDTH};
pub use tokens::{Tokenizer, Tokens};
pub(crate) use weights::Weights;
