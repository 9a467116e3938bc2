//! Names and metonyms: invented passages with the canonical actor of each quotation.
//!
//! A passage is right where every labelled quotation is found and ends at its actor, and quotations of one actor end at
//! one, those of two at two.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use standpoint::output::Analysis;
use standpoint::text::Article;

#[derive(Deserialize)]
struct Passages {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    phenomenon: String,
    text: String,
    quotes: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    content: String,
    actor: Names,
}

#[derive(Deserialize, Clone, PartialEq)]
#[serde(untagged)]
enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    fn accept(&self, name: &str) -> bool {
        let plain = |n: &str| n.to_lowercase().trim_start_matches("the ").to_owned();
        match self {
            Self::One(one) => plain(one) == plain(name),
            Self::Any(any) => any.iter().any(|n| plain(n) == plain(name)),
        }
    }
}

/// Of all passages, in percent.
const BOUND: usize = 90;

/// The id and name of the actor of the quotation that holds these words, or what is missing.
fn actor<'a>(analysis: &'a Analysis, content: &str) -> Result<(&'a str, &'a str), String> {
    let holds = |q: &&standpoint::output::Quote| q.content.iter().any(|p| p.text.contains(content));
    let quote = analysis.quotes.iter().find(holds).ok_or("not found")?;
    let id = quote.speaker.as_ref().and_then(|s| s.actor.as_deref()).ok_or("no actor")?;
    analysis.actor(id).map(|a| (a.id.as_str(), a.name.as_str())).ok_or("no such actor".to_owned())
}

fn verdict(analysis: &Analysis, case: &Case) -> Result<(), String> {
    let mut ids: Vec<(&Names, &str)> = Vec::new();
    for labelled in &case.quotes {
        let told = |what: &str| format!("{:?}: {what}", labelled.content);
        let (id, name) = actor(analysis, &labelled.content).map_err(|e| told(&e))?;
        if !labelled.actor.accept(name) {
            return Err(told(&format!("{name:?}")));
        }
        if let Some((_, known)) = ids.iter().find(|(names, _)| **names == labelled.actor) {
            if *known != id {
                return Err(told("two actors for one"));
            }
        }
        ids.push((&labelled.actor, id));
    }
    Ok(())
}

#[test]
fn names_come_out_right() {
    let text = std::fs::read_to_string(crate::root().join("tests/names/passages.toml")).unwrap();
    let passages: Passages = toml::from_str(&text).unwrap();
    assert_eq!(passages.case.len(), 71);
    let pipeline = crate::pipeline();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = String::new();
    for case in &passages.case {
        let analysis = pipeline.analyze(&Article::new("passage", &case.text)).unwrap();
        let verdict = verdict(&analysis, case);
        let count = counts.entry(&case.phenomenon).or_default();
        count.0 += usize::from(verdict.is_ok());
        count.1 += 1;
        if let Err(miss) = verdict {
            writeln!(misses, "{}: {miss}", case.phenomenon).unwrap();
        }
    }
    let mut table = String::new();
    for (phenomenon, (right, all)) in &counts {
        writeln!(table, "{phenomenon:<24} {right} of {all}").unwrap();
    }
    let right: usize = counts.values().map(|c| c.0).sum();
    writeln!(table, "{:<24} {right} of {}", "all", passages.case.len()).unwrap();
    println!("{table}\n{misses}");
    crate::golden().bind(|| insta::assert_snapshot!("names", format!("{table}\n{misses}")));
    assert!(100 * right >= BOUND * passages.case.len(), "{right} right\n{misses}");
}
