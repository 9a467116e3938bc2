//! `standpoint analyze`

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Instant;

use standpoint::output::{Record, Table};
use standpoint::text::{Reader, ReaderSettings};
use standpoint::Progress;

use super::args::{AnalyzeArguments, OutputFormat};
use super::exit::Done;
use super::progress;
use super::sink::Sink;

/// Columns where no terminal tells them.
const WIDTH: u16 = 100;

pub fn run(arguments: &AnalyzeArguments) -> anyhow::Result<Done> {
    let pipeline = arguments.model.builder()?.build()?;
    let mut sink = Sink::open(&arguments.output)?;
    let settings = ReaderSettings { format: arguments.input_format.into(), max_bytes: arguments.max_bytes };
    let reader = Reader::new(&arguments.paths, settings);
    // Results that scroll by on the same terminal are progress enough.
    let to_eyes = arguments.output.as_os_str() == "-" && io::stdout().is_terminal();
    let bar = progress::articles(None, arguments.quiet || to_eyes);
    let table = Table { width: width() };
    let began = Instant::now();
    let mut results = pipeline.analyze_iter(reader);
    for result in results.by_ref() {
        if let Err(failure) = &result {
            bar.suspend(|| eprintln!("standpoint: {}", failure.message));
        }
        let record = Record::from(result);
        match arguments.format {
            OutputFormat::Jsonl => {
                serde_json::to_writer(&mut sink, &record)?;
                sink.write_all(b"\n")?;
            }
            OutputFormat::Table => sink.write_all(table.draw(&record).as_bytes())?,
        }
        bar.inc(1);
    }
    let done = results.progress();
    sink.finish()?;
    bar.finish_and_clear();
    if arguments.timings {
        timings(&done, began.elapsed().as_secs_f64());
    }
    if done.failed == 0 {
        return Ok(Done::Well);
    }
    if !arguments.quiet {
        eprintln!("standpoint: {} of {} articles failed", done.failed, done.failed + done.articles);
    }
    Ok(Done::SomeFailed)
}

fn width() -> u16 {
    comfy_table::Table::new().width().or_else(|| std::env::var("COLUMNS").ok()?.parse().ok()).unwrap_or(WIDTH)
}

/// The time counted is that of reading, analyzing and writing; loading the model is not in it.
fn timings(done: &Progress, seconds: f64) {
    let (articles, tokens) = (done.articles as f64, done.tokens as f64);
    eprintln!("articles      {}", done.articles);
    eprintln!("word pieces   {}", done.tokens);
    eprintln!("seconds       {seconds:.2}");
    eprintln!("articles/s    {:.2}", articles / seconds);
    eprintln!("word pieces/s {:.0}", tokens / seconds);
    // Of the pass that finds quotations and actors, in the workers' time, as they run side by side.
    let share = done.network.as_secs_f64() / done.busy.as_secs_f64().max(f64::MIN_POSITIVE);
    eprintln!("encoder share {:.1} %", 100.0 * share);
    if let Some(peak) = peak_memory() {
        eprintln!("peak memory   {peak} MiB");
    }
}

/// The process's peak resident memory in MiB, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? / 1024)
}
