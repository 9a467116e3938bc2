//! From the quotations of an article to what their speakers think of targets, and of the actors they name.

use std::cell::LazyCell;
use std::collections::HashSet;

use super::likeness::Vectors;
use super::model::{Asked, Model};
use super::network::{SentimentLabel, SentimentProbabilities, StanceLabel, StanceProbabilities};
use super::pair::Passage;
use super::relevance::{stems, words, Words};
use super::target::{Target, Targets};
use crate::actor::{Kind, Resolved};
use crate::quote::Quote;
use crate::text::{Document, Span};
use crate::Error;

/// Actors named in one quotation towards whom sentiment is asked for; more would be a list, not a statement.
const MOST_NAMED: usize = 4;

/// Pairs whose words are less alike are unrelated, and not put to the network. Of 2,368 labelled pairs of other news 43 %
/// are as much alike, among them all those that the networks give the right side.
const ALIKE: f64 = 0.2;

/// Someone or something that a quotation names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Towards {
    /// Its name.
    pub name: String,
    /// Index of the actor, where it is one.
    pub actor: Option<usize>,
}

/// What one quotation says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Judgement {
    /// By the index of the target.
    pub stance: Vec<(usize, StanceLabel, StanceProbabilities)>,
    pub sentiment: Vec<(Towards, SentimentLabel, SentimentProbabilities)>,
}

/// An article with its quotations and who said them.
#[derive(Clone, Copy)]
pub(crate) struct Heard<'a> {
    pub document: &'a Document,
    pub quotes: &'a [Quote],
    pub resolved: &'a Resolved,
}

/// Judges quotations with a model of stance and one of sentiment, which may be the same; without one it does without.
pub(crate) struct Judge {
    stance: Option<Model>,
    sentiment: Option<Model>,
    targets: Vec<Sought>,
}

/// A target with what its names are known by.
struct Sought {
    target: Target,
    words: Words,
    /// By name; empty where the model has no word vectors.
    vectors: Vec<Vectors>,
}

impl Judge {
    pub fn new(stance: Option<Model>, sentiment: Option<Model>, targets: &Targets) -> Result<Self, Error> {
        let sought = |target: &Target| {
            let vectors = |name| stance.as_ref().and_then(|model| model.word_vectors(name).transpose());
            let vectors = target.words().filter_map(vectors).collect::<Result<_, _>>()?;
            Ok::<_, Error>(Sought { target: target.clone(), words: Words::new(target.words()), vectors })
        };
        let targets = targets.iter().map(sought).collect::<Result<_, _>>()?;
        Ok(Self { stance, sentiment, targets })
    }

    /// Which share the side of an actor's quotations has to have.
    pub fn least(&self) -> f64 {
        self.stance.as_ref().map_or(1.0, |model| model.bounds().least)
    }

    /// Judges the quotations of some articles together, as the networks are quicker with many: by article and quotation.
    pub fn judge(&self, articles: &[Heard]) -> Result<Vec<Vec<Judgement>>, Error> {
        let none = |article: &Heard| article.quotes.iter().map(|_| Judgement::default()).collect();
        let mut judgements: Vec<Vec<Judgement>> = articles.iter().map(none).collect();
        if let Some(model) = self.stance.as_ref().filter(|_| !self.targets.is_empty()) {
            let (mut places, mut asked) = (Vec::new(), Vec::new());
            for (number, article) in articles.iter().enumerate() {
                for (quote, target, question) in self.questions(model, article)? {
                    places.push((number, quote, target));
                    asked.push(question);
                }
            }
            for ((article, quote, target), probs) in places.into_iter().zip(model.stances(&asked)?) {
                let label = probs.label(model.bounds());
                judgements[article][quote].stance.push((target, label, probs.rounded()));
            }
        }
        if let Some(model) = &self.sentiment {
            let (mut places, mut pairs) = (Vec::new(), Vec::new());
            for (number, article) in articles.iter().enumerate() {
                for (quote, towards, pair) in named_in(article) {
                    places.push((number, quote, towards));
                    pairs.push(pair);
                }
            }
            for ((article, quote, towards), probs) in places.into_iter().zip(model.sentiments(&pairs)?) {
                judgements[article][quote].sentiment.push((towards, probs.label(), probs.rounded()));
            }
        }
        Ok(judgements)
    }

    /// Which quotations of an article may speak of which targets: the index of each, and what the model is asked.
    fn questions(&self, model: &Model, article: &Heard) -> Result<Vec<(usize, usize, Asked<'_>)>, Error> {
        let Heard { document, quotes, resolved } = *article;
        // Only models of the user's ask for them.
        let paragraphs = LazyCell::new(|| -> Vec<HashSet<String>> {
            document.paragraphs().iter().map(|p| stems(document.slice(*p))).collect()
        });
        let mut questions = Vec::new();
        for (i, quote) in quotes.iter().enumerate() {
            let passage = Passage::of_quote(document, quote, None);
            let own = LazyCell::new(|| stems(&passage.text));
            let vectors = model.word_vectors(&passage.text)?;
            let paragraph = quote.content.first().map_or(0, |s| document.paragraph_at(s.start()));
            let near = paragraph.saturating_sub(1)..=paragraph;
            let surroundings = LazyCell::new(|| {
                surroundings(document, quote, paragraph).map_or_else(Vec::new, |s| called(document, s, resolved))
            });
            for (t, Sought { target, words, vectors: names }) in self.targets.iter().enumerate() {
                let alike = |passage| names.iter().any(|name| name.likeness(passage).is_none_or(|l| l >= ALIKE));
                let about = || near.clone().filter_map(|p| paragraphs.get(p)).any(|p| words.wording(p).is_some());
                if vectors.as_ref().map_or_else(|| words.touch(&own) || about(), alike) && words.named_in(&surroundings)
                {
                    let wording = words.wording(&own).unwrap_or(&target.name);
                    questions.push((i, t, Asked { target, wording, passage: passage.clone() }));
                }
            }
        }
        Ok(questions)
    }
}

/// Whom the quotations of an article name: the index of the quotation, who it is, and the words for it with where they stand.
fn named_in<'a>(article: &Heard<'a>) -> Vec<(usize, Towards, (&'a str, Passage))> {
    let Heard { document, quotes, resolved } = *article;
    let mut found = Vec::new();
    for (i, quote) in quotes.iter().enumerate() {
        let speaker = resolved.attributions[i].as_ref().and_then(|a| a.actor);
        let mut seen: Vec<&str> = Vec::new();
        for named in resolved.named.iter().filter(|n| holds(quote, n.span)) {
            let own = named.actor.is_some() && named.actor == speaker;
            let acts = matches!(named.kind, Kind::Person | Kind::Organization | Kind::Group)
                || named.kind == Kind::Place && !named.location;
            if own || !acts || seen.contains(&named.name.as_str()) || seen.len() == MOST_NAMED {
                continue;
            }
            seen.push(&named.name);
            let towards = Towards { name: named.name.clone(), actor: named.actor };
            let passage = Passage::of_quote(document, quote, Some(named.span));
            found.push((i, towards, (document.slice(named.span), passage)));
        }
    }
    found
}

/// The text from the paragraph before a quotation to the end of the one that it, or its source, ends in: a target that names
/// someone is spoken of only where a name of it stands there.
fn surroundings(document: &Document, quote: &Quote, paragraph: usize) -> Option<Span> {
    let ends =
        quote.content.iter().chain(&quote.source).map(|span| document.paragraph_at(span.end().saturating_sub(1)));
    let paragraphs = document.paragraphs();
    let (first, last) = (paragraph.saturating_sub(1), ends.max().unwrap_or(paragraph));
    let (first, last) = paragraphs.get(first).zip(paragraphs.get(last))?;
    document.span_of_bytes(first.start(), last.end())
}

/// The words of a passage, and the names of the actors that it names in other words ("Moscow" for Russia).
fn called(document: &Document, passage: Span, resolved: &Resolved) -> Vec<String> {
    let named = resolved.named.iter().filter(|named| passage.contains(named.span));
    words(document.slice(passage)).into_iter().chain(named.flat_map(|named| words(&named.name))).collect()
}

fn holds(quote: &Quote, span: Span) -> bool {
    quote.content.iter().any(|c| c.contains(span))
}
