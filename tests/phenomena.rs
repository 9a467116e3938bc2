//! Hard phenomena: invented passages with the right answer, and how many of each come out right.
//!
//! A passage is right where each of its attributions is found (by the `linked` measure of `standpoint eval`) and
//! nothing else is.

use std::fmt::Write as _;

use serde::Deserialize;
use standpoint::eval::QuoteScorer;
use standpoint::text::Article;

use crate::labels::{self, Label};

#[derive(Deserialize)]
struct Phenomenon {
    name: String,
    passage: Vec<Passage>,
}

#[derive(Deserialize)]
struct Passage {
    text: String,
    #[serde(default)]
    quote: Vec<Label>,
}

/// Of all passages, in percent.
const BOUND: usize = 85;

fn phenomena() -> Vec<Phenomenon> {
    let folder = crate::root().join("tests/phenomena");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    paths.iter().map(read).collect()
}

fn is_right(pipeline: &standpoint::Pipeline, passage: &Passage) -> bool {
    let analysis = pipeline.analyze(&Article::new("passage", &passage.text)).unwrap();
    let found = standpoint::eval::attributions(&analysis);
    let mut scorer = QuoteScorer::default();
    scorer.add(&passage.text, &labels::attributions(&passage.quote, &passage.text), &found, &[]);
    let linked = scorer.report().linked;
    match passage.quote.len() {
        0 => found.is_empty(),
        _ => linked.f == Some(100.0),
    }
}

#[test]
fn passages_come_out_right() {
    let pipeline = crate::pipeline();
    let (mut table, mut right, mut all) = (String::new(), 0, 0);
    for phenomenon in phenomena() {
        assert!(phenomenon.passage.len() >= 5, "{}", phenomenon.name);
        let verdicts: Vec<bool> = phenomenon.passage.iter().map(|p| is_right(&pipeline, p)).collect();
        let good = verdicts.iter().filter(|v| **v).count();
        let marks: String = verdicts.iter().map(|v| if *v { '+' } else { '-' }).collect();
        writeln!(table, "{:<40} {good} of {}  {marks}", phenomenon.name, verdicts.len()).unwrap();
        right += good;
        all += verdicts.len();
    }
    writeln!(table, "{:<40} {right} of {all}", "all").unwrap();
    println!("{table}");
    crate::golden().bind(|| insta::assert_snapshot!("phenomena", table));
    assert!(100 * right >= BOUND * all, "{right} of {all}");
}
