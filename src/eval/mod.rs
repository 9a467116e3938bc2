//! Measures results against labelled samples.

mod actors;
mod calibration;
mod conll;
mod coreference;
mod pairs;
mod quotes;
mod sample;
mod sources;
mod tally;

pub use actors::{score_actors, targets, ActorReport, Share};
pub use calibration::{Bin, Reliability};
pub use coreference::{CoreferenceReport, CoreferenceScorer, GapScores};
pub use pairs::{score_pairs, Outcome, PairReport};
pub use quotes::{attributions, score, QuoteReport, QuoteScorer, Totals};
pub use sample::{
    read_actors, read_quotations, read_sentiments, read_stances, Annotator, GoldActorStance, GoldActors, GoldArticle,
    GoldAttribution, GoldMention, GoldQuote, GoldSentiment, GoldStance,
};
pub use sources::SourceReport;
pub use tally::{Agreement, Prf};
