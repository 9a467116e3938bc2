//! Draws an article with its quotations under the line, for review as a whole.
//!
//! `=` content, `-` source, `^` cue; the number of the quotation stands at the start of each.

use standpoint::output::{Analysis, Passage};

const WIDTH: usize = 110;

/// The text in lines of at most `WIDTH`, each with what stands in it underneath; then the attributions in words.
pub fn draw(analysis: &Analysis) -> String {
    let text: Vec<char> = analysis.text.chars().collect();
    let mut under = vec![' '; text.len()];
    for quote in &analysis.quotes {
        let number = quote.id.trim_start_matches('q');
        let source = quote.speaker.iter().filter_map(|s| s.mention.as_ref());
        let pieces = quote.content.iter().map(|p| (p, '=')).chain(quote.cue.iter().map(|p| (p, '^')));
        for (passage, mark) in pieces.chain(source.map(|p| (p, '-'))) {
            mark_passage(&mut under, passage, mark, number);
        }
    }
    let mut drawn = String::new();
    for (start, end) in lines(&text) {
        let row = |chars: &[char]| chars[start..end].iter().collect::<String>().trim_end().to_owned();
        drawn += &format!("{}\n", row(&text));
        let marks = row(&under);
        if !marks.is_empty() {
            drawn += &format!("{marks}\n");
        }
    }
    drawn += "\n";
    for quote in &analysis.quotes {
        let speaker = quote.speaker.as_ref();
        let actor = speaker.and_then(|s| s.actor.as_deref()).and_then(|id| analysis.actor(id));
        let name = actor.map_or("?", |a| a.name.as_str());
        let method = speaker.map_or("none".to_owned(), |s| format!("{:?}", s.method));
        drawn += &format!("{:>4} {:?} · {name} ({method})\n", quote.id, quote.kind);
    }
    drawn
}

fn mark_passage(under: &mut [char], passage: &Passage, mark: char, number: &str) {
    under[passage.start..passage.end].fill(mark);
    for (slot, digit) in under[passage.start..passage.end].iter_mut().zip(number.chars()) {
        *slot = digit;
    }
}

/// Breaks at line ends, and at spaces before the width is passed.
fn lines(text: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut space) = (0, None);
    for (i, char) in text.iter().enumerate() {
        if *char == '\n' {
            found.push((start, i));
            (start, space) = (i + 1, None);
        } else if *char == ' ' {
            space = Some(i);
        }
        if let Some(at) = space.filter(|_| i - start >= WIDTH) {
            found.push((start, at));
            (start, space) = (at + 1, None);
        }
    }
    found.push((start, text.len()));
    found
}
