//! Targets that a batch offers by itself: topics that recur in its quotations, and actors that they name.
//!
//! Topics are phrases of one to three words of content ("ceasefire", "peace talks", "withdrawal of troops") that stand
//! where a noun does, scored by C-value (Frantzi, Ananiadou and Mima, 2000) over quotations: the number that hold the
//! phrase, less the mean of the longer phrases around it, times log₂(1 + words).

use std::collections::{BTreeMap, BTreeSet};

use crate::actor::folded;
use crate::output::Analysis;
use crate::text::bare_word;

const LONGEST: usize = 3;

/// Words that no topic begins or ends with.
#[rustfmt::skip]
const FUNCTION: &[&str] = &[
    "a", "an", "the", "and", "or", "but", "nor", "so", "yet", "if", "then", "than", "as", "at", "by", "for", "from", "in",
    "into", "of", "off", "on", "onto", "out", "over", "per", "to", "toward", "towards", "under", "up", "upon", "via", "with",
    "within", "without", "about", "above", "across", "after", "against", "along", "amid", "among", "around", "before",
    "behind", "below", "beside", "between", "beyond", "despite", "down", "during", "except", "inside", "like", "near",
    "outside", "since", "through", "throughout", "until", "while", "i", "me", "my", "we", "us", "our", "ours", "you", "your",
    "he", "him", "his", "she", "her", "hers", "it", "its", "they", "them", "their", "theirs", "who", "whom", "whose",
    "which", "what", "that", "this", "these", "those", "there", "here", "when", "where", "why", "how", "all", "any", "both",
    "each", "every", "few", "many", "more", "most", "much", "no", "none", "not", "other", "others", "another", "some",
    "such", "own", "same", "several", "only", "very", "too", "also", "just", "even", "still", "again", "ever", "never",
    "always", "often", "now", "soon", "today", "tomorrow", "yesterday", "already", "well", "far", "am", "is", "are", "was",
    "were", "be", "been", "being", "do", "does", "did", "done", "doing", "have", "has", "had", "having", "can", "could",
    "may", "might", "must", "shall", "should", "will", "would", "get", "got", "go", "goes", "going", "gone", "went", "come",
    "came", "coming", "make", "made", "making", "makes", "take", "took", "taken", "taking", "give", "given", "gave", "say",
    "said", "says", "saying", "see", "seen", "know", "known", "think", "want", "wants", "need", "needs", "let", "put",
    "one", "two", "three", "four", "five", "first", "second", "last", "next", "new", "old", "good", "bad", "big", "great",
    "little", "long", "high", "low", "able", "ready", "likely", "sure", "clear", "due", "including", "according", "yes",
    "lot", "lots", "bit", "kind", "sort", "become", "becomes", "became", "remain", "remains", "continue", "keep", "kept",
    "further", "rather", "instead", "however", "perhaps", "together",
];

/// Nouns that are no topic alone.
#[rustfmt::skip]
const GENERAL: &[&str] = &[
    "time", "times", "year", "years", "month", "months", "week", "weeks", "day", "days", "hour", "hours", "moment", "way",
    "ways", "thing", "things", "part", "parts", "people", "person", "man", "men", "woman", "women", "side", "sides", "end",
    "fact", "point", "points", "case", "cases", "place", "number", "numbers", "question", "questions", "statement", "words",
    "word", "issue", "issues", "problem", "problems", "reason", "reasons", "result", "results", "role", "step", "steps",
    "area", "areas", "level", "parties", "country", "countries", "nation", "nations", "world", "state", "states", "life",
    "lives", "home", "hand", "hands", "something", "nothing", "anything", "everything", "someone", "everyone", "nobody",
    "officials", "official", "government", "president", "minister", "leader", "leaders", "example", "percent", "today",
    "report", "line", "name", "order", "course", "matter", "situation", "process", "future", "past", "history", "need",
];

/// Words before a noun phrase.
#[rustfmt::skip]
const BEFORE_NOUN: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your", "any", "no",
    "some", "of", "for", "on", "in", "about", "with", "from", "against", "between", "towards", "toward", "into", "by",
    "over", "such", "more", "all", "both", "for", "as", "called",
];

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposed {
    /// A topic of the quotations.
    Topic,
    /// Someone or something that they name.
    Actor,
}

/// A target that standpoint proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What it is.
    pub what: Proposed,
    /// Its name.
    pub name: String,
    /// Quotations that hold it.
    pub quotes: usize,
    /// C-value of a topic; of an actor, the number of quotations.
    pub score: f64,
}

#[derive(Debug, Default)]
struct Phrase {
    /// Written forms with their counts.
    forms: BTreeMap<String, usize>,
    quotes: BTreeSet<usize>,
    /// Whether it ever stood where a noun does.
    noun: bool,
}

/// Collects the quotations of a batch.
#[derive(Debug, Default)]
pub struct Proposer {
    phrases: BTreeMap<String, Phrase>,
    named: BTreeMap<String, BTreeSet<usize>>,
    names: BTreeSet<String>,
    quotes: usize,
}

impl Proposer {
    /// Adds the quotations of an article.
    pub fn add(&mut self, analysis: &Analysis) {
        for actor in &analysis.actors {
            self.names.extend(std::iter::once(&actor.name).chain(&actor.aliases).map(|n| folded(n)));
        }
        for quote in &analysis.quotes {
            self.quotes += 1;
            for sentiment in &quote.sentiment {
                self.named.entry(sentiment.target.clone()).or_default().insert(self.quotes);
                self.names.insert(folded(&sentiment.target));
            }
            for piece in &quote.content {
                self.add_text(&piece.text);
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        for clause in text.split(['.', ',', ';', ':', '!', '?', '“', '”', '"', '(', ')', '—', '–', '…', '[', ']', '\n'])
        {
            let words: Vec<&str> = clause.split_whitespace().map(bare_word).filter(|w| !w.is_empty()).collect();
            for start in 0..words.len() {
                let noun = start > 0 && BEFORE_NOUN.contains(&words[start - 1].to_lowercase().as_str());
                for length in 1..=LONGEST.min(words.len() - start) {
                    self.add_phrase(&words[start..start + length], noun);
                }
            }
        }
    }

    fn add_phrase(&mut self, words: &[&str], noun: bool) {
        let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
        let edge = |w: &String| {
            !FUNCTION.contains(&w.as_str()) && w.chars().all(|c| c.is_alphabetic() || c == '-') && w.chars().count() > 2
        };
        let middle = |w: &String| edge(w) || w == "of";
        let whole = lower.first().is_some_and(edge) && lower.last().is_some_and(edge) && lower.iter().all(middle);
        let adverb = lower.iter().any(|w| w.ends_with("ly") && w.chars().count() > 4);
        let verb = lower.first().is_some_and(|w| w.ends_with("ing") && words.len() > 1);
        if !whole || adverb || verb || words.len() == 1 && GENERAL.contains(&lower[0].as_str()) {
            return;
        }
        let key = lower.iter().map(|w| singular(w)).collect::<Vec<_>>().join(" ");
        let phrase = self.phrases.entry(key).or_default();
        *phrase.forms.entry(lower.join(" ")).or_default() += 1;
        phrase.quotes.insert(self.quotes);
        phrase.noun |= noun;
    }

    /// The best topics, and the actors that most quotations name.
    pub fn propose(&self, topics: usize, actors: usize) -> Vec<Proposal> {
        let mut named: Vec<Proposal> = self
            .named
            .iter()
            .map(|(name, quotes)| Proposal {
                what: Proposed::Actor,
                name: name.clone(),
                quotes: quotes.len(),
                score: quotes.len() as f64,
            })
            .collect();
        named.sort_by(|a, b| b.quotes.cmp(&a.quotes).then_with(|| a.name.cmp(&b.name)));
        named.truncate(actors);
        let mut found = self.topics();
        found.truncate(topics);
        found.extend(named);
        found
    }

    fn topics(&self) -> Vec<Proposal> {
        let candidates: Vec<(&String, &Phrase)> =
            self.phrases.iter().filter(|(_, p)| p.noun && p.quotes.len() > 1 && !self.is_name(p)).collect();
        let mut scored: Vec<(&str, Proposal)> = Vec::new();
        for (key, phrase) in &candidates {
            let around: Vec<usize> = candidates
                .iter()
                .filter(|(other, _)| other.len() > key.len() && holds(other, key))
                .map(|(_, p)| p.quotes.len())
                .collect();
            let nested =
                if around.is_empty() { 0.0 } else { around.iter().sum::<usize>() as f64 / around.len() as f64 };
            let words = key.split(' ').count() as f64;
            let score = (1.0 + words).log2() * (phrase.quotes.len() as f64 - nested);
            let form = phrase.forms.iter().max_by_key(|(form, n)| (**n, std::cmp::Reverse(form.len())));
            let name = form.map_or_else(|| (*key).clone(), |(form, _)| form.clone());
            scored.push((key, Proposal { what: Proposed::Topic, name, quotes: phrase.quotes.len(), score }));
        }
        scored.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then_with(|| a.0.cmp(b.0)));
        scored.into_iter().map(|(_, proposal)| proposal).filter(|p| p.score > 0.0).collect()
    }

    /// Whether all its words are a name's: actors are proposed apart.
    fn is_name(&self, phrase: &Phrase) -> bool {
        phrase.forms.keys().any(|form| {
            let form = folded(form);
            self.names.iter().any(|name| name == &form || form.split(' ').all(|w| name.split(' ').any(|n| n == w)))
        })
    }
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(rest) if rest.len() > 3 && !rest.ends_with(['s', 'u', 'i']) => rest,
        _ => word,
    }
}

fn holds(long: &str, short: &str) -> bool {
    let (long, short): (Vec<&str>, Vec<&str>) = (long.split(' ').collect(), short.split(' ').collect());
    long.windows(short.len()).any(|window| window == short.as_slice())
}

#[cfg(test)]
mod tests {
    use super::{Proposed, Proposer};

    #[test]
    fn phrases_that_recur_where_nouns_stand() {
        let mut proposer = Proposer::default();
        for text in [
            "the peace talks must resume",
            "peace talks can resume soon",
            "of the peace talks",
            "a carbon price",
            "the carbon prices",
        ] {
            proposer.quotes += 1;
            proposer.add_text(text);
        }
        let found = proposer.propose(2, 0);
        let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["peace talks", "carbon price"]);
        assert!(found.iter().all(|p| p.what == Proposed::Topic));
        assert_eq!(found[0].quotes, 3);
    }
}
