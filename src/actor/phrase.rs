//! The words of a description around its head: "the *minister* of trade" from its determiner on, with whose it is and the name
//! that it depends on.

use super::determiner::is_determiner;
use super::mention::Mention;
use super::names;
use crate::text::{before_possessive, Document, Span, DAYS};

/// A description from its determiner to its head word.
pub(super) fn phrase(document: &Document, head: Span) -> Span {
    let sentence = document.sentence_at(head.start()).map_or(head.start(), |s| s.span.start());
    let mut start = head.start();
    for _ in 0..4 {
        let before = document.text()[sentence.min(start)..start].trim_end();
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        let plain =
            word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '’' | '\'')) || names::is_dotted(word);
        if word.is_empty() || !plain {
            break;
        }
        let at = sentence.min(start) + before.len() - word.len();
        if is_determiner(&word.to_lowercase()) {
            return document.span_of_bytes(at, head.end()).unwrap_or(head);
        }
        start = at;
    }
    head
}

/// A description with the name that it depends on: "the senator from Alaska", "a spokesman for the Red Cross".
pub(super) fn description(document: &Document, mentions: &[Mention], mention: usize) -> Span {
    let own = mentions[mention].span;
    let whole = phrase(document, own);
    let whole = if whole == own { owned(document, own) } else { whole };
    let depends = |name: &&Mention| {
        let between = document.text().get(own.end()..name.span.start());
        name.is_name()
            && between.is_some_and(|b| [" of ", " from ", " for "].contains(&b.replace(" the ", " ").as_str()))
    };
    mentions[mention + 1..].iter().take(2).find(depends).map_or(whole, |name| whole.cover(name.span))
}

/// A description that nothing determines, with whose it is: "North Norvia’s state media", "Norvian officials".
fn owned(document: &Document, head: Span) -> Span {
    let Some(sentence) = document.sentence_at(head.start()).map(|s| s.span) else { return head };
    let from = sentence.start().min(head.start());
    let mut start = head.start();
    let mut found = None;
    for step in 0..5 {
        let before = document.text()[from..start].trim_end();
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        let plain = before_possessive(word).unwrap_or(word);
        let opens = from + before.len() - word.len() == from;
        let named = plain.starts_with(char::is_uppercase) && !names::is_opener(plain) && !DAYS.contains(&plain);
        let determines = found.is_some() && is_determiner(&word.to_lowercase());
        let owns = plain != word || determines || named && (step == 0 && !opens || found.is_some());
        let between = found.is_none() && !word.starts_with(char::is_uppercase);
        if !plain.ends_with(char::is_alphanumeric) || !(owns || between) {
            break;
        }
        start = from + before.len() - word.len();
        found = if owns { Some(start) } else { found };
        if determines {
            break;
        }
    }
    found.and_then(|start| document.span_of_bytes(start, head.end())).unwrap_or(head)
}

#[cfg(test)]
mod tests {
    use super::owned;
    use crate::text::Document;

    #[test]
    fn a_description_has_its_owner() {
        let of = |text: &str, head: &str| {
            let document = Document::new(text.to_owned());
            let start = text.find(head).unwrap();
            document.slice(owned(&document, document.span_of_bytes(start, start + head.len()).unwrap())).to_owned()
        };
        assert_eq!(of("North Norvia’s state media said so.", "media"), "North Norvia’s state media");
        assert_eq!(of("Then Norvian officials left.", "officials"), "Norvian officials");
        assert_eq!(of("Ada Lunt told officials.", "officials"), "officials");
        assert_eq!(of("Among users it fell.", "users"), "users");
        assert_eq!(of("But the mayor’s aides left.", "aides"), "the mayor’s aides");
    }
}
