//! Stance and sentiment: where the speakers of an article's quotations stand.

mod aggregate;
mod judge;
mod network;
mod pair;
mod propose;
mod relevance;
mod target;

pub use aggregate::{aggregate, Aggregate};
pub(crate) use aggregate::{sentiment_value, side, stance_value};
pub(crate) use judge::{Judge, Judgement, Towards};
pub(crate) use network::PairWeights;
pub use network::{PairModel, SentimentLabel, SentimentProbabilities, StanceLabel, StanceProbabilities};
pub use propose::{Proposal, Proposer, Proposed};
pub use target::{Claims, Target, Targets};
