//! Stances that turn on negation, cue, concession, quoted opponents and conditionals, and whether a quotation speaks of a
//! target at all: invented passages.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use standpoint::eval::{Agreement, Prf};
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

#[derive(Deserialize)]
struct Themes {
    case: Vec<Mention>,
}

/// Whether the words of an actor speak of a target.
#[derive(Deserialize)]
struct Mention {
    theme: String,
    text: String,
    actor: String,
    target: String,
    spoken_of: bool,
}

/// Of all passages, in percent.
const BOUND: usize = 80;
/// Of the targets that are spoken of, in percent: precision and recall. A false one gives an actor a stance on what he did not
/// speak of, so the bounds of the model are chosen for precision.
const RELEVANCE: [f64; 2] = [85.0, 57.0];

/// A pipeline that asks for these targets.
fn asking<'a>(targets: impl Iterator<Item = &'a String>) -> Pipeline {
    let mut all: Vec<&String> = targets.collect();
    all.sort();
    all.dedup();
    let targets = Targets::new(all.into_iter().map(Target::new).collect()).unwrap();
    let models = crate::root().join("models");
    Pipeline::builder().models(models).precision(Precision::F32).targets(targets).build().unwrap()
}

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
    let pipeline = asking(passages.case.iter().map(|c| &c.target));
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

#[test]
fn what_a_quotation_speaks_of_is_told() {
    let text = std::fs::read_to_string(crate::root().join("tests/stance/relevance.toml")).unwrap();
    let themes: Themes = toml::from_str(&text).unwrap();
    assert_eq!(themes.case.len(), 80);
    let pipeline = asking(themes.case.iter().map(|c| &c.target));
    let mut counts: BTreeMap<&str, Agreement> = BTreeMap::new();
    let mut misses = String::new();
    for case in &themes.case {
        let analysis = pipeline.analyze(&Article::new("passage", &case.text)).unwrap();
        let actors = analysis.actors.iter().filter(|a| a.name == case.actor);
        let told = actors.flat_map(|a| &a.stance).any(|s| s.target == case.target);
        counts.entry(&case.theme).or_default().add(told, case.spoken_of);
        if told != case.spoken_of {
            let what = if told { "does not speak of" } else { "speaks of" };
            writeln!(misses, "{}: {} {what} {:?}", case.theme, case.actor, case.target).unwrap();
        }
    }
    let mut table = String::new();
    let mut all = Agreement::default();
    for (theme, count) in counts {
        all += count;
        writeln!(table, "{theme:<12} {} right of {} found, {} there", count.right, count.predicted, count.gold)
            .unwrap();
    }
    let Prf { p, r, f } = all.prf();
    let [p, r, f] = [p, r, f].map(|value| value.unwrap_or(0.0));
    writeln!(table, "precision {p} recall {r} F1 {f}").unwrap();
    println!("{table}\n{misses}");
    crate::golden().bind(|| insta::assert_snapshot!("relevance", format!("{table}\n{misses}")));
    assert!(p >= RELEVANCE[0] && r >= RELEVANCE[1], "{table}\n{misses}");
}
