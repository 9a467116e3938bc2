//! What the words of a description tell of whom it can mean: "a spokesman" is someone new, "state media" are not the "local
//! media", "his boss" is not he, and "the intelligence official" is the "intelligence official" of before.

use super::determiner::{is_determiner, is_indefinite};
use super::entity::{Entities, DESCRIBED};
use super::matching::folded;
use super::mention::{is_plural, Form, Kind, Mention};
use super::names;
use super::phrase::phrase;
use crate::text::{before_possessive, Document, Span};

/// Nouns for those whom papers often do not name.
const UNNAMED: &[&str] = &["aide", "diplomat", "insider", "official", "resident", "source", "user", "witness"];

/// A description, apart in its words.
pub(super) struct Described {
    mention: usize,
    /// What it begins with, in lower case: "the", "his"; empty where it has none.
    determiner: String,
    /// Folded, between determiner and noun.
    modifiers: Vec<String>,
    noun: String,
    /// Where it begins, in bytes.
    start: usize,
    /// Where its sentence begins.
    sentence: usize,
    /// The words that possess the noun.
    possessor: Option<Span>,
}

impl Described {
    /// The description that a mention is the head of; `None` for names and pronouns.
    pub fn new(document: &Document, mentions: &[Mention], mention: usize) -> Option<Self> {
        let own = mentions[mention];
        if !matches!(own.form, Form::Head { .. }) {
            return None;
        }
        let whole = phrase(document, own.span);
        let text = document.slice(whole);
        let (determiner, rest) = match text.split_once(char::is_whitespace) {
            Some((first, rest)) if whole.start() < own.span.start() => (first.to_lowercase(), rest),
            _ => (String::new(), text),
        };
        let mut words: Vec<String> = unowned(rest).into_iter().map(folded).collect();
        let noun = words.pop()?;
        let before = names::word_before(document, own.span);
        let owner = before_possessive(before).and_then(|owner| {
            let end = document.text()[..own.span.start()].trim_end().len() - (before.len() - owner.len());
            document.span_of_bytes(end - owner.len(), end)
        });
        let pronoun = ["his", "her", "its", "their", "our", "my"].contains(&determiner.as_str());
        let pronoun =
            pronoun.then(|| document.span_of_bytes(whole.start(), whole.start() + determiner.len())).flatten();
        Some(Self {
            mention,
            determiner,
            modifiers: words,
            noun,
            start: whole.start(),
            sentence: document.sentence_at(own.span.start()).map_or(0, |s| s.span.start()),
            possessor: owner.or(pronoun),
        })
    }

    /// Whether it can mean an entity that stands before it.
    pub fn fits(&self, document: &Document, entities: &Entities, mentions: &[Mention], entity: usize) -> bool {
        let excluded = self.is_new(document, entities, mentions, entity)
            || self.is_unnamed() && entities.list[entity].named
            || self.is_text(mentions[self.mention].kind, entities.list[entity].kind)
            || self.is_other(entities, entity)
            || self.is_owner(entities, mentions, entity);
        !excluded
    }

    /// "A palace spokesman" brings in someone, unless right after whom it describes: "Ada Lunt, a spokeswoman", "Lunt is a".
    fn is_new(&self, document: &Document, entities: &Entities, mentions: &[Mention], entity: usize) -> bool {
        let before = names::word_before(document, mentions[self.mention].span).to_lowercase();
        if self.determiner == "another" || ["other", "another"].contains(&before.as_str()) {
            return true;
        }
        if !is_indefinite(&self.determiner) {
            return false;
        }
        let mut before = mentions[..self.mention].iter().zip(&entities.of).rev();
        let last = before.find(|(_, of)| of.is_some_and(|(e, _)| e == entity)).map_or(0, |(m, _)| m.span.end());
        let gap = document.text().get(last..self.start).unwrap_or("");
        last < self.sentence || gap.split_whitespace().count() > 3
    }

    /// "The source", whose name the paper keeps to itself.
    fn is_unnamed(&self) -> bool {
        ["insider", "source"].contains(&self.noun.strip_suffix('s').unwrap_or(&self.noun))
    }

    /// "The video" is no person, "the story" no newspaper.
    fn is_text(&self, own: Kind, other: Kind) -> bool {
        const OUTLETS: &[&str] =
            &["blog", "daily", "magazine", "newspaper", "outlet", "paper", "publication", "site", "tabloid", "website"];
        let organization = other == Kind::Organization && !OUTLETS.contains(&self.noun.as_str());
        own == Kind::Document && (other == Kind::Person || organization)
    }

    /// Another group, or one of those whom papers do not name, with the same noun and wholly other words beside it. One man may
    /// be "the old priest" and "the Norvian priest".
    fn is_other(&self, entities: &Entities, entity: usize) -> bool {
        let theirs = &entities.list[entity];
        let noun = self.noun.as_str();
        let several = is_plural(noun) || ["media", "press"].contains(&noun) || UNNAMED.contains(&noun);
        if theirs.named || self.modifiers.is_empty() || !several {
            return false;
        }
        let (modifiers, noun) = apart(&theirs.name);
        noun == self.noun && !modifiers.is_empty() && !modifiers.iter().any(|m| self.modifiers.contains(m))
    }

    /// Who possesses the noun.
    fn is_owner(&self, entities: &Entities, mentions: &[Mention], entity: usize) -> bool {
        let Some(possessor) = self.possessor else { return false };
        let near = mentions[..self.mention].iter().zip(&entities.of).rev().take(4);
        near.filter(|(m, _)| m.span.overlaps(possessor)).any(|(_, of)| of.is_some_and(|(e, _)| e == entity))
    }

    /// The one description before that has the noun and all words beside it ("the intelligence official" after "a Norvian
    /// intelligence official"), where this says "the" or "that" and has such words, or means somebody whom papers do not name: of these
    /// the one who was mentioned last, in this paragraph or the one before.
    pub fn again(&self, document: &Document, entities: &Entities, mentions: &[Mention]) -> Option<(usize, f64)> {
        let unnamed = UNNAMED.contains(&self.noun.as_str());
        if !self.is_definite() || self.modifiers.is_empty() && !unnamed {
            return None;
        }
        let one = self.one_before(entities, |theirs| self.modifiers.iter().all(|word| theirs.contains(word)));
        one.or_else(|| self.last_before(document, entities, mentions).filter(|_| self.modifiers.is_empty()))
    }

    fn last_before(&self, document: &Document, entities: &Entities, mentions: &[Mention]) -> Option<(usize, f64)> {
        let paragraph = document.paragraph_at(self.start).saturating_sub(1);
        let near = mentions[..self.mention].iter().zip(&entities.of).rev();
        let mut near = near.take_while(|(m, _)| document.paragraph_at(m.span.start()) >= paragraph);
        let (_, last) = near.find(|(_, of)| of.is_some_and(|(e, _)| self.has_noun(entities, e).is_some()))?;
        last.map(|(entity, _)| (entity, DESCRIBED))
    }

    /// The words beside the noun of a description that has the same noun.
    fn has_noun(&self, entities: &Entities, entity: usize) -> Option<Vec<String>> {
        if entities.list[entity].named {
            return None;
        }
        let (modifiers, noun) = apart(&entities.list[entity].name);
        (noun == self.noun).then_some(modifiers)
    }

    fn is_definite(&self) -> bool {
        ["the", "that", "this"].contains(&self.determiner.as_str())
    }

    /// The one description before with the same words, or the same noun where this has no more, where this says "the".
    pub fn same(&self, entities: &Entities) -> Option<(usize, f64)> {
        self.one_before(entities, |theirs| self.modifiers.is_empty() || theirs == self.modifiers)
    }

    fn one_before(&self, entities: &Entities, agree: impl Fn(&[String]) -> bool) -> Option<(usize, f64)> {
        if !self.is_definite() {
            return None;
        }
        let answers = |e: &usize| self.has_noun(entities, *e).is_some_and(|theirs| agree(&theirs));
        let mut found = (0..entities.list.len()).filter(answers);
        let first = found.next()?;
        found.next().is_none().then_some((first, DESCRIBED))
    }
}

/// The words of a description after those that possess it: "old pier" of "the town’s old pier".
fn unowned(description: &str) -> Vec<&str> {
    let mut words: Vec<&str> = description.split_whitespace().collect();
    let owner = words.iter().rposition(|w| before_possessive(w).is_some()).filter(|at| at + 1 < words.len());
    words.drain(..owner.map_or(0, |at| at + 1));
    words
}

/// The modifiers and the noun of a description without its determiner and what depends on it, folded.
fn apart(description: &str) -> (Vec<String>, String) {
    const LINKS: &[&str] = &["of", "from", "for"];
    let words = unowned(description).into_iter().map(folded).skip_while(|w| is_determiner(w));
    let mut words: Vec<String> = words.take_while(|w| !LINKS.contains(&w.as_str())).collect();
    let noun = words.pop().unwrap_or_default();
    (words, noun)
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn descriptions_come_apart() {
        let of = |text: &str| {
            let (modifiers, noun) = apart(text);
            (modifiers.join(" "), noun)
        };
        assert_eq!(of("A Norvian intelligence official"), ("norvian intelligence".to_owned(), "official".to_owned()));
        assert_eq!(of("the senator from Tellin"), (String::new(), "senator".to_owned()));
        assert_eq!(of("Norvia’s old state media"), ("old state".to_owned(), "media".to_owned()));
        assert_eq!(of(""), (String::new(), String::new()));
    }
}
