//! What a quotation is.

use crate::text::{Document, Span};

/// How the words of a quotation are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// All of it stands between quotation marks.
    Direct,
    /// None of it does.
    Indirect,
    /// Part of it does.
    Mixed,
}

/// One attribution: a content, the cue that attributes it, and its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The pieces of what was said, in order.
    pub content: Vec<Span>,
    /// The words that attribute it; `None` for a quotation that floats.
    pub cue: Option<Span>,
    /// Who is said to have said it, as the text names them there; `None` where the text names nobody.
    pub source: Option<Span>,
    /// By the quotation marks of the text.
    pub kind: Kind,
    /// How sure it is that this is a quotation, from this source, 0 to 1. Calibrated where the model is: of
    /// attributions with confidence `p`, a share `p` is right by the `linked` measure of [`eval`](crate::eval). Else the
    /// network's probability of exactly these content and cue spans and their links.
    pub confidence: f64,
    /// How sure it is of the source, given the content, 0 to 1; likewise calibrated, or else the probability of exactly
    /// this source span and its link to the cue.
    pub source_confidence: f64,
}

impl Kind {
    /// By how much of the content's letters and digits stands between quotation marks. Single marks count where they
    /// enclose the content from end to end, as inside a text they may be apostrophes.
    pub(crate) fn of(document: &Document, content: &[Span]) -> Self {
        let (mut inside, mut outside) = (false, false);
        for piece in content {
            let enclosed = document.marks().single().iter().any(|s| encloses(document, *s, *piece));
            for (i, char) in document.slice(*piece).char_indices() {
                if char.is_alphanumeric() {
                    let marked = enclosed || document.marks().is_quoted(piece.start() + i);
                    inside |= marked;
                    outside |= !marked;
                }
            }
        }
        match (inside, outside) {
            (true, false) => Self::Direct,
            (true, true) => Self::Mixed,
            (false, _) => Self::Indirect,
        }
    }
}

/// Whether nothing but punctuation of the piece stands outside the marks.
fn encloses(document: &Document, marks: Span, piece: Span) -> bool {
    let word = |c: char| c.is_alphanumeric();
    marks.overlaps(piece)
        && document
            .span_of_bytes(piece.start(), marks.start().max(piece.start()))
            .is_none_or(|s| !document.slice(s).contains(word))
        && document
            .span_of_bytes(marks.end().min(piece.end()), piece.end())
            .is_none_or(|s| !document.slice(s).contains(word))
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::text::Document;

    fn kind(text: &str, content: &str) -> Kind {
        let document = Document::new(text.to_owned());
        let start = text.find(content).unwrap();
        let span = document.span_of_bytes(start, start + content.len()).unwrap();
        Kind::of(&document, &[span])
    }

    #[test]
    fn kinds_follow_the_marks() {
        assert_eq!(kind("“We won’t go,” Ada Lunt said.", "“We won’t go,”"), Kind::Direct);
        assert_eq!(kind("She said they “won’t” go.", "they “won’t” go"), Kind::Mixed);
        assert_eq!(kind("She said they won’t go.", "they won’t go"), Kind::Indirect);
        assert_eq!(kind("‘We won’t go,’ she said.", "‘We won’t go,’"), Kind::Direct);
        assert_eq!(kind("She said ‘never’ was the word.", "‘never’ was the word"), Kind::Mixed);
        assert_eq!(kind("“So?” “No.” She said dogs’ food and ’til then.", "dogs’ food and ’til then"), Kind::Indirect);
    }
}
