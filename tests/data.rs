//! Tests on the labelled data beside the project, which is not part of it. Where it is absent they say so and pass;
//! `STANDPOINT_DATA` names another place.

use std::path::PathBuf;

use serde::Deserialize;
use standpoint::eval::{read_quotations, score, Annotator};
use standpoint::text::Article;

fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("STANDPOINT_DATA").map_or(crate::root().join("../shared/data"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent; set STANDPOINT_DATA to the folder of the labelled data", path.display());
    None
}

#[test]
fn polnear_dev_reaches_its_bounds() {
    let Some(path) = data("polnear/dev.jsonl.gz") else { return };
    let gold = read_quotations(&path, &Annotator::First).unwrap();
    let pipeline = crate::pipeline();
    let articles = gold.iter().map(|g| Ok(Article::new(&g.id, &g.text)));
    let analyses: Vec<_> = pipeline.analyze_iter(articles).map(Result::unwrap).collect();
    let report = score(gold.iter().zip(&analyses));
    for (role, bound) in [("source", 78.0), ("cue", 71.0), ("content", 62.0)] {
        let f = report.exact[role].f.unwrap();
        println!("exact {role} {f}");
        assert!(f >= bound, "exact {role} {f} < {bound}");
    }
}

#[derive(Deserialize)]
struct GoldArticle {
    id: String,
    text: String,
    quotes: Vec<GoldQuote>,
}

#[derive(Deserialize)]
struct GoldQuote {
    required: bool,
    content_spans: Vec<(usize, usize)>,
}

/// A gold quotation is found where one prediction's content meets it with an intersection over union of at least .5.
#[test]
fn required_quotations_of_the_peace_talks_are_found() {
    let Some(path) = data("peace-talks/gold.jsonl") else { return };
    let pipeline = crate::pipeline();
    let (mut found, mut required) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines().filter(|l| !l.trim().is_empty()) {
        let gold: GoldArticle = serde_json::from_str(line).unwrap();
        let analysis = pipeline.analyze(&Article::new(&gold.id, &gold.text)).unwrap();
        let covered = |spans: &[(usize, usize)]| -> Vec<usize> { spans.iter().flat_map(|(s, e)| *s..*e).collect() };
        let predicted: Vec<Vec<usize>> =
            standpoint::eval::attributions(&analysis).iter().map(|a| covered(&a.content)).collect();
        for quote in gold.quotes.iter().filter(|q| q.required) {
            let points = covered(&quote.content_spans);
            let hit = predicted.iter().any(|p| {
                let both = points.iter().filter(|i| p.contains(i)).count();
                2 * both >= points.len() + p.len() - both
            });
            required += 1;
            found += usize::from(hit);
            if !hit {
                let text: String = gold.text.chars().skip(points[0]).take(60).collect();
                println!("not found in {}: {text:?}", gold.id);
            }
        }
    }
    println!("{found} of {required} required quotations found");
    assert!(4 * found >= 3 * required, "{found} of {required}");
}
