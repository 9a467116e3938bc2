//! Tests on the labelled data beside the project, which is not part of it. Where it is absent they say so and pass;
//! `STANDPOINT_DATA` names another place.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use standpoint::eval::{
    read_actors, read_quotations, score, score_actors, targets, Annotator, CoreferenceScorer, Share,
};
use standpoint::model::Precision;
use standpoint::stance::{Target, Targets};
use standpoint::text::Article;
use standpoint::Pipeline;

fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("STANDPOINT_DATA").map_or(crate::root().join("../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent; set STANDPOINT_DATA to the folder of the labelled data", path.display());
    None
}

fn polnear(pipeline: &Pipeline, exact: [f64; 3], others: [f64; 4]) {
    let Some(path) = data("polnear/dev.jsonl.gz") else { return };
    reaches(pipeline, &path, exact, others);
}

/// The articles of other news that we labelled for development, joined with their texts.
fn other_news(pipeline: &Pipeline, exact: [f64; 3], others: [f64; 4]) {
    let labels = std::fs::read_to_string(crate::root().join("scripts/train/labelled/dev.jsonl")).unwrap();
    let mut corpora: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut joined = String::new();
    for label in labels.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let name = label["corpus"].as_str().unwrap();
        if !corpora.contains_key(name) {
            let Some(path) = data(&format!("{name}.jsonl.gz")) else { return };
            let lines = std::io::read_to_string(GzDecoder::new(File::open(path).unwrap())).unwrap();
            corpora.insert(name.to_owned(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
        }
        let row = usize::try_from(label["row"].as_u64().unwrap()).unwrap();
        let text = corpora[name][row]["text"].as_str().unwrap();
        let digest = format!("{:x}", Sha256::digest(text));
        assert!(digest.starts_with(label["digest"].as_str().unwrap()), "{name}, row {row}: another text was labelled");
        let id = format!("{name}-{row}");
        joined += &json!({"id": id, "text": text, "attributions": label["attributions"]}).to_string();
        joined.push('\n');
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.jsonl");
    std::fs::write(&path, joined).unwrap();
    reaches(pipeline, &path, exact, others);
}

/// Scores a pipeline on labelled articles and holds it to bounds: exact F1 by role, linked F1, speaker, quotations inside
/// marks, names of sources.
fn reaches(pipeline: &Pipeline, path: &Path, exact: [f64; 3], others: [f64; 4]) {
    let gold = read_quotations(path, &Annotator::First).unwrap();
    let articles = gold.iter().map(|g| Ok(Article::new(&g.id, &g.text)));
    let analyses: Vec<_> = pipeline.analyze_iter(articles).map(Result::unwrap).collect();
    let report = score(gold.iter().zip(&analyses));
    let figures = ["source", "cue", "content"].map(|role| (role, report.exact[role].f)).into_iter().chain([
        ("linked", report.linked.f),
        ("speaker", report.speaker),
        ("direct", report.direct),
        ("names of sources", report.sources.names.percent),
    ]);
    for ((name, figure), bound) in figures.zip(exact.into_iter().chain(others)) {
        println!("{name} {figure:?}");
        assert!(figure >= Some(bound), "{name} {figure:?} < {bound}");
    }
}

#[test]
fn polnear_dev_reaches_its_bounds_with_fast() {
    polnear(&crate::pipeline(), [81.8, 75.3, 68.6], [74.6, 94.0, 94.0, 97.0]);
}

#[test]
fn polnear_dev_reaches_its_bounds_with_accurate() {
    let models = crate::root().join("models");
    let builder = Pipeline::builder().models(models).model("accurate").stance_model(None).sentiment_model(None);
    polnear(&builder.build().unwrap(), [85.5, 77.8, 74.0], [80.3, 95.7, 94.6, 97.0]);
}

#[test]
fn other_news_reaches_its_bounds_with_fast() {
    other_news(&crate::pipeline(), [86.0, 80.0, 77.0], [80.5, 95.0, 95.5, 94.0]);
}

#[test]
fn the_peace_talks_reach_their_bounds() {
    let Some(path) = data("peace-talks/gold.jsonl") else { return };
    let gold = read_actors(&path).unwrap();
    let targets = Targets::new(targets(&gold).into_iter().map(Target::new).collect()).unwrap();
    let models = crate::root().join("models");
    let pipeline = Pipeline::builder().models(models).precision(Precision::F32).targets(targets).build().unwrap();
    let articles = gold.iter().map(|g| Ok(Article::new(&g.id, &g.text)));
    let analyses: Vec<_> = pipeline.analyze_iter(articles).map(Result::unwrap).collect();
    let report = score_actors(gold.iter().zip(&analyses));
    println!("{report:#?}");
    let at_least = |share: Share, bound: f64, name: &str| {
        let percent = share.percent.unwrap();
        assert!(percent >= bound, "{name} {percent} < {bound}");
    };
    at_least(report.found, 85.0, "found");
    at_least(report.named, 84.0, "named");
    at_least(report.stances, 80.0, "stances");
    assert!(report.false_stances.percent <= Some(10.0), "{:?}", report.misses);
}

#[test]
fn pronouns_of_gap_reach_their_bound() {
    let Some(path) = data("gap/dev.jsonl.gz") else { return };
    let scorer = CoreferenceScorer::open(&crate::root().join("models/fast"), Precision::F32).unwrap();
    let report = scorer.score(&path, &[], || ()).unwrap();
    println!("{report:#?}");
    let given = report.given.unwrap();
    assert!(given.f1 >= Some(80.0) && given.ratio >= Some(0.95), "{given:?}");
}

#[test]
fn pronouns_that_are_sources_reach_their_bound() {
    let Some(path) = data("gum/dev.jsonl.gz") else { return };
    let scorer = CoreferenceScorer::open(&crate::root().join("models/fast"), Precision::F32).unwrap();
    let genres = ["news", "interview", "speech"].map(str::to_owned);
    let report = scorer.score(&path, &genres, || ()).unwrap();
    println!("{report:#?}");
    assert!(report.pronoun_to_name.unwrap().percent >= Some(85.0), "{:?}", report.misses);
}
