//! Headlines that name their source last: `Bridge Must Close by May, Mayor Says`.
//!
//! Of 11 such lines in PolNeAR, ten are labelled so; the eleventh ends in a full stop, which a headline does not.

use super::{words, Form};
use crate::text::{Document, Span};

const SURE: f64 = 0.9;
const CUES: &[&str] =
    &["says", "say", "said", "finds", "find", "reports", "report", "warns", "warn", "claims", "claim"];
/// Words that a source does not begin with.
const OTHERS: &[&str] =
    &["with", "but", "and", "as", "while", "after", "which", "who", "that", "to", "he", "she", "it", "they"];
/// A headline's source has no more words, and its content no fewer.
const MOST_WORDS: usize = 8;
const FEWEST_WORDS: usize = 3;

/// Every such headline of a document.
pub(super) fn find(document: &Document) -> Vec<Form> {
    document.paragraphs().iter().filter_map(|p| headline(document, *p)).collect()
}

fn headline(document: &Document, line: Span) -> Option<Form> {
    let words = words(document, line);
    let cue = *words.last()?;
    let ends = cue.end() == line.end() && CUES.contains(&document.slice(cue).to_lowercase().as_str());
    let before = document.span_of_bytes(line.start(), cue.start())?;
    let comma = line.start() + document.slice(before).rfind(',').filter(|_| ends)?;
    let source: Vec<Span> = words.iter().copied().filter(|w| w.start() > comma && w.end() < cue.start()).collect();
    let content: Vec<Span> = words.iter().copied().filter(|w| w.end() <= comma).collect();
    let (first, last) = (*source.first()?, *source.last()?);
    let opens = document.slice(first).to_lowercase();
    let infinitive = ["to", "will", "would", "can", "must"].contains(&document.slice(last));
    if infinitive || source.len() > MOST_WORDS || content.len() < FEWEST_WORDS || OTHERS.contains(&opens.as_str()) {
        return None;
    }
    // Marks around the content are part of it, the comma is not.
    let end = if document.text()[comma + 1..].starts_with(['”', '’', '"']) { first.start() } else { comma };
    // A byte order mark opens the text, not the headline.
    let start = line.start() + document.slice(line).find(|c| c != '\u{feff}')?;
    let content = document.trim(document.span_of_bytes(start, end)?)?;
    Some(Form { content: vec![content], cue, source: Some(first.cover(last)), sure: SURE })
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::text::Document;

    fn found(text: &str) -> Vec<[String; 2]> {
        let document = Document::new(text.to_owned());
        let slice = |span| document.slice(span).to_owned();
        find(&document).iter().map(|f| [slice(f.content[0]), f.source.map(slice).unwrap_or_default()]).collect()
    }

    #[test]
    fn the_source_stands_last() {
        assert_eq!(
            found("Bridge Must Close by May, Mayor Says\n\nIt rained."),
            [["Bridge Must Close by May", "Mayor"]]
        );
        assert_eq!(found("‘We were lied to,’ flood victims say"), [["‘We were lied to,’", "flood victims"]]);
    }

    #[test]
    fn sentences_are_no_headlines() {
        assert!(found("It must close by May, the mayor said.").is_empty());
        assert!(found("Of all this, nothing more to say").is_empty());
        assert!(found("No, he says").is_empty());
    }
}
