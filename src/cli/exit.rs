//! Exit codes, and how errors are told.

use std::io;
use std::process::ExitCode;

/// How a verb ended, short of an error that stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// All done: 0.
    Well,
    /// Finished, but some articles failed: 3.
    SomeFailed,
    /// A figure is below `--fail-under`: 5.
    Below,
}

const FATAL: u8 = 1;
const SOME_FAILED: u8 = 3;
const MODEL: u8 = 4;
const BELOW: u8 = 5;

/// The exit code; an error is told on standard error.
pub fn code(done: anyhow::Result<Done>) -> ExitCode {
    match done {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::SomeFailed) => ExitCode::from(SOME_FAILED),
        Ok(Done::Below) => ExitCode::from(BELOW),
        // The reader of a pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("standpoint: {error:#}");
            match error.downcast_ref::<standpoint::Error>() {
                Some(standpoint::Error::Model { .. }) => ExitCode::from(MODEL),
                _ => ExitCode::from(FATAL),
            }
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(is_pipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|e| e.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}
