//! Word pieces of a document, with their places in it.

use std::path::Path;

use super::features;
use crate::text::{Document, Span};
use crate::Error;

/// The word pieces of one document.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Vocabulary ids, without the special ones at the ends.
    pub ids: Vec<i64>,
    /// Where each stands in the document.
    pub spans: Vec<Span>,
    /// Token-type ids: the features of each.
    pub types: Vec<i64>,
    /// The number of the paragraph of each.
    pub paragraphs: Vec<u32>,
}

impl Tokens {
    /// Number of word pieces.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The first word piece of each paragraph, in order.
    pub(super) fn paragraph_starts(&self) -> Vec<usize> {
        let first = |i: &usize| *i == 0 || self.paragraphs[*i] != self.paragraphs[*i - 1];
        (0..self.len()).filter(first).collect()
    }

    /// The word pieces that a span of the document touches.
    pub fn within(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.spans.partition_point(|s| s.end() <= span.start());
        start..self.spans.partition_point(|s| s.start() < span.end())
    }

    /// The span of the document from word piece `start` up to `end`, exclusive; neither may be out of range.
    pub fn cover(&self, start: usize, end: usize) -> Span {
        self.spans[start].cover(self.spans[end - 1])
    }
}

/// The tokenizer of a model.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
}

impl Tokenizer {
    /// Reads a `tokenizer.json` in Hugging Face layout. Truncation and padding that it asks for are taken out, as
    /// windows are cut here.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut inner = tokenizers::Tokenizer::from_file(path).map_err(|e| Error::model(path, e.to_string()))?;
        inner.with_truncation(None).map_err(|e| Error::model(path, e.to_string()))?;
        inner.with_padding(None);
        Ok(Self { inner })
    }

    /// The word pieces of a text, with the bytes of each.
    pub(crate) fn pieces(&self, text: &str) -> Result<Vec<(i64, std::ops::Range<usize>)>, Error> {
        let encoding =
            self.inner.encode(text, false).map_err(|e| Error::Network(format!("the tokenizer failed: {e}")))?;
        let ids = encoding.get_ids().iter().zip(encoding.get_offsets());
        Ok(ids.map(|(id, (start, end))| (i64::from(*id), *start..*end)).collect())
    }

    /// The word pieces of a document.
    pub fn encode(&self, document: &Document) -> Result<Tokens, Error> {
        let mut ids = Vec::new();
        let mut spans = Vec::new();
        for paragraph in document.paragraphs() {
            let encoding = self
                .inner
                .encode(document.slice(*paragraph), false)
                .map_err(|e| Error::Network(format!("the tokenizer failed: {e}")))?;
            for (id, (start, end)) in encoding.get_ids().iter().zip(encoding.get_offsets()) {
                let at = paragraph.start();
                if let Some(span) = document.span_of_bytes(at + start, at + end) {
                    ids.push(i64::from(*id));
                    spans.push(span);
                }
            }
        }
        let (types, paragraphs) = features::token_types(document, &spans);
        Ok(Tokens { ids, spans, types, paragraphs })
    }
}
