//! Actors: who the sources of an article's quotations are.

mod antecedent;
mod between;
mod described;
mod determiner;
mod entity;
mod form;
mod given;
mod heads;
mod matching;
mod mention;
mod names;
mod phrase;
mod registry;
mod resolve;
mod role;
mod states;
mod turn;

pub(crate) use between::choose_between;
pub(crate) use entity::Entities;
pub(crate) use heads::Heads;
pub(crate) use matching::{folded, is_initials, words};
pub use mention::Kind;
pub(crate) use mention::{pronoun, Mention, Pronoun};
pub(crate) use names::head_name;
pub(crate) use registry::key;
pub use registry::{Pin, Registry};
pub(crate) use resolve::{resolve, Resolved};
pub use resolve::{Actor, Attribution, Method};
pub use states::{States, BUILT_IN};
