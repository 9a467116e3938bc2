//! What the network of pairs reads: a target, and a text whose word pieces have roles.

use std::ops::Range;

use crate::model::{Rows, Tokenizer};
use crate::quote::Quote;
use crate::text::{Document, Span};
use crate::Error;

/// Longest sequence, special word pieces included; `scripts/train/standpoint_train/pairs.py` has the same bound.
const LONGEST: usize = 112;
/// Longest target.
const TARGET_PIECES: usize = 32;
/// Text between two parts of an attribution that is longer, in bytes, is left out.
const LONGEST_GAP: usize = 120;
const CLS: i64 = 101;
const SEP: i64 = 102;

/// What a word piece is in a pair: its token type. `scripts/train/standpoint_train/pairs.py` has the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What is asked about.
    Target,
    /// Words of the narration.
    Context,
    /// What is said.
    Content,
    /// The words that attribute it.
    Cue,
    /// Who says it.
    Source,
    /// The actor, within what is said, towards whom sentiment is asked for.
    Mention,
}

/// Rows of the token-type table.
pub(super) const ROLES: i64 = 6;

/// A text with roles: bytes of the text, later ones over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub(super) text: String,
    pub(super) roles: Vec<(Range<usize>, Role)>,
    /// Of everything else.
    rest: Role,
}

impl Passage {
    /// A text that is all someone's words.
    pub fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), roles: Vec::new(), rest: Role::Content }
    }

    /// A text in which these bytes have these roles, and the rest is narration.
    pub fn of_parts(text: &str, roles: Vec<(Range<usize>, Role)>) -> Self {
        Self { text: text.to_owned(), roles, rest: Role::Context }
    }

    /// A quotation with its source and cue, and the words between them where these are few.
    pub(crate) fn of_quote(document: &Document, quote: &Quote, mention: Option<Span>) -> Self {
        let mut parts: Vec<(Span, Role)> = quote.content.iter().map(|s| (*s, Role::Content)).collect();
        parts.extend(quote.source.map(|s| (s, Role::Source)));
        parts.extend(quote.cue.map(|s| (s, Role::Cue)));
        parts.sort_by_key(|(span, _)| *span);
        let mut passage = Self { text: String::new(), roles: Vec::new(), rest: Role::Context };
        let mut last: Option<usize> = None;
        for (span, role) in parts {
            let mut start = span.start();
            if let Some(end) = last {
                let gap = document.text().get(end..span.start()).unwrap_or("");
                passage.text.push_str(if gap.len() <= LONGEST_GAP && !gap.contains('\n') { gap } else { " " });
                // Parts may overlap where one holds the other.
                start = start.max(end);
            }
            if start >= span.end() {
                continue;
            }
            let at = passage.text.len();
            passage.text.push_str(&document.text()[start..span.end()]);
            passage.roles.push((at..passage.text.len(), role));
            if let Some(mention) =
                mention.filter(|m| role == Role::Content && m.start() >= start && m.end() <= span.end())
            {
                let shift = |byte: usize| at + byte - start;
                passage.roles.push((shift(mention.start())..shift(mention.end()), Role::Mention));
            }
            last = Some(span.end());
        }
        passage
    }

    /// Marks the words towards which sentiment is asked for.
    pub fn with_mention(mut self, mention: Range<usize>) -> Self {
        self.roles.push((mention, Role::Mention));
        self
    }
}

/// One sequence of the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sequence {
    ids: Vec<i64>,
    types: Vec<i64>,
}

impl Sequence {
    pub fn new(tokenizer: &Tokenizer, target: &str, passage: &Passage) -> Result<Self, Error> {
        let mut target: Vec<i64> = tokenizer.pieces(target)?.into_iter().map(|(id, _)| id).collect();
        target.truncate(TARGET_PIECES);
        let pieces = tokenizer.pieces(&passage.text)?;
        let role = |bytes: &Range<usize>| {
            let holds = |(range, _): &&(Range<usize>, Role)| range.start < bytes.end && bytes.start < range.end;
            passage.roles.iter().rev().find(holds).map_or(passage.rest, |(_, role)| *role) as i64
        };
        let types: Vec<i64> = pieces.iter().map(|(_, bytes)| role(bytes)).collect();
        let kept = window(&types, LONGEST - 3 - target.len());
        let mut sequence = Self { ids: vec![CLS], types: vec![Role::Target as i64; target.len() + 2] };
        sequence.ids.extend(&target);
        sequence.ids.push(SEP);
        sequence.ids.extend(pieces[kept.clone()].iter().map(|(id, _)| *id));
        sequence.ids.push(SEP);
        sequence.types.extend(&types[kept]);
        sequence.types.push(passage.rest as i64);
        Ok(sequence)
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn add_to(&self, rows: &mut Rows) {
        rows.push(&self.ids, &self.types);
    }

    /// The word pieces whose mean the heads read: the mention, or else the content, or else all.
    pub fn focus(&self) -> Vec<usize> {
        for role in [Role::Mention, Role::Content] {
            let found: Vec<usize> = (0..self.len()).filter(|i| self.types[*i] == role as i64).collect();
            if !found.is_empty() {
                return found;
            }
        }
        (0..self.len()).collect()
    }
}

/// At most `room` pieces: from the start, unless a mention would be lost, then with the mention in the middle.
fn window(types: &[i64], room: usize) -> Range<usize> {
    if types.len() <= room {
        return 0..types.len();
    }
    let mention = |t: &&usize| types[**t] == Role::Mention as i64;
    let places: Vec<usize> = (0..types.len()).collect();
    let (first, last) = (places.iter().find(mention), places.iter().rev().find(mention));
    match (first, last) {
        (Some(first), Some(last)) if *last >= room => {
            let start = ((first + last) / 2).saturating_sub(room / 2).min(types.len() - room);
            start..start + room
        }
        _ => 0..room,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{window, Passage, Role};
    use crate::quote::{Kind, Quote};
    use crate::text::{Document, Span};

    /// What the network learns from, `of_attribution` in `scripts/train/standpoint_train/pairs.py`, is what it reads here.
    #[test]
    fn passages_are_those_of_python() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/stance.json");
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = expected["passages"].as_array().unwrap();
        assert!(cases.len() >= 5);
        for case in cases {
            let document = Document::new(case["text"].as_str().unwrap().to_owned());
            let point = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
            let spans = |role: &str| -> Vec<Span> {
                let parts = case[role].as_array().unwrap().iter();
                parts.map(|part| document.span_of_code_points(point(&part[0]), point(&part[1])).unwrap()).collect()
            };
            let (source, cue) = (spans("source").pop(), spans("cue").pop());
            let content = spans("content");
            let quote = Quote { content, cue, source, kind: Kind::Mixed, confidence: 1.0, source_confidence: 1.0 };
            let passage = Passage::of_quote(&document, &quote, None);
            assert_eq!(passage.text, case["passage"].as_str().unwrap());
            let points = |byte: usize| passage.text[..byte].chars().count();
            let roles = passage.roles.iter().map(|(bytes, role)| (points(bytes.start), points(bytes.end), *role));
            let of_name = |name: &Value| match name.as_str().unwrap() {
                "content" => Role::Content,
                "cue" => Role::Cue,
                "source" => Role::Source,
                other => panic!("{other}"),
            };
            let theirs = case["roles"].as_array().unwrap().iter();
            let theirs = theirs.map(|role| (point(&role[0]), point(&role[1]), of_name(&role[2])));
            assert_eq!(roles.collect::<Vec<_>>(), theirs.collect::<Vec<_>>(), "{}", passage.text);
        }
    }

    #[test]
    fn windows_keep_the_mention() {
        let mut types = vec![2; 100];
        assert_eq!(window(&types, 40), 0..40);
        types[90] = 5;
        assert_eq!(window(&types, 40), 60..100);
        types[60] = 5;
        assert_eq!(window(&types, 40), 55..95);
        assert_eq!(window(&types, 100), 0..100);
    }
}
