//! The invented articles: their drawn results are reviewed as files, and held to labels made by hand.

use standpoint::eval::QuoteScorer;
use standpoint::output::Analysis;
use standpoint::text::Article;

use crate::labels::{self, Label};

#[test]
fn drawn_results_are_as_reviewed() {
    let pipeline = crate::pipeline();
    let settings = crate::golden();
    let _guard = settings.bind_to_scope();
    for (name, text) in crate::articles() {
        let analysis = pipeline.analyze(&Article::new(&name, text)).unwrap();
        insta::assert_snapshot!(name, crate::drawing::draw(&analysis));
    }
}

#[derive(serde::Deserialize)]
struct Labels {
    quote: Vec<Label>,
}

#[test]
fn hand_labels_are_met() {
    let pipeline = crate::pipeline();
    let mut scorer = QuoteScorer::default();
    for (name, text) in crate::articles() {
        let path = crate::root().join("tests/articles").join(&name).with_extension("toml");
        let labels: Labels = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let labels = labels::attributions(&labels.quote, &text);
        let analysis = pipeline.analyze(&Article::new(&name, &text)).unwrap();
        scorer.add(&text, &labels, &standpoint::eval::attributions(&analysis), &[]);
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
