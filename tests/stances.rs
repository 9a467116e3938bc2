//! Stances that turn on negation, cue, concession, quoted opponents and conditionals: invented passages.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use standpoint::model::Precision;
use standpoint::stance::{StanceLabel, Target, Targets};
use standpoint::text::Article;
use standpoint::Pipeline;

#[derive(Deserialize)]
struct Passages {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    phenomenon: String,
    text: String,
    actor: String,
    target: String,
    label: String,
}

/// Of all passages, in percent.
const BOUND: usize = 35;

fn found(pipeline: &Pipeline, case: &Case) -> String {
    let analysis = pipeline.analyze(&Article::new("passage", &case.text)).unwrap();
    let Some(actor) = analysis.actors.iter().find(|a| a.name == case.actor) else { return "no actor".to_owned() };
    match actor.stance.iter().find(|s| s.target == case.target).map(|s| s.label) {
        Some(StanceLabel::Favor) => "favor",
        Some(StanceLabel::Against) => "against",
        Some(StanceLabel::Neutral) => "neutral",
        Some(_) => "unclear",
        None => "unrelated",
    }
    .to_owned()
}

#[test]
fn stances_come_out_right() {
    let text = std::fs::read_to_string(crate::root().join("tests/stance/quotations.toml")).unwrap();
    let passages: Passages = toml::from_str(&text).unwrap();
    assert_eq!(passages.case.len(), 60);
    let targets = Targets::new(passages.case.iter().map(|c| Target::new(&c.target)).collect()).unwrap();
    let models = crate::root().join("models");
    let pipeline = Pipeline::builder().models(models).precision(Precision::F32).targets(targets).build().unwrap();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = String::new();
    for case in &passages.case {
        let found = found(&pipeline, case);
        let count = counts.entry(&case.phenomenon).or_default();
        count.0 += usize::from(found == case.label);
        count.1 += 1;
        if found != case.label {
            writeln!(misses, "{}: {} on {:?} is {}, not {found}", case.phenomenon, case.actor, case.target, case.label)
                .unwrap();
        }
    }
    let mut table = String::new();
    for (phenomenon, (right, all)) in &counts {
        writeln!(table, "{phenomenon:<24} {right} of {all}").unwrap();
    }
    let right: usize = counts.values().map(|c| c.0).sum();
    writeln!(table, "{:<24} {right} of {}", "all", passages.case.len()).unwrap();
    println!("{table}\n{misses}");
    crate::golden().bind(|| insta::assert_snapshot!("stances", format!("{table}\n{misses}")));
    assert!(100 * right >= BOUND * passages.case.len(), "{right} right\n{misses}");
}
