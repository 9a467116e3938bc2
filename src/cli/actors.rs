//! `standpoint actors`

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use comfy_table::{presets, Table};
use standpoint::actor::{Kind, Pin};
use standpoint::output::Actor;

use super::args::{ActorsArguments, ActorsFormat};
use super::exit::Done;
use super::records;
use super::sink::Sink;

/// One actor over all articles of a run.
struct Listed {
    pin: Pin,
    quotes: usize,
    /// Ids of the articles that it is in.
    articles: BTreeSet<String>,
}

pub fn run(arguments: &ActorsArguments) -> anyhow::Result<Done> {
    let mut found: BTreeMap<String, Listed> = BTreeMap::new();
    for analysis in records::analyses(&arguments.results)? {
        let analysis = analysis?;
        for actor in &analysis.actors {
            // What has no key is told apart by its article.
            let alone = || arguments.all.then(|| format!("~{} {}", actor.name.to_lowercase(), analysis.id));
            if let Some(key) = actor.key.clone().or_else(alone) {
                add(&mut found, key, actor, &analysis.id);
            }
        }
    }
    let mut listed: Vec<Listed> = found.into_values().collect();
    bind_namesakes(&mut listed);
    listed.sort_by(|a, b| b.quotes.cmp(&a.quotes).then_with(|| a.pin.name.cmp(&b.pin.name)));
    let mut sink = Sink::open(Path::new("-"))?;
    match arguments.format {
        ActorsFormat::Toml => toml(&mut sink, &listed)?,
        ActorsFormat::Csv => csv(&mut sink, &listed)?,
        ActorsFormat::Table => writeln!(sink, "{}", table(&listed))?,
    }
    sink.finish()?;
    Ok(Done::Well)
}

fn add(found: &mut BTreeMap<String, Listed>, key: String, actor: &Actor, article: &str) {
    let joined = actor.key.is_some();
    let listed = found.entry(key).or_insert_with(|| Listed {
        pin: Pin {
            name: actor.name.clone(),
            aliases: Vec::new(),
            kind: Some(actor.kind),
            reference: actor.reference.clone(),
            articles: if joined { Vec::new() } else { vec![article.to_owned()] },
        },
        quotes: 0,
        articles: BTreeSet::new(),
    });
    listed.quotes += actor.quotes.len();
    listed.articles.insert(article.to_owned());
    // A surname is no alias to pin: elsewhere it may be someone else's.
    if actor.kind == Kind::Person && joined {
        return;
    }
    for alias in &actor.aliases {
        let is_name = alias.chars().next().is_some_and(char::is_uppercase) && !alias.starts_with("The ");
        if is_name && *alias != listed.pin.name && !listed.pin.aliases.contains(alias) {
            listed.pin.aliases.push(alias.clone());
        }
    }
}

/// Binds actors of one name that are told apart to their articles, as one pin for all would join them.
fn bind_namesakes(listed: &mut [Listed]) {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for actor in listed.iter() {
        *names.entry(actor.pin.name.to_lowercase()).or_default() += 1;
    }
    for actor in listed.iter_mut().filter(|actor| names[&actor.pin.name.to_lowercase()] > 1) {
        actor.pin.articles = actor.articles.iter().cloned().collect();
    }
}

fn toml(sink: &mut Sink, listed: &[Listed]) -> anyhow::Result<()> {
    #[derive(serde::Serialize)]
    struct File<'a> {
        actor: [&'a Pin; 1],
    }
    for (i, actor) in listed.iter().enumerate() {
        if i > 0 {
            writeln!(sink)?;
        }
        writeln!(sink, "# {} quotations in {} articles", actor.quotes, actor.articles.len())?;
        write!(sink, "{}", toml::to_string(&File { actor: [&actor.pin] })?)?;
    }
    Ok(())
}

fn csv(sink: &mut Sink, listed: &[Listed]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(["name", "aliases", "kind", "ref", "articles"])?;
    for Listed { pin, .. } in listed {
        let kind = pin.kind.map(kind_name).unwrap_or_default();
        let (aliases, articles) = (pin.aliases.join("; "), pin.articles.join("; "));
        writer.write_record([&pin.name, &aliases, kind, pin.reference.as_deref().unwrap_or(""), &articles])?;
    }
    writer.flush()?;
    Ok(())
}

fn table(listed: &[Listed]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_header(["actor", "kind", "quotations", "articles", "ref"]);
    for Listed { pin, quotes, articles } in listed {
        let kind = pin.kind.map(kind_name).unwrap_or_default();
        let reference = pin.reference.as_deref().unwrap_or("");
        table.add_row([&pin.name, kind, &quotes.to_string(), &articles.len().to_string(), reference]);
    }
    table
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::Organization => "organization",
        Kind::Place => "place",
        Kind::Group => "group",
        Kind::Document => "document",
        Kind::Unknown => "unknown",
    }
}
