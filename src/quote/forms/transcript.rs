//! Turns of a transcript, each after its speaker in capitals: `LUNT: Who closed it?`
//!
//! Where such labels stand at the heads of paragraphs and one of them comes back, 21 of 22 in PolNeAR are labelled so,
//! with the label as source and the colon as cue; the other is a film that was shown. Alone they are "UPDATE:" and
//! "CORRECTION:". Broadcasters open each paragraph of a turn with a mark that never closes, before the label too, and the
//! network then runs one turn into the next.

use std::collections::HashMap;

use super::Form;
use crate::quote::attribution::Quote;
use crate::text::{Document, Span};

/// How often such a label is the source of what follows it: 21 of 22.
const SURE: f64 = 0.95;
/// A label has no more words.
const MOST_WORDS: usize = 4;
/// Labels that nobody stands behind: what they label is a link, a caption or a word of the editors.
#[rustfmt::skip]
const NOTES: &[&str] = &[
    "CORRECTION", "FILE PHOTO", "MORE", "NOTE", "PHOTO", "PHOTOS", "READ MORE", "RELATED", "SEE ALSO", "UPDATE", "VIDEO",
    "WATCH",
];
/// Labels of lists of claims and checks, and of a page's questions. Alone "WHO:" and "SOURCE:" may be a headline's source.
#[rustfmt::skip]
const LISTS: &[&str] = &[
    "FACT", "FACTS", "FICTION", "MYTH", "CLAIM", "TRUE", "FALSE", "VERDICT", "RATING", "SOURCE", "WHEN", "WHERE", "WHAT",
    "WHO", "WHY", "HOW", "PROS", "CONS", "TIP", "WINNER", "LOSER",
];
const OPENING: &[char] = &['"', '“', '«'];

/// A paragraph that begins with a speaker's label.
struct Turn {
    paragraph: usize,
    label: Span,
    colon: Span,
    said: Span,
}

/// Every turn of a document that is a transcript.
pub(super) fn find(document: &Document) -> Vec<Form> {
    let turns: Vec<Turn> = (0..document.paragraphs().len()).filter_map(|at| turn(document, at)).collect();

    let mut counts: HashMap<&str, usize> = HashMap::new();
    turns.iter().for_each(|turn| *counts.entry(document.slice(turn.label)).or_default() += 1);
    let back = counts.iter().filter(|(_, count)| **count > 1).map(|(label, _)| label);
    // A page that lists claims and facts is no transcript, whatever its other labels.
    if back.clone().next().is_none() || back.clone().any(|label| NOTES.contains(label) || LISTS.contains(label)) {
        return Vec::new();
    }
    let ends = turns.iter().skip(1).map(|next| next.paragraph).chain([document.paragraphs().len()]);
    let forms = turns.iter().zip(ends).map(|(turn, end)| {
        let more = document.paragraphs()[turn.paragraph + 1..end].iter();
        // A turn goes on in the paragraphs that open with a mark.
        let more = more.map_while(|paragraph| after_mark(document, *paragraph));
        let content = std::iter::once(turn.said).chain(more).collect();
        Form { content, cue: turn.colon, source: Some(turn.label), sure: SURE }
    });
    forms.collect()
}

/// Whether the network took a label of no speaker for one: "MORE: Mayor resigns".
pub(super) fn is_note(document: &Document, quote: &Quote) -> bool {
    let label = quote.source.map_or("", |source| document.slice(source));
    quote.cue.is_some_and(|cue| document.slice(cue) == ":") && NOTES.contains(&label.to_uppercase().as_str())
}

/// What stands after the opening mark of a paragraph.
fn after_mark(document: &Document, paragraph: Span) -> Option<Span> {
    let rest = document.slice(paragraph).strip_prefix(OPENING)?;
    document.trim(document.span_of_bytes(paragraph.end() - rest.len(), paragraph.end())?)
}

fn turn(document: &Document, at: usize) -> Option<Turn> {
    let paragraph = document.paragraphs()[at];
    let line = after_mark(document, paragraph).unwrap_or(paragraph);
    let (label, _) = document.slice(line).split_once(':')?;
    let colon = line.start() + label.len();
    let said = document.trim(document.span_of_bytes(colon + 1, line.end())?)?;
    // A time ("AT 7:30") or an address has no space after its colon.
    let apart = said.start() > colon + 1;
    let label = document.trim(document.span_of_bytes(line.start(), colon)?)?;
    (apart && is_label(document.slice(label))).then_some(())?;
    Some(Turn { paragraph: at, label, colon: document.span_of_bytes(colon, colon + 1)?, said })
}

/// Whether it is a few words in capitals: `MS. LUNT`, `O’BRIEN`.
fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_uppercase() || c == ' ' || ".'’-".contains(c);
    text.split(' ').count() <= MOST_WORDS
        && text.chars().all(plain)
        && text.chars().filter(|c| c.is_uppercase()).count() > 1
}

#[cfg(test)]
mod tests {
    use super::{find, is_note};
    use crate::quote::{Kind, Quote};
    use crate::text::Document;

    fn found(text: &str) -> Vec<(String, Vec<String>)> {
        let document = Document::new(text.to_owned());
        let slice = |span: &_| document.slice(*span).to_owned();
        find(&document)
            .iter()
            .map(|f| (f.source.as_ref().map(slice).unwrap_or_default(), f.content.iter().map(slice).collect()))
            .collect()
    }

    #[test]
    fn labels_that_come_back_are_speakers() {
        let turns = found("MS. LUNT: Who closed it?\n\nREYL: I did.\n\nMS. LUNT: Why?\n\nIt was late.");
        let said: Vec<_> = turns.iter().map(|(who, what)| (who.as_str(), what[0].as_str())).collect();
        assert_eq!(said, [("MS. LUNT", "Who closed it?"), ("REYL", "I did."), ("MS. LUNT", "Why?")]);
    }

    #[test]
    fn a_link_is_no_turn() {
        let document = Document::new("MORE: Mayor resigns".to_owned());
        let span = |start, end| document.span_of_bytes(start, end);
        let quote = |source| Quote {
            content: span(6, 19).into_iter().collect(),
            cue: span(4, 5),
            source,
            kind: Kind::Indirect,
            confidence: 0.5,
            source_confidence: 0.5,
        };
        assert!(is_note(&document, &quote(span(0, 4))));
        assert!(!is_note(&document, &quote(span(6, 11))));
        assert!(!is_note(&document, &quote(None)));
    }

    #[test]
    fn a_turn_goes_on_where_marks_open_anew() {
        let turns = found("\"LUNT: Who?\n\n\"REYL: I did.\n\n\"And I would again.\n\n\"LUNT: Why?\n\nIt was late.");
        assert_eq!(turns[1], ("REYL".to_owned(), vec!["I did.".to_owned(), "And I would again.".to_owned()]));
        assert_eq!(turns[2], ("LUNT".to_owned(), vec!["Why?".to_owned()]));
    }

    #[test]
    fn notes_are_no_speakers() {
        assert!(found("UPDATE: It has opened.\n\nCORRECTION: It has not.").is_empty());
        assert!(found("FACT: It rained.\n\nNONSENSE: It did not.\n\nFACT: It rained.").is_empty());
        assert!(found("AT 7:30 it rained.\n\nAT 7:30 it rained.").is_empty());
        assert!(found("Lunt: Who?\n\nLunt: Why?").is_empty());
    }
}
