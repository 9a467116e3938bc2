//! The command line: raw arguments in, exit code out. Standard output is data alone.

mod actors;
mod analyze;
mod args;
mod eval;
mod exit;
mod models;
mod progress;
mod records;
mod sink;
mod targets;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};

/// Reads the arguments and does what they say.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.verb {
        Verb::Analyze(arguments) => analyze::run(&arguments),
        Verb::Eval(arguments) => eval::run(&arguments),
        Verb::Targets(arguments) => targets::run(&arguments),
        Verb::Actors(arguments) => actors::run(&arguments),
        Verb::Models(arguments) => models::run(&arguments),
        Verb::Schema => models::schema(),
        Verb::States => models::states(),
    };
    exit::code(done)
}
