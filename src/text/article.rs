//! An article as it comes in, and what can be wrong with one.

use serde_json::{Map, Value};

/// One article to analyze.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// Names the article in the output; unique within a batch if the reader of the output is to tell them apart.
    pub id: String,
    /// The text, which is never altered.
    pub text: String,
    /// Headline, where it is known apart from the text. It is passed through, not analyzed.
    pub title: Option<String>,
    /// Date of publication, as the input gives it.
    pub date: Option<String>,
    /// Outlet.
    pub source: Option<String>,
    /// Web address.
    pub url: Option<String>,
    /// Every other field of the input, passed through.
    pub meta: Map<String, Value>,
}

impl Article {
    /// An article that is only a text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// Reads a JSON object with `text`, and optionally `id`, `title`, `date`, `source`, `url`; other fields go into
    /// `meta`. `fallback_id` names an article without an id.
    pub fn from_json(line: &str, fallback_id: &str) -> Result<Self, (Cause, String)> {
        let value: Value =
            serde_json::from_str(line).map_err(|e| (Cause::BadJson, format!("not a JSON value: {e}")))?;
        let Value::Object(mut fields) = value else {
            return Err((Cause::BadJson, "a JSON object is needed, with a key \"text\"".to_owned()));
        };
        let text = match fields.remove("text") {
            Some(Value::String(text)) => text,
            Some(other) => {
                return Err((Cause::MissingText, format!("\"text\" must be a string, not {}", kind(&other))))
            }
            None => return Err((Cause::MissingText, "the key \"text\" is missing".to_owned())),
        };
        let mut take = |key: &str| match fields.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(value)) => Ok(Some(value)),
            Some(Value::Number(value)) => Ok(Some(value.to_string())),
            Some(other) => Err((Cause::BadField, format!("\"{key}\" must be a string, not {}", kind(&other)))),
        };
        let (id, title, date) = (take("id")?, take("title")?, take("date")?);
        let (source, url) = (take("source")?, take("url")?);
        Ok(Self { id: id.unwrap_or_else(|| fallback_id.to_owned()), text, title, date, source, url, meta: fields })
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Why an article failed; written as the `code` of its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The file could not be opened or read.
    Unreadable,
    /// The gzip stream is damaged or cut short.
    BadGzip,
    /// The bytes are no text.
    Binary,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The line is not a JSON object.
    BadJson,
    /// The JSON object has no `text`, or one that is not a string.
    MissingText,
    /// Another field of the JSON object has the wrong type.
    BadField,
    /// There is nothing but white space.
    Empty,
    /// The text is longer than the limit.
    TooLong,
    /// The network could not be run on it.
    Model,
}

/// An article that failed. It stands in the output in the article's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The article's id, as far as it is known.
    pub id: String,
    /// What went wrong, for programs.
    pub cause: Cause,
    /// What went wrong, where, and how to mend it, for people.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::{Article, Cause};

    #[test]
    fn unknown_fields_are_kept() {
        let article = Article::from_json(r#"{"id": 7, "text": "Hi.", "title": null, "tags": ["a"]}"#, "x").unwrap();
        assert_eq!((article.id.as_str(), article.title.as_deref()), ("7", None));
        assert_eq!(article.meta["tags"][0], "a");
    }

    #[test]
    fn a_wrong_field_is_named() {
        let cause = |line| Article::from_json(line, "x").unwrap_err();
        assert_eq!(cause("{").0, Cause::BadJson);
        assert_eq!(cause("[1]").0, Cause::BadJson);
        assert_eq!(cause(r#"{"id": "a"}"#).0, Cause::MissingText);
        assert_eq!(cause(r#"{"text": 3}"#).1, "\"text\" must be a string, not a number");
        assert_eq!(cause(r#"{"text": "a", "url": []}"#).1, "\"url\" must be a string, not an array");
    }
}
