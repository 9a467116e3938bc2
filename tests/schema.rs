//! The committed JSON Schema is that of the types, and the records keep to it.

use standpoint::output::{json_schema, Record};
use standpoint::text::{Article, Cause, Failure};

fn committed() -> serde_json::Value {
    let text = std::fs::read_to_string(crate::root().join("tests/schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_committed_schema_is_current() {
    assert_eq!(committed(), json_schema(), "run: cargo run -- schema > tests/schema.json");
}

#[test]
fn records_keep_to_the_schema() {
    let validator = jsonschema::validator_for(&committed()).unwrap();
    let pipeline = crate::pipeline();
    for (name, text) in crate::articles() {
        let record = Record::from(pipeline.analyze(&Article::new(name, text)));
        let json = serde_json::to_value(&record).unwrap();
        let errors: Vec<_> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(serde_json::from_value::<Record>(json).unwrap(), record);
    }
    let failure = Failure { id: "x".to_owned(), cause: Cause::NotUtf8, message: "byte 3".to_owned() };
    let json = serde_json::to_value(Record::from(Err(failure))).unwrap();
    assert!(validator.is_valid(&json));
    let error = serde_json::json!({"code": "model", "message": "x"});
    let of = |schema: &str| serde_json::json!({"schema": schema, "id": "x", "error": error.clone()});
    assert!(validator.is_valid(&of("standpoint/1")) && !validator.is_valid(&of("standpoint/2")));
}
