//! The output: records of schema version 1, as JSON Lines and as a table for eyes.

mod record;
mod table;

pub(crate) use record::Findings;
pub use record::{
    Actor, ActorSentiment, ActorStance, Analysis, ErrorRecord, Failed, Passage, Provenance, Quote, QuoteSentiment,
    QuoteStance, Record, SchemaVersion, Sentence, Speaker, Warning, WarningCode,
};
pub use table::Table;

/// The JSON Schema of a record, generated from its types.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}
