//! The text of an article and what can be pointed to in it: code points, paragraphs, sentences, quotation marks.

mod article;
mod calendar;
mod document;
mod marks;
mod offsets;
mod paragraph;
mod possessive;
mod reader;
mod sentence;

pub use article::{Article, Cause, Failure};
pub(crate) use calendar::{DAYS, MONTHS};
pub use document::{Document, Span};
pub use marks::Marks;
pub(crate) use possessive::{bare_word, before_possessive, possesses, without_possessive};
pub(crate) use reader::inflate;
pub use reader::{Format, Reader, Settings as ReaderSettings};
pub use sentence::Sentence;

/// What begins a dash, as news prints it: the hyphen stands for one alone or doubled.
pub(crate) const DASHES: [char; 4] = ['—', '–', '―', '-'];
