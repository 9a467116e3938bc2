//! A batch gives what its articles give alone, and odd texts harm nobody.

use standpoint::output::Analysis;
use standpoint::text::{Article, Cause, Failure};

/// Confidences that differ by rounding alone are the same.
fn alike(a: &Analysis, b: &Analysis) {
    assert_eq!(a.quotes.len(), b.quotes.len(), "{}", a.id);
    for (x, y) in a.quotes.iter().zip(&b.quotes) {
        assert_eq!((&x.content, &x.cue, x.kind), (&y.content, &y.cue, y.kind), "{}", a.id);
        let speakers = (x.speaker.as_ref(), y.speaker.as_ref());
        assert_eq!(speakers.0.map(|s| (&s.mention, &s.actor)), speakers.1.map(|s| (&s.mention, &s.actor)), "{}", a.id);
        assert!((x.confidence - y.confidence).abs() < 1e-3, "{}: {} {}", a.id, x.confidence, y.confidence);
    }
    assert_eq!(a.actors, b.actors);
}

#[test]
fn a_batch_equals_its_single_articles() {
    let pipeline = crate::pipeline();
    let articles: Vec<Article> = crate::articles().into_iter().map(|(name, text)| Article::new(name, text)).collect();
    let together: Vec<_> = pipeline.analyze_iter(articles.iter().cloned().map(Ok)).map(Result::unwrap).collect();
    assert_eq!(together.len(), articles.len());
    for (article, analysis) in articles.iter().zip(&together) {
        assert_eq!(article.id, analysis.id);
        alike(&pipeline.analyze(article).unwrap(), analysis);
    }
}

#[test]
fn failures_keep_their_place() {
    let pipeline = crate::pipeline();
    let failure = |id: &str| Failure { id: id.to_owned(), cause: Cause::Empty, message: "empty".to_owned() };
    let said = |id: &str| Article::new(id, "“We will rebuild,” Ada Lunt said on Monday.");
    let input = vec![Err(failure("a")), Ok(said("b")), Err(failure("c")), Ok(said("d")), Err(failure("e"))];
    let mut results = pipeline.analyze_iter(input);
    let ids: Vec<_> = results
        .by_ref()
        .map(|r| match r {
            Ok(analysis) => (analysis.id, analysis.quotes.len()),
            Err(failure) => (failure.id, 0),
        })
        .collect();
    let ids: Vec<_> = ids.iter().map(|(id, n)| (id.as_str(), *n)).collect();
    assert_eq!(ids, [("a", 0), ("b", 1), ("c", 0), ("d", 1), ("e", 0)]);
    assert_eq!((results.progress().articles, results.progress().failed), (2, 3));
}

#[test]
fn odd_texts_are_safe() {
    let pipeline = crate::pipeline();
    let texts = [
        String::new(),
        "\u{feff}".to_owned(),
        "\"".repeat(9),
        "“".repeat(10_000),
        "\u{301}\u{200d}\u{ad}".repeat(50),
        "a".repeat(5_000),
        "\u{1F469}\u{200D}\u{1F692} said \u{202e}so\u{202c}. ".repeat(400),
        "He said \u{0} so.".to_owned(),
        "He said so.\r".repeat(300),
        "漢字 said “漢字漢字”. ".repeat(300),
    ];
    for text in texts {
        let analysis = pipeline.analyze(&Article::new("odd", &text)).unwrap();
        let points: Vec<char> = text.chars().collect();
        for passage in analysis.quotes.iter().flat_map(|q| &q.content) {
            assert_eq!(points[passage.start..passage.end].iter().collect::<String>(), passage.text);
        }
    }
}

#[test]
fn workers_do_not_change_results() {
    let articles: Vec<Article> = crate::articles().into_iter().map(|(name, text)| Article::new(name, text)).collect();
    let run = |workers: usize| -> Vec<Analysis> {
        let models = crate::root().join("models");
        let pipeline = standpoint::Pipeline::builder().models(models).workers(workers).build().unwrap();
        let many = articles.iter().cycle().take(60).cloned().map(Ok);
        pipeline.analyze_iter(many).map(Result::unwrap).collect()
    };
    assert_eq!(run(1), run(5));
}
