//! Results of an earlier run, as a verb reads them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context as _;
use standpoint::output::{Analysis, Record};

/// The analyses in a file of records, or in standard input for `-`; articles that failed are passed over.
pub fn analyses(path: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Analysis>>> {
    let name = path.display().to_string();
    let lines: Box<dyn BufRead> = match name.as_str() {
        "-" => Box::new(BufReader::new(io::stdin())),
        _ => Box::new(BufReader::new(File::open(path).with_context(|| format!("{name}: cannot be opened"))?)),
    };
    let read = move |(i, line): (usize, io::Result<String>)| -> anyhow::Result<Option<Analysis>> {
        let place = || format!("{name}, line {}", i + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            return Ok(None);
        }
        let record: Record =
            serde_json::from_str(&line).with_context(|| format!("{}: is no record of standpoint analyze", place()))?;
        Ok(match record {
            Record::Analysis(analysis) => Some(*analysis),
            Record::Failed(_) => None,
        })
    };
    Ok(lines.lines().enumerate().map(read).filter_map(Result::transpose))
}
