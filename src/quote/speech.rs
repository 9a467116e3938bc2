//! Speech that goes on over paragraphs.
//!
//! A paragraph that opens with a mark and names neither cue nor source, after one that holds speech, is more of the same
//! speech, though the pointers, which look both ways, at times give it to the cue of the next speaker. Of 79 such
//! paragraphs that PolNeAR's training articles label, 74 are of the last cue before them, and so are 88 of 94 in our labels.

use super::attribution::{Kind, Quote};
use crate::text::{Document, Span};

/// Opening marks, single ones too: a paragraph does not begin with an apostrophe.
const OPENING: &[char] = &['“', '"', '«', '‘', '\''];

/// Gives the paragraphs of speech without a cue to the attribution that the paragraph before belongs to.
pub(super) fn go_on(document: &Document, quotes: &mut Vec<Quote>) {
    let paragraphs = document.paragraphs();
    for (before, paragraph) in paragraphs.iter().zip(paragraphs.iter().skip(1)) {
        if !is_speech_alone(document, quotes, *paragraph) {
            continue;
        }
        if let Some(owner) = owner(document, quotes, *before) {
            give(document, quotes, *paragraph, owner);
        }
    }
    quotes.retain(|quote| !quote.content.is_empty());
}

/// Whether a paragraph opens with a mark, is content from there, and has neither cue nor source.
fn is_speech_alone(document: &Document, quotes: &[Quote], paragraph: Span) -> bool {
    let named = |quote: &Quote| quote.cue.iter().chain(&quote.source).any(|span| span.overlaps(paragraph));
    opens(document, paragraph)
        && quotes.iter().flat_map(|quote| &quote.content).any(|piece| piece.start() == paragraph.start())
        && !quotes.iter().any(named)
}

/// The attribution, with a cue, of the last speech that begins in a paragraph.
fn owner(document: &Document, quotes: &[Quote], paragraph: Span) -> Option<usize> {
    let pieces = quotes.iter().enumerate().flat_map(|(at, quote)| quote.content.iter().map(move |piece| (piece, at)));
    let (_, last) = pieces.filter(|(piece, _)| begins_in(piece, paragraph) && opens(document, **piece)).max()?;
    quotes[last].cue.map(|_| last)
}

/// Moves all content that begins in a paragraph, but for what is all that a cue has.
fn give(document: &Document, quotes: &mut [Quote], paragraph: Span, owner: usize) {
    let mut moved = Vec::new();
    for (at, quote) in quotes.iter_mut().enumerate() {
        let (goes, stays): (Vec<Span>, Vec<Span>) =
            quote.content.iter().copied().partition(|piece| begins_in(piece, paragraph));
        if at == owner || goes.is_empty() || stays.is_empty() && quote.cue.is_some() {
            continue;
        }
        moved.extend(goes);
        quote.kind = Kind::of(document, &stays);
        quote.content = stays;
    }
    let quote = &mut quotes[owner];
    quote.content.extend(moved);
    quote.content.sort();
    quote.kind = Kind::of(document, &quote.content);
}

fn begins_in(piece: &Span, paragraph: Span) -> bool {
    paragraph.start() <= piece.start() && piece.start() < paragraph.end()
}

fn opens(document: &Document, span: Span) -> bool {
    document.slice(span).starts_with(OPENING)
}

#[cfg(test)]
mod tests {
    use super::go_on;
    use crate::quote::{Kind, Quote};
    use crate::text::Document;

    /// The pieces of each attribution, given as its cue ("" for none) and its pieces, once speech goes on.
    fn gone_on(text: &str, found: &[(&str, &[&str])]) -> Vec<String> {
        let document = Document::new(text.to_owned());
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            document.span_of_bytes(at, at + part.len()).unwrap()
        };
        let quote = |(cue, pieces): &(&str, &[&str])| Quote {
            content: pieces.iter().map(|piece| span(piece)).collect(),
            cue: (!cue.is_empty()).then(|| span(cue)),
            source: None,
            kind: Kind::Direct,
            confidence: 0.5,
            source_confidence: 0.0,
        };
        let mut quotes: Vec<Quote> = found.iter().map(quote).collect();
        go_on(&document, &mut quotes);
        let pieces = |quote: &Quote| quote.content.iter().map(|p| document.slice(*p)).collect::<Vec<_>>().join(" + ");
        quotes.iter().map(pieces).collect()
    }

    #[test]
    fn paragraphs_without_a_cue_are_of_the_last() {
        let text = "“One,” said Lunt. “Two.\n\n“Three.\n\n‘Four.’\n\n“Five,” added Reyl.";
        let found: &[(&str, &[&str])] =
            &[("said", &["“One,”", "“Two."]), ("added", &["“Three.", "“Five,”"]), ("", &["‘Four.’"])];
        assert_eq!(gone_on(text, found), ["“One,” + “Two. + “Three. + ‘Four.’", "“Five,”"]);
    }

    #[test]
    fn speech_after_narration_stays() {
        let text = "“One,” said Lunt.\n\nIt rained.\n\n“Two.”\n\n“Three,” wrote Reyl.";
        let found: &[(&str, &[&str])] = &[("said", &["“One,”"]), ("wrote", &["“Two.”", "“Three,”"])];
        assert_eq!(gone_on(text, found), ["“One,”", "“Two.” + “Three,”"]);
    }

    #[test]
    fn a_cue_keeps_what_is_all_it_has() {
        let text = "“One,” said Lunt.\n\n“Two.”\n\nSo wrote Reyl.";
        let found: &[(&str, &[&str])] = &[("said", &["“One,”"]), ("wrote", &["“Two.”"])];
        assert_eq!(gone_on(text, found), ["“One,”", "“Two.”"]);
    }
}
