//! Sentences that end in their source: `Nine in ten herring return, according to the harbour board.`
//!
//! Of 218 such sentences in PolNeAR 214 are attributions, 187 with exactly this source. The network finds nearly all; this
//! is for a sentence in which it finds nothing.

use super::{words, Form};
use crate::text::{Document, Span};

const SURE: f64 = 0.8;
/// A source has no more words, and a content no fewer.
const MOST_WORDS: usize = 14;
const FEWEST_WORDS: usize = 4;
/// What follows "according to" where it names no source.
const OTHERS: &[&str] = &["plan", "his", "her", "their", "its", "whether", "how", "what", "who", "which", "when"];

/// Every such sentence of a document.
pub(super) fn find(document: &Document) -> Vec<Form> {
    document.sentences().iter().filter_map(|sentence| report(document, sentence.span)).collect()
}

fn report(document: &Document, sentence: Span) -> Option<Form> {
    let words = words(document, sentence);
    let is_cue = |pair: &[Span]| {
        document.slice(pair[0]).eq_ignore_ascii_case("according") && document.slice(pair[1]).eq_ignore_ascii_case("to")
    };
    let at = words.windows(2).position(is_cue)?;
    let source = words.get(at + 2..).filter(|source| !source.is_empty() && source.len() <= MOST_WORDS)?;
    let (first, last) = (source[0], source[source.len() - 1]);
    let names_none = OTHERS.contains(&document.slice(first).to_lowercase().as_str());
    if at < FEWEST_WORDS || names_none || words[at + 2..].windows(2).any(is_cue) {
        return None;
    }
    let before = document.text()[sentence.start()..words[at].start()].trim_end();
    let clause = before.strip_suffix(',')?;
    let source = first.cover(last);
    let broken = |text: &str| text.contains([',', ';', ':', '“', '”', '"', '—', '(']);
    if broken(document.slice(source)) || clause.contains(['“', '”', '"', ';']) {
        return None;
    }
    let content = document.trim(document.span_of_bytes(sentence.start(), sentence.start() + clause.len())?)?;
    Some(Form { content: vec![content], cue: words[at].cover(words[at + 1]), source: Some(source), sure: SURE })
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::text::Document;

    fn found(text: &str) -> Vec<[String; 3]> {
        let document = Document::new(text.to_owned());
        let slice = |span| document.slice(span).to_owned();
        find(&document)
            .iter()
            .map(|f| [slice(f.content[0]), slice(f.cue), f.source.map(slice).unwrap_or_default()])
            .collect()
    }

    #[test]
    fn the_source_ends_the_sentence() {
        assert_eq!(
            found("It rained. Nine in ten herring return, according to a study by the harbour board. Nobody asked."),
            [["Nine in ten herring return", "according to", "a study by the harbour board"]]
        );
    }

    #[test]
    fn other_uses_are_left() {
        assert!(found("The launch of the ferry went according to plan.").is_empty());
        assert!(found("Each of them was paid, according to his needs.").is_empty());
        assert!(found("The ferry sank, according to Lunt, who was aboard.").is_empty());
        assert!(found("“The ferry has sunk,” said Lunt, according to Reyl.").is_empty());
    }
}
