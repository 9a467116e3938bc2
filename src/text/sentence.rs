//! Sentences, by the rules of the `sentencex` library, inside each paragraph.

use super::document::{trimmed, Span};

/// A sentence of a [`Document`](super::Document).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, without the white space around it.
    pub span: Span,
    /// The number of its paragraph.
    pub paragraph: usize,
}

/// Sentences in order.
pub(super) fn sentences(text: &str, paragraphs: &[Span]) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (paragraph, span) in paragraphs.iter().enumerate() {
        let body = &text[span.start()..span.end()];
        let mut at = span.start();
        for piece in sentencex::segment("en", body) {
            // The library returns slices of its input in order; one that it altered would not be found again.
            let Some(offset) = text[at..span.end()].find(piece) else { continue };
            let start = at + offset;
            at = start + piece.len();
            if let Some(span) = trimmed(text, start, at) {
                found.push(Sentence { span, paragraph });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::text::Document;

    fn texts(text: &str) -> Vec<String> {
        let document = Document::new(text.to_owned());
        document.sentences().iter().map(|s| document.slice(s.span).to_owned()).collect()
    }

    #[test]
    fn abbreviations_do_not_end_a_sentence() {
        assert_eq!(
            texts("Mr. Abo met Dr. Lunt at 5 p.m. on Monday. They talked."),
            ["Mr. Abo met Dr. Lunt at 5 p.m. on Monday.", "They talked."]
        );
    }

    #[test]
    fn sentences_stay_inside_paragraphs() {
        assert_eq!(texts("No full stop here\n\nNext one."), ["No full stop here", "Next one."]);
    }
}
