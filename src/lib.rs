//! Who said what, and where do they stand: quotations, their speakers and what was said, in English news articles.
//!
//! An article goes through the steps in the order of the modules: [`text`] finds sentences and quotation marks,
//! [`model`] runs one encoder over the word pieces, [`quote`] reads quotations off its vectors, [`actor`] names their
//! sources, [`stance`] judges where they stand, and [`output`] writes the record. [`Pipeline`] joins them; [`eval`] measures the result.
//!
//! ```no_run
//! use standpoint::{text::Article, Pipeline};
//!
//! let pipeline = Pipeline::builder().build()?;
//! let analysis = pipeline.analyze(&Article::new("a1", "“We will rebuild,” Mayor Ada Lunt said."))?;
//! for quote in &analysis.quotes {
//!     println!("{:?}: {}", quote.speaker, quote.content[0].text);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Offsets inside the library are bytes, in spans that only a [`text::Document`] makes; every offset that leaves it, in
//! a record or a labelled sample, is in Unicode code points.

pub mod actor;
mod error;
pub mod eval;
pub mod model;
pub mod output;
mod pipeline;
pub mod quote;
pub mod stance;
pub mod text;

pub use error::Error;
pub use pipeline::{
    attributions, emissions, mentions, Analyses, Builder, Pipeline, Progress, ReadAttribution, ReadMention,
    DEFAULT_BATCH_TOKENS, DEFAULT_MODEL, DEFAULT_STANCE_MODEL,
};
