//! What each mention refers back to: a mention before it, or none.
//!
//! Mention ranking (Durrett and Klein, 2013; Lee et al., 2017); the score of a pair also sees the forms of both mentions,
//! shared words and distance.

use tch::nn::{self, Module};
use tch::Tensor;

use super::matching::Wording;
use super::mention::{Mention, FORMS};
use crate::model::{distance, ends, spread, values, Pairs, Scorer, Tokens, DISTANCES, WIDTH};
use crate::text::Document;

/// Word pieces that a mention looks back.
const REACH: usize = 500;
/// Word pieces that a pronoun looks ahead for a name or description.
const AFTER: usize = 60;
/// Mentions before it that a mention looks at.
const CANDIDATES: usize = 50;
/// Pairs that are scored at once: bounds the memory.
const PART: usize = 16_384;

/// What a mention may refer to: the share of none, and candidates by their index with theirs. Shares add up to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choices {
    pub none: f64,
    pub candidates: Vec<(usize, f64)>,
}

pub(super) struct Antecedent {
    query: nn::Linear,
    candidate: nn::Linear,
    form: nn::Embedding,
    pairs: Scorer<6>,
    none: nn::Linear,
}

/// Features of a pair, with the number of values of each.
const FEATURES: [(&str, i64); 6] =
    [("distance", DISTANCES), ("between", 10), ("paragraphs", 3), ("forms", FORMS * FORMS), ("words", 5), ("marks", 4)];

impl Antecedent {
    pub fn new(path: &nn::Path, hidden: i64) -> Self {
        let biased = nn::LinearConfig::default();
        Self {
            query: nn::linear(path / "query", 2 * hidden, WIDTH, biased),
            candidate: nn::linear(path / "candidate", 2 * hidden, WIDTH, biased),
            form: nn::embedding(path / "form", FORMS, WIDTH, nn::EmbeddingConfig::default()),
            pairs: Scorer::new(path, FEATURES),
            none: nn::linear(path / "none", WIDTH, 1, biased),
        }
    }

    pub fn choices(&self, document: &Document, tokens: &Tokens, hidden: &Tensor, mentions: &[Mention]) -> Vec<Choices> {
        if mentions.is_empty() {
            return Vec::new();
        }
        let ends = ends(hidden, mentions.iter().map(Mention::pieces));
        let forms: Vec<i64> = mentions.iter().map(Mention::form_id).collect();
        let left = self.query.forward(&ends) + self.form.forward(&Tensor::from_slice(&forms));
        let right = self.candidate.forward(&ends);
        let none = values(&self.none.forward(&left.gelu("none")).squeeze_dim(-1));
        let mut options: Vec<Vec<(usize, f64)>> = mentions.iter().map(|_| Vec::new()).collect();
        let compared = Compared::new(document, tokens, mentions);
        let mut first = 0;
        while first < mentions.len() {
            let mut pairs = Pairs::new();
            while first < mentions.len() && pairs.query.len() < PART {
                compared.add(first, &mut pairs);
                first += 1;
            }
            let scores = self.pairs.scores(&left, &right, &pairs);
            for ((q, c), score) in pairs.query.iter().zip(&pairs.candidate).zip(scores) {
                options[*q as usize].push((*c as usize, score));
            }
        }
        none.into_iter().zip(options).map(|(none, options)| shares(none, options)).collect()
    }
}

/// Mentions that are compared with one another.
struct Compared<'a> {
    tokens: &'a Tokens,
    mentions: &'a [Mention],
    /// Of each mention; of pronouns nothing.
    wordings: Vec<Wording>,
    /// Whether each stands inside quotation marks.
    quoted: Vec<bool>,
}

impl<'a> Compared<'a> {
    fn new(document: &Document, tokens: &'a Tokens, mentions: &'a [Mention]) -> Self {
        let wording = |m: &Mention| match m.is_pronoun() {
            true => Wording::default(),
            false => Wording::new(document.slice(m.span)),
        };
        let quoted = |m: &Mention| document.marks().is_inside(tokens.spans[m.start].start());
        Self {
            tokens,
            mentions,
            wordings: mentions.iter().map(wording).collect(),
            quoted: mentions.iter().map(quoted).collect(),
        }
    }

    /// Adds all pairs of one mention with what it may refer to.
    fn add(&self, query: usize, pairs: &mut Pairs<6>) {
        let own = &self.mentions[query];
        for candidate in query.saturating_sub(CANDIDATES)..query {
            let other = &self.mentions[candidate];
            if own.start - other.start <= REACH && other.end <= own.start {
                pairs.push(query, candidate, self.features(query, candidate));
            }
        }
        if own.is_pronoun() {
            for candidate in query + 1..self.mentions.len() {
                let other = &self.mentions[candidate];
                if other.start - own.start > AFTER {
                    break;
                }
                if !other.is_pronoun() {
                    pairs.push(query, candidate, self.features(query, candidate));
                }
            }
        }
    }

    /// In the order of [`FEATURES`].
    fn features(&self, query: usize, candidate: usize) -> [i64; 6] {
        let (q, c) = (&self.mentions[query], &self.mentions[candidate]);
        let shared = match q.is_pronoun() || c.is_pronoun() {
            true => 0,
            false => self.wordings[query].relation(&self.wordings[candidate]),
        };
        let breaks = i64::from(self.tokens.paragraphs[q.start].abs_diff(self.tokens.paragraphs[c.start]));
        [
            distance(&q.pieces(), &c.pieces()),
            spread(query.abs_diff(candidate) - 1),
            breaks.min(2),
            q.form_id() * FORMS + c.form_id(),
            shared,
            2 * i64::from(self.quoted[query]) + i64::from(self.quoted[candidate]),
        ]
    }
}

fn shares(none: f64, mut options: Vec<(usize, f64)>) -> Choices {
    let most = options.iter().map(|o| o.1).fold(none, f64::max);
    let total: f64 = (none - most).exp() + options.iter().map(|o| (o.1 - most).exp()).sum::<f64>();
    for option in &mut options {
        option.1 = (option.1 - most).exp() / total;
    }
    Choices { none: (none - most).exp() / total, candidates: options }
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn shares_add_up() {
        let choices = shares(0.0, vec![(4, 1.0), (2, -3.0)]);
        let total = choices.none + choices.candidates.iter().map(|c| c.1).sum::<f64>();
        assert!((total - 1.0).abs() < 1e-12);
        assert!(choices.candidates[0].1 > choices.none);
    }
}
