//! One worker: the models on shared weights, and the way of an article through them.

use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tch::Tensor;

use super::{failure, Answer, Builder, Job, Progress, DEFAULT_BATCH_TOKENS};
use crate::actor::{self, Heads, Registry, Resolved, States};
use crate::model::{Encoder, ModelFolder, Precision, Tokenizer, Tokens, Weights, QUOTE_TYPES};
use crate::output::{Analysis, Findings, Provenance};
use crate::quote::{Finder, Quote};
use crate::stance::{Heard, Judge, JudgeWeights, Judgement, Model};
use crate::text::{Article, Document, Failure};
use crate::Error;

/// The weights of all models, read once.
pub(super) struct Shared {
    encoder: Weights,
    finder: Weights,
    heads: Weights,
    /// By the name that the settings give.
    judges: BTreeMap<String, JudgeWeights>,
}

impl Shared {
    pub fn read(folder: &ModelFolder, models: &Path, settings: &Builder) -> Result<Self, Error> {
        let mut judges = BTreeMap::new();
        for name in [&settings.stance_model, &settings.sentiment_model].into_iter().flatten() {
            if !judges.contains_key(name) {
                judges.insert(name.clone(), JudgeWeights::read(models, name, settings.precision)?);
            }
        }
        Ok(Self {
            encoder: Encoder::weights(folder, settings.precision)?,
            finder: Finder::weights(folder)?,
            heads: Heads::weights(folder)?,
            judges,
        })
    }

    /// The same for another thread; nothing is copied.
    pub fn share(&self) -> Self {
        Self {
            encoder: self.encoder.share(),
            finder: self.finder.share(),
            heads: self.heads.share(),
            judges: self.judges.iter().map(|(name, weights)| (name.clone(), weights.share())).collect(),
        }
    }
}

/// One thread's model, on the shared weights.
pub(super) struct Worker {
    tokenizer: Tokenizer,
    encoder: Encoder,
    finder: Finder,
    heads: Heads,
    states: Arc<States>,
    registry: Arc<Registry>,
    judge: Judge,
    targets: Vec<String>,
    provenance: Provenance,
    min_confidence: f64,
}

struct Prepared {
    article: Article,
    document: Document,
    tokens: Tokens,
}

/// An article in which quotations and actors are found.
struct Found {
    article: Article,
    document: Document,
    quotes: Vec<Quote>,
    resolved: Resolved,
}

impl Worker {
    pub fn new(folder: &ModelFolder, weights: &Shared, settings: &Builder) -> Result<Self, Error> {
        // Holds for this thread.
        tch::set_num_threads(1);
        let encoder = Encoder::new(folder, &weights.encoder, settings.batch_tokens, QUOTE_TYPES)?;
        let mut models = BTreeMap::from([(folder.manifest().name.clone(), folder.checksum().to_owned())]);
        for (given, judge) in &weights.judges {
            for (name, checksum) in judge.provenance() {
                // Folders of the user's may have one name.
                let taken = models.get(&name).is_some_and(|other| *other != checksum);
                models.insert(if taken { given.clone() } else { name }, checksum);
            }
        }
        let judge = judge(weights, settings)?;
        let provenance =
            Provenance { standpoint: env!("CARGO_PKG_VERSION").to_owned(), models, settings: settings.settings_hash() };
        let finder = Finder::new(folder, &weights.finder, encoder.hidden())?;
        Ok(Self {
            min_confidence: settings.min_confidence.unwrap_or(finder.least()),
            tokenizer: Tokenizer::open(&folder.file("tokenizer.json")?)?,
            finder,
            heads: Heads::new(&weights.heads, encoder.hidden())?,
            encoder,
            states: Arc::clone(&settings.states),
            registry: Arc::clone(&settings.registry),
            judge,
            targets: settings.targets.iter().map(|t| t.id.clone()).collect(),
            provenance,
        })
    }

    /// Answers jobs until there are no more.
    pub fn serve(&self, queue: &Mutex<Receiver<Job>>) {
        loop {
            // Receiving cannot panic, so a poisoned lock is as good as any.
            let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { articles, answer, number }) = job else { return };
            let ids: Vec<String> =
                articles.iter().map(|a| a.as_ref().map_or_else(|f| &f.id, |a| &a.id).clone()).collect();
            // libtorch's exceptions (memory, above all) arrive as panics.
            let (results, done) = catch_unwind(AssertUnwindSafe(|| self.work(articles))).unwrap_or_else(|_| {
                let lost = ids.iter().map(|id| Err(failure(id, "the network broke off; see above")));
                (lost.collect(), Progress::default())
            });
            // The reader of the answers may have gone.
            let _ = answer.send(Answer { number, results, done });
        }
    }

    fn work(&self, articles: Vec<Result<Article, Failure>>) -> (Vec<Result<Analysis, Failure>>, Progress) {
        let began = Instant::now();
        let prepared: Vec<_> = articles.into_iter().map(|a| a.and_then(|a| self.prepare(a))).collect();
        let tokens: Vec<&Tokens> = prepared.iter().flatten().map(|p| &p.tokens).collect();
        let mut done = Progress { tokens: tokens.iter().map(|t| t.len()).sum(), ..Progress::default() };
        let (hidden, error) = match self.encoder.encode(&tokens) {
            Ok((hidden, network)) => {
                done.network = network;
                (hidden, None)
            }
            Err(e) => (Vec::new(), Some(e.to_string())),
        };
        let mut hidden = hidden.into_iter();
        let found: Vec<Result<Found, Failure>> = prepared
            .into_iter()
            .map(|prepared| {
                let prepared = prepared?;
                let id = prepared.article.id.clone();
                let hidden =
                    hidden.next().ok_or_else(|| error.as_deref().unwrap_or("the network gave no result").to_owned());
                hidden.and_then(|hidden| guarded(|| Ok(self.find(prepared, &hidden)))).map_err(|e| failure(&id, &e))
            })
            .collect();
        let mut judged = self.judged(&found.iter().flatten().collect::<Vec<_>>()).into_iter();
        let results = found
            .into_iter()
            .map(|found| {
                let found = found?;
                let id = found.article.id.clone();
                let judgements = judged.next().unwrap_or_else(|| Err("it was not judged".to_owned()));
                judgements.and_then(|j| guarded(|| Ok(self.analysis(found, &j)))).map_err(|e| failure(&id, &e))
            })
            .collect();
        done.busy = began.elapsed();
        (results, done)
    }

    fn prepare(&self, article: Article) -> Result<Prepared, Failure> {
        let document = Document::new(article.text.clone());
        let tokens = self.tokenizer.encode(&document).map_err(|e| failure(&article.id, &e.to_string()))?;
        Ok(Prepared { article, document, tokens })
    }

    fn find(&self, prepared: Prepared, hidden: &Tensor) -> Found {
        let Prepared { article, document, tokens } = prepared;
        let mut quotes = self.finder.find(&document, &tokens, hidden);
        quotes.retain(|q| q.confidence >= self.min_confidence);
        let mentions = self.heads.mentions(&document, &tokens, hidden, &quotes);
        let choices = self.heads.antecedents(&document, &tokens, hidden, &mentions);
        let mut resolved = actor::resolve(&document, &quotes, &mentions, &choices, &self.states);
        self.registry.apply(&article.id, &mut resolved);
        Found { article, document, quotes, resolved }
    }

    /// What the quotations of each article say. Where one breaks the judging of all, each is judged alone.
    fn judged(&self, found: &[&Found]) -> Vec<Result<Vec<Judgement>, String>> {
        let heard: Vec<Heard> =
            found.iter().map(|Found { document, quotes, resolved, .. }| Heard { document, quotes, resolved }).collect();
        match guarded(|| self.judge.judge(&heard)) {
            Ok(judgements) => judgements.into_iter().map(Ok).collect(),
            Err(_) => heard
                .iter()
                .map(|article| guarded(|| Ok(self.judge.judge(&[*article])?.pop().unwrap_or_default())))
                .collect(),
        }
    }

    fn analysis(&self, found: Found, judgements: &[Judgement]) -> Analysis {
        let Found { article, document, quotes, resolved } = found;
        let findings = Findings {
            quotes: &quotes,
            resolved: &resolved,
            judgements,
            targets: &self.targets,
            least: self.judge.least(),
        };
        Analysis::new(article, document, &findings, self.provenance.clone())
    }
}

/// Does work on one article, as a fault of ours in it is not to take those beside it along.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, String> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.map_err(|_| "standpoint broke off at this article; see above".to_owned())?.map_err(|e| e.to_string())
}

/// The models of stance and of sentiment, loaded once where they are the same.
fn judge(weights: &Shared, settings: &Builder) -> Result<Judge, Error> {
    let mut loaded: BTreeMap<&str, Model> = BTreeMap::new();
    for (name, weights) in &weights.judges {
        loaded.insert(name, weights.load(settings.batch_tokens)?);
    }
    let of = |name: &Option<String>| name.as_deref().and_then(|name| loaded.get(name)).cloned();
    let (stance, sentiment) = (of(&settings.stance_model), of(&settings.sentiment_model));
    let wrong = |name: &Option<String>, what: &str| {
        Error::model(name.as_deref().unwrap_or_default(), format!("is a model of {what}, by the names of its classes"))
    };
    if stance.as_ref().is_some_and(Model::is_of_sentiment) {
        return Err(wrong(&settings.stance_model, "sentiment; give it to --sentiment-model"));
    }
    if sentiment.as_ref().is_some_and(Model::is_of_stance) {
        return Err(wrong(&settings.sentiment_model, "stance; give it to --stance-model"));
    }
    Judge::new(stance, sentiment, &settings.targets)
}

/// The tag scores of each word piece, as they come out of the network: for tests that hold it to another
/// implementation.
pub fn emissions(folder: &ModelFolder, text: &str) -> Result<Vec<[f32; 7]>, Error> {
    let Some((_, _, hidden)) = encoded(folder, text)? else { return Ok(Vec::new()) };
    Ok(finder(folder, &hidden)?.emissions(&hidden))
}

/// A text, its word pieces and their vectors in f32; `None` where there are none.
fn encoded(folder: &ModelFolder, text: &str) -> Result<Option<(Document, Tokens, Tensor)>, Error> {
    let encoder = Encoder::new(folder, &Encoder::weights(folder, Precision::F32)?, DEFAULT_BATCH_TOKENS, QUOTE_TYPES)?;
    let document = Document::new(text.to_owned());
    let tokens = Tokenizer::open(&folder.file("tokenizer.json")?)?.encode(&document)?;
    let (hidden, _) = encoder.encode(&[&tokens])?;
    Ok(hidden.into_iter().next().map(|hidden| (document, tokens, hidden)))
}

fn finder(folder: &ModelFolder, hidden: &Tensor) -> Result<Finder, Error> {
    Finder::new(folder, &Finder::weights(folder)?, width(hidden))
}

/// How many numbers each vector has.
fn width(hidden: &Tensor) -> i64 {
    hidden.size().last().copied().unwrap_or(0)
}

/// Source, cue and content of an attribution, as code points.
pub type ReadAttribution = [Vec<(usize, usize)>; 3];

/// The attributions of a text as they come out of the network, before any are read by their form: for tests that hold it to another
/// implementation.
pub fn attributions(folder: &ModelFolder, text: &str) -> Result<Vec<ReadAttribution>, Error> {
    let Some((document, tokens, hidden)) = encoded(folder, text)? else { return Ok(Vec::new()) };
    let quotes = finder(folder, &hidden)?.read(&document, &tokens, &hidden);
    let points = |span| document.code_points(span);
    let read = |q: Quote| {
        let content = q.content.into_iter().map(points).collect();
        [q.source.map(points).into_iter().collect(), q.cue.map(points).into_iter().collect(), content]
    };
    Ok(quotes.into_iter().map(read).collect())
}

/// A mention by its code points and the number of its form, with the share of no antecedent, and the likeliest one with
/// its share.
pub type ReadMention = ((usize, usize), i64, f64, Option<(usize, f64)>);

/// The mentions of a text and what they refer to, as they come out of the network: for tests that hold it to another
/// implementation.
pub fn mentions(folder: &ModelFolder, text: &str) -> Result<Vec<ReadMention>, Error> {
    let Some((document, tokens, hidden)) = encoded(folder, text)? else { return Ok(Vec::new()) };
    let heads = Heads::new(&Heads::weights(folder)?, width(&hidden))?;
    let mentions = heads.tagged_mentions(&document, &tokens, &hidden);
    let choices = heads.antecedents(&document, &tokens, &hidden, &mentions);
    let read = mentions.iter().zip(choices).map(|(mention, choices)| {
        let best = choices.candidates.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
        (document.code_points(mention.span), mention.form_id(), choices.none, best)
    });
    Ok(read.collect())
}
