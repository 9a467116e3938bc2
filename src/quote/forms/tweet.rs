//! Posts as pages embed them: `We were never asked. — Ada Lunt (@adalunt) May 3, 2027`, on one line or with the signature on
//! the next.
//!
//! They stand without marks, so the network takes them for narration, or for the words of whoever spoke before. A dash, a
//! name and a handle in parentheses are no running text. PolNeAR labels only 4 of its 14, as most there are links to
//! articles; a post is its author's words all the same.

use super::Form;
use crate::text::{Document, DASHES};

/// What stands so is its author's word; the share is not from a count.
const SURE: f64 = 0.9;
/// A name before the handle has no more words.
const MOST_WORDS: usize = 6;

/// Every embedded post of a document.
pub(super) fn find(document: &Document) -> Vec<Form> {
    (0..document.paragraphs().len()).filter_map(|at| post(document, at)).collect()
}

fn post(document: &Document, at: usize) -> Option<Form> {
    let paragraph = document.paragraphs()[at];
    let text = document.slice(paragraph);
    let handle = text.find(" (@")?;
    let name_start = last_dash(&text[..handle])?;
    let name = &text[name_start..handle];
    let name = name.trim_start_matches(|c: char| DASHES.contains(&c) || c.is_whitespace());
    let is_name = name.starts_with(char::is_uppercase) && name.split_whitespace().count() <= MOST_WORDS;
    if !is_name || !closes(&text[handle + 3..]) {
        return None;
    }
    let span = |start: usize, end: usize| document.span_of_bytes(paragraph.start() + start, paragraph.start() + end);
    let before = text[..name_start].trim_end_matches(DASHES);
    let dash = span(before.len(), handle - name.len())?;
    // The signature may stand on a line of its own.
    let content = match before.trim().is_empty() {
        true => *document.paragraphs().get(at.checked_sub(1)?)?,
        false => document.trim(span(0, before.len())?)?,
    };
    let source = span(handle - name.len(), handle)?;
    Some(Form { content: vec![content], cue: document.trim(dash)?, source: Some(source), sure: SURE })
}

/// Where the last dash stands that is no hyphen within a word.
fn last_dash(text: &str) -> Option<usize> {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let within = |at: usize, dash: &str| {
        letter(text[..at].chars().next_back()) && letter(text[at + dash.len()..].chars().next())
    };
    text.rmatch_indices(DASHES).find(|(at, dash)| !within(*at, dash)).map(|(at, _)| at)
}

/// Whether a handle, its parenthesis and a date end the line: "adalunt) May 3, 2027".
fn closes(after: &str) -> bool {
    let Some((handle, date)) = after.split_once(')') else { return false };
    let is_handle = !handle.is_empty() && handle.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_handle && date.split_whitespace().count() <= 4 && date.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::text::Document;

    fn found(text: &str) -> Vec<[String; 3]> {
        let document = Document::new(text.to_owned());
        let slice = |span| document.slice(span).to_owned();
        find(&document).iter().map(|f| [slice(f.content[0]), slice(f.cue), f.source.map(slice).unwrap()]).collect()
    }

    fn post(content: &str, cue: &str, source: &str) -> [String; 3] {
        [content, cue, source].map(str::to_owned)
    }

    #[test]
    fn a_handle_signs() {
        let line = "We were never asked. — Senator Ada Lunt (@adalunt) May 3, 2027";
        assert_eq!(found(line), [post("We were never asked.", "—", "Senator Ada Lunt")]);
        assert_eq!(found("Fine art– Bo Reyl (@b_reyl) 3 May 2027"), [post("Fine art", "–", "Bo Reyl")]);
        let hyphen = "We knew. — Ada Lunt-Reyl (@adalunt) May 3, 2027";
        assert_eq!(found(hyphen), [post("We knew.", "—", "Ada Lunt-Reyl")]);
        let lines = "A headline\n\nWe won!\n\n-- Tellin FC (@tellin) June 1, 2027.\n\nMore.";
        assert_eq!(found(lines), [post("We won!", "--", "Tellin FC")]);
    }

    #[test]
    fn a_handle_in_running_text_does_not() {
        assert!(found("The mayor – Ada Lunt (@adalunt) – left in 2027 for good and all, they say.").is_empty());
        assert!(found("Follow Ada Lunt (@adalunt) 2027").is_empty());
        assert!(found("— Ada Lunt (@adalunt) 2027").is_empty());
        assert!(found("It is — so far — Ada Lunt (@) 2027").is_empty());
    }
}
