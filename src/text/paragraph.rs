//! Paragraphs: the lines of a text, where a hard-wrapped line belongs to the one before it.

use super::document::{trimmed, Span};

/// Paragraphs in order, without the white space around them; blank ones are left out.
pub(super) fn paragraphs(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut start = 0;
    let mut joins = false;
    for line in text.split('\n') {
        let end = start + line.len();
        match trimmed(text, start, end) {
            None => joins = false,
            Some(span) => {
                match found.last_mut() {
                    Some(last) if joins && wraps(&text[last.start()..last.end()], &text[span.start()..]) => {
                        *last = last.cover(span);
                    }
                    _ => found.push(span),
                }
                joins = true;
            }
        }
        start = end + 1;
    }
    found
}

/// A line goes on in the next one: it does not end like a sentence, and the next begins in lower case.
fn wraps(line: &str, next: &str) -> bool {
    let ends = line.chars().next_back().is_some_and(|c| ".!?:;…\"'”’»)]".contains(c));
    !ends && next.chars().next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    fn texts(text: &str) -> Vec<&str> {
        paragraphs(text).into_iter().map(|s| &text[s.start()..s.end()]).collect()
    }

    #[test]
    fn lines_are_paragraphs() {
        assert_eq!(texts("One.\nTwo.\r\n\r\n  Three. \n"), ["One.", "Two.", "Three."]);
        assert!(texts(" \n\r\n\u{a0}").is_empty());
    }

    #[test]
    fn hard_wrapped_lines_join() {
        assert_eq!(
            texts("The mayor said\nthat it rained.\nThen it stopped."),
            ["The mayor said\nthat it rained.", "Then it stopped."]
        );
        assert_eq!(texts("A heading\n\nand a line"), ["A heading", "and a line"]);
    }
}
