//! What the encoder is told of a word piece beside its identity: case, quotation marks, start of a paragraph.
//!
//! The word pieces are lower-cased and know no layout; this goes in as the token-type id of BERT, one of
//! [`TYPES`]. `scripts/train/standpoint_train/features.py` does the same for training.

use crate::text::{Document, Span};

const CASES: i64 = 3;
/// Rows of the token-type table: case × inside quotation marks × first piece of a paragraph.
pub(crate) const TYPES: i64 = CASES * 2 * 2;

/// The token-type id of each span, in order, and the paragraph that each stands in.
pub(super) fn token_types(document: &Document, spans: &[Span]) -> (Vec<i64>, Vec<u32>) {
    let mut opened = None;
    spans
        .iter()
        .map(|span| {
            let paragraph = document.paragraph_at(span.start());
            let first = opened != Some(paragraph);
            opened = Some(paragraph);
            let inside = document.marks().is_inside(span.start());
            let id = case_of(document.slice(*span)) + CASES * (i64::from(inside) + 2 * i64::from(first));
            // A text has far fewer paragraphs than 2³², as its bytes are bounded by the reader.
            (id, paragraph as u32)
        })
        .unzip()
}

/// 0 = no capital first, 1 = capital first, 2 = all capitals (two letters or more).
fn case_of(piece: &str) -> i64 {
    let mut letters = piece.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return 0 };
    if !first.is_uppercase() {
        return 0;
    }
    let mut rest = letters.peekable();
    if rest.peek().is_some() && rest.all(char::is_uppercase) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::{case_of, token_types};
    use crate::text::Document;

    #[test]
    fn case_is_of_the_piece() {
        assert_eq!(["Xi", "A", "NATO", "U", "##s", "7", "eU"].map(case_of), [1, 1, 2, 1, 0, 0, 0]);
    }

    #[test]
    fn features_combine() {
        let document = Document::new("He left.\n\n“Go,” I said.".to_owned());
        let spans: Vec<_> = [(0, 2), (3, 7), (10, 13), (13, 15), (15, 16), (20, 21)]
            .iter()
            .map(|(s, e)| document.span_of_bytes(*s, *e).unwrap())
            .collect();
        let (types, paragraphs) = token_types(&document, &spans);
        assert_eq!(types, [1 + 6, 0, 3 + 6, 1 + 3, 3, 1]);
        assert_eq!(paragraphs, [0, 0, 1, 1, 1, 1]);
    }
}
