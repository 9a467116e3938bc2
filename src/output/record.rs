//! The record of one article, schema `standpoint/1`. Keys are never renamed; later versions only add to them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::actor::{self, Method, Resolved};
use crate::quote::{self, Kind};
use crate::stance::{
    aggregate, sentiment_value, side, stance_value, Aggregate, Judgement, SentimentLabel, SentimentProbabilities,
    StanceLabel, StanceProbabilities, Towards,
};
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
    /// The speaker's stance to the targets that the quotation may speak of.
    #[serde(default)]
    pub stance: Vec<QuoteStance>,
    /// The speaker's sentiment to actors whom the quotation names.
    #[serde(default)]
    pub sentiment: Vec<QuoteSentiment>,
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
    /// 0 to 1: how sure it is of the speaker, given that the content is right: of the mention, and of whom it stands for.
    pub confidence: f64,
}

/// What a quotation says of a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteStance {
    /// The target's id.
    pub target: String,
    /// The stance.
    pub label: StanceLabel,
    /// The probability of each.
    pub probs: StanceProbabilities,
}

/// How a quotation speaks of someone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteSentiment {
    /// The name of whom it speaks of.
    pub target: String,
    /// The id of the actor, where whom it speaks of is quoted in the article too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The sentiment.
    pub label: SentimentLabel,
    /// The probability of each.
    pub probs: SentimentProbabilities,
}

/// Where an actor stands to a target, from all their quotations that speak of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActorStance {
    /// The target's id.
    pub target: String,
    /// The side that the quotations take together.
    pub label: StanceLabel,
    /// −1 (against) to 1 (favor): the mean over the quotations.
    pub score: f64,
    /// 95 % interval of the score (Wilson), wide where there are few quotations.
    pub interval: [f64; 2],
    /// Ids of the quotations that were counted.
    pub quotes: Vec<String>,
}

/// How an actor speaks of another, from all their quotations that name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActorSentiment {
    /// The name of whom the actor speaks of.
    pub target: String,
    /// The id of that actor, where it is quoted in the article too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The sentiment by the score: positive from 1/3, negative from −1/3.
    pub label: SentimentLabel,
    /// −1 (negative) to 1 (positive): the mean over the quotations.
    pub score: f64,
    /// 95 % interval of the score (Wilson).
    pub interval: [f64; 2],
    /// Ids of the quotations that were counted.
    pub quotes: Vec<String>,
}

/// Someone or something that is quoted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// Unique within the article.
    pub id: String,
    /// The fullest name in the article, without title; the description of one that is not named.
    pub name: String,
    /// Joins the actor across the articles of a batch; null where the name does not tell enough.
    #[serde(default)]
    pub key: Option<String>,
    /// The reference that the user has pinned to it, for example a Wikidata id.
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
    /// What sort of actor it is.
    pub kind: actor::Kind,
    /// Whether the article names it; else `name` is a description.
    pub named: bool,
    /// Other forms that the article uses.
    pub aliases: Vec<String>,
    /// All mentions, in order; as a source with title and description.
    pub mentions: Vec<Passage>,
    /// Ids of the quotations.
    pub quotes: Vec<String>,
    /// Where the actor stands to each target that the quotations speak of.
    #[serde(default)]
    pub stance: Vec<ActorStance>,
    /// How the actor speaks of others.
    #[serde(default)]
    pub sentiment: Vec<ActorSentiment>,
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

/// What the steps found in one article.
pub(crate) struct Findings<'a> {
    pub quotes: &'a [quote::Quote],
    pub resolved: &'a Resolved,
    pub judgements: &'a [Judgement],
    /// Ids of the targets that judgements count by.
    pub targets: &'a [String],
    /// How sure an actor's stance has to be.
    pub least: f64,
}

impl Analysis {
    /// Writes down what was found in a document, with code-point offsets.
    pub(crate) fn new(article: Article, document: Document, findings: &Findings, provenance: Provenance) -> Self {
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
            quotes: findings.quotes(&document),
            actors: findings.actors(&document),
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

fn quote_id(index: usize) -> String {
    format!("q{}", index + 1)
}

fn actor_id(index: usize) -> String {
    format!("a{}", index + 1)
}

impl Findings<'_> {
    fn quotes(&self, document: &Document) -> Vec<Quote> {
        let at = |span: Span| passage(document, span);
        let speaker = |quote: &quote::Quote, attribution: &actor::Attribution| Speaker {
            mention: Some(at(attribution.mention)),
            actor: attribution.actor.map(actor_id),
            method: attribution.method,
            confidence: rounded(quote.source_confidence * attribution.confidence),
        };
        let all = self.quotes.iter().zip(&self.resolved.attributions).zip(self.judgements).enumerate();
        let records = all.map(|(i, ((quote, attribution), judgement))| Quote {
            id: quote_id(i),
            kind: quote.kind,
            content: quote.content.iter().map(|s| at(*s)).collect(),
            cue: quote.cue.map(at),
            speaker: attribution.as_ref().map(|a| speaker(quote, a)),
            stance: self.quote_stance(judgement),
            sentiment: quote_sentiment(judgement),
            confidence: rounded(quote.confidence),
        });
        records.collect()
    }

    fn quote_stance(&self, judgement: &Judgement) -> Vec<QuoteStance> {
        let of = |(target, label, probs): &(usize, StanceLabel, StanceProbabilities)| QuoteStance {
            target: self.targets[*target].clone(),
            label: *label,
            probs: *probs,
        };
        judgement.stance.iter().map(of).collect()
    }

    fn actors(&self, document: &Document) -> Vec<Actor> {
        let of = |(i, actor): (usize, &actor::Actor)| {
            let theirs: Vec<usize> = (0..self.quotes.len())
                .filter(|q| self.resolved.attributions[*q].as_ref().is_some_and(|a| a.actor == Some(i)))
                .collect();
            Actor {
                id: actor_id(i),
                name: actor.name.clone(),
                key: actor::key(actor),
                reference: actor.reference.clone(),
                kind: actor.kind,
                named: actor.named,
                aliases: actor.aliases.clone(),
                mentions: actor.mentions.iter().map(|s| passage(document, *s)).collect(),
                stance: self.actor_stance(&theirs),
                sentiment: self.actor_sentiment(&theirs),
                quotes: theirs.into_iter().map(quote_id).collect(),
            }
        };
        self.resolved.actors.iter().enumerate().map(of).collect()
    }

    /// Nothing is added up from quotations that do not speak of the target.
    fn actor_stance(&self, quotes: &[usize]) -> Vec<ActorStance> {
        let mut found = Vec::new();
        for (target, id) in self.targets.iter().enumerate() {
            let counted: Vec<(usize, StanceLabel, StanceProbabilities)> = quotes
                .iter()
                .flat_map(|q| self.judgements[*q].stance.iter().map(move |(t, label, p)| (*q, *t, *label, *p)))
                .filter(|(_, t, label, _)| *t == target && *label != StanceLabel::Unrelated)
                .map(|(q, _, label, p)| (q, label, p))
                .collect();
            let values: Vec<f64> = counted.iter().map(|(_, _, p)| stance_value(p)).collect();
            let Some(Aggregate { score, interval }) = aggregate(&values) else { continue };
            let labels: Vec<(StanceLabel, StanceProbabilities)> = counted.iter().map(|(_, l, p)| (*l, *p)).collect();
            found.push(ActorStance {
                target: id.clone(),
                label: side(&labels, self.least),
                score: rounded(score),
                interval: interval.map(rounded),
                quotes: counted.iter().map(|(q, ..)| quote_id(*q)).collect(),
            });
        }
        found
    }

    fn actor_sentiment(&self, quotes: &[usize]) -> Vec<ActorSentiment> {
        let mut towards: Vec<(&Towards, Vec<(usize, f64)>)> = Vec::new();
        for quote in quotes {
            for (whom, _, probs) in &self.judgements[*quote].sentiment {
                let value = (*quote, sentiment_value(probs));
                match towards.iter_mut().find(|(known, _)| *known == whom) {
                    Some((_, values)) => values.push(value),
                    None => towards.push((whom, vec![value])),
                }
            }
        }
        let of = |(whom, values): (&Towards, Vec<(usize, f64)>)| {
            let Aggregate { score, interval } = aggregate(&values.iter().map(|v| v.1).collect::<Vec<_>>())?;
            let label = match score {
                s if s >= 1.0 / 3.0 => SentimentLabel::Positive,
                s if s <= -1.0 / 3.0 => SentimentLabel::Negative,
                _ => SentimentLabel::Neutral,
            };
            Some(ActorSentiment {
                target: whom.name.clone(),
                actor: whom.actor.map(actor_id),
                label,
                score: rounded(score),
                interval: interval.map(rounded),
                quotes: values.iter().map(|(q, _)| quote_id(*q)).collect(),
            })
        };
        towards.into_iter().filter_map(of).collect()
    }
}

fn quote_sentiment(judgement: &Judgement) -> Vec<QuoteSentiment> {
    let of = |(whom, label, probs): &(Towards, SentimentLabel, SentimentProbabilities)| QuoteSentiment {
        target: whom.name.clone(),
        actor: whom.actor.map(actor_id),
        label: *label,
        probs: *probs,
    };
    judgement.sentiment.iter().map(of).collect()
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
