//! Models of the user's: a tiny one that the tests make goes through the program.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{json, Map, Value};
use tch::Tensor;

const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
const WORDS: [&str; 30] = [
    "the", "peace", "talks", "talk", "must", "go", "on", "we", "oppose", "support", "and", "our", "city", "council",
    "will", "not", "a", "bad", "good", "idea", "stop", "now", "said", "monday", "minister", "are", "they", ",", "“",
    "”",
];
const ARTICLE: &str = "“The peace talks must go on,” Ada Lunt said on Monday.\n\n\
    “We oppose the peace talks, and our city council will not support a bad idea now,” said Bert Hale, the minister.\n\n\
    “Stop the talks,” said Cora Vane.\n";

fn tokenizer() -> Value {
    let vocabulary: Map<String, Value> =
        SPECIAL.iter().chain(&WORDS).enumerate().map(|(id, word)| ((*word).to_owned(), json!(id))).collect();
    let added = SPECIAL.iter().enumerate().map(|(id, word)| {
        json!({"id": id, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    });
    let special = |name: &str, kind: i64| json!({"SpecialToken": {"id": name, "type_id": kind}});
    let sequence = |name: &str, kind: i64| json!({"Sequence": {"id": name, "type_id": kind}});
    let first = [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)];
    let pair: Vec<Value> = first.iter().cloned().chain([sequence("B", 1), special("[SEP]", 1)]).collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added.collect::<Vec<Value>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                       "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": first, "pair": pair,
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]},
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
}

fn config(kind: &str, labels: [&str; 3]) -> Value {
    json!({
        "model_type": kind, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "max_position_embeddings": 64, "type_vocab_size": 2, "vocab_size": SPECIAL.len() + WORDS.len(),
        "pad_token_id": 0, "id2label": {"0": labels[0], "1": labels[1], "2": labels[2]},
    })
}

fn shapes() -> Vec<(String, Vec<i64>)> {
    let linear = |name: &str, rows: i64, columns: i64| {
        [(format!("{name}.weight"), vec![rows, columns]), (format!("{name}.bias"), vec![rows])]
    };
    let norm = |name: &str| [(format!("{name}.weight"), vec![16]), (format!("{name}.bias"), vec![16])];
    let words = i64::try_from(SPECIAL.len() + WORDS.len()).unwrap();
    let table = |name: &str, rows: i64| (format!("bert.embeddings.{name}_embeddings.weight"), vec![rows, 16]);
    let layer = |name: &str| format!("bert.encoder.layer.0.{name}");
    let mut shapes = vec![table("word", words), table("position", 64), table("token_type", 2)];
    shapes.extend(norm("bert.embeddings.LayerNorm"));
    for name in ["self.query", "self.key", "self.value", "output.dense"] {
        shapes.extend(linear(&layer(&format!("attention.{name}")), 16, 16));
    }
    shapes.extend(norm(&layer("attention.output.LayerNorm")));
    shapes.extend(linear(&layer("intermediate.dense"), 32, 16));
    shapes.extend(linear(&layer("output.dense"), 16, 32));
    shapes.extend(norm(&layer("output.LayerNorm")));
    shapes.extend(linear("bert.pooler.dense", 16, 16));
    shapes.extend(linear("classifier", 3, 16));
    shapes
}

fn weights() -> Vec<(String, Tensor)> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut filled = |name: &str, shape: &[i64]| {
        let count: i64 = shape.iter().product();
        let middle = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        let values: Vec<f32> = (0..count).map(|_| middle + random.f32() - 0.5).collect();
        Tensor::from_slice(&values).view(shape)
    };
    shapes().into_iter().map(|(name, shape)| (name.clone(), filled(&name, &shape))).collect()
}

fn write(folder: &Path, kind: &str, labels: [&str; 3]) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("config.json"), config(kind, labels).to_string()).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer().to_string()).unwrap();
    Tensor::write_safetensors(&weights(), folder.join("model.safetensors")).unwrap();
}

fn analyze(folder: &Path, more: &[&str]) -> Output {
    std::fs::write(folder.join("article.txt"), ARTICLE).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpoint"));
    command.args(["analyze", "--quiet", "--precision", "f32", "--stance-model"]).arg(folder.join("own"));
    command.args(["--target", "peace talks"]).args(more).arg("article.txt");
    command.current_dir(folder).env_remove("STANDPOINT_MODELS").stdin(Stdio::null());
    command.output().expect("the program runs")
}

fn stances(output: &Output) -> Vec<[f64; 4]> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).expect("one record");
    let quotes = record["quotes"].as_array().expect("quotes are a list");
    let judged = quotes.iter().flat_map(|quote| quote["stance"].as_array().expect("stance is a list"));
    let probability = |stance: &Value, name: &str| stance["probs"][name].as_f64().expect("each has a probability");
    let stances = judged.map(|stance| {
        assert_eq!(stance["target"], "peace talks");
        ["favor", "against", "neutral", "unrelated"].map(|name| probability(stance, name))
    });
    stances.collect()
}

#[test]
fn an_own_model_judges_stance() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("own"), "bert", ["AGAINST", "FAVOR", "NONE"]);
    let stances = stances(&analyze(folder.path(), &[]));
    assert!(stances.len() >= 3, "{stances:?}");
    for stance in &stances {
        assert!((stance.iter().sum::<f64>() - 1.0).abs() < 2.1e-4, "{stance:?}");
        assert_eq!(stance[3], 0.0);
    }
    assert!(stances.iter().any(|stance| (stance[0] - stances[0][0]).abs() > 1e-3), "all the same: {stances:?}");
}

#[test]
fn an_own_model_judges_each_pair_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("own"), "bert", ["AGAINST", "FAVOR", "NONE"]);
    let together = stances(&analyze(folder.path(), &[]));
    let apart = stances(&analyze(folder.path(), &["--batch-tokens", "1"]));
    assert_eq!(together.len(), apart.len());
    for (one, other) in together.iter().zip(&apart) {
        assert!(one.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-4 + 1e-5), "{one:?}, not {other:?}");
    }
}

#[test]
fn an_own_model_of_inference_judges_stance() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("own"), "bert", ["contradiction", "entailment", "neutral"]);
    let stances = stances(&analyze(folder.path(), &[]));
    assert!(stances.len() >= 3, "{stances:?}");
    for stance in &stances {
        assert!((stance.iter().sum::<f64>() - 1.0).abs() < 2.1e-4, "{stance:?}");
    }
}

#[test]
fn an_own_model_without_names_of_classes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("own"), "roberta", ["LABEL_0", "LABEL_1", "LABEL_2"]);
    let output = analyze(folder.path(), &[]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(output.stdout.is_empty());
    for part in ["config.json", "id2label", "against", "entailment"] {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }
}
