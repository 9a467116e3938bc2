//! Stance and sentiment: where the speakers of an article's quotations stand.

mod aggregate;
mod judge;
mod likeness;
mod model;
mod network;
mod own;
mod pair;
mod propose;
mod relevance;
mod target;

pub use aggregate::{aggregate, Aggregate};
pub(crate) use aggregate::{sentiment_value, side, stance_value};
pub(crate) use judge::{Heard, Judge, Judgement, Towards};
pub(crate) use model::{JudgeWeights, Model};
pub use network::{Bounds, PairModel, SentimentLabel, SentimentProbabilities, StanceLabel, StanceProbabilities};
pub use pair::{Passage, Role};
pub use propose::{Proposal, Proposed, Proposer};
pub use target::{Claims, Target, Targets};
