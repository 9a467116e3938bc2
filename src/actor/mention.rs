//! Mentions: the words that stand for an actor.
//!
//! A mention is a name (without title), the head word of a description ("the *minister* of trade"), or a pronoun.
//! `scripts/train/standpoint_train/actor_data.py` has the same forms, in the same order.

use crate::text::Span;

/// What sort of actor it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One human being.
    Person,
    /// A company, party, ministry, court, outlet.
    Organization,
    /// A state, a city, a region.
    Place,
    /// Several who are named together or not by name: "officials", "both countries".
    Group,
    /// A paper, report, letter, law.
    Document,
    /// None of these, or it cannot be told.
    #[default]
    Unknown,
}

/// A pronoun, whatever its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pronoun {
    He,
    She,
    It,
    They,
    I,
    We,
    You,
    Who,
}

/// How a mention names its actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// By name.
    Name,
    /// By a description, in the singular or plural.
    Head { plural: bool },
    /// By a pronoun.
    Pronoun(Pronoun),
}

/// Word pieces that stand for an actor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mention {
    /// First word piece.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The same in the document.
    pub span: Span,
    pub form: Form,
    /// Of pronouns, what the pronoun tells.
    pub kind: Kind,
}

/// Number of [`Mention::form_id`]s.
pub(super) const FORMS: i64 = 16;

impl Mention {
    /// The number that the network knows the form by.
    pub fn form_id(&self) -> i64 {
        match (self.form, self.kind) {
            (Form::Name, Kind::Person) => 0,
            (Form::Name, Kind::Organization) => 1,
            (Form::Name, Kind::Place) => 2,
            (Form::Name, _) => 3,
            (Form::Head { plural }, Kind::Person | Kind::Group) => 4 + i64::from(plural),
            (Form::Head { plural }, _) => 6 + i64::from(plural),
            (Form::Pronoun(pronoun), _) => 8 + pronoun as i64,
        }
    }

    /// Its word pieces.
    pub fn pieces(&self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    pub fn is_name(&self) -> bool {
        self.form == Form::Name
    }

    pub fn is_pronoun(&self) -> bool {
        matches!(self.form, Form::Pronoun(_))
    }
}

/// The pronoun that a word is.
pub(crate) fn pronoun(word: &str) -> Option<Pronoun> {
    // "US" is the state.
    if ["i", "US", "IT"].contains(&word) {
        return None;
    }
    Some(match word.to_lowercase().as_str() {
        "he" | "him" | "his" | "himself" => Pronoun::He,
        "she" | "her" | "hers" | "herself" => Pronoun::She,
        "it" | "its" | "itself" => Pronoun::It,
        "they" | "them" | "their" | "theirs" | "themselves" => Pronoun::They,
        "i" | "me" | "my" | "mine" | "myself" => Pronoun::I,
        "we" | "us" | "our" | "ours" | "ourselves" => Pronoun::We,
        "you" | "your" | "yours" | "yourself" | "yourselves" => Pronoun::You,
        "who" | "whom" | "whose" | "which" => Pronoun::Who,
        _ => return None,
    })
}

/// Whether a noun is a plural, by its ending.
pub(crate) fn is_plural(word: &str) -> bool {
    let word = word.to_lowercase();
    const PLURALS: &[&str] = &["people", "police", "men", "women", "children", "both", "others", "staff", "crew"];
    let ending = word.ends_with('s') && !["ss", "us", "is"].iter().any(|e| word.ends_with(e));
    PLURALS.contains(&word.as_str()) || word.chars().count() > 3 && ending
}

#[cfg(test)]
mod tests {
    use super::{is_plural, pronoun, Pronoun};

    #[test]
    fn pronouns_in_any_case() {
        assert_eq!(pronoun("Their"), Some(Pronoun::They));
        assert_eq!(pronoun("I"), Some(Pronoun::I));
        assert_eq!([pronoun("i"), pronoun("US")], [None, None]);
        assert_eq!(pronoun("hero"), None);
    }

    #[test]
    fn plurals_by_ending() {
        let plural: Vec<&str> = ["officials", "police", "boss", "status", "gas", "basis", "lawyers"]
            .into_iter()
            .filter(|w| is_plural(w))
            .collect();
        assert_eq!(plural, ["officials", "police", "lawyers"]);
    }
}
