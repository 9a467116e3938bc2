//! Quotations: spans of source, cue and content, linked into attributions.

mod attribution;
mod dateline;
mod finder;
mod forms;
mod link;
mod repair;
mod source;
mod speech;
mod tags;

pub use attribution::{Kind, Quote};
pub use finder::Finder;
pub(crate) use source::uncounted;
