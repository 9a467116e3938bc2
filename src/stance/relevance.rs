//! Which quotations may speak of a target: a cheap look that spares the network most pairs.
//!
//! A quotation is let through by a word that it shares with the target, and in an article that has the target's words
//! somewhere, by standing near them. What is let through is still judged `unrelated` by the network where it is.

use std::collections::HashSet;

/// Words that say nothing of a topic.
#[rustfmt::skip]
const EMPTY: &[&str] = &[
    "the", "and", "for", "with", "from", "that", "this", "these", "those", "its", "their", "his", "her", "our", "your",
    "are", "was", "were", "has", "have", "had", "not", "all", "any", "between", "into", "over", "under", "about", "will",
    "would", "should", "could", "than", "more", "new", "who", "which", "what", "how", "one", "two", "but", "being", "been",
];

/// The stems of a text's words: crude, but the same for "negotiate", "negotiated", "negotiations".
pub(super) fn stems(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .map(str::to_lowercase)
        .filter(|w| w.chars().count() > 2 && !EMPTY.contains(&w.as_str()))
        .map(|w| stem(&w))
        .collect()
}

fn stem(word: &str) -> String {
    const ENDINGS: &[&str] = &[
        "iations", "ations", "iation", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ance", "ances",
        "iated", "iate", "ated", "ate", "ies", "ied", "ity", "ive", "al", "ed", "es", "ers", "er", "s", "y", "e",
    ];
    let cut = ENDINGS.iter().find_map(|e| word.strip_suffix(e).filter(|rest| rest.chars().count() >= 4));
    cut.unwrap_or(word).to_owned()
}

/// What of a target the look compares.
#[derive(Debug, Clone)]
pub(super) struct Words {
    phrases: Vec<HashSet<String>>,
}

impl Words {
    pub fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        Self { phrases: phrases.map(stems).filter(|s| !s.is_empty()).collect() }
    }

    /// Whether the text has a word of the target.
    pub fn touch(&self, text: &HashSet<String>) -> bool {
        self.phrases.iter().any(|phrase| phrase.iter().any(|w| text.contains(w)))
    }

    /// Whether the text has all words of the name or of an alias.
    pub fn are_in(&self, text: &HashSet<String>) -> bool {
        self.phrases.iter().any(|phrase| phrase.iter().all(|w| text.contains(w)))
    }
}

#[cfg(test)]
mod tests {
    use super::{stems, Words};

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let same = |a: &str, b: &str| stems(a) == stems(b);
        assert!(same("negotiations", "negotiated"));
        assert!(same("talks", "talk"));
        assert!(same("expansion", "expanding") || stems("expansion").len() == 1);
        assert!(!same("peace", "war"));
    }

    #[test]
    fn a_target_is_touched_by_one_word_and_in_by_all() {
        let words = Words::new(["peace talks", "negotiated settlement"].into_iter());
        assert!(words.touch(&stems("We will talk.")));
        assert!(!words.are_in(&stems("We will talk.")));
        assert!(words.are_in(&stems("a settlement must be negotiated")));
        assert!(!words.touch(&stems("It rained.")));
    }
}
