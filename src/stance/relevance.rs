//! Which quotations may speak of a target, by their words, and by which of its names a quotation calls it.
//!
//! The network of pairs tells itself what is unrelated, and is asked about every pair whose words are somewhat alike
//! (`likeness`). A model of the user's is only asked about a quotation that shares a word with the target, or that stands
//! near all of its words.

use std::collections::{BTreeMap, HashSet};

use crate::text::{bare_word, before_possessive};

/// Words that say nothing of a topic.
#[rustfmt::skip]
const EMPTY: &[&str] = &[
    "the", "and", "for", "with", "from", "that", "this", "these", "those", "its", "their", "his", "her", "our", "your",
    "are", "was", "were", "has", "have", "had", "not", "all", "any", "between", "into", "over", "under", "about", "will",
    "would", "should", "could", "an", "of", "to", "in", "on", "or", "by", "at", "as", "is", "be", "it", "he", "she",
    "they", "we", "you", "him", "them", "us", "than", "more", "new", "who", "which", "what", "how", "one", "two", "but", "being", "been",
];

/// Whether a word or a piece of one says nothing of a topic.
pub(super) fn is_empty(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphanumeric()).count() < 2 || EMPTY.contains(&word.to_lowercase().as_str())
}

/// The words of a text, as they are written.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of a text in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    split(text).map(str::to_lowercase).collect()
}

/// The stems of a text's words: crude, but the same for "negotiate", "negotiated", "negotiations". Words that have none stand
/// as they are, so that "US" is not "us".
pub(super) fn stems(text: &str) -> HashSet<String> {
    split(text).map(|word| stem_of(word).unwrap_or_else(|| word.to_owned())).collect()
}

/// The stem of a word that is long enough, and says something of a topic.
fn stem_of(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    (word.chars().count() > 2 && !EMPTY.contains(&word.as_str())).then(|| stem(&word))
}

/// What a phrase is known by: the stems of its words, or where none has one ("EU", "the US") its words in capitals.
fn known_by(phrase: &str) -> HashSet<String> {
    let stems: HashSet<String> = split(phrase).filter_map(stem_of).collect();
    if !stems.is_empty() {
        return stems;
    }
    let is_name = |word: &&str| {
        let capitals = word.chars().take_while(|c| c.is_uppercase()).count();
        word.chars().count() > 1 && capitals > 0 && (word.chars().count() == capitals || !is_empty(word))
    };
    split(phrase).filter(is_name).map(str::to_owned).collect()
}

fn stem(word: &str) -> String {
    const ENDINGS: &[&str] = &[
        "iations", "ations", "iation", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ance", "ances",
        "iated", "iate", "ated", "ate", "ies", "ied", "ity", "ive", "al", "ed", "es", "ers", "er", "s", "y", "e",
    ];
    let cut = ENDINGS.iter().find_map(|e| word.strip_suffix(e).filter(|rest| rest.chars().count() >= 4));
    cut.unwrap_or(word).to_owned()
}

/// The names in a phrase, each as the beginning that its other forms share with it ("russ" of "Russia" and "Russian"); by
/// party where something is said to be between several ("ties between Russia and China").
///
/// A capital alone does not make the first word a name, as people write "Peace talks" too: it must be all capitals, or own
/// something ("China's involvement"), or stand beside another name. Shorter names ("UN") begin too many other words.
fn names(phrase: &str) -> Vec<Vec<String>> {
    let capital = |word: &str| word.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase);
    let sure = |(at, word): &(usize, &str)| {
        let bare = bare_word(word);
        let abbreviated = bare.chars().count() > 1 && bare.chars().all(char::is_uppercase);
        *at > 0 || before_possessive(word).is_some() || abbreviated
    };
    let capitals: Vec<(usize, &str)> =
        phrase.split_whitespace().enumerate().filter(|(_, word)| capital(word)).collect();
    if !capitals.iter().any(sure) {
        return Vec::new();
    }
    let beginning = |word: &str| {
        let letters = word.chars().count();
        word.to_lowercase().chars().take(letters.saturating_sub(2).clamp(4, 5)).collect::<String>()
    };
    let found = capitals.into_iter().map(|(at, word)| (party_at(phrase, at), beginning(bare_word(word))));
    let mut parties: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (party, name) in found.filter(|(_, name)| name.chars().count() > 3 && !is_empty(name)) {
        parties.entry(party).or_default().push(name);
    }
    parties.into_values().collect()
}

/// Which of the parties after "between" the word at this place belongs to, from 0; 0 where nothing is between parties.
fn party_at(phrase: &str, place: usize) -> usize {
    let before = phrase.split_whitespace().take(place).skip_while(|word| !word.eq_ignore_ascii_case("between"));
    before.filter(|word| word.eq_ignore_ascii_case("and") || word.ends_with(',')).count()
}

/// The name and the aliases of a target, with the stems that are compared.
#[derive(Debug, Clone)]
pub(super) struct Words {
    phrases: Vec<(String, HashSet<String>)>,
    /// The names in each of the names and aliases, by party.
    names: Vec<Vec<Vec<String>>>,
}

impl Words {
    pub fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let phrases: Vec<&str> = phrases.collect();
        let names = phrases.iter().map(|phrase| names(phrase)).collect();
        let phrases = phrases.into_iter().map(|p| (p.to_owned(), known_by(p)));
        Self { phrases: phrases.filter(|(_, stems)| !stems.is_empty()).collect(), names }
    }

    /// Whether a name of the target, or one of each of its parties, stands among the [`words`] of a text, or the target has
    /// none.
    pub fn named_in(&self, words: &[String]) -> bool {
        let stands = |name: &String| words.iter().any(|word| word.starts_with(name.as_str()));
        self.names.iter().any(|parties| parties.iter().all(|names| names.iter().any(stands)))
    }

    /// The first of the names whose words are all in the text.
    pub fn wording(&self, text: &HashSet<String>) -> Option<&str> {
        let (phrase, _) = self.phrases.iter().find(|(_, stems)| stems.is_subset(text))?;
        Some(phrase)
    }

    /// Whether the text has a word of the target.
    pub fn touch(&self, text: &HashSet<String>) -> bool {
        self.phrases.iter().any(|(_, stems)| !stems.is_disjoint(text))
    }
}

#[cfg(test)]
mod tests {
    use super::{stems, words, Words};

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let same = |a: &str, b: &str| stems(a) == stems(b);
        assert!(same("negotiations", "negotiated"));
        assert!(same("talks", "talk"));
        assert!(!same("peace", "war"));
    }

    #[test]
    fn short_names_are_found_as_they_are_written() {
        let touches = |target: &str, text: &str| Words::new([target].into_iter()).touch(&stems(text));
        assert!(touches("EU", "The EU must act.") && touches("The US", "They left the US."));
        assert!(!touches("US", "They told us.") && !touches("The US", "The press."));
        assert!(touches("peace talks", "He will talk.") && !touches("of it", "of it"));
    }

    #[test]
    fn a_target_that_names_someone_wants_a_name() {
        let named = |target: &str, text: &str| Words::new([target].into_iter()).named_in(&words(text));
        assert!(named("ties between Russia and China", "Chinese ministers spoke to Russia."));
        assert!(!named("ties between Russia and China", "Chinese ministers spoke to Norvia."));
        assert!(!named("trade between Norvia, Ostland and Perm", "Ostland and Norvia"));
        assert!(named("the President and Congress", "Congress"));
        assert!(!named("ties between Russia and China", "The mayor thanked the sheriff."));
        assert!(!named("President Obama", "Sheriff Arpaio knows the struggle."));
        assert!(named("NATO expansion", "Nato must not grow."));
        assert!(!named("China’s involvement", "It rained."));
        assert!(named("the UN mission", "The blue helmets must go."));
        assert!(named("peace talks", "It rained.") && named("Peace talks", "It rained."));
        let either = Words::new(["Norvia's dam", "the dam"].into_iter());
        assert!(either.named_in(&words("It rained.")));
    }

    #[test]
    fn a_target_is_touched_by_one_word_and_in_by_all() {
        let words = Words::new(["peace talks", "negotiated settlement"].into_iter());
        assert!(words.touch(&stems("We will talk.")));
        assert_eq!(words.wording(&stems("We will talk.")), None);
        assert_eq!(words.wording(&stems("a settlement must be negotiated")), Some("negotiated settlement"));
        assert!(!words.touch(&stems("It rained.")));
    }
}
