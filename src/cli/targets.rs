//! `standpoint targets`

use std::io::Write as _;
use std::path::Path;

use standpoint::stance::{Proposed, Proposer};
use standpoint::text::{Format, Reader, ReaderSettings};

use super::args::TargetsArguments;
use super::exit::Done;
use super::progress;
use super::sink::Sink;

pub fn run(arguments: &TargetsArguments) -> anyhow::Result<Done> {
    let pipeline = arguments.model.builder()?.build()?;
    let settings = ReaderSettings { format: Format::Auto, max_bytes: arguments.max_bytes };
    let bar = progress::articles(None, false);
    let mut proposer = Proposer::default();
    let mut failed = 0;
    for result in pipeline.analyze_iter(Reader::new(&arguments.paths, settings)) {
        match result {
            Ok(analysis) => proposer.add(&analysis),
            Err(failure) => {
                failed += 1;
                bar.suspend(|| eprintln!("standpoint: {}", failure.message));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut sink = Sink::open(Path::new("-"))?;
    for (i, proposal) in proposer.propose(arguments.topics, arguments.named).iter().enumerate() {
        let what = match proposal.what {
            Proposed::Topic => "topic",
            Proposed::Actor => "actor",
        };
        let gap = if i > 0 { "\n" } else { "" };
        writeln!(sink, "{gap}# {what}: in {} quotations, score {:.2}", proposal.quotes, proposal.score)?;
        writeln!(sink, "[[target]]\nname = {}\nproposed = true", toml::Value::from(proposal.name.as_str()))?;
    }
    sink.finish()?;
    Ok(if failed == 0 { Done::Well } else { Done::SomeFailed })
}
