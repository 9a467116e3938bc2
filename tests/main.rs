//! Integration tests, in one binary. Cases are files: articles, drawn results, command lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic here is a failed test")]

mod articles;
mod batch;
mod commands;
mod data;
mod drawing;
mod failures;
mod labels;
mod names;
mod own_model;
mod parity;
mod parity_pairs;
mod phenomena;
mod registry;
mod schema;
mod stances;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};

use standpoint::model::Precision;
use standpoint::Pipeline;

/// The shipped model in f32, which gives the same result on every machine. Loaded once for all tests.
fn pipeline() -> MutexGuard<'static, Pipeline> {
    static PIPELINE: OnceLock<Mutex<Pipeline>> = OnceLock::new();
    let shared = PIPELINE.get_or_init(|| {
        let built = Pipeline::builder().models(root().join("models")).precision(Precision::F32).build();
        Mutex::new(built.expect("the shipped model loads"))
    });
    // A test that failed while it held the lock did not alter the model.
    shared.lock().unwrap_or_else(|e| e.into_inner())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Where drawn results and tables are kept.
fn golden() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/golden"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// The invented articles of `tests/articles`, as (name, text), in order of name.
fn articles() -> Vec<(String, String)> {
    let mut found: Vec<_> = std::fs::read_dir(root().join("tests/articles"))
        .expect("tests/articles is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .map(|path| {
            let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("it is UTF-8"))
        })
        .collect();
    found.sort();
    assert!(found.len() >= 12, "the invented articles are missing");
    found
}
