//! `standpoint eval`

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::{bail, Context as _};
use comfy_table::{presets, Cell, CellAlignment, Table};
use standpoint::eval::{
    self, Agreement, Annotator, CoreferenceReport, CoreferenceScorer, GapScores, GoldArticle, Outcome, PairReport, Prf,
    QuoteReport, Share,
};
use standpoint::model::{path_of, Precision, Sort};
use standpoint::output::Analysis;
use standpoint::stance::{PairModel, Passage, SentimentLabel, StanceLabel, Target, Targets};
use standpoint::text::Article;
use standpoint::{Builder, DEFAULT_BATCH_TOKENS};

use super::args::{
    EvalActorsArguments, EvalArguments, EvalCoreferenceArguments, EvalPairsArguments, EvalQuotesArguments, EvalTask,
    ReportArguments,
};
use super::exit::Done;
use super::sink::Sink;
use super::{progress, records};

pub fn run(arguments: &EvalArguments) -> anyhow::Result<Done> {
    match &arguments.task {
        EvalTask::Quotes(arguments) => quotes(arguments),
        EvalTask::Actors(arguments) => actors(arguments),
        EvalTask::Coreference(arguments) => coreference(arguments),
        EvalTask::Stance(arguments) => stance(arguments),
        EvalTask::Sentiment(arguments) => sentiment(arguments),
    }
}

fn quotes(arguments: &EvalQuotesArguments) -> anyhow::Result<Done> {
    let annotator: Annotator = arguments.annotator.parse()?;
    let gold = eval::read_quotations(&arguments.gold, &annotator)?;
    let analyses = match &arguments.predictions {
        Some(path) => read_predictions(path, &gold)?,
        None => {
            let articles = gold.iter().map(|g| Article::new(&g.id, &g.text)).collect();
            analyze(arguments.model.builder()?.stance_model(None).sentiment_model(None), articles)?
        }
    };
    let report = eval::score(gold.iter().zip(&analyses));
    tell(&arguments.report, &report, || table(&report))
}

fn actors(arguments: &EvalActorsArguments) -> anyhow::Result<Done> {
    let gold = eval::read_actors(&arguments.gold)?;
    let targets = eval::targets(&gold).into_iter().map(Target::new).collect();
    let targets = Targets::new(targets).map_err(|e| anyhow::anyhow!("{}: {e}", arguments.gold.display()))?;
    let articles = gold.iter().map(|g| Article::new(&g.id, &g.text)).collect();
    let analyses = analyze(arguments.model.builder()?.targets(targets), articles)?;
    let report = eval::score_actors(gold.iter().zip(&analyses));
    if arguments.misses {
        report.misses.iter().for_each(|miss| eprintln!("{miss}"));
    }
    tell(&arguments.report, &report, || {
        let row = |name: &str, share: &Share| {
            let percent = share.percent.map_or("—".to_owned(), |p| format!("{p:.2} %"));
            format!("{name:<15}{percent:>9}  {} of {}", share.count, share.of)
        };
        let rows = [("found", &report.found), ("named", &report.named), ("stances", &report.stances)];
        let rows = rows.into_iter().chain([("false stances", &report.false_stances)]);
        rows.map(|(name, share)| row(name, share)).collect::<Vec<_>>().join("\n")
    })
}

fn coreference(arguments: &EvalCoreferenceArguments) -> anyhow::Result<Done> {
    let folder = path_of(&arguments.models.path(), &arguments.model, Sort::Quotations)?;
    let scorer = CoreferenceScorer::open(&folder, Precision::Auto)?;
    let bar = progress::articles(None, false);
    let report = scorer.score(&arguments.gold, &arguments.genre, || bar.inc(1))?;
    bar.finish_and_clear();
    tell(&arguments.report, &report, || coreference_table(&report))
}

fn coreference_table(report: &CoreferenceReport) -> String {
    let number = |value: Option<f64>| value.map_or("—".to_owned(), |v| format!("{v:.2}"));
    let mut lines = vec![format!("texts            {}", report.n)];
    for (name, scores) in [("GAP, given", report.given), ("GAP, chains", report.chains)] {
        if let Some(GapScores { f1, masculine, feminine, ratio }) = scores {
            let [f1, masculine, feminine, ratio] = [f1, masculine, feminine, ratio].map(number);
            lines.push(format!("{name:<16} F1 {f1} (masculine {masculine}, feminine {feminine}, ratio {ratio})"));
        }
    }
    for (name, value) in report.conll.iter().flatten() {
        lines.push(format!("{name:<16} {value:.2}"));
    }
    for (name, share) in [("pronoun to name", report.pronoun_to_name), ("answered", report.pronouns_answered)] {
        if let Some(share) = share {
            lines.push(format!("{name:<16} {} % of {}", number(share.percent), share.of));
        }
    }
    lines.join("\n")
}

fn pair_model(arguments: &EvalPairsArguments) -> anyhow::Result<PairModel> {
    let folder = path_of(&arguments.models.path(), &arguments.stance_model, Sort::Pairs)?;
    Ok(PairModel::open(&folder, Precision::Auto, DEFAULT_BATCH_TOKENS)?)
}

const SIDES: [&str; 2] = ["favor", "against"];

fn stance(arguments: &EvalPairsArguments) -> anyhow::Result<Done> {
    let model = pair_model(arguments)?;
    let mut outcomes = Vec::new();
    let (mut relevance, mut sides) = (Agreement::default(), Agreement::default());
    for path in &arguments.gold {
        let gold = eval::read_stances(path)?;
        let pairs: Vec<(&str, Passage)> = gold.iter().map(|g| (g.target.as_str(), g.passage())).collect();
        for (gold, probs) in gold.iter().zip(model.stances(&pairs)?) {
            let best = probs.three_way();
            let probability = match best {
                StanceLabel::Favor => probs.favor,
                StanceLabel::Against => probs.against,
                _ => probs.neutral + probs.unrelated,
            };
            let (asked, told) = (gold.label != "unrelated", probs.is_related(model.bounds().relevance));
            relevance.add(told, asked);
            let label = probs.label(model.bounds());
            sides.predicted += usize::from(label.is_side());
            sides.gold += usize::from(SIDES.contains(&gold.label.as_str()));
            sides.right += usize::from(label.is_side() && label.name() == gold.label);
            let gold = SIDES.into_iter().find(|l| *l == gold.label).unwrap_or("neutral");
            outcomes.push(Outcome { gold, found: best.name(), probability });
        }
    }
    let mut report = eval::score_pairs(&outcomes);
    // Where all texts speak of their targets there is nothing to tell apart.
    let all_related = relevance.gold == outcomes.len();
    report.relevance = (!all_related).then(|| relevance.prf());
    report.sides = (!all_related).then(|| sides.prf());
    tell(&arguments.report, &report, || pair_table(&report))
}

fn sentiment(arguments: &EvalPairsArguments) -> anyhow::Result<Done> {
    let model = pair_model(arguments)?;
    let mut outcomes = Vec::new();
    for path in &arguments.gold {
        let gold = eval::read_sentiments(path)?;
        let mut pairs = Vec::new();
        let mut labels = Vec::new();
        for item in &gold {
            for mention in &item.targets {
                pairs.push((item.text.as_str(), item.bytes(mention)));
                let label = ["negative", "positive"].into_iter().find(|l| *l == mention.label);
                labels.push(label.unwrap_or("neutral"));
            }
        }
        for (gold, probs) in labels.into_iter().zip(model.sentiments(&pairs)?) {
            let best = probs.label();
            let probability = match best {
                SentimentLabel::Negative => probs.negative,
                SentimentLabel::Neutral => probs.neutral,
                SentimentLabel::Positive => probs.positive,
            };
            outcomes.push(Outcome { gold, found: best.name(), probability });
        }
    }
    let report = eval::score_pairs(&outcomes);
    tell(&arguments.report, &report, || pair_table(&report))
}

fn pair_table(report: &PairReport) -> String {
    let number = |value: Option<f64>| value.map_or("—".to_owned(), |v| format!("{v:.2}"));
    let interval = |key: &str| report.interval.get(key).map_or(String::new(), |[a, b]| format!("  [{a:.2}, {b:.2}]"));
    let mut lines = vec![
        format!("pairs        {}", report.n),
        format!("macro F1     {}{}", number(report.macro_f1), interval("macro_f1")),
        format!("accuracy     {}{}", number(report.accuracy), interval("accuracy")),
    ];
    lines.extend(report.semeval.map(|v| format!("SemEval F1   {v:.2}")));
    lines.extend(report.f1.iter().map(|(label, f1)| format!("F1 {label:<9} {f1:.2}")));
    for (name, figures) in [("relevance", report.relevance), ("sides", report.sides)] {
        if let Some(Prf { p, r, f }) = figures {
            lines.push(format!("{name:<12} P {}  R {}  F1 {}", number(p), number(r), number(f)));
        }
    }
    lines.extend(report.calibration.as_ref().map(|c| format!("calibration  {:.4}", c.ece)));
    lines.join("\n")
}

/// Writes a report and holds it to its bounds.
fn tell<R: serde::Serialize>(how: &ReportArguments, report: &R, table: impl Fn() -> String) -> anyhow::Result<Done> {
    let json = serde_json::to_value(report)?;
    let mut sink = Sink::open(Path::new("-"))?;
    if how.json {
        serde_json::to_writer_pretty(&mut sink, &json)?;
        writeln!(sink)?;
    } else {
        writeln!(sink, "{}", table())?;
    }
    sink.finish()?;
    let mut done = Done::Well;
    for (figure, bound) in &how.fail_under {
        let pointer = format!("/{}", figure.replace('.', "/"));
        // `recall@.3` has a dot of its own.
        let found = json.pointer(&pointer).or_else(|| json.get(figure));
        if found.is_some_and(serde_json::Value::is_null) {
            bail!("--fail-under: {figure} has no value here, as nothing in the sample bears on it");
        }
        let value = found.and_then(serde_json::Value::as_f64);
        let Some(value) = value else { bail!("--fail-under: there is no figure {figure} in the report; see --json") };
        if value < *bound {
            eprintln!("standpoint: {figure} is {value}, below {bound}");
            done = Done::Below;
        }
    }
    Ok(done)
}

fn analyze(settings: Builder, articles: Vec<Article>) -> anyhow::Result<Vec<Analysis>> {
    let pipeline = settings.build()?;
    let bar = progress::articles(Some(articles.len()), false);
    let results = pipeline.analyze_iter(articles.into_iter().map(Ok)).inspect(|_| bar.inc(1));
    let analyses = results.collect::<Result<Vec<_>, _>>()?;
    bar.finish_and_clear();
    Ok(analyses)
}

/// Results of an earlier run, in the order of the gold articles.
fn read_predictions(path: &Path, gold: &[GoldArticle]) -> anyhow::Result<Vec<Analysis>> {
    let name = path.display();
    let mut by_id = HashMap::new();
    for analysis in records::analyses(path)? {
        let analysis = analysis?;
        by_id.insert(analysis.id.clone(), analysis);
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
        "{table}\nspeaker {} of {} matched · direct {} of {} · recall@.3 {} · recall@.8 {} of {} gold quotations · {} articles{calibration}\n\
         sources that hold a name and end at it {} of {} · pronouns that end at a name {} of {}",
        share(report.speaker),
        n.matched,
        share(report.direct),
        n.direct,
        share(report.recall_3),
        share(report.recall_8),
        n.gold,
        n.articles,
        share(report.sources.names.percent),
        report.sources.names.of,
        share(report.sources.pronouns.percent),
        report.sources.pronouns.of,
    )
}
