//! The invented articles: their drawn results are reviewed as files, and held to labels made by hand.

use serde::Deserialize;
use standpoint::eval::{GoldAttribution, QuoteScorer};
use standpoint::output::Analysis;
use standpoint::text::Article;

#[test]
fn drawn_results_are_as_reviewed() {
    let pipeline = crate::pipeline();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(crate::root().join("tests/golden"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _guard = settings.bind_to_scope();
    for (name, text) in crate::articles() {
        let analysis = pipeline.analyze(&Article::new(&name, text)).unwrap();
        insta::assert_snapshot!(name, crate::drawing::draw(&analysis));
    }
}

#[derive(Deserialize)]
struct Labels {
    quote: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    source: Option<String>,
    cue: Option<String>,
    content: Vec<String>,
}

/// The labels as code-point ranges: content pieces one after the other, source and cue where they stand nearest.
fn gold(name: &str, text: &str) -> Vec<GoldAttribution> {
    let path = crate::root().join("tests/articles").join(name).with_extension("toml");
    let labels: Labels = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut from = 0;
    let range = |start: usize, piece: &str| {
        let point = |byte: usize| text[..byte].chars().count();
        (point(start), point(start + piece.len()))
    };
    let attribution = |label: &Label| {
        let mut at = from;
        let mut content = Vec::new();
        for piece in &label.content {
            let start = at + text[at..].find(piece).unwrap_or_else(|| panic!("{name}: {piece:?} is not in order"));
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
            Some(range(outside.min_by_key(distance).unwrap_or_else(|| panic!("{name}: {words:?}")), words))
        };
        GoldAttribution {
            source: nearest(&label.source).into_iter().collect(),
            cue: nearest(&label.cue).into_iter().collect(),
            content: content.iter().map(|(start, piece)| range(*start, piece)).collect(),
            annotator: None,
        }
    };
    labels.quote.iter().map(attribution).collect()
}

#[test]
fn hand_labels_are_met() {
    let pipeline = crate::pipeline();
    let mut scorer = QuoteScorer::default();
    for (name, text) in crate::articles() {
        let labels = gold(&name, &text);
        let analysis = pipeline.analyze(&Article::new(&name, text)).unwrap();
        scorer.add(&labels, &standpoint::eval::attributions(&analysis), &[]);
    }
    let report = scorer.report();
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    assert!(report.recall_8 >= Some(75.0), "recall@.8 {:?}", report.recall_8);
    assert!(report.speaker >= Some(85.0), "speaker {:?}", report.speaker);
}

/// What Python's `text[start:end]` gives.
fn slice(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}

fn passages(analysis: &Analysis) -> impl Iterator<Item = &standpoint::output::Passage> {
    let of_quotes = analysis
        .quotes
        .iter()
        .flat_map(|q| q.content.iter().chain(&q.cue).chain(q.speaker.iter().flat_map(|s| &s.mention)));
    of_quotes.chain(analysis.actors.iter().flat_map(|a| &a.mentions))
}

#[test]
fn every_passage_slices_back() {
    let pipeline = crate::pipeline();
    let mut count = 0;
    for (name, text) in crate::articles() {
        let analysis = pipeline.analyze(&Article::new(&name, &text)).unwrap();
        assert_eq!(analysis.text, text);
        for passage in passages(&analysis) {
            assert_eq!(slice(&text, passage.start, passage.end), passage.text, "{name}");
            count += 1;
        }
        for quote in &analysis.quotes {
            let actor = quote.speaker.as_ref().and_then(|s| s.actor.as_ref());
            assert!(actor.is_none_or(|id| analysis.actor(id).is_some_and(|a| a.quotes.contains(&quote.id))));
        }
    }
    assert!(count > 100, "only {count} passages");
}
