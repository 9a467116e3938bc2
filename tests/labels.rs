//! Labels made by hand: the words of each role, in place of offsets.

use serde::Deserialize;
use standpoint::eval::GoldAttribution;

#[derive(Deserialize)]
pub struct Label {
    source: Option<String>,
    cue: Option<String>,
    content: Vec<String>,
}

/// The labels as code-point ranges: content pieces one after the other, source and cue where they stand nearest.
pub fn attributions(labels: &[Label], text: &str) -> Vec<GoldAttribution> {
    let mut from = 0;
    let range = |start: usize, piece: &str| {
        let point = |byte: usize| text[..byte].chars().count();
        (point(start), point(start + piece.len()))
    };
    let attribution = |label: &Label| {
        let mut at = from;
        let mut content = Vec::new();
        for piece in &label.content {
            let start = at + text[at..].find(piece).unwrap_or_else(|| panic!("{piece:?} is not in order in {text:?}"));
            content.push((start, piece));
            at = start + piece.len();
        }
        from = content[0].0;
        let middle = content[0].0;
        let nearest = |words: &Option<String>| {
            let words = words.as_ref()?;
            let places = text.match_indices(words.as_str()).map(|(i, _)| i);
            let outside = places.filter(|i| content.iter().all(|(s, p)| *i + words.len() <= *s || *i >= s + p.len()));
            let distance = |i: &usize| i.abs_diff(middle).min(i.abs_diff(at));
            let start = outside.min_by_key(distance).unwrap_or_else(|| panic!("{words:?} is not in {text:?}"));
            Some(range(start, words))
        };
        GoldAttribution {
            source: nearest(&label.source).into_iter().collect(),
            cue: nearest(&label.cue).into_iter().collect(),
            content: content.iter().map(|(start, piece)| range(*start, piece)).collect(),
            annotator: None,
        }
    };
    labels.iter().map(attribution).collect()
}
