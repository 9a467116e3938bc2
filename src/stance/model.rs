//! A model of stance or sentiment: one that comes with standpoint, or one of the user's.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::likeness::Vectors;
use super::network::{Bounds, PairModel, PairWeights, SentimentProbabilities, StanceProbabilities};
use super::own::{OwnModel, OwnWeights, Task};
use super::pair::Passage;
use super::target::Target;
use crate::model::{ModelFolder, Precision};
use crate::Error;

/// Of a model without bounds of its own.
const BOUNDS: Bounds = Bounds { relevance: 0.5, least: 0.5 };

/// Weights of either sort, shared between workers.
pub(crate) enum JudgeWeights {
    Pairs(Box<PairWeights>),
    Own(Box<OwnWeights>),
}

impl JudgeWeights {
    /// Reads a model: of this name among the models, or of this folder.
    pub fn read(models: &Path, name: &str, precision: Precision) -> Result<Self, Error> {
        let known = models.join(name);
        let folder = if known.is_dir() { known } else { PathBuf::from(name) };
        if folder.join("manifest.toml").is_file() {
            return Ok(Self::Pairs(Box::new(PairWeights::read(ModelFolder::open(&folder)?, precision)?)));
        }
        if !folder.is_dir() {
            let message = "there is no such model of stance or sentiment: a name of `standpoint models`, or a folder \
                           with config.json, tokenizer.json and model.safetensors is needed";
            return Err(Error::model(folder, message));
        }
        Ok(Self::Own(Box::new(OwnWeights::read(&folder)?)))
    }

    /// The same for another thread; nothing is copied.
    pub fn share(&self) -> Self {
        match self {
            Self::Pairs(weights) => Self::Pairs(Box::new(weights.share())),
            Self::Own(weights) => Self::Own(Box::new(weights.share())),
        }
    }

    /// Names and checksums of it and of its screen.
    pub fn provenance(&self) -> Vec<(String, String)> {
        match self {
            Self::Pairs(weights) => weights.provenance(),
            Self::Own(weights) => vec![(weights.name().to_owned(), weights.checksum().to_owned())],
        }
    }

    /// Loads it for one thread.
    pub fn load(&self, budget: usize) -> Result<Model, Error> {
        Ok(match self {
            Self::Pairs(weights) => Model::Pairs(Rc::new(PairModel::new(weights, budget)?)),
            Self::Own(weights) => Model::Own(Rc::new(OwnModel::new(weights, budget)?)),
        })
    }
}

/// A loaded model of either sort.
#[derive(Clone)]
pub(crate) enum Model {
    Pairs(Rc<PairModel>),
    Own(Rc<OwnModel>),
}

/// What a model of stance is asked.
pub(crate) struct Asked<'a> {
    pub target: &'a Target,
    /// The name of the target that the passage uses, if any.
    pub wording: &'a str,
    pub passage: Passage,
}

impl Model {
    pub fn stances(&self, questions: &[Asked]) -> Result<Vec<StanceProbabilities>, Error> {
        match self {
            Self::Pairs(model) => {
                let pairs: Vec<(&str, Passage)> = questions.iter().map(|q| (q.wording, q.passage.clone())).collect();
                model.screened_stances(&pairs)
            }
            Self::Own(model) => {
                let pairs: Vec<(&Target, &str)> =
                    questions.iter().map(|q| (q.target, q.passage.text.as_str())).collect();
                model.stances(&pairs)
            }
        }
    }

    /// The vectors of a text's words, of a model that tells itself what is unrelated and has some.
    pub(super) fn word_vectors(&self, text: &str) -> Result<Option<Vectors>, Error> {
        match self {
            Self::Pairs(model) => Ok(Some(model.word_vectors(text)?)),
            Self::Own(_) => Ok(None),
        }
    }

    pub fn sentiments(&self, pairs: &[(&str, Passage)]) -> Result<Vec<SentimentProbabilities>, Error> {
        match self {
            Self::Pairs(model) => model.sentiments_of(pairs),
            Self::Own(model) => {
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(m, p)| (*m, p.text.as_str())).collect();
                model.sentiments(&pairs)
            }
        }
    }

    /// Whether its classes are those of sentiment, which tell nothing of stance to a target.
    pub fn is_of_sentiment(&self) -> bool {
        matches!(self, Self::Own(model) if model.task() == Task::Sentiment)
    }

    /// Whether its classes are those of stance.
    pub fn is_of_stance(&self) -> bool {
        matches!(self, Self::Own(model) if model.task() == Task::Stance)
    }

    /// How sure a stance has to be.
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Pairs(model) => model.bounds(),
            Self::Own(_) => BOUNDS,
        }
    }
}
