//! Datelines: `OSLO, Norway (AP) — Skippers refused.`

use crate::text::{Document, Span};

/// Words between a place and the dash of its dateline: a region, an agency, a date.
const MOST_WORDS: usize = 5;

/// Whether a span stands before the dash of a dateline, and so speaks for nobody.
pub(super) fn is_dateline(document: &Document, span: Span) -> bool {
    let Some(paragraph) = document.paragraphs().get(document.paragraph_at(span.start())) else { return false };
    let text = |start, end| document.span_of_bytes(start, end).map_or("", |span| document.slice(span));
    let opens = text(paragraph.start(), span.start()).trim().is_empty();
    let after: Vec<&str> = text(span.end(), paragraph.end()).split_whitespace().take(MOST_WORDS).collect();
    let dash = after.iter().position(|word| word.starts_with(['—', '–', '-']));
    let is_small = |word: &&str| word.starts_with(char::is_lowercase);
    opens && dash.is_some_and(|at| !after[..at].iter().any(is_small))
}

#[cfg(test)]
mod tests {
    use super::is_dateline;
    use crate::text::Document;

    fn dateline(text: &str, word: &str) -> bool {
        let document = Document::new(text.to_owned());
        let start = text.find(word).unwrap();
        is_dateline(&document, document.span_of_bytes(start, start + word.len()).unwrap())
    }

    #[test]
    fn what_stands_before_the_dash_of_a_dateline_is_told() {
        assert!(dateline("SKARVIK — Skippers refused.", "SKARVIK"));
        assert!(dateline("A headline\n\nOSLO, Norway (AP) – Skippers refused.", "OSLO"));
        assert!(!dateline("SKARVIK — Skippers refused.", "Skippers"));
        assert!(!dateline("Oslo said no — again.", "Oslo"));
        assert!(!dateline("Oslo", "Oslo"));
    }
}
