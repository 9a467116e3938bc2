//! States, and the words that news puts for them: seats of government, adjectives, other names.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::matching::folded;
use crate::Error;

/// The table that comes with standpoint, which a user can replace.
pub const BUILT_IN: &str = include_str!("states.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    state: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    seats: Vec<String>,
    #[serde(default)]
    demonyms: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

/// What a word is to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// One of its names.
    Name,
    /// A capital or a seat of power, which speaks for it.
    Seat,
    /// An adjective.
    Demonym,
}

/// A table of states.
#[derive(Debug, Clone)]
pub struct States {
    names: Vec<String>,
    words: HashMap<String, (usize, Relation)>,
}

impl States {
    /// Reads a table: `[[state]]` with `name`, `seats`, `demonyms`, `aliases`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut states = Self { names: Vec::new(), words: HashMap::new() };
        for (i, row) in file.state.into_iter().enumerate() {
            let of = |words: Vec<String>, relation| words.into_iter().map(move |w| (w, relation));
            let all = of(vec![row.name.clone()], Relation::Name)
                .chain(of(row.aliases, Relation::Name))
                .chain(of(row.seats, Relation::Seat))
                .chain(of(row.demonyms, Relation::Demonym));
            for (word, relation) in all {
                if let Some((other, _)) = states.words.insert(folded(&word), (i, relation)) {
                    if other != i {
                        return Err(format!("{word:?} stands for {:?} and for {:?}", states.names[other], row.name));
                    }
                }
            }
            states.names.push(row.name);
        }
        Ok(states)
    }

    /// Reads a table from a file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bad = |message: String| Error::Table { path: path.to_owned(), message };
        let text = std::fs::read_to_string(path).map_err(|e| bad(format!("cannot be read: {e}")))?;
        Self::parse(&text).map_err(bad)
    }

    /// The names of the states.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The state that a word stands for, with what it is to it.
    pub(crate) fn find(&self, name: &str) -> Option<(&str, Relation)> {
        let (state, relation) = self.words.get(&folded(name))?;
        Some((&self.names[*state], *relation))
    }
}

impl Default for States {
    fn default() -> Self {
        // A unit test reads the built-in table; without one no word stands for a state.
        Self::parse(BUILT_IN).unwrap_or(Self { names: Vec::new(), words: HashMap::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Relation, States, BUILT_IN};

    #[test]
    fn the_built_in_table_reads() {
        let states = States::parse(BUILT_IN).unwrap();
        assert_eq!(states.find("Kyiv"), Some(("Ukraine", Relation::Seat)));
        assert_eq!(states.find("U.S."), Some(("United States", Relation::Name)));
        assert_eq!(states.find("Bogota"), Some(("Colombia", Relation::Seat)));
        assert_eq!(states.find("Ruritania"), None);
    }

    #[test]
    fn one_word_for_two_states_is_refused() {
        let twice = "[[state]]\nname = \"A\"\nseats = [\"X\"]\n[[state]]\nname = \"B\"\nseats = [\"x\"]\n";
        assert!(States::parse(twice).unwrap_err().contains("\"x\" stands for \"A\" and for \"B\""));
    }
}
