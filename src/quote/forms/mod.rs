//! Attributions that the form of a line or sentence shows beyond doubt, where the network, which learnt from running text,
//! often errs. Each form was counted in PolNeAR before it became a rule; the counts stand with each.

mod according;
mod expletive;
mod headline;
mod passive;
mod signed;
mod transcript;
mod tweet;

use super::attribution::{Kind, Quote};
use crate::text::{Document, Span};

/// An attribution that its form shows.
#[derive(Debug, Clone, PartialEq)]
struct Form {
    content: Vec<Span>,
    cue: Span,
    source: Option<Span>,
    /// How often this form is such an attribution.
    sure: f64,
}

impl Form {
    /// Whether a span shares words with it.
    fn touches(&self, span: Span) -> bool {
        let mut parts = self.content.iter().chain([&self.cue]).chain(&self.source);
        parts.any(|part| part.overlaps(span))
    }

    /// How sure its source is; 0 where it has none.
    fn source_sure(&self) -> f64 {
        self.source.map_or(0.0, |_| self.sure)
    }
}

/// The quotations, with those that a form shows in place of what the network made of them. What both find is as sure as
/// the surer of the two.
pub(super) fn with_forms(document: &Document, mut quotes: Vec<Quote>) -> Vec<Quote> {
    let forms = [
        signed::find(document),
        tweet::find(document),
        headline::find(document),
        expletive::find(document),
        transcript::find(document),
    ];
    for form in forms.into_iter().flatten() {
        match quotes.iter_mut().find(|quote| agrees(quote, &form)) {
            Some(quote) => {
                quote.confidence = quote.confidence.max(form.sure);
                quote.source_confidence = quote.source_confidence.max(form.source_sure());
            }
            None => replace(document, &mut quotes, &form),
        }
    }
    for form in according::find(document) {
        if !quotes.iter().any(|quote| touches(quote, &form)) {
            replace(document, &mut quotes, &form);
        }
    }
    quotes.retain(|quote| !transcript::is_note(document, quote));
    quotes.iter_mut().for_each(|quote| passive::leave_open(document, quote));
    quotes
}

/// Whether a quotation is the one that the form shows, but for its borders.
fn agrees(quote: &Quote, form: &Form) -> bool {
    let shared = |(a, b): (&Span, &Span)| a.end().min(b.end()).saturating_sub(a.start().max(b.start()));
    let pairs = quote.content.iter().flat_map(|piece| form.content.iter().map(move |part| (piece, part)));
    let covered: usize = pairs.map(shared).sum();
    let length_of = |pieces: &[Span]| pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let (whole, length) = (length_of(&quote.content), length_of(&form.content));
    let same_source = match (quote.source, form.source) {
        (Some(ours), Some(theirs)) => ours.overlaps(theirs),
        (None, None) => true,
        _ => false,
    };
    same_source && 5 * covered >= 4 * length.max(whole)
}

/// Whether a quotation shares words with the form.
fn touches(quote: &Quote, form: &Form) -> bool {
    quote.content.iter().chain(&quote.cue).chain(&quote.source).any(|span| form.touches(*span))
}

/// Takes the words of a form out of all quotations, and adds its own. A quotation with the form's cue is what the network
/// made of it, and goes as a whole.
fn replace(document: &Document, quotes: &mut Vec<Quote>, form: &Form) {
    quotes.retain(|quote| !quote.cue.is_some_and(|cue| cue.overlaps(form.cue)));
    for quote in quotes.iter_mut() {
        let pieces = quote.content.len();
        quote.content.retain(|piece| !form.touches(*piece));
        if quote.source.is_some_and(|source| form.touches(source)) {
            (quote.source, quote.source_confidence) = (None, 0.0);
        }
        if quote.content.len() < pieces {
            quote.kind = Kind::of(document, &quote.content);
        }
    }
    quotes.retain(|quote| !quote.content.is_empty());
    quotes.push(Quote {
        content: form.content.clone(),
        cue: Some(form.cue),
        source: form.source,
        kind: Kind::of(document, &form.content),
        confidence: form.sure,
        source_confidence: form.source_sure(),
    });
}

/// The words of a span, without the punctuation around them.
fn words(document: &Document, span: Span) -> Vec<Span> {
    let text = document.slice(span);
    let mut found = Vec::new();
    let mut at = span.start();
    for raw in text.split(char::is_whitespace) {
        let left = raw.len() - raw.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            found.extend(document.span_of_bytes(at + left, at + left + word.len()));
        }
        // What `split` took out is one white space, of one byte or more.
        at += raw.len();
        at += document.text()[at..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{with_forms, words};
    use crate::quote::{Kind, Quote};
    use crate::text::Document;

    #[test]
    fn what_the_network_made_of_it_goes() {
        let text = "“One.” – Ada Lunt\n“Two.” – Bo Reyl";
        let document = Document::new(text.to_owned());
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            document.span_of_bytes(at, at + part.len()).unwrap()
        };
        let quote = Quote {
            content: vec![span("“One.”"), span("“Two.”")],
            cue: Some(span("–")),
            source: Some(span("Ada Lunt")),
            kind: Kind::Direct,
            confidence: 0.5,
            source_confidence: 0.5,
        };
        let quotes = with_forms(&document, vec![quote]);
        let sources: Vec<_> = quotes.iter().map(|q| (q.content.clone(), q.source)).collect();
        assert_eq!(
            sources,
            [(vec![span("“One.”")], Some(span("Ada Lunt"))), (vec![span("“Two.”")], Some(span("Bo Reyl")))]
        );
    }

    #[test]
    fn words_are_without_their_punctuation() {
        let document = Document::new("“It,\u{a0}too,”  she — said.".to_owned());
        let all = document.span_of_bytes(0, document.text().len()).unwrap();
        let found: Vec<&str> = words(&document, all).into_iter().map(|w| document.slice(w)).collect();
        assert_eq!(found, ["It", "too", "she", "said"]);
    }
}
