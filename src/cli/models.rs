//! `standpoint models`, `standpoint schema` and `standpoint states`

use std::io::Write as _;
use std::path::Path;

use standpoint::model::{available, Manifest, ModelFolder};

use super::args::ModelsArguments;
use super::exit::Done;
use super::sink::Sink;

pub fn run(arguments: &ModelsArguments) -> anyhow::Result<Done> {
    let mut opened = Vec::new();
    for (path, _) in available(&arguments.models.path())? {
        opened.push(ModelFolder::open(&path)?);
    }
    let mut sink = Sink::open(Path::new("-"))?;
    if arguments.json {
        let list: Vec<_> = opened
            .iter()
            .map(|m| serde_json::json!({"path": m.path(), "checksum": m.checksum(), "manifest": m.manifest()}))
            .collect();
        serde_json::to_writer_pretty(&mut sink, &list)?;
        writeln!(sink)?;
    } else {
        for model in &opened {
            describe(&mut sink, model)?;
        }
    }
    sink.finish()?;
    Ok(Done::Well)
}

fn describe(sink: &mut Sink, model: &ModelFolder) -> anyhow::Result<()> {
    let Manifest { name, version, summary, architecture, licence, base, training_data, metrics, .. } = model.manifest();
    writeln!(sink, "{name} {version}")?;
    writeln!(sink, "  {summary}")?;
    writeln!(sink, "  path          {}", model.path().display())?;
    writeln!(sink, "  sha256        {} (checked)", model.checksum())?;
    writeln!(sink, "  architecture  {architecture}, from {base}")?;
    writeln!(sink, "  licence       {licence}")?;
    for data in training_data {
        writeln!(sink, "  trained on    {} ({})", data.name, data.licence)?;
    }
    for m in metrics {
        let [low, high] = m.interval;
        writeln!(sink, "  {:<20} {:6.2}  [{low:.2}, {high:.2}]  {}, n = {}", m.name, m.value, m.data, m.n)?;
    }
    Ok(())
}

pub fn schema() -> anyhow::Result<Done> {
    let mut sink = Sink::open(Path::new("-"))?;
    serde_json::to_writer_pretty(&mut sink, &standpoint::output::json_schema())?;
    writeln!(sink)?;
    sink.finish()?;
    Ok(Done::Well)
}

pub fn states() -> anyhow::Result<Done> {
    let mut sink = Sink::open(Path::new("-"))?;
    sink.write_all(standpoint::actor::BUILT_IN.as_bytes())?;
    sink.finish()?;
    Ok(Done::Well)
}
