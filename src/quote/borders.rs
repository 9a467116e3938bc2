//! Corrects the borders of content by the quotation marks of the text.

use crate::text::{Document, Span};

/// Closing marks, and what may stand between a content's end and its closing mark.
const CLOSING: &str = "”»\"";
const OPENING: &str = "“„«\"";

/// Takes in a quotation mark that stands right beside a border and belongs to what is inside.
///
/// A border that cuts off the mark of its own quotation is moved out to it; all else stays as the network has it.
pub(super) fn correct(document: &Document, content: Span) -> Span {
    let text = document.text();
    let mut start = content.start();
    let mut end = content.end();
    if let Some(mark) = text[..start].chars().next_back().filter(|c| OPENING.contains(*c)) {
        let at = start - mark.len_utf8();
        if document.marks().double_at(start).is_some_and(|r| r.start() == at) {
            start = at;
        }
    }
    if let Some(mark) = text[end..].chars().next().filter(|c| CLOSING.contains(*c)) {
        let past = end + mark.len_utf8();
        let region = end.checked_sub(1).and_then(|last| document.marks().double_at(last));
        if region.is_some_and(|r| r.end() == past && r.start() >= start) {
            end = past;
        }
    }
    // Both are on borders of code points of the text.
    document.span_of_bytes(start, end).unwrap_or(content)
}

#[cfg(test)]
mod tests {
    use super::correct;
    use crate::text::Document;

    fn corrected(text: &str, content: &str) -> String {
        let document = Document::new(text.to_owned());
        let start = text.find(content).unwrap();
        let span = document.span_of_bytes(start, start + content.len()).unwrap();
        document.slice(correct(&document, span)).to_owned()
    }

    #[test]
    fn marks_beside_a_border_come_in() {
        assert_eq!(corrected("“We go,” she said.", "We go,"), "“We go,”");
        assert_eq!(corrected("\"We go,\" she said.", "\"We go,"), "\"We go,\"");
    }

    #[test]
    fn marks_of_others_stay_out() {
        assert_eq!(corrected("She called “home” and left.", "and left"), "and left");
        assert_eq!(corrected("He said “it is so” to us.", "to us"), "to us");
        assert_eq!(corrected("A “very odd idea” indeed.", "odd idea"), "odd idea");
    }
}
