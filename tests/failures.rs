//! Bad input and bad models, through the program: a clear message, the right exit code, and the other articles come out.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const GOOD: &str = "“We will rebuild,” Ada Lunt said on Monday.";

fn standpoint(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
    command.args(arguments).current_dir(folder).env_remove("STANDPOINT_MODELS").stdin(Stdio::null());
    command.output().expect("the program runs")
}

fn records(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("the output is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn code<'a>(records: &'a [Value], id: &str) -> &'a str {
    let record = records.iter().find(|r| r["id"] == id).unwrap_or_else(|| panic!("{id} is not in the output"));
    record["error"]["code"].as_str().unwrap_or("none")
}

#[test]
fn bad_articles_do_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("a-good.txt"), GOOD).unwrap();
    std::fs::write(at("b-empty.txt"), "").unwrap();
    std::fs::write(at("c-binary.txt"), [0x7f, b'E', b'L', b'F', 0, 1, 2]).unwrap();
    std::fs::write(at("d-latin.txt"), b"Caf\xe9 owners said so.").unwrap();
    std::fs::write(at("e-huge.txt"), "He said it rained. ".repeat(20_000_000 / 19)).unwrap();
    std::fs::write(at("f-marks.txt"), "“ ".repeat(10_000)).unwrap();
    let line = serde_json::json!({"id": "line", "text": GOOD, "desk": "city"});
    std::fs::write(at("g-lines.jsonl"), format!("{{\"id\": \"textless\"}}\n{line}\nnot json\n")).unwrap();
    std::fs::write(at("h-good.md"), GOOD).unwrap();
    let output = standpoint(&["analyze", "."], folder.path());
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{messages}");
    let records = records(&output);
    assert_eq!(records.len(), 10);
    let codes = [
        ("b-empty", "empty"),
        ("c-binary", "binary"),
        ("d-latin", "not_utf8"),
        ("e-huge", "too_long"),
        ("f-marks", "none"),
        ("g-lines:1", "missing_text"),
        ("g-lines:3", "bad_json"),
    ];
    for (id, expected) in codes {
        assert_eq!(code(&records, id), expected, "{id}");
    }
    for id in ["a-good", "line", "h-good"] {
        let record = records.iter().find(|r| r["id"] == id).unwrap();
        assert_eq!(record["quotes"][0]["speaker"]["mention"]["text"], "Ada Lunt", "{id}");
    }
    assert_eq!(records.iter().find(|r| r["id"] == "line").unwrap()["meta"]["desk"], "city");
    for part in
        ["d-latin.txt: byte 3 (0xE9)", "iconv", "--max-bytes", "g-lines.jsonl, line 1", "6 of 10 articles failed"]
    {
        assert!(messages.contains(part), "{part:?} is not in {messages}");
    }
}

/// A copy of the shipped model that a test may harm.
fn copied_model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("fast")).unwrap();
    for entry in std::fs::read_dir(crate::root().join("models/fast")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join("fast").join(path.file_name().unwrap())).unwrap();
    }
    folder
}

#[test]
fn weights_of_another_model_that_is_absent_are_missed() {
    let models = copied_model();
    std::fs::create_dir(models.path().join("stance-accurate")).unwrap();
    let manifest = "stance-accurate/manifest.toml";
    std::fs::copy(crate::root().join("models").join(manifest), models.path().join(manifest)).unwrap();
    let output = standpoint(&["analyze", "--models", models.path().to_str().unwrap(), "-"], models.path());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("accurate/encoder-1.safetensors: cannot be read"), "{message}");
}

#[test]
fn a_harmed_model_is_refused() {
    let models = copied_model();
    let weights = models.path().join("fast/quote.safetensors");
    let arguments = ["analyze", "--models", models.path().to_str().unwrap(), "-"];
    let mut bytes = std::fs::read(&weights).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&weights, &bytes).unwrap();
    let output = standpoint(&arguments, models.path());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("quote.safetensors: the file is damaged"), "{message}");
    assert!(output.stdout.is_empty());
    std::fs::remove_file(&weights).unwrap();
    let output = standpoint(&arguments, models.path());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("quote.safetensors: cannot be read"), "{message}");
    std::fs::write(models.path().join("fast/manifest.toml"), "name = ").unwrap();
    let output = standpoint(&arguments, models.path());
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("manifest.toml: is not a manifest"));
}

#[test]
fn an_output_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), GOOD).unwrap();
    let output = standpoint(&["analyze", "a.txt", "-o", "out.jsonl"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(folder.path().join("out.jsonl")).unwrap().lines().count(), 1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
    let output = standpoint(&["analyze", "a.txt", "-o", "no/such/folder.jsonl"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/folder.jsonl: cannot be written"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut lines = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    for i in 0..200 {
        writeln!(lines, "{}", serde_json::json!({"id": i, "text": GOOD.repeat(40)})).unwrap();
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_standpoint"))
        .args(["analyze", "--quiet"])
        .arg(lines.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
