//! A text that is owned once, and the spans that point into it.

use super::marks::Marks;
use super::offsets::CodePoints;
use super::paragraph;
use super::sentence::{self, Sentence};

/// A half-open range of bytes of one [`Document`]'s text, always on code-point borders.
///
/// Only a document makes spans, so that slicing with one cannot fail on its own document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether both share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span over both.
    pub fn cover(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// An article's text with its paragraphs, sentences and quotation marks.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    points: CodePoints,
    paragraphs: Vec<Span>,
    sentences: Vec<Sentence>,
    marks: Marks,
}

impl Document {
    /// Reads the structure of a text. The text itself stays byte for byte as it is given.
    pub fn new(text: String) -> Self {
        let points = CodePoints::new(&text);
        let paragraphs = paragraph::paragraphs(&text);
        let sentences = sentence::sentences(&text, &paragraphs);
        let marks = Marks::new(&text, &paragraphs);
        Self { text, points, paragraphs, sentences, marks }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that a span of this document covers.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }

    /// Paragraphs in order, without the white space around them.
    pub fn paragraphs(&self) -> &[Span] {
        &self.paragraphs
    }

    /// Sentences in order, without the white space around them.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// Where the text stands inside quotation marks.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// A span as half-open code-point offsets.
    pub fn code_points(&self, span: Span) -> (usize, usize) {
        (self.points.at_byte(&self.text, span.start), self.points.at_byte(&self.text, span.end))
    }

    /// The span of two code-point offsets; `None` where they are out of order or past the end.
    pub fn span_of_code_points(&self, start: usize, end: usize) -> Option<Span> {
        if start > end {
            return None;
        }
        Some(Span::new(self.points.byte_at(&self.text, start)?, self.points.byte_at(&self.text, end)?))
    }

    /// The span of two byte offsets; `None` where they are out of order, past the end or inside a code point.
    pub fn span_of_bytes(&self, start: usize, end: usize) -> Option<Span> {
        self.text.get(start..end).map(|_| Span::new(start, end))
    }

    /// The span without white space at its ends; `None` where nothing else is in it.
    pub fn trim(&self, span: Span) -> Option<Span> {
        trimmed(&self.text, span.start, span.end)
    }

    /// The number of the paragraph that holds a byte, or of the one before it.
    pub fn paragraph_at(&self, byte: usize) -> usize {
        self.paragraphs.partition_point(|p| p.start <= byte).saturating_sub(1)
    }

    /// Whether a sentence begins at a byte, or the text has none.
    pub fn opens_sentence(&self, byte: usize) -> bool {
        self.sentence_at(byte).is_none_or(|s| s.span.start() == byte)
    }

    /// The sentence that holds a byte, or the one before it.
    pub fn sentence_at(&self, byte: usize) -> Option<&Sentence> {
        let next = self.sentences.partition_point(|s| s.span.start <= byte);
        self.sentences.get(next.saturating_sub(1))
    }
}

/// The span of `start..end` without white space at its ends.
pub(super) fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let inner = &text[start..end];
    let kept = inner.trim();
    if kept.is_empty() {
        return None;
    }
    let left = start + (inner.len() - inner.trim_start().len());
    Some(Span::new(left, left + kept.len()))
}

#[cfg(test)]
mod tests {
    use super::Document;
    use proptest::prelude::*;

    #[test]
    fn original_survives_byte_for_byte() {
        let text = "\u{feff}Ana\u{301} said:\r\n\r\n“It’s\u{a0}fine\u{ad},” 👩‍🚒 added.\r\n";
        let document = Document::new(text.to_owned());
        assert_eq!(document.text(), text);
        assert_eq!(document.paragraphs().len(), 2);
        assert_eq!(document.slice(document.paragraphs()[1]), "“It’s\u{a0}fine\u{ad},” 👩‍🚒 added.");
        let points: Vec<char> = text.chars().collect();
        for sentence in document.sentences() {
            let (start, end) = document.code_points(sentence.span);
            assert_eq!(points[start..end].iter().collect::<String>(), document.slice(sentence.span));
        }
    }

    proptest! {
        #[test]
        fn every_span_slices_back(text in "(\\PC|[\"“”‘’'.!? \\n\\r\u{ad}\u{a0}]){0,300}") {
            let document = Document::new(text.clone());
            let points: Vec<char> = text.chars().collect();
            let mut last = 0;
            for sentence in document.sentences() {
                prop_assert!(sentence.span.start() >= last);
                last = sentence.span.end();
                let paragraph = document.paragraphs()[sentence.paragraph];
                prop_assert!(paragraph.contains(sentence.span));
                let (start, end) = document.code_points(sentence.span);
                prop_assert_eq!(points[start..end].iter().collect::<String>(), document.slice(sentence.span));
                prop_assert_eq!(document.span_of_code_points(start, end), Some(sentence.span));
            }
        }
    }
}
