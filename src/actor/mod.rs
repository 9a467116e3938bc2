//! Actors: who the sources of an article's quotations are.

mod names;
mod resolve;

pub use resolve::{resolve, Actor, Attribution, Method};
