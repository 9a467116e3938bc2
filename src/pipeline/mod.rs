//! From articles to analyses: a pool of workers that share the weights of the model.
//!
//! Two workers of one thread each get a quarter more out of two cores than one network on two threads, and all other
//! work runs side by side too. What a worker gets at once depends on the articles alone, so that the results are the
//! same whatever the number of workers.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::actor::{Registry, States};
use crate::model::{default_folder, hex, path_of, ModelFolder, Precision, Sort, DEFAULT_BUDGET};
use crate::output::Analysis;
use crate::stance::Targets;
use crate::text::{Article, Cause, Failure};
use crate::Error;

mod worker;

pub use worker::{attributions, emissions, mentions, ReadAttribution, ReadMention};
use worker::{Shared, Worker};

/// Settings of a [`Pipeline`].
#[derive(Debug, Clone)]
pub struct Builder {
    models: Option<PathBuf>,
    model: String,
    precision: Precision,
    workers: Option<usize>,
    batch_tokens: usize,
    min_confidence: Option<f64>,
    states: Arc<States>,
    registry: Arc<Registry>,
    targets: Targets,
    stance_model: Option<String>,
    sentiment_model: Option<String>,
}

/// The model that is used unless another is asked for.
pub const DEFAULT_MODEL: &str = "fast";
/// The model of stance and sentiment that is used unless another is asked for.
pub const DEFAULT_STANCE_MODEL: &str = "stance-accurate";
/// Word pieces of one pass of the network.
pub const DEFAULT_BATCH_TOKENS: usize = DEFAULT_BUDGET;
/// Articles go to a worker together until they have this many bytes, so that windows of like length meet.
const JOB_BYTES: usize = 32 * 1024;
/// Jobs under way for each worker, so that none waits.
const AHEAD: usize = 3;

impl Default for Builder {
    fn default() -> Self {
        Self {
            models: None,
            model: DEFAULT_MODEL.to_owned(),
            precision: Precision::Auto,
            workers: None,
            batch_tokens: DEFAULT_BATCH_TOKENS,
            min_confidence: None,
            states: Arc::new(States::default()),
            registry: Arc::new(Registry::default()),
            targets: Targets::default(),
            stance_model: Some(DEFAULT_STANCE_MODEL.to_owned()),
            sentiment_model: Some(DEFAULT_STANCE_MODEL.to_owned()),
        }
    }
}

impl Builder {
    /// The folder that holds the models. Without it, the one that the program comes with.
    pub fn models(mut self, folder: impl Into<PathBuf>) -> Self {
        self.models = Some(folder.into());
        self
    }

    /// The name of the model in that folder.
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model = name.into();
        self
    }

    /// The number format that the network computes in.
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Articles are analyzed by so many workers side by side, without it, one a core.
    pub fn workers(mut self, count: usize) -> Self {
        self.workers = Some(count.max(1));
        self
    }

    /// Word pieces of one pass of the network, in each worker: bounds the memory.
    pub fn batch_tokens(mut self, count: usize) -> Self {
        self.batch_tokens = count;
        self
    }

    /// Leaves out quotations with less confidence, 0 to 1. Without it, the bound of the model's manifest; 0 keeps all.
    pub fn min_confidence(mut self, bound: f64) -> Self {
        self.min_confidence = Some(bound);
        self
    }

    /// Capitals and seats of power that stand for their states, in the place of the built-in table.
    pub fn states(mut self, states: States) -> Self {
        self.states = Arc::new(states);
        self
    }

    /// Actors whose names and references are given.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Arc::new(registry);
        self
    }

    /// What the speakers' stance is asked to.
    pub fn targets(mut self, targets: Targets) -> Self {
        self.targets = targets;
        self
    }

    /// The model of sentiment, likewise; without one sentiment is not judged.
    pub fn sentiment_model(mut self, name: Option<String>) -> Self {
        self.sentiment_model = name;
        self
    }

    /// The model of stance: its name among the models, or a folder in Hugging Face layout with a classifier that
    /// rust-bert can run. Without one stance is not judged.
    pub fn stance_model(mut self, name: Option<String>) -> Self {
        self.stance_model = name;
        self
    }

    /// Checks the models and loads it into the workers.
    pub fn build(self) -> Result<Pipeline, Error> {
        let models = self.models.clone().unwrap_or_else(default_folder);
        let folder = ModelFolder::open(&path_of(&models, &self.model, Sort::Quotations)?)?;
        let workers = self.workers.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let (ready, loaded) = channel();
        let weights = Shared::read(&folder, &models, &self)?;
        let mut threads = Vec::new();
        for _ in 0..workers {
            let (folder, settings, queue, ready) = (folder.clone(), self.clone(), Arc::clone(&queue), ready.clone());
            let weights = weights.share();
            threads.push(thread::spawn(move || {
                let worker = Worker::new(&folder, &weights, &settings);
                let worker = worker.map_err(|e| ready.send(Err(e))).ok();
                if let Some(worker) = worker {
                    // The builder may have given up on another worker's error.
                    let _ = ready.send(Ok(()));
                    worker.serve(&queue);
                }
            }));
        }
        drop(ready);
        loaded.iter().take(workers).collect::<Result<Vec<()>, Error>>()?;
        Ok(Pipeline { jobs: Some(jobs), threads })
    }

    /// SHA-256 of what bears on the result.
    fn settings_hash(&self) -> String {
        let settings = serde_json::json!({
            "model": self.model,
            "precision": self.precision.resolve(),
            "min_confidence": self.min_confidence,
            "stance_model": self.stance_model,
            "sentiment_model": self.sentiment_model,
            "targets": self.targets.iter().collect::<Vec<_>>(),
            "states": self.states.names(),
            "actors": self.registry.pins(),
        });
        hex(&Sha256::digest(settings.to_string()))
    }
}

/// A loaded model, ready for articles.
pub struct Pipeline {
    // Taken when the pipeline goes, which ends the workers.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Articles that were analyzed.
    pub articles: usize,
    /// Articles that failed.
    pub failed: usize,
    /// Word pieces that were analyzed.
    pub tokens: usize,
    /// Time that workers spent in the encoder, all together.
    pub network: Duration,
    /// Time that workers were at work, all together.
    pub busy: Duration,
}

struct Job {
    articles: Vec<Result<Article, Failure>>,
    answer: Sender<Answer>,
    number: usize,
}

struct Answer {
    number: usize,
    results: Vec<Result<Analysis, Failure>>,
    done: Progress,
}

impl Pipeline {
    /// Starts from the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Analyzes one article.
    pub fn analyze(&self, article: &Article) -> Result<Analysis, Failure> {
        let gone = || failure(&article.id, "no worker is left to analyze it");
        self.analyze_iter([Ok(article.clone())]).next().unwrap_or_else(|| Err(gone()))
    }

    /// Analyzes a stream of articles, several at a time, and yields the results in its order.
    pub fn analyze_iter<I>(&self, articles: I) -> Analyses<'_, I::IntoIter>
    where
        I: IntoIterator<Item = Result<Article, Failure>>,
    {
        let (answer, answers) = channel();
        Analyses {
            pipeline: self,
            articles: articles.into_iter(),
            answer,
            answers,
            early: BTreeMap::new(),
            sent: 0,
            received: 0,
            ended: false,
            ready: VecDeque::new(),
            progress: Progress::default(),
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A worker's panic has been told by then.
            let _ = thread.join();
        }
    }
}

fn failure(id: &str, message: &str) -> Failure {
    Failure { id: id.to_owned(), cause: Cause::Model, message: format!("{id}: {message}") }
}

/// Results of [`Pipeline::analyze_iter`], in the order of the articles.
pub struct Analyses<'p, I> {
    pipeline: &'p Pipeline,
    articles: I,
    answer: Sender<Answer>,
    answers: Receiver<Answer>,
    /// Answers that came before their turn.
    early: BTreeMap<usize, Answer>,
    sent: usize,
    received: usize,
    ended: bool,
    ready: VecDeque<Result<Analysis, Failure>>,
    progress: Progress,
}

impl<I> Analyses<'_, I> {
    /// What has been done so far.
    pub fn progress(&self) -> Progress {
        self.progress
    }
}

impl<I: Iterator<Item = Result<Article, Failure>>> Analyses<'_, I> {
    /// Hands out work until every worker has enough ahead of it.
    fn send(&mut self) {
        while !self.ended && self.sent - self.received < AHEAD * self.pipeline.threads.len() {
            let mut articles = Vec::new();
            let mut bytes = 0;
            while bytes < JOB_BYTES {
                let Some(article) = self.articles.next() else {
                    self.ended = true;
                    break;
                };
                bytes += article.as_ref().map_or(1, |a| a.text.len().max(1));
                articles.push(article);
            }
            if articles.is_empty() {
                return;
            }
            let job = Job { articles, answer: self.answer.clone(), number: self.sent };
            if let Some(Err(refused)) = self.pipeline.jobs.as_ref().map(|jobs| jobs.send(job)) {
                // All workers are gone; their articles fail rather than get lost.
                let lost = |a: Result<Article, Failure>| a.and_then(|a| Err(failure(&a.id, "no worker is left")));
                let results = refused.0.articles.into_iter().map(lost).collect();
                self.early.insert(self.sent, Answer { number: self.sent, results, done: Progress::default() });
            }
            self.sent += 1;
        }
    }

    /// Waits for the answer whose turn it is.
    fn receive(&mut self) {
        while !self.early.contains_key(&self.received) {
            // A worker answers every job that it takes, and this holds a sender itself, so it comes.
            let Ok(answer) = self.answers.recv() else { return };
            self.early.insert(answer.number, answer);
        }
        if let Some(answer) = self.early.remove(&self.received) {
            self.received += 1;
            for result in &answer.results {
                self.progress.articles += usize::from(result.is_ok());
                self.progress.failed += usize::from(result.is_err());
            }
            self.progress.tokens += answer.done.tokens;
            self.progress.network += answer.done.network;
            self.progress.busy += answer.done.busy;
            self.ready.extend(answer.results);
        }
    }
}

impl<I: Iterator<Item = Result<Article, Failure>>> Iterator for Analyses<'_, I> {
    type Item = Result<Analysis, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.send();
            if self.received < self.sent {
                self.receive();
            }
        }
        self.ready.pop_front()
    }
}
