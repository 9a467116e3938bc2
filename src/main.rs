//! The `standpoint` program.

mod cli;

use std::process::ExitCode;

// Overrides C's allocator too, and so libtorch's: glibc gives the large blocks of each pass back to the system and gets
// them anew, page by page, which costs a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
