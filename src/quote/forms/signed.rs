//! Quotations that a name after a dash signs, as press releases and collections of voices print them:
//! `“We were never asked.” – Ada Lunt`, on one line or with the name on the next.
//!
//! In running text a dash opens any aside, and the network, which learnt from that, takes such names for asides or gives
//! the quotation to the name on the line before. The form leaves no doubt: of 27 such lines in PolNeAR all but one are
//! labelled so.

use super::Form;
use crate::text::{Document, Span, DASHES};

/// How often such a line is an attribution to that source: 26 of 27.
const SURE: f64 = 0.96;
/// A signature has no more words.
const MOST_WORDS: usize = 12;

/// Every signed quotation of a document.
pub(super) fn find(document: &Document) -> Vec<Form> {
    let paragraphs = document.paragraphs();
    let marked = document.marks().double().iter().filter_map(|region| {
        let at = document.paragraph_at(region.start());
        let paragraph = paragraphs[at];
        if paragraph.start() != region.start() {
            return None;
        }
        let rest = document.span_of_bytes(region.end(), paragraph.end())?;
        // The name may stand on a line of its own.
        let line = match document.slice(rest).trim().is_empty() {
            true => *paragraphs.get(at + 1)?,
            false => rest,
        };
        let (dash, source) = signature(document, line)?;
        Some(Form { content: vec![*region], cue: dash, source: Some(source), sure: SURE })
    });
    marked.collect()
}

/// The dash and the name of a line that is a signature.
fn signature(document: &Document, line: Span) -> Option<(Span, Span)> {
    let text = document.slice(line);
    let start = text.find(|c: char| !c.is_whitespace())?;
    let dashes = text[start..].chars().take_while(|c| DASHES.contains(c));
    let (count, length) = dashes.fold((0, 0), |(n, l), c| (n + 1, l + c.len_utf8()));
    if !(1..=2).contains(&count) {
        return None;
    }
    let after = &text[start + length..];
    let name = after.trim().trim_end_matches('.');
    let opens = name.starts_with(char::is_uppercase);
    let plain = !name.contains(['“', '”', '"', '?', '!', ':']);
    if !opens || !plain || !is_one_name(name) || name.split_whitespace().count() > MOST_WORDS {
        return None;
    }
    let at = line.start() + start + length + (after.len() - after.trim_start().len());
    let dash = document.span_of_bytes(line.start() + start, line.start() + start + length)?;
    Some((dash, document.span_of_bytes(at, at + name.len())?))
}

/// Whether dots inside stand only after initials and titles: "Bo A. Reyl", "Dr. Lunt".
fn is_one_name(name: &str) -> bool {
    let mut sentences = name.rsplit(". ").skip(1);
    sentences.all(|part| {
        let word = part.rsplit(' ').next().unwrap_or("");
        word.starts_with(char::is_uppercase) && word.chars().count() <= 3
    })
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::text::Document;

    fn found(text: &str) -> Vec<(String, String)> {
        let document = Document::new(text.to_owned());
        let slice = |span| document.slice(span).to_owned();
        find(&document).iter().map(|f| (slice(f.content[0]), f.source.map(slice).unwrap_or_default())).collect()
    }

    fn pair(content: &str, source: &str) -> (String, String) {
        (content.to_owned(), source.to_owned())
    }

    #[test]
    fn a_name_after_a_dash_signs() {
        let lines = "“No.” – Ada Lunt\n“Yes!”― Dr. Bo A. Reyl.";
        assert_eq!(found(lines), [pair("“No.”", "Ada Lunt"), pair("“Yes!”", "Dr. Bo A. Reyl")]);
        assert_eq!(found("\"It is late.\"\n\n-- Ada Lunt, mayor"), [pair("\"It is late.\"", "Ada Lunt, mayor")]);
    }

    #[test]
    fn asides_do_not() {
        assert!(found("“No” – and that was all she said.").is_empty());
        assert!(found("She said “No” – Lunt’s word.").is_empty());
        assert!(found("“No” – Lunt left. Nobody followed her out into the rain that day.").is_empty());
        assert!(found("“No.”\n\nAda Lunt left.").is_empty());
    }
}
