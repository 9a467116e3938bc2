//! The record of one article, schema `standpoint/1`. Keys are never renamed; later versions only add to them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::{self, Method};
use crate::quote::{self, Kind};
use crate::text::{Article, Cause, Document, Failure, Span};

/// What the output holds for one article: its analysis, or why it failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Record {
    /// The article was analyzed.
    Analysis(Box<Analysis>),
    /// The article failed.
    Failed(Failed),
}

/// The version of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum SchemaVersion {
    /// Version 1.
    #[default]
    #[serde(rename = "standpoint/1")]
    V1,
}

/// The analysis of one article. All offsets are Unicode code points of `text`, half-open, so that `text[start:end]` in
/// Python is the passage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// The version of this schema.
    pub schema: SchemaVersion,
    /// The article's id: that of the input, else the file's name without ending (and the line's number).
    pub id: String,
    /// Headline, as the input gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Date of publication, as the input gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Outlet, as the input gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Web address, as the input gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Other fields of the input, unchanged.
    pub meta: Map<String, Value>,
    /// The text that was analyzed, unchanged.
    pub text: String,
    /// Sentences in order.
    pub sentences: Vec<Sentence>,
    /// Quotations in order of their first content.
    pub quotes: Vec<Quote>,
    /// Those who are quoted, in order of their first mention.
    pub actors: Vec<Actor>,
    /// What a reader of the results should know about this article.
    pub warnings: Vec<Warning>,
    /// What made this record.
    pub provenance: Provenance,
}

/// A passage of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passage {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// The text there.
    pub text: String,
}

/// A sentence of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// First code point.
    pub start: usize,
    /// One past the last code point.
    pub end: usize,
    /// The number of its paragraph, from 0.
    pub paragraph: usize,
}

/// A quotation: what was said, by which words it is attributed, and to whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// Unique within the article.
    pub id: String,
    /// By the quotation marks around the content.
    pub kind: Kind,
    /// What was said: one piece, or several with the attribution between them.
    pub content: Vec<Passage>,
    /// The words that attribute it; null for a quotation that floats.
    pub cue: Option<Passage>,
    /// Who said it; null where the text names nobody.
    pub speaker: Option<Speaker>,
    /// 0 to 1: how sure it is that this is a quotation from this speaker. Of quotations with confidence p about a share
    /// p is right, as far as the text is like the news that the model was calibrated on.
    pub confidence: f64,
}

/// The source of a quotation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Speaker {
    /// The words that name the source there.
    pub mention: Option<Passage>,
    /// The id of the actor; null where it is not known for whom the mention stands.
    pub actor: Option<String>,
    /// How the actor was found.
    pub method: Method,
    /// 0 to 1: how sure it is of the speaker, given that the content is right.
    pub confidence: f64,
}

/// Someone or something that is quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// Unique within the article.
    pub id: String,
    /// The fullest name in the article, without title; the description of one that is not named.
    pub name: String,
    /// Other forms that the article uses.
    pub aliases: Vec<String>,
    /// Mentions as a source, in order.
    pub mentions: Vec<Passage>,
    /// Ids of the quotations.
    pub quotes: Vec<String>,
}

/// What a reader of the results should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// For programs.
    pub code: WarningCode,
    /// For people.
    pub message: String,
}

/// Kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// A quotation mark is opened and not closed in its paragraph.
    UnclosedMark,
}

/// What made a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// The version of standpoint.
    pub standpoint: String,
    /// SHA-256 of each model, by name.
    pub models: BTreeMap<String, String>,
    /// SHA-256 of the settings that bear on the result.
    pub settings: String,
}

/// Stands in the place of an article that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Failed {
    /// The version of this schema.
    pub schema: SchemaVersion,
    /// The article's id, as far as it is known.
    pub id: String,
    /// What went wrong.
    pub error: ErrorRecord,
}

/// Why an article failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorRecord {
    /// For programs.
    pub code: Cause,
    /// For people: where, what, and how to mend it.
    pub message: String,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        let error = ErrorRecord { code: failure.cause, message: failure.message };
        Self { schema: SchemaVersion::V1, id: failure.id, error }
    }
}

impl From<Result<Analysis, Failure>> for Record {
    fn from(result: Result<Analysis, Failure>) -> Self {
        match result {
            Ok(analysis) => Self::Analysis(Box::new(analysis)),
            Err(failure) => Self::Failed(failure.into()),
        }
    }
}

impl Analysis {
    /// Writes down what was found in a document, with code-point offsets.
    pub(crate) fn new(
        article: Article,
        document: Document,
        quotes: &[quote::Quote],
        attributions: &[Option<actor::Attribution>],
        actors: &[actor::Actor],
        provenance: Provenance,
    ) -> Self {
        let at = |span: Span| passage(&document, span);
        let quote_id = |i: usize| format!("q{}", i + 1);
        let actor_id = |i: usize| format!("a{}", i + 1);
        let speaker = |quote: &quote::Quote, attribution: &actor::Attribution| Speaker {
            mention: Some(at(attribution.mention)),
            actor: attribution.actor.map(actor_id),
            method: attribution.method,
            confidence: rounded(quote.source_confidence),
        };
        let records = quotes.iter().zip(attributions).enumerate().map(|(i, (quote, attribution))| Quote {
            id: quote_id(i),
            kind: quote.kind,
            content: quote.content.iter().map(|s| at(*s)).collect(),
            cue: quote.cue.map(at),
            speaker: attribution.as_ref().map(|a| speaker(quote, a)),
            confidence: rounded(quote.confidence),
        });
        let of_actor = |actor: usize| {
            let theirs = attributions.iter().enumerate();
            theirs.filter(move |(_, a)| a.as_ref().is_some_and(|a| a.actor == Some(actor))).map(|(i, _)| quote_id(i))
        };
        let actors = actors.iter().enumerate().map(|(i, actor)| Actor {
            id: actor_id(i),
            name: actor.name.clone(),
            aliases: actor.aliases.clone(),
            mentions: actor.mentions.iter().map(|s| at(*s)).collect(),
            quotes: of_actor(i).collect(),
        });
        let sentences = document.sentences().iter().map(|s| {
            let (start, end) = document.code_points(s.span);
            Sentence { start, end, paragraph: s.paragraph }
        });
        Self {
            schema: SchemaVersion::V1,
            id: article.id,
            title: article.title,
            date: article.date,
            source: article.source,
            url: article.url,
            meta: article.meta,
            sentences: sentences.collect(),
            quotes: records.collect(),
            actors: actors.collect(),
            warnings: warnings(&document),
            provenance,
            text: article.text,
        }
    }

    /// The actor with this id.
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.actors.iter().find(|a| a.id == id)
    }
}

fn passage(document: &Document, span: Span) -> Passage {
    let (start, end) = document.code_points(span);
    Passage { start, end, text: document.slice(span).to_owned() }
}

/// Four decimals: more would show differences that are only rounding.
fn rounded(probability: f64) -> f64 {
    (probability * 1e4).round() / 1e4
}

fn warnings(document: &Document) -> Vec<Warning> {
    let unclosed = document.marks().unclosed();
    if unclosed == 0 {
        return Vec::new();
    }
    let message =
        format!("quotation marks are not closed in {unclosed} paragraph(s); a quotation may run over its end");
    vec![Warning { code: WarningCode::UnclosedMark, message }]
}
