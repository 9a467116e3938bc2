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

    pub fn judge(&self, document: &Document, quotes: &[Quote], resolved: &Resolved) -> Result<Vec<Judgement>, Error> {
        let mut judgements: Vec<Judgement> = quotes.iter().map(|_| Judgement::default()).collect();
        self.stances(document, quotes, resolved, &mut judgements)?;
        self.sentiments(document, quotes, resolved, &mut judgements)?;
        Ok(judgements)
    }

    fn stances(
        &self,
        document: &Document,
        quotes: &[Quote],
        resolved: &Resolved,
        judgements: &mut [Judgement],
    ) -> Result<(), Error> {
        let Some(model) = self.stance.as_ref().filter(|_| !self.targets.is_empty()) else { return Ok(()) };
        // Only models of the user's ask for them.
        let paragraphs = LazyCell::new(|| -> Vec<HashSet<String>> {
            document.paragraphs().iter().map(|p| stems(document.slice(*p))).collect()
        });
        let mut places = Vec::new();
        let mut asked = Vec::new();
        for (i, quote) in quotes.iter().enumerate() {
            let passage = Passage::of_quote(document, quote, None);
            let own = stems(&passage.text);
            let vectors = model.word_vectors(&passage.text)?;
            let paragraph = quote.content.first().map_or(0, |s| document.paragraph_at(s.start()));
            let near = paragraph.saturating_sub(1)..=paragraph;
            let surroundings =
                surroundings(document, quote, paragraph).map_or_else(Vec::new, |s| called(document, s, resolved));
            for (t, Sought { target, words, vectors: names }) in self.targets.iter().enumerate() {
                let alike = |passage| names.iter().any(|name| name.likeness(passage).is_none_or(|l| l >= ALIKE));
                let about = || near.clone().filter_map(|p| paragraphs.get(p)).any(|p| words.wording(p).is_some());
                if words.named_in(&surroundings) && vectors.as_ref().map_or_else(|| words.touch(&own) || about(), alike)
                {
                    let wording = words.wording(&own).unwrap_or(&target.name);
                    places.push((i, t));
                    asked.push(Asked { target, wording, passage: passage.clone() });
                }
            }
        }
        for ((quote, target), probs) in places.into_iter().zip(model.stances(&asked)?) {
            judgements[quote].stance.push((target, probs.label(model.bounds()), probs.rounded()));
        }
        Ok(())
    }

    fn sentiments(
        &self,
        document: &Document,
        quotes: &[Quote],
        resolved: &Resolved,
        judgements: &mut [Judgement],
    ) -> Result<(), Error> {
        let Some(model) = &self.sentiment else { return Ok(()) };
        let mut asked = Vec::new();
        let mut pairs = Vec::new();
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
                asked.push((i, Towards { name: named.name.clone(), actor: named.actor }));
                pairs.push((document.slice(named.span), Passage::of_quote(document, quote, Some(named.span))));
            }
        }
        for ((quote, towards), probs) in asked.into_iter().zip(model.sentiments(&pairs)?) {
            judgements[quote].sentiment.push((towards, probs.label(), probs.rounded()));
        }
        Ok(())
    }
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
