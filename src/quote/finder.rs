//! From the encoder's vectors to quotations.

use std::collections::BTreeMap;
use std::ops::Range;

use tch::nn::{self, Module, VarStore};
use tch::{Device, Kind as Number, Tensor};

use super::attribution::{Kind, Quote};
use super::dateline::is_dateline;
use super::link::{Linked, Pointer, Target};
use super::tags::{Crf, Decoded, Role, Scores, Tagged, TAGS, TAG_COUNT};
use super::{forms, repair, source, speech};
use crate::model::{Calibration, ModelFolder, Tokens, Weights};
use crate::text::Document;
use crate::Error;

/// Word pieces before and after a cue in which a source is looked for again, and the probability that it must have.
const SECOND_REACH: usize = 60;
const SECOND_LEAST: f64 = 0.15;

/// The heads that find quotations: a tagger over word pieces and two pointers over its spans.
pub struct Finder {
    tagger: nn::Linear,
    crf: Crf,
    source_of_cue: Pointer,
    cue_of_content: Pointer,
    reach: usize,
    confidence: Option<Calibration>,
    // Holds the tensors that the heads point to.
    _store: VarStore,
}

impl Finder {
    /// Reads the weights of a model folder's heads, to be shared by any number of finders.
    pub(crate) fn weights(folder: &ModelFolder) -> Result<Weights, Error> {
        Weights::read(folder, "quote", Number::Float)
    }

    /// Heads on these weights. `hidden` is the width of the encoder's vectors.
    pub(crate) fn new(folder: &ModelFolder, weights: &Weights, hidden: i64) -> Result<Self, Error> {
        let manifest = folder.manifest();
        if manifest.tags != TAGS {
            return Err(Error::model(folder.path(), format!("its tags must be {}", TAGS.join(", "))));
        }
        let store = VarStore::new(Device::Cpu);
        let root = store.root();
        let tagger = nn::linear(&root / "tagger", hidden, TAG_COUNT as i64, nn::LinearConfig::default());
        let transitions = (&root / "crf").zeros("transitions", &[TAG_COUNT as i64, TAG_COUNT as i64]);
        let source_of_cue = Pointer::new(&(&root / "source_of_cue"), hidden);
        let cue_of_content = Pointer::new(&(&root / "cue_of_content"), hidden);
        weights.fill(&store)?;
        let mut table = [[0.0; TAG_COUNT]; TAG_COUNT];
        for (row, values) in table.iter_mut().zip(rows(&transitions)) {
            *row = values;
        }
        let (reach, confidence) = (manifest.limits.reach, manifest.confidence);
        Ok(Self { tagger, crf: Crf::new(table), source_of_cue, cue_of_content, reach, confidence, _store: store })
    }

    /// The confidence below which the model's manifest leaves quotations out.
    pub fn least(&self) -> f64 {
        self.confidence.map_or(0.0, |c| c.least)
    }

    /// Tag scores of each word piece, in the order of the manifest's tags.
    pub fn emissions(&self, hidden: &Tensor) -> Vec<[f32; TAG_COUNT]> {
        rows(&self.tagger.forward(hidden))
    }

    /// The quotations of a document, in order of their first content.
    pub fn find(&self, document: &Document, tokens: &Tokens, hidden: &Tensor) -> Vec<Quote> {
        let mut quotes = self.read(document, tokens, hidden);
        quotes.iter_mut().for_each(|quote| repair::drop_strays(document, quote));
        source::border(document, &mut quotes);
        speech::go_on(document, &mut quotes);
        if let Some(calibration) = &self.confidence {
            quotes.iter_mut().for_each(|q| calibrate(q, calibration));
        }
        let mut quotes = forms::with_forms(document, quotes);
        quotes.sort_by_key(|q| q.content.first().copied());
        quotes
    }

    /// The quotations as they come out of the network, in that order, with borders mended where marks, paragraphs and
    /// datelines show them to be wrong.
    pub fn read(&self, document: &Document, tokens: &Tokens, hidden: &Tensor) -> Vec<Quote> {
        let decoded = self.crf.decode(&self.emissions(hidden));
        let of = |role: Role| decoded.spans.iter().filter(|t| t.role == role).copied().collect::<Vec<_>>();
        let (mut sources, cues, contents) = (of(Role::Source), of(Role::Cue), of(Role::Content));
        let text = Linked { hidden, paragraphs: &tokens.paragraphs, cues: &cues, reach: self.reach };
        let cue_of = self.cue_of_content.point(&text, &contents, &cues);
        let mut source_of = self.source_of_cue.point(&text, &cues, &sources);
        let groups = group(&cue_of);
        let may_speak = |span: &Range<usize>| !is_dateline(document, tokens.cover(span.start, span.end));
        for cue in groups.iter().filter_map(|(cue, _)| *cue) {
            if source_of[cue].candidate.is_some() {
                continue;
            }
            if let Some((source, target)) = self.second_look(&text, &decoded, cues[cue], may_speak) {
                source_of[cue] = Target { candidate: Some(sources.len()), ..target };
                sources.push(source);
            }
        }
        let mut quotes: Vec<Quote> = groups
            .into_iter()
            .map(|(cue, pieces)| {
                let content: Vec<(Tagged, Target)> = pieces.iter().map(|i| (contents[*i], cue_of[*i])).collect();
                let cue = cue.map(|i| (cues[i], source_of[i]));
                assemble(document, tokens, &content, cue, &sources)
            })
            .collect();
        quotes.iter_mut().for_each(|quote| repair::mend(document, quote));
        quotes.sort_by_key(|q| q.content.first().copied());
        quotes
    }

    /// A source for a cue that points to none: the likeliest one in its paragraph that the best tag sequence leaves out
    /// and that `may_speak`, if the cue then points to it.
    fn second_look(
        &self,
        text: &Linked,
        decoded: &Decoded,
        cue: Tagged,
        may_speak: impl Fn(&Range<usize>) -> bool,
    ) -> Option<(Tagged, Target)> {
        let paragraph = text.paragraphs[cue.start];
        let first = text.paragraphs.partition_point(|p| *p < paragraph).max(cue.start.saturating_sub(SECOND_REACH));
        let last = text.paragraphs.partition_point(|p| *p <= paragraph).min(cue.start + SECOND_REACH);
        let is_free = |span: Range<usize>| {
            decoded.spans.iter().all(|t| t.end <= span.start || span.end <= t.start) && may_speak(&span)
        };
        let source = decoded.likeliest_source(first..last, SECOND_LEAST, is_free)?;
        let mut sources: Vec<Tagged> = decoded.spans.iter().filter(|t| t.role == Role::Source).copied().collect();
        let at = sources.partition_point(|s| s.start < source.start);
        sources.insert(at, source);
        let target = self.source_of_cue.point(text, &[cue], &sources).pop()?;
        (target.candidate == Some(at)).then_some((source, target))
    }
}

/// Pieces of content by the cue that they point to; one that points to none stands alone.
fn group(cue_of: &[Target]) -> Vec<(Option<usize>, Vec<usize>)> {
    let mut by_cue: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (piece, target) in cue_of.iter().enumerate() {
        match target.candidate {
            Some(cue) => by_cue.entry(cue).or_default().push(piece),
            None => alone.push((None, vec![piece])),
        }
    }
    by_cue.into_iter().map(|(cue, pieces)| (Some(cue), pieces)).chain(alone).collect()
}

/// From the network's probabilities to how often such an attribution is right.
fn calibrate(quote: &mut Quote, calibration: &Calibration) {
    let source = quote.source.map(|_| quote.source_confidence);
    quote.confidence = calibration.attribution.apply(quote.confidence, source, quote.cue.is_some());
    quote.source_confidence = source.map_or(0.0, |s| calibration.speaker.apply(s));
}

fn assemble(
    document: &Document,
    tokens: &Tokens,
    content: &[(Tagged, Target)],
    cue: Option<(Tagged, Target)>,
    sources: &[Tagged],
) -> Quote {
    let span = |t: &Tagged| tokens.cover(t.start, t.end);
    let mut pieces: Vec<_> = content.iter().map(|(t, _)| span(t)).collect();
    let source = cue.and_then(|(_, target)| target.candidate.map(|i| (sources[i], target.probability)));
    pieces.sort();
    let of_content: f64 = content.iter().map(|(t, target)| t.probability * target.probability).product();
    Quote {
        kind: Kind::of(document, &pieces),
        content: pieces,
        cue: cue.map(|(t, _)| span(&t)),
        source: source.map(|(t, _)| span(&t)),
        confidence: of_content * cue.map_or(1.0, |(t, _)| t.probability),
        source_confidence: source.map_or(0.0, |(t, link)| t.probability * link),
    }
}

/// Rows of a `[n, 7]` tensor.
fn rows(tensor: &Tensor) -> Vec<Scores> {
    let count = tensor.numel();
    let mut values = vec![0f32; count];
    tensor.to_kind(Number::Float).contiguous().copy_data(&mut values, count);
    values.chunks_exact(TAG_COUNT).map(|row| std::array::from_fn(|i| row[i])).collect()
}
