//! One worker: the models on shared weights, and the way of an article through them.

use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::{failure, open_model, Answer, Builder, Job, Progress, DEFAULT_BATCH_TOKENS};
use crate::actor::{self, Heads, Registry, States};
use crate::model::{Encoder, ModelFolder, Precision, Tokenizer, Tokens, Weights, QUOTE_TYPES};
use crate::output::{Analysis, Findings, Provenance};
use crate::quote::Finder;
use crate::stance::{Judge, Judgement, PairModel, PairWeights};
use crate::text::{Article, Document, Failure};
use crate::Error;

/// The weights of all models, read once.
pub(super) struct Shared {
    encoder: Weights,
    finder: Weights,
    heads: Weights,
    pairs: Option<PairWeights>,
}

impl Shared {
    pub fn read(folder: &ModelFolder, models: &Path, settings: &Builder) -> Result<Self, Error> {
        let pairs = match &settings.stance_model {
            Some(name) => Some(PairWeights::read(open_model(models, name)?, settings.precision)?),
            None => None,
        };
        Ok(Self {
            encoder: Encoder::weights(folder, settings.precision)?,
            finder: Finder::weights(folder)?,
            heads: Heads::weights(folder)?,
            pairs,
        })
    }

    /// The same for another thread; nothing is copied.
    pub fn share(&self) -> Self {
        Self {
            encoder: self.encoder.share(),
            finder: self.finder.share(),
            heads: self.heads.share(),
            pairs: self.pairs.as_ref().map(PairWeights::share),
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
    judge: Option<Judge>,
    targets: Vec<String>,
    provenance: Provenance,
    min_confidence: f64,
}

struct Prepared {
    article: Article,
    document: Document,
    tokens: Tokens,
}

impl Worker {
    pub fn new(folder: &ModelFolder, weights: &Shared, settings: &Builder) -> Result<Self, Error> {
        // Holds for this thread.
        tch::set_num_threads(1);
        let encoder = Encoder::new(folder, &weights.encoder, settings.batch_tokens, QUOTE_TYPES)?;
        let mut models = BTreeMap::from([(folder.manifest().name.clone(), folder.checksum().to_owned())]);
        let judge = match &weights.pairs {
            Some(pairs) => {
                models.insert(pairs.folder().manifest().name.clone(), pairs.folder().checksum().to_owned());
                Some(Judge::new(PairModel::new(pairs, settings.batch_tokens)?, &settings.targets))
            }
            None => None,
        };
        let provenance = Provenance {
            standpoint: env!("CARGO_PKG_VERSION").to_owned(),
            models,
            settings: settings.settings_hash(),
        };
        Ok(Self {
            tokenizer: Tokenizer::open(&folder.file("tokenizer.json")?)?,
            finder: Finder::new(folder, &weights.finder, encoder.hidden())?,
            heads: Heads::new(&weights.heads, encoder.hidden())?,
            encoder,
            states: Arc::clone(&settings.states),
            registry: Arc::clone(&settings.registry),
            judge,
            targets: settings.targets.iter().map(|t| t.id.clone()).collect(),
            provenance,
            min_confidence: settings.min_confidence,
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
        let mut results = Vec::new();
        for prepared in prepared {
            results.push(prepared.and_then(|prepared| match hidden.next() {
                Some(hidden) => {
                    let id = prepared.article.id.clone();
                    self.read_off(prepared, &hidden).map_err(|e| failure(&id, &e.to_string()))
                }
                None => Err(failure(&prepared.article.id, error.as_deref().unwrap_or("the network gave no result"))),
            }));
        }
        done.busy = began.elapsed();
        (results, done)
    }

    fn prepare(&self, article: Article) -> Result<Prepared, Failure> {
        let document = Document::new(article.text.clone());
        let tokens = self.tokenizer.encode(&document).map_err(|e| failure(&article.id, &e.to_string()))?;
        Ok(Prepared { article, document, tokens })
    }

    fn read_off(&self, prepared: Prepared, hidden: &tch::Tensor) -> Result<Analysis, Error> {
        let Prepared { article, document, tokens } = prepared;
        let mut quotes = self.finder.find(&document, &tokens, hidden);
        quotes.retain(|q| q.confidence >= self.min_confidence);
        let mentions = self.heads.mentions(&document, &tokens, hidden);
        let choices = self.heads.antecedents(&document, &tokens, hidden, &mentions);
        let mut resolved = actor::resolve(&document, &quotes, &mentions, &choices, &self.states);
        self.registry.apply(&article.id, &mut resolved);
        let judgements = match &self.judge {
            Some(judge) => judge.judge(&document, &quotes, &resolved)?,
            None => quotes.iter().map(|_| Judgement::default()).collect(),
        };
        let findings = Findings {
            quotes: &quotes,
            resolved: &resolved,
            judgements: &judgements,
            targets: &self.targets,
            least: self.judge.as_ref().map_or(1.0, Judge::least),
        };
        Ok(Analysis::new(article, document, &findings, self.provenance.clone()))
    }
}

/// The tag scores of each word piece, as they come out of the network: for tests that hold it to another
/// implementation.
pub fn emissions(folder: &ModelFolder, text: &str) -> Result<Vec<[f32; 7]>, Error> {
    let encoder = Encoder::new(folder, &Encoder::weights(folder, Precision::F32)?, DEFAULT_BATCH_TOKENS, QUOTE_TYPES)?;
    let tokens = Tokenizer::open(&folder.file("tokenizer.json")?)?.encode(&Document::new(text.to_owned()))?;
    let (hidden, _) = encoder.encode(&[&tokens])?;
    let finder = Finder::new(folder, &Finder::weights(folder)?, encoder.hidden())?;
    Ok(hidden.first().map(|h| finder.emissions(h)).unwrap_or_default())
}
