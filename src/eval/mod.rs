//! Measures results against labelled samples.

mod quotes;
mod sample;
mod tally;

pub use quotes::{attributions, score, Bin, QuoteReport, QuoteScorer, Reliability, Totals};
pub use sample::{read_quotations, Annotator, GoldArticle, GoldAttribution};
pub use tally::{Agreement, Prf};
