//! From articles to analyses.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::actor;
use crate::model::{default_folder, Encoder, ModelFolder, Precision, Tokenizer, Tokens};
use crate::output::{Analysis, Provenance};
use crate::quote::Finder;
use crate::text::{Article, Cause, Document, Failure};
use crate::Error;

/// Settings of a [`Pipeline`].
#[derive(Debug, Clone)]
pub struct Builder {
    models: Option<PathBuf>,
    model: String,
    precision: Precision,
    threads: Option<usize>,
    batch_tokens: usize,
    min_confidence: f64,
}

/// The model that is used unless another is asked for.
pub const DEFAULT_MODEL: &str = "fast";
/// Word pieces of one pass of the network; more gains nothing on two cores and takes more memory.
pub const DEFAULT_BATCH_TOKENS: usize = 4096;
/// Articles are gathered until they have this many passes' worth of word pieces, so that like windows meet.
const PASSES: usize = 4;

impl Default for Builder {
    fn default() -> Self {
        Self {
            models: None,
            model: DEFAULT_MODEL.to_owned(),
            precision: Precision::Auto,
            threads: None,
            batch_tokens: DEFAULT_BATCH_TOKENS,
            min_confidence: 0.0,
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

    /// Threads of the network; without it, one a core. Holds for the whole process.
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Some(count.max(1));
        self
    }

    /// Word pieces of one pass of the network: bounds the memory.
    pub fn batch_tokens(mut self, count: usize) -> Self {
        self.batch_tokens = count;
        self
    }

    /// Leaves out quotations with less confidence, 0 to 1.
    pub fn min_confidence(mut self, bound: f64) -> Self {
        self.min_confidence = bound;
        self
    }

    /// Checks and loads the model.
    pub fn build(self) -> Result<Pipeline, Error> {
        let models = self.models.clone().unwrap_or_else(default_folder);
        let folder = open_model(&models, &self.model)?;
        if let Some(threads) = self.threads {
            tch::set_num_threads(i32::try_from(threads).unwrap_or(i32::MAX));
        }
        let tokenizer = Tokenizer::open(&folder.file("tokenizer.json")?)?;
        let encoder = Encoder::open(&folder, self.precision, self.batch_tokens)?;
        let finder = Finder::open(&folder, encoder.hidden())?;
        let provenance = Provenance {
            standpoint: env!("CARGO_PKG_VERSION").to_owned(),
            models: BTreeMap::from([(folder.manifest().name.clone(), folder.checksum().to_owned())]),
            settings: self.settings_hash(),
        };
        Ok(Pipeline { tokenizer, encoder, finder, provenance, gather: self.batch_tokens * PASSES, settings: self })
    }

    /// SHA-256 of what bears on the result.
    fn settings_hash(&self) -> String {
        let settings = serde_json::json!({
            "model": self.model,
            "precision": self.precision.resolve(),
            "min_confidence": self.min_confidence,
        });
        Sha256::digest(settings.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn open_model(models: &Path, name: &str) -> Result<ModelFolder, Error> {
    let path = models.join(name);
    if path.is_dir() {
        return ModelFolder::open(&path);
    }
    let known: Vec<String> = crate::model::available(models)?.into_iter().map(|(_, m)| m.name).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::model(path, format!("there is no such model; in this folder there is: {known}")))
}

/// A loaded model, ready for articles.
pub struct Pipeline {
    tokenizer: Tokenizer,
    encoder: Encoder,
    finder: Finder,
    provenance: Provenance,
    gather: usize,
    settings: Builder,
}

struct Prepared {
    article: Article,
    document: Document,
    tokens: Tokens,
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
    /// Time inside the encoder.
    pub network: Duration,
}

impl Pipeline {
    /// Starts from the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Analyzes one article.
    pub fn analyze(&self, article: &Article) -> Result<Analysis, Failure> {
        let prepared = self.prepare(article.clone())?;
        let (mut results, _) = self.finish(vec![prepared]);
        // One article in, one result out.
        results.pop().unwrap_or_else(|| Err(failure(&article.id, "no result came back")))
    }

    /// Analyzes a stream of articles, several at a time, and yields the results in its order.
    pub fn analyze_iter<I>(&self, articles: I) -> Analyses<'_, I::IntoIter>
    where
        I: IntoIterator<Item = Result<Article, Failure>>,
    {
        Analyses { pipeline: self, articles: articles.into_iter(), ready: VecDeque::new(), progress: Progress::default() }
    }

    /// The tag scores of each word piece, as they come out of the network: for tests that hold it to another
    /// implementation.
    pub fn emissions(&self, article: &Article) -> Result<Vec<[f32; 7]>, Error> {
        let tokens = self.tokenizer.encode(&Document::new(article.text.clone()))?;
        let (hidden, _) = self.encoder.encode(&[&tokens])?;
        Ok(hidden.first().map(|h| self.finder.emissions(h)).unwrap_or_default())
    }

    fn prepare(&self, article: Article) -> Result<Prepared, Failure> {
        let document = Document::new(article.text.clone());
        let tokens = self.tokenizer.encode(&document).map_err(|e| failure(&article.id, &e.to_string()))?;
        Ok(Prepared { article, document, tokens })
    }

    fn finish(&self, batch: Vec<Prepared>) -> (Vec<Result<Analysis, Failure>>, Duration) {
        let tokens: Vec<&Tokens> = batch.iter().map(|p| &p.tokens).collect();
        match self.encoder.encode(&tokens) {
            Ok((hidden, network)) => {
                let results = batch.into_iter().zip(hidden).map(|(prepared, h)| Ok(self.read_off(prepared, &h)));
                (results.collect(), network)
            }
            // One article may be the reason, so each is tried alone.
            Err(_) if batch.len() > 1 => {
                let alone = batch.into_iter().map(|prepared| self.finish(vec![prepared]));
                let (results, times): (Vec<_>, Vec<_>) = alone.unzip();
                (results.into_iter().flatten().collect(), times.into_iter().sum())
            }
            Err(e) => (batch.iter().map(|p| Err(failure(&p.article.id, &e.to_string()))).collect(), Duration::ZERO),
        }
    }

    fn read_off(&self, prepared: Prepared, hidden: &tch::Tensor) -> Analysis {
        let Prepared { article, document, tokens } = prepared;
        let mut quotes = self.finder.find(&document, &tokens, hidden);
        quotes.retain(|q| q.confidence >= self.settings.min_confidence);
        let (attributions, actors) = actor::resolve(&document, &quotes);
        Analysis::new(article, document, &quotes, &attributions, &actors, self.provenance.clone())
    }
}

fn failure(id: &str, message: &str) -> Failure {
    Failure { id: id.to_owned(), cause: Cause::Model, message: message.to_owned() }
}

/// Results of [`Pipeline::analyze_iter`], in the order of the articles.
pub struct Analyses<'p, I> {
    pipeline: &'p Pipeline,
    articles: I,
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
    /// Takes articles until they fill a few passes of the network, and analyzes them.
    fn refill(&mut self) {
        let mut batch = Vec::new();
        // For each article taken, its failure; `None` for one that is in the batch.
        let mut order = Vec::new();
        let mut tokens = 0;
        while tokens < self.pipeline.gather {
            match self.articles.next() {
                None => break,
                Some(article) => match article.and_then(|a| self.pipeline.prepare(a)) {
                    Ok(prepared) => {
                        tokens += prepared.tokens.len().max(1);
                        batch.push(prepared);
                        order.push(None);
                    }
                    Err(failure) => order.push(Some(failure)),
                },
            }
            // Failures alone are passed on at once, so that a slow input does not hold them back.
            if batch.is_empty() {
                break;
            }
        }
        let (results, network) = self.pipeline.finish(batch);
        self.progress.network += network;
        self.progress.tokens += tokens;
        let mut results = results.into_iter();
        for failure in order {
            let result = match failure {
                Some(failure) => Some(Err(failure)),
                None => results.next(),
            };
            match &result {
                Some(Ok(_)) => self.progress.articles += 1,
                Some(Err(_)) => self.progress.failed += 1,
                None => {}
            }
            self.ready.extend(result);
        }
    }
}

impl<I: Iterator<Item = Result<Article, Failure>>> Iterator for Analyses<'_, I> {
    type Item = Result<Analysis, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            self.refill();
        }
        self.ready.pop_front()
    }
}
