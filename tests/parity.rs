//! Rust and Python compute the same: tag scores and links of the shipped models on invented articles.
//!
//! `tests/parity/MODEL.json` is written by `scripts/train` whenever a model is exported, with the weights of that model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use standpoint::model::ModelFolder;
use standpoint::text::Article;

#[derive(Deserialize)]
struct Expected {
    /// SHA-256 of the encoder's and the heads' files.
    weights: BTreeMap<String, String>,
    articles: BTreeMap<String, ExpectedArticle>,
}

#[derive(Deserialize)]
struct ExpectedArticle {
    /// Tag scores of every 7th word piece.
    emissions: Vec<[f32; 7]>,
    pieces: usize,
    attributions: Vec<[Vec<(usize, usize)>; 3]>,
    /// First and last code point of each mention, and the number of its form.
    mentions: Vec<(usize, usize, i64)>,
    /// Of every third mention the share of no antecedent, and the likeliest one with its share.
    antecedents: Vec<(f64, Option<usize>, Option<f64>)>,
}

const STEP: usize = 7;
const TOLERANCE: f32 = 2e-3;

#[test]
fn rust_equals_python_in_fast() {
    equal("fast", 10);
}

#[test]
fn rust_equals_python_in_accurate() {
    equal("accurate", 3);
}

/// The folder of a shipped model, which must have the weights that its file was made with.
pub(crate) fn made_with(model: &str, weights: &BTreeMap<String, String>) -> PathBuf {
    let path = crate::root().join("models").join(model);
    let manifest = std::fs::read_to_string(path.join("manifest.toml")).unwrap();
    for (file, sum) in weights {
        assert!(manifest.contains(&format!("\"{file}\" = \"{sum}\"")), "the file is of another model than {file}");
    }
    path
}

/// Holds a model to its file, which must have so many articles at least.
fn equal(model: &str, least: usize) {
    let text = std::fs::read_to_string(crate::root().join(format!("tests/parity/{model}.json"))).unwrap();
    let expected: Expected = serde_json::from_str(&text).unwrap();
    let folder = ModelFolder::open(&made_with(model, &expected.weights)).unwrap();
    let articles: BTreeMap<String, String> = crate::articles().into_iter().collect();
    assert!(expected.articles.len() >= least);
    for (name, expected) in &expected.articles {
        let article = Article::new(name, &articles[name]);
        let emissions = standpoint::emissions(&folder, &article.text).unwrap();
        assert_eq!(emissions.len(), expected.pieces, "{name}");
        for (ours, theirs) in emissions.iter().step_by(STEP).zip(&expected.emissions) {
            for (a, b) in ours.iter().zip(theirs) {
                assert!((a - b).abs() < TOLERANCE, "{name}: {ours:?} {theirs:?}");
            }
        }
        let ours = standpoint::attributions(&folder, &article.text).unwrap();
        assert_eq!(ours, expected.attributions, "{name}");
        mentions_equal(&folder, &article, expected);
    }
}

fn mentions_equal(folder: &ModelFolder, article: &Article, expected: &ExpectedArticle) {
    let ours = standpoint::mentions(folder, &article.text).unwrap();
    let spans: Vec<_> = ours.iter().map(|((start, end), form, ..)| (*start, *end, *form)).collect();
    assert_eq!(spans, expected.mentions, "{}", article.id);
    for ((.., none, best), theirs) in ours.iter().step_by(3).zip(&expected.antecedents) {
        assert!((none - theirs.0).abs() < f64::from(TOLERANCE), "{}: {none} {theirs:?}", article.id);
        // Of two that are as likely either may come first.
        let share = (best.map(|b| b.1), theirs.2);
        assert!((share.0.unwrap_or(0.0) - share.1.unwrap_or(0.0)).abs() < f64::from(TOLERANCE), "{}", article.id);
    }
}
