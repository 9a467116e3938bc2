//! Actors across articles: pinned names, keys, and that neither order nor workers matter.

use std::collections::BTreeMap;

use standpoint::actor::{Kind, Pin, Registry};
use standpoint::output::Analysis;
use standpoint::text::Article;
use standpoint::Pipeline;

fn articles() -> Vec<Article> {
    let texts = [
        ("a", "Mayor Ada Lunt said the bridge would open in May. “It is safe,” Lunt said."),
        ("b", "“The bridge is a scandal,” said Bo Reyl, a councillor. Ms. Lunt denied that it was."),
        ("c", "Ada Lunt’s plan is sound, according to the Harbour Board. Reyl called it a waste of money."),
        ("d", "Ada Lunt, a swimmer, said she would race again. The Harbour Board declined to comment."),
    ];
    texts.into_iter().map(|(id, text)| Article::new(id, text)).collect()
}

fn registry() -> Registry {
    let pin = |name: &str, aliases: &[&str], reference: &str, articles: &[&str]| Pin {
        name: name.to_owned(),
        aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
        kind: Some(Kind::Person),
        reference: Some(reference.to_owned()),
        articles: articles.iter().map(|a| (*a).to_owned()).collect(),
    };
    let lunt = |reference, articles: &[&str]| pin("Ada Lunt", &["Lunt"], reference, articles);
    Registry::new(vec![lunt("Q1", &["a", "b", "c"]), lunt("Q2", &["d"]), pin("Bo Reyl", &["Reyl"], "Q3", &[])]).unwrap()
}

fn run(articles: Vec<Article>, workers: usize) -> BTreeMap<String, Analysis> {
    let models = crate::root().join("models");
    let pipeline =
        Pipeline::builder().models(models).sentiment_model(None).workers(workers).registry(registry()).build().unwrap();
    let results: Vec<Analysis> = pipeline.analyze_iter(articles.into_iter().map(Ok)).map(Result::unwrap).collect();
    results.into_iter().map(|a| (a.id.clone(), a)).collect()
}

#[test]
fn pins_name_actors_and_tell_namesakes_apart() {
    let found = run(articles(), 1);
    let reference = |id: &str, name: &str| {
        found[id].actors.iter().find(|a| a.name == name).and_then(|a| a.reference.clone()).unwrap_or_default()
    };
    assert_eq!(reference("a", "Ada Lunt"), "Q1");
    assert_eq!(reference("b", "Ada Lunt"), "Q1");
    assert_eq!(reference("d", "Ada Lunt"), "Q2");
    assert_eq!(reference("b", "Bo Reyl"), "Q3");
    assert_eq!(reference("c", "Bo Reyl"), "Q3");
}

#[test]
fn neither_order_nor_workers_matter() {
    let forward = run(articles(), 1);
    let mut shuffled = articles();
    shuffled.rotate_left(2);
    shuffled.swap(0, 1);
    assert_eq!(forward, run(shuffled, 8));
}

#[test]
fn keys_join_full_names() {
    let found = run(articles(), 2);
    let key = |id: &str, name: &str| found[id].actors.iter().find(|a| a.name == name).and_then(|a| a.key.clone());
    assert_eq!(key("c", "Harbour Board").as_deref(), Some("harbour-board"));
    // Namesakes that are pinned apart do not share one.
    assert_eq!(key("a", "Ada Lunt").as_deref(), Some("ada-lunt-q1"));
    assert_eq!(key("d", "Ada Lunt").as_deref(), Some("ada-lunt-q2"));
}
