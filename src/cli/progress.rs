//! Progress on standard error, where it is a terminal.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A counter of articles; with a known total, a bar. It draws nothing where standard error is no terminal.
pub fn articles(total: Option<usize>, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total as u64), "{bar:30} {pos}/{len} articles, {per_sec}, {eta} left"),
        None => (ProgressBar::no_length(), "{spinner} {pos} articles, {per_sec}, {elapsed}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
