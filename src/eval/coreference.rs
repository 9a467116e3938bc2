//! Scores for who mentions stand for.
//!
//! - GAP (Webster et al., 2018): for an ambiguous pronoun and two names, whether it means the one, the other or neither;
//!   F1 over both names, by the pronoun's gender, and their ratio. `given`: the network chooses among the two names and
//!   what else it sees, as the task is set; `chains`: by the actors that `analyze` makes, which abstain where unsure.
//! - Chains (GUM's shape): the CoNLL score over names and pronouns. A name of ours stands for the smallest gold name
//!   around it, as ours have no titles.
//! - `pronoun_to_name`: third-person pronouns that open the cue of an attribution and whose chain holds a name: how many
//!   end at an actor who is named in that chain, or whose description is what the gold takes for a name there ("The
//!   Senator from Alaska"). `pronouns_answered` is the share that end at a name at all; the rest end at a description,
//!   or nowhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::actors::Share;
use super::conll::{Chains, Conll};
use super::sample::read_lines;
use super::tally::Agreement;
use crate::actor::{choose_between, pronoun, Entities, Heads, Mention, Pronoun, States};
use crate::model::{Encoder, ModelFolder, Precision, Tokenizer, Tokens, DEFAULT_BUDGET, QUOTE_TYPES};
use crate::quote::Finder;
use crate::text::{Document, Span};
use crate::Error;

/// A labelled text, of either shape.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Gold {
    Gap(GapText),
    Chains(ChainText),
}

#[derive(Debug, Clone, Deserialize)]
struct GapText {
    text: String,
    pronoun: (usize, usize),
    a: (usize, usize),
    b: (usize, usize),
    a_coref: bool,
    b_coref: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct ChainText {
    #[serde(default)]
    id: String,
    text: String,
    #[serde(default)]
    genre: String,
    entities: Vec<GoldEntity>,
    #[serde(default)]
    attributions: Vec<GoldCue>,
}

#[derive(Debug, Clone, Deserialize)]
struct GoldEntity {
    start: usize,
    end: usize,
    group: String,
    kind: String,
}

#[derive(Debug, Clone, Deserialize)]
struct GoldCue {
    cue: Vec<(usize, usize)>,
}

/// All scores, in percent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CoreferenceReport {
    /// GAP with the names given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<GapScores>,
    /// GAP by the actors of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chains: Option<GapScores>,
    /// F1 of MUC, B³, CEAF-e and their mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conll: Option<BTreeMap<&'static str, f64>>,
    /// Pronouns that are sources and end at the right name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronoun_to_name: Option<Share>,
    /// Pronouns that are sources and end at a name, of those that could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronouns_answered: Option<Share>,
    /// Pronouns that are sources and end elsewhere, for people.
    pub misses: Vec<String>,
    /// Texts that were scored.
    pub n: usize,
}

/// Third-person pronouns that open the cue of an attribution.
#[derive(Debug, Default)]
struct Sources {
    right: Share,
    answered: Share,
    misses: Vec<String>,
}

/// F1 of GAP.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct GapScores {
    /// Of all pronouns.
    pub f1: Option<f64>,
    /// Of masculine ones.
    pub masculine: Option<f64>,
    /// Of feminine ones.
    pub feminine: Option<f64>,
    /// The lower of both by the higher.
    pub ratio: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct GapCounts {
    masculine: Agreement,
    feminine: Agreement,
}

impl GapCounts {
    fn add(&mut self, feminine: bool, found: [bool; 2], gold: [bool; 2]) {
        let side = if feminine { &mut self.feminine } else { &mut self.masculine };
        for (found, gold) in found.into_iter().zip(gold) {
            side.add(found, gold);
        }
    }

    fn scores(&self) -> GapScores {
        let mut all = self.masculine;
        all += self.feminine;
        let (masculine, feminine) = (self.masculine.prf().f, self.feminine.prf().f);
        let ratio = masculine
            .zip(feminine)
            .filter(|(m, f)| m.max(*f) > 0.0)
            .map(|(m, f)| (1e4 * m.min(f) / m.max(f)).round() / 1e4);
        GapScores { f1: all.prf().f, masculine, feminine, ratio }
    }
}

/// The model that mentions are read with.
pub struct CoreferenceScorer {
    tokenizer: Tokenizer,
    encoder: Encoder,
    finder: Finder,
    heads: Heads,
    states: States,
}

/// What was read in a text.
struct Read {
    document: Document,
    tokens: Tokens,
    hidden: tch::Tensor,
    mentions: Vec<Mention>,
    entities: Entities,
}

/// A choice with less is that of neither. Set beforehand: no other bound was measured.
const GAP_LEAST: f64 = 0.3;

impl CoreferenceScorer {
    /// Loads a model folder.
    pub fn open(path: &Path, precision: Precision) -> Result<Self, Error> {
        let folder = ModelFolder::open(path)?;
        let encoder = Encoder::new(&folder, &Encoder::weights(&folder, precision)?, DEFAULT_BUDGET, QUOTE_TYPES)?;
        let finder = Finder::new(&folder, &Finder::weights(&folder)?, encoder.hidden())?;
        let heads = Heads::new(&Heads::weights(&folder)?, encoder.hidden())?;
        let tokenizer = Tokenizer::open(&folder.file("tokenizer.json")?)?;
        Ok(Self { tokenizer, encoder, finder, heads, states: States::default() })
    }

    /// Scores the texts of a file; of those with chains only the genres that are asked for, or all.
    pub fn score(&self, path: &Path, genres: &[String], done: impl Fn()) -> Result<CoreferenceReport, Error> {
        let wanted = "a text of GAP's shape (pronoun, a, b, a_coref, b_coref) or of GUM's (entities, attributions)";
        let texts: Vec<Gold> = read_lines(path, wanted, Gold::check)?;
        let (mut given, mut by_chains) = (GapCounts::default(), GapCounts::default());
        let (mut conll, mut sources) = (Conll::default(), Sources::default());
        let (mut gaps, mut chains) = (0, 0);
        for text in &texts {
            match text {
                Gold::Gap(text) => {
                    self.gap(text, &mut given, &mut by_chains)?;
                    gaps += 1;
                }
                Gold::Chains(text) if genres.is_empty() || genres.contains(&text.genre) => {
                    self.chains(text, &mut conll, &mut sources)?;
                    chains += 1;
                }
                Gold::Chains(_) => {}
            }
            done();
        }
        let names = ["muc", "b_cubed", "ceaf_e", "conll"];
        let rounded = |v: f64| (v * 100.0).round() / 100.0;
        let scores = || names.into_iter().zip(conll.scores().map(rounded)).collect();
        Ok(CoreferenceReport {
            given: (gaps > 0).then(|| given.scores()),
            chains: (gaps > 0).then(|| by_chains.scores()),
            conll: (chains > 0).then(scores),
            pronoun_to_name: (chains > 0).then_some(sources.right),
            pronouns_answered: (chains > 0).then_some(sources.answered),
            misses: sources.misses,
            n: gaps + chains,
        })
    }

    fn read(&self, text: &str) -> Result<Read, Error> {
        let document = Document::new(text.to_owned());
        let tokens = self.tokenizer.encode(&document)?;
        let (hidden, _) = self.encoder.encode(&[&tokens])?;
        let hidden = hidden.into_iter().next().ok_or_else(|| Error::Network("no result".to_owned()))?;
        let mut quotes = self.finder.find(&document, &tokens, &hidden);
        quotes.retain(|q| q.confidence >= self.finder.least());
        let mentions = self.heads.mentions(&document, &tokens, &hidden, &quotes);
        let choices = self.heads.antecedents(&document, &tokens, &hidden, &mentions);
        let entities = Entities::new(&document, &mentions, &choices, &self.states);
        Ok(Read { document, tokens, hidden, mentions, entities })
    }

    fn gap(&self, gold: &GapText, given: &mut GapCounts, chains: &mut GapCounts) -> Result<(), Error> {
        let read = self.read(&gold.text)?;
        let span = |(start, end): (usize, usize)| read.document.span_of_code_points(start, end);
        // `check` has made sure of them.
        let (Some(asked), Some(a), Some(b)) = (span(gold.pronoun), span(gold.a), span(gold.b)) else { return Ok(()) };
        let feminine = pronoun(read.document.slice(asked)) == Some(Pronoun::She);
        let wanted = [gold.a_coref, gold.b_coref];
        let votes =
            choose_between(&self.heads, &read.document, &read.tokens, &read.hidden, &read.mentions, asked, [a, b]);
        given.add(feminine, [votes[0] >= votes[1].max(GAP_LEAST), votes[1] > votes[0].max(GAP_LEAST)], wanted);
        let entity = |span: Span| {
            let overlapping = read.mentions.iter().position(|m| m.span.overlaps(span));
            overlapping.and_then(|i| read.entities.of[i]).map(|(e, _)| e)
        };
        let found = [a, b].map(|name| entity(asked).is_some() && entity(asked) == entity(name));
        chains.add(feminine, found, wanted);
        Ok(())
    }

    fn chains(&self, gold: &ChainText, conll: &mut Conll, sources: &mut Sources) -> Result<(), Error> {
        let read = self.read(&gold.text)?;
        let spans: Vec<Option<Span>> =
            gold.entities.iter().map(|e| read.document.span_of_code_points(e.start, e.end)).collect();
        let counted = |i: &usize| {
            let is_pronoun = spans[*i].is_some_and(|s| pronoun(read.document.slice(s)).is_some());
            is_pronoun || gold.entities[*i].kind == "name"
        };
        let places: Vec<usize> = (0..gold.entities.len()).filter(counted).collect();
        let mut gold_chains: BTreeMap<&str, _> = BTreeMap::new();
        for place in &places {
            gold_chains
                .entry(gold.entities[*place].group.as_str())
                .or_insert_with(std::collections::BTreeSet::new)
                .insert(*place);
        }
        // Mentions of ours that are in no gold mention get numbers of their own.
        let aligned: Vec<usize> = read
            .mentions
            .iter()
            .enumerate()
            .map(|(i, mention)| align(mention, &places, &spans).unwrap_or(gold.entities.len() + i))
            .collect();
        let mut ours: BTreeMap<usize, std::collections::BTreeSet<usize>> = BTreeMap::new();
        for (i, mention) in read.mentions.iter().enumerate() {
            if let (Some((entity, _)), true) = (read.entities.of[i], mention.is_name() || mention.is_pronoun()) {
                ours.entry(entity).or_default().insert(aligned[i]);
            }
        }
        let (gold_sets, our_sets): (Chains, Chains) =
            (gold_chains.values().cloned().collect(), ours.values().cloned().collect());
        conll.add(&gold_sets, &our_sets);
        for cue in &gold.attributions {
            self.source(gold, cue, &read, &aligned, &spans, sources);
        }
        Ok(())
    }

    /// Counts a pronoun that opens a cue.
    fn source(
        &self,
        gold: &ChainText,
        cue: &GoldCue,
        read: &Read,
        aligned: &[usize],
        spans: &[Option<Span>],
        sources: &mut Sources,
    ) {
        let Some(start) = cue.cue.first().map(|c| c.0) else { return };
        let opens = |m: &Mention| {
            let (s, _) = read.document.code_points(m.span);
            let third = ["he", "she", "it", "they"].contains(&read.document.slice(m.span).to_lowercase().as_str());
            m.is_pronoun() && third && s >= start && s <= start + 5
        };
        let Some(asked) = read.mentions.iter().position(opens) else { return };
        let Some(group) = gold.entities.get(aligned[asked]).map(|e| e.group.as_str()) else { return };
        let name = |e: &GoldEntity| e.group == group && e.kind == "name";
        if !gold.entities.iter().any(name) {
            return;
        }
        let entity = read.entities.of[asked].map(|(e, _)| e);
        let theirs = |e: usize| {
            let names = (0..read.mentions.len()).filter(|i| read.mentions[*i].is_name());
            let mut own = names.filter(|i| read.entities.of[*i].is_some_and(|(of, _)| of == e));
            own.any(|i| gold.entities.get(aligned[i]).is_some_and(name))
        };
        // What is no name to us may be one to the gold.
        let described = |e: usize| {
            let texts = gold.entities.iter().zip(spans).filter(|(gold, _)| name(gold)).filter_map(|(_, span)| *span);
            texts.map(|span| read.document.slice(span)).any(|text| text == read.entities.list[e].name)
        };
        let hit = entity.is_some_and(|e| theirs(e) || described(e));
        sources.answered.add(hit || entity.is_some_and(|e| read.entities.list[e].named));
        sources.right.add(hit);
        if !hit {
            let place: String = read.document.text()[read.mentions[asked].span.start()..].chars().take(50).collect();
            let found = entity.map(|e| read.entities.list[e].name.as_str());
            sources.misses.push(format!("{}: {place:?} is {found:?}", gold.id));
        }
    }
}

/// The gold mention that one of ours stands for: the same span, or for a name the smallest gold one around it.
fn align(mention: &Mention, places: &[usize], spans: &[Option<Span>]) -> Option<usize> {
    let around = places.iter().filter_map(|p| Some((*p, spans[*p]?)));
    let fits =
        around.filter(|(_, span)| if mention.is_name() { span.contains(mention.span) } else { *span == mention.span });
    fits.min_by_key(|(_, span)| span.len()).map(|(place, _)| place)
}

impl Gold {
    fn check(&self) -> Result<(), String> {
        let (text, ranges): (&str, Vec<(usize, usize)>) = match self {
            Self::Gap(gap) => (&gap.text, vec![gap.pronoun, gap.a, gap.b]),
            Self::Chains(chains) => (&chains.text, chains.entities.iter().map(|e| (e.start, e.end)).collect()),
        };
        let length = text.chars().count();
        match ranges.iter().find(|(start, end)| start >= end || *end > length) {
            Some((start, end)) => Err(format!("[{start}, {end}] is no range of the text's {length} code points")),
            None => Ok(()),
        }
    }
}
