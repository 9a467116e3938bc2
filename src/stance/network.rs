//! The network of pairs: the stance of a text to a target, and its sentiment to a mention.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tch::nn::{self, Module, VarStore};
use tch::{Device, Kind as Number, Tensor};

use super::likeness::{Vectors, WordVectors};
use super::pair::{Passage, Sequence, ROLES};
use crate::model::{values, Encoder, ModelFolder, PairCalibration, Precision, Rows, Screen, Tokenizer, Weights};
use crate::Error;

/// Where a speaker stands to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StanceLabel {
    /// For it.
    Favor,
    /// Against it.
    Against,
    /// Speaks of it and takes no side.
    Neutral,
    /// Does not speak of it.
    Unrelated,
    /// The words do not decide.
    Unclear,
}

impl StanceLabel {
    /// As samples and the output spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Favor => "favor",
            Self::Against => "against",
            Self::Neutral => "neutral",
            Self::Unrelated => "unrelated",
            Self::Unclear => "unclear",
        }
    }

    /// Whether it is for or against.
    pub fn is_side(self) -> bool {
        matches!(self, Self::Favor | Self::Against)
    }
}

/// How a speaker speaks of someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SentimentLabel {
    /// Badly.
    Negative,
    /// Neither well nor badly.
    Neutral,
    /// Well.
    Positive,
}

impl SentimentLabel {
    /// As samples and the output spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

/// How sure a stance has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Least probability that the text speaks of the target at all.
    pub relevance: f64,
    /// Least probability of the label among favor, against and neutral.
    pub least: f64,
}

/// Probabilities of the stances; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the labels say it")]
pub struct StanceProbabilities {
    pub favor: f64,
    pub against: f64,
    pub neutral: f64,
    pub unrelated: f64,
}

/// Probabilities of the sentiments; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the labels say it")]
pub struct SentimentProbabilities {
    pub negative: f64,
    pub neutral: f64,
    pub positive: f64,
}

impl StanceProbabilities {
    /// The likeliest of favor, against and neutral, where unrelated texts count as neutral: the measure of `eval`.
    pub fn three_way(&self) -> StanceLabel {
        let neutral = self.neutral + self.unrelated;
        best([(StanceLabel::Favor, self.favor), (StanceLabel::Against, self.against), (StanceLabel::Neutral, neutral)])
    }

    /// Whether the text speaks of the target with at least this probability.
    pub fn is_related(&self, relevance: f64) -> bool {
        1.0 - self.unrelated >= relevance
    }

    /// Unrelated unless the text speaks of the target as surely as is asked; else the likeliest of the rest, or unclear
    /// where that has less of their probability than is asked.
    pub fn label(&self, bounds: Bounds) -> StanceLabel {
        if !self.is_related(bounds.relevance) {
            return StanceLabel::Unrelated;
        }
        let options = [
            (StanceLabel::Favor, self.favor),
            (StanceLabel::Against, self.against),
            (StanceLabel::Neutral, self.neutral),
        ];
        let label = best(options);
        let share = options.iter().map(|o| o.1).fold(0.0, f64::max) / (1.0 - self.unrelated);
        if share < bounds.least {
            StanceLabel::Unclear
        } else {
            label
        }
    }

    /// The same with this share of the probability that the text speaks of the target.
    fn less_related(self, scale: f64) -> Self {
        let [favor, against, neutral] = [self.favor, self.against, self.neutral].map(|p| p * scale);
        Self { favor, against, neutral, unrelated: 1.0 - (1.0 - self.unrelated) * scale }
    }

    /// Four decimals each.
    pub(crate) fn rounded(self) -> Self {
        let [favor, against, neutral, unrelated] =
            [self.favor, self.against, self.neutral, self.unrelated].map(|p| (p * 1e4).round() / 1e4);
        Self { favor, against, neutral, unrelated }
    }
}

impl SentimentProbabilities {
    /// The likeliest.
    pub fn label(&self) -> SentimentLabel {
        best([
            (SentimentLabel::Negative, self.negative),
            (SentimentLabel::Neutral, self.neutral),
            (SentimentLabel::Positive, self.positive),
        ])
    }

    /// Four decimals each.
    pub(crate) fn rounded(self) -> Self {
        let [negative, neutral, positive] =
            [self.negative, self.neutral, self.positive].map(|p| (p * 1e4).round() / 1e4);
        Self { negative, neutral, positive }
    }
}

/// The first of the likeliest.
fn best<L: Copy, const N: usize>(options: [(L, f64); N]) -> L {
    let mut best = options[0];
    for option in options {
        if option.1 > best.1 {
            best = option;
        }
    }
    best.0
}

/// What a pair is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Stance,
    Sentiment,
}

struct Head {
    dense: nn::Linear,
    out: nn::Linear,
}

impl Head {
    fn new(path: nn::Path, hidden: i64, labels: i64) -> Self {
        let plain = nn::LinearConfig::default();
        Self {
            dense: nn::linear(&path / "dense", 2 * hidden, hidden, plain),
            out: nn::linear(&path / "out", hidden, labels, plain),
        }
    }

    fn scores(&self, pooled: &Tensor) -> Tensor {
        self.out.forward(&self.dense.forward(pooled).gelu("none"))
    }
}

/// Weights of a network of pairs, shared between workers.
pub(crate) struct PairWeights {
    folder: ModelFolder,
    calibration: PairCalibration,
    encoder: Weights,
    heads: Weights,
    screen: Option<Box<PairWeights>>,
}

impl PairWeights {
    /// Reads a model and the one that it names as its screen, which needs none itself.
    pub fn read(folder: ModelFolder, precision: Precision) -> Result<Self, Error> {
        let mut weights = Self::read_alone(folder, precision)?;
        if let Some(screen) = &weights.calibration.screen {
            let path = weights.folder.path().join("..").join(&screen.model);
            weights.screen = Some(Box::new(Self::read_alone(ModelFolder::open(&path)?, precision)?));
        }
        Ok(weights)
    }

    fn read_alone(folder: ModelFolder, precision: Precision) -> Result<Self, Error> {
        let missing = || Error::model(folder.path(), "is no model of stance: its manifest has no [pairs]");
        let calibration = folder.manifest().pairs.clone().ok_or_else(missing)?;
        let encoder = Encoder::weights(&folder, precision)?;
        let heads = Weights::read(&folder, "pair", Number::Float)?;
        Ok(Self { folder, calibration, encoder, heads, screen: None })
    }

    pub fn share(&self) -> Self {
        Self {
            folder: self.folder.clone(),
            calibration: self.calibration.clone(),
            encoder: self.encoder.share(),
            heads: self.heads.share(),
            screen: self.screen.as_ref().map(|screen| Box::new(screen.share())),
        }
    }

    /// Names and checksums of the model and of its screen.
    pub fn provenance(&self) -> Vec<(String, String)> {
        let folders = std::iter::once(&self.folder).chain(self.screen.as_ref().map(|screen| &screen.folder));
        folders.map(|folder| (folder.manifest().name.clone(), folder.checksum().to_owned())).collect()
    }
}

/// What looks at a pair of a quotation and a target before the network does.
enum First {
    /// Its own word vectors.
    Words(WordVectors),
    /// A smaller network, with the least probability that lets a pair pass.
    Screen(Box<PairModel>, f64),
}

/// A loaded network of pairs.
pub struct PairModel {
    tokenizer: Tokenizer,
    encoder: Encoder,
    stance: Head,
    sentiment: Head,
    calibration: PairCalibration,
    budget: usize,
    first: First,
    // Holds the tensors that the heads point to.
    _store: VarStore,
}

impl PairModel {
    /// Loads the model of a folder.
    pub fn open(path: &Path, precision: Precision, budget: usize) -> Result<Self, Error> {
        Self::new(&PairWeights::read(ModelFolder::open(path)?, precision)?, budget)
    }

    pub(crate) fn new(weights: &PairWeights, budget: usize) -> Result<Self, Error> {
        let folder = &weights.folder;
        let calibration = weights.calibration.clone();
        let encoder = Encoder::new(folder, &weights.encoder, budget, ROLES)?;
        let store = VarStore::new(Device::Cpu);
        let heads = store.root() / "heads";
        let stance = Head::new(&heads / "stance", encoder.hidden(), 4);
        let sentiment = Head::new(&heads / "sentiment", encoder.hidden(), 3);
        weights.heads.fill(&store)?;
        let tokenizer = Tokenizer::open(&folder.file("tokenizer.json")?)?;
        let first = match weights.screen.as_ref().zip(calibration.screen.as_ref()) {
            Some((weights, Screen { least, .. })) => First::Screen(Box::new(Self::new(weights, budget)?), *least),
            None => First::Words(WordVectors::new(&weights.encoder, encoder.vocabulary(), encoder.hidden())?),
        };
        Ok(Self { tokenizer, encoder, stance, sentiment, calibration, budget, first, _store: store })
    }

    /// The vectors of a text's words; those of the screen, where there is one, as it is asked first.
    pub(super) fn word_vectors(&self, text: &str) -> Result<Vectors, Error> {
        match &self.first {
            First::Screen(screen, _) => screen.word_vectors(text),
            First::Words(words) => words.of(&self.tokenizer, text),
        }
    }

    /// How sure a stance has to be.
    pub fn bounds(&self) -> Bounds {
        Bounds { relevance: self.calibration.stance_relevance, least: self.calibration.stance_least }
    }

    /// The sentiment of texts to mentions in them: pairs of a text and the bytes of the mention.
    pub fn sentiments(&self, pairs: &[(&str, std::ops::Range<usize>)]) -> Result<Vec<SentimentProbabilities>, Error> {
        let passage = |(text, bytes): &(&str, std::ops::Range<usize>)| {
            let mention = text.get(bytes.clone()).unwrap_or("").to_owned();
            (mention, Passage::plain(text).with_mention(bytes.clone()))
        };
        let pairs: Vec<(String, Passage)> = pairs.iter().map(passage).collect();
        let pairs: Vec<(&str, Passage)> = pairs.iter().map(|(m, p)| (m.as_str(), p.clone())).collect();
        self.sentiments_of(&pairs)
    }

    /// The stance of texts to targets, of which those that the screen lets pass are put to this network.
    pub(super) fn screened_stances(&self, pairs: &[(&str, Passage)]) -> Result<Vec<StanceProbabilities>, Error> {
        let First::Screen(screen, least) = &self.first else { return self.stances(pairs) };
        let mut found = screen.stances(pairs)?;
        let passes: Vec<usize> = (0..pairs.len()).filter(|i| found[*i].is_related(*least)).collect();
        // What does not pass is unrelated by this network's bound too.
        let scale = (self.bounds().relevance / least).min(1.0);
        found.iter_mut().for_each(|probabilities| *probabilities = probabilities.less_related(scale));
        let passing: Vec<(&str, Passage)> = passes.iter().map(|i| pairs[*i].clone()).collect();
        for (i, probabilities) in passes.into_iter().zip(self.stances(&passing)?) {
            found[i] = probabilities;
        }
        Ok(found)
    }

    /// The stance of passages to targets: pairs of a target and a passage. Each pair is judged by this network, without its
    /// screen.
    pub fn stances(&self, pairs: &[(&str, Passage)]) -> Result<Vec<StanceProbabilities>, Error> {
        let rows = self.probabilities(pairs, Question::Stance)?;
        let of = |p: &Vec<f64>| StanceProbabilities { favor: p[0], against: p[1], neutral: p[2], unrelated: p[3] };
        Ok(rows.iter().map(of).collect())
    }

    pub(super) fn sentiments_of(&self, pairs: &[(&str, Passage)]) -> Result<Vec<SentimentProbabilities>, Error> {
        let rows = self.probabilities(pairs, Question::Sentiment)?;
        let of = |p: &Vec<f64>| SentimentProbabilities { negative: p[0], neutral: p[1], positive: p[2] };
        Ok(rows.iter().map(of).collect())
    }

    fn probabilities(&self, pairs: &[(&str, Passage)], question: Question) -> Result<Vec<Vec<f64>>, Error> {
        let sequences: Result<Vec<Sequence>, Error> =
            pairs.iter().map(|(target, passage)| Sequence::new(&self.tokenizer, target, passage)).collect();
        let sequences = sequences?;
        let mut found = Vec::with_capacity(pairs.len());
        let mut start = 0;
        while start < sequences.len() {
            let mut end = start;
            let mut pieces = 0;
            while end < sequences.len() && (end == start || pieces + sequences[end].len() <= self.budget) {
                pieces += sequences[end].len();
                end += 1;
            }
            found.extend(self.batch(&sequences[start..end], question)?);
            start = end;
        }
        Ok(found)
    }

    fn batch(&self, sequences: &[Sequence], question: Question) -> Result<Vec<Vec<f64>>, Error> {
        let mut rows = Rows::default();
        sequences.iter().for_each(|s| s.add_to(&mut rows));
        // Of each sequence its first word piece and its focus, which is all that the heads read.
        let (mut wanted, mut places) = (Vec::new(), Vec::new());
        let mut at = 0;
        for sequence in sequences {
            let focus = sequence.focus();
            places.push((wanted.len() as i64, focus.len() as i64));
            wanted.push(at);
            wanted.extend(focus.iter().map(|piece| at + *piece as i64));
            at += sequence.len() as i64;
        }
        let hidden = self.encoder.run(&rows, Some(&wanted))?.to_kind(Number::Float);
        let pooled = |(first, count): &(i64, i64)| {
            let mean = hidden.narrow(0, first + 1, *count).mean_dim([0i64].as_slice(), true, Number::Float);
            Tensor::cat(&[hidden.narrow(0, *first, 1), mean], -1)
        };
        let pooled = Tensor::cat(&places.iter().map(pooled).collect::<Vec<_>>(), 0);
        let (head, temperature) = match question {
            Question::Stance => (&self.stance, self.calibration.stance_temperature),
            Question::Sentiment => (&self.sentiment, self.calibration.sentiment_temperature),
        };
        let shares = (head.scores(&pooled) / temperature).softmax(-1, Number::Float);
        let values = values(&shares);
        let width = values.len() / sequences.len();
        Ok(values.chunks_exact(width).map(|row| row.to_vec()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, StanceLabel, StanceProbabilities};

    #[test]
    fn labels_follow_the_probabilities() {
        let of = |favor, against, neutral, unrelated| StanceProbabilities { favor, against, neutral, unrelated };
        let bounds = Bounds { relevance: 0.6, least: 0.5 };
        assert_eq!(of(0.6, 0.1, 0.1, 0.2).label(bounds), StanceLabel::Favor);
        assert_eq!(of(0.5, 0.0, 0.0, 0.5).label(bounds), StanceLabel::Unrelated);
        assert_eq!(of(0.3, 0.3, 0.1, 0.3).label(bounds), StanceLabel::Unclear);
        assert_eq!(of(0.4, 0.0, 0.25, 0.35).three_way(), StanceLabel::Neutral);
        assert_eq!(of(0.5, 0.1, 0.1, 0.3).less_related(0.75).label(bounds), StanceLabel::Unrelated);
    }
}
