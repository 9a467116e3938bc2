//! Reports without a source: `It was widely reported that the bridge had moved.`
//!
//! "It" stands for the clause, not for a speaker. Of 8 such sentences in PolNeAR six are labelled, all six without source
//! and with the clause from "that" on as content.

use super::{words, Form};
use crate::text::{Document, Span};

const SURE: f64 = 0.75;
/// What is reported, of a clause or of whom it is about.
#[rustfmt::skip]
pub(super) const VERBS: &[&str] = &[
    "acknowledged", "agreed", "alleged", "announced", "argued", "asserted", "assumed", "believed", "claimed",
    "confirmed", "disclosed", "estimated", "feared", "predicted", "proposed", "reported", "revealed", "rumored",
    "rumoured", "said", "speculated", "stated", "suggested", "thought",
];
const BE: &[&str] = &["is", "was", "been"];
/// Words from "It" to the verb, and from there to "that", at most.
const REACH: usize = 6;

/// Every such report of a document.
pub(super) fn find(document: &Document) -> Vec<Form> {
    document.sentences().iter().flat_map(|sentence| reports(document, sentence.span)).collect()
}

fn reports(document: &Document, sentence: Span) -> Vec<Form> {
    let words = words(document, sentence);
    let is_it = |i: &usize| document.slice(words[*i]).eq_ignore_ascii_case("it");
    (0..words.len()).filter(is_it).filter_map(|it| report(document, sentence, &words[it..])).collect()
}

/// The report of the clause that the first of the words, "it", opens.
fn report(document: &Document, sentence: Span, words: &[Span]) -> Option<Form> {
    let word = |i: usize| words.get(i).map_or(String::new(), |w| document.slice(*w).to_lowercase());
    let first = word(1);
    if !["is", "was", "has", "had"].contains(&first.as_str()) {
        return None;
    }
    let verb = (2..=REACH).find(|i| VERBS.contains(&word(*i).as_str()))?;
    let passive = (1..verb).any(|i| BE.contains(&word(i).as_str()));
    let adverbs = (2..verb).all(|i| BE.contains(&word(i).as_str()) || word(i).ends_with("ly") || is_adverb(&word(i)));
    let that = (verb + 1..=verb + 1 + REACH).find(|i| word(*i) == "that")?;
    // "It was said by Lunt that …" has a source.
    if !passive || !adverbs || (verb..that).any(|i| word(i) == "by") {
        return None;
    }
    let cue = words[1].cover(words[verb]);
    let rest = &document.text()[words[that].start()..sentence.end()];
    let end = [", and it ", ", but ", ";", "”"].iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
    let clause = rest[..end].trim_end_matches(|c: char| !c.is_alphanumeric());
    let content = document.span_of_bytes(words[that].start(), words[that].start() + clause.len())?;
    Some(Form { content: vec![content], cue, source: None, sure: SURE })
}

fn is_adverb(word: &str) -> bool {
    ["also", "long", "often", "later", "since", "now", "then", "once", "even", "always", "never"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::text::Document;

    fn found(text: &str) -> Vec<[String; 2]> {
        let document = Document::new(text.to_owned());
        let slice = |span| document.slice(span).to_owned();
        find(&document).iter().map(|f| [slice(f.cue), slice(f.content[0])]).collect()
    }

    #[test]
    fn it_is_no_source() {
        assert_eq!(
            found("It was widely reported on Monday that the bridge had moved. Nobody saw it."),
            [["was widely reported", "that the bridge had moved"]]
        );
        assert_eq!(
            found("It has long been rumored that it moves, and it was suggested that it sings."),
            [["has long been rumored", "that it moves"], ["was suggested", "that it sings"]]
        );
    }

    #[test]
    fn a_speaker_is_one() {
        assert!(found("It was said by Ada Lunt that the bridge had moved.").is_empty());
        assert!(found("It has said that the bridge had moved.").is_empty());
        assert!(found("It was the bridge that moved.").is_empty());
    }
}
