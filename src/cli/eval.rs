//! `standpoint eval`

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::{bail, Context as _};
use comfy_table::{presets, Cell, CellAlignment, Table};
use standpoint::eval::{self, Annotator, GoldArticle, Prf, QuoteReport};
use standpoint::output::{Analysis, Record};
use standpoint::text::Article;

use super::args::{EvalArguments, EvalQuotesArguments, EvalTask};
use super::exit::Done;
use super::progress;
use super::sink::Sink;

pub fn run(arguments: &EvalArguments) -> anyhow::Result<Done> {
    match &arguments.task {
        EvalTask::Quotes(arguments) => quotes(arguments),
    }
}

fn quotes(arguments: &EvalQuotesArguments) -> anyhow::Result<Done> {
    let annotator: Annotator = arguments.annotator.parse()?;
    let gold = eval::read_quotations(&arguments.gold, &annotator)?;
    let analyses = match &arguments.predictions {
        Some(path) => read_predictions(path, &gold)?,
        None => analyze(arguments, &gold)?,
    };
    let report = eval::score(gold.iter().zip(&analyses));
    let json = serde_json::to_value(&report)?;
    let mut sink = Sink::open(Path::new("-"))?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut sink, &json)?;
        writeln!(sink)?;
    } else {
        writeln!(sink, "{}", table(&report))?;
    }
    sink.finish()?;
    let mut done = Done::Well;
    for (figure, bound) in &arguments.fail_under {
        let pointer = format!("/{}", figure.replace('.', "/"));
        // `recall@.3` has a dot of its own.
        let value = json.pointer(&pointer).or_else(|| json.get(figure)).and_then(serde_json::Value::as_f64);
        let Some(value) = value else { bail!("--fail-under: there is no figure {figure} in the report; see --json") };
        if value < *bound {
            eprintln!("standpoint: {figure} is {value}, below {bound}");
            done = Done::Below;
        }
    }
    Ok(done)
}

fn analyze(arguments: &EvalQuotesArguments, gold: &[GoldArticle]) -> anyhow::Result<Vec<Analysis>> {
    let pipeline = arguments.model.builder().build()?;
    let bar = progress::articles(Some(gold.len()), false);
    let articles = gold.iter().map(|g| Ok(Article::new(&g.id, &g.text)));
    let results = pipeline.analyze_iter(articles).inspect(|_| bar.inc(1));
    let analyses = results.collect::<Result<Vec<_>, _>>()?;
    bar.finish_and_clear();
    Ok(analyses)
}

/// Results of an earlier run, in the order of the gold articles.
fn read_predictions(path: &Path, gold: &[GoldArticle]) -> anyhow::Result<Vec<Analysis>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("{name}: cannot be opened"))?;
    let mut by_id = HashMap::new();
    for (i, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{name}, line {}", i + 1))?;
        let record: Record =
            serde_json::from_str(&line).with_context(|| format!("{name}, line {}: is no record", i + 1))?;
        if let Record::Analysis(analysis) = record {
            by_id.insert(analysis.id.clone(), *analysis);
        }
    }
    let found = gold.iter().map(|article| {
        let analysis =
            by_id.remove(&article.id).with_context(|| format!("{name}: has no analysis of {:?}", article.id))?;
        if analysis.text != article.text {
            bail!(
                "{name}: the text of {:?} is not that of the labelled sample, so offsets cannot be compared",
                article.id
            );
        }
        Ok(analysis)
    });
    found.collect()
}

fn table(report: &QuoteReport) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["", "precision", "recall", "F1", "95 % interval"]);
    let number = |value: Option<f64>| {
        let text = value.map_or("—".to_owned(), |v| format!("{v:.2}"));
        Cell::new(text).set_alignment(CellAlignment::Right)
    };
    let interval = |key: &str| {
        let text = report.interval.get(key).map_or(String::new(), |[low, high]| format!("{low:.2}–{high:.2}"));
        Cell::new(text).set_alignment(CellAlignment::Right)
    };
    let mut row = |name: String, prf: &Prf| {
        let key = format!("{}.f", name.replace(' ', "."));
        table.add_row([Cell::new(&name), number(prf.p), number(prf.r), number(prf.f), interval(&key)]);
    };
    for (metric, roles) in [("exact", &report.exact), ("begin", &report.begin), ("char", &report.char)] {
        for role in ["source", "cue", "content"] {
            row(format!("{metric} {role}"), &roles[role]);
        }
    }
    row("triple".to_owned(), &report.triple);
    row("linked".to_owned(), &report.linked);
    let n = &report.n;
    let share = |value: Option<f64>| value.map_or("—".to_owned(), |v| format!("{v:.2} %"));
    let calibration =
        report.calibration.as_ref().map_or(String::new(), |c| format!(" · calibration error {:.4}", c.ece));
    format!(
        "{table}\nspeaker {} of {} matched · recall@.3 {} · recall@.8 {} of {} gold quotations · {} articles{calibration}",
        share(report.speaker),
        n.matched,
        share(report.recall_3),
        share(report.recall_8),
        n.gold,
        n.articles
    )
}
