//! What each mention refers back to: a mention before it, or none.
//!
//! Mention ranking (Durrett and Klein, 2013; Lee et al., 2017); the score of a pair is biaffine in the ends of both
//! mentions plus an additive term that also sees their forms, shared words and distance.

use tch::nn::{self, Module};
use tch::{Kind as Number, Tensor};

use super::matching;
use super::mention::{Mention, FORMS};
use crate::model::{distance, ends, spread, values, Tokens, DISTANCES};
use crate::text::Document;

const WIDTH: i64 = 128;
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
    bilinear: nn::Linear,
    form: nn::Embedding,
    tables: [nn::Embedding; 6],
    score: nn::Linear,
    none: nn::Linear,
}

/// Features of a pair, with the number of values of each, in the order of [`Pairs::features`].
const TABLES: [(&str, i64); 6] =
    [("distance", DISTANCES), ("between", 10), ("paragraphs", 3), ("forms", FORMS * FORMS), ("words", 5), ("marks", 4)];

#[derive(Default)]
struct Pairs {
    query: Vec<i64>,
    candidate: Vec<i64>,
    features: [Vec<i64>; 6],
}

impl Antecedent {
    pub fn new(path: &nn::Path, hidden: i64) -> Self {
        let biased = nn::LinearConfig::default();
        let plain = nn::LinearConfig { bias: false, ..biased };
        let table = |name: &str, rows: i64| nn::embedding(path / name, rows, WIDTH, nn::EmbeddingConfig::default());
        Self {
            query: nn::linear(path / "query", 2 * hidden, WIDTH, biased),
            candidate: nn::linear(path / "candidate", 2 * hidden, WIDTH, biased),
            bilinear: nn::linear(path / "bilinear", WIDTH, WIDTH, plain),
            form: table("form", FORMS),
            tables: TABLES.map(|(name, rows)| table(name, rows)),
            score: nn::linear(path / "score", WIDTH, 1, plain),
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
        let active = left.gelu("none");
        let none = values(&self.none.forward(&active).squeeze_dim(-1));
        let turned = self.bilinear.forward(&active);
        let right_active = right.gelu("none");
        let mut options: Vec<Vec<(usize, f64)>> = mentions.iter().map(|_| Vec::new()).collect();
        let words = Words::new(document, mentions);
        let mut first = 0;
        while first < mentions.len() {
            let mut pairs = Pairs::default();
            while first < mentions.len() && pairs.query.len() < PART {
                pairs.add(document, tokens, mentions, &words, first);
                first += 1;
            }
            if pairs.query.is_empty() {
                continue;
            }
            let (q, c) = (Tensor::from_slice(&pairs.query), Tensor::from_slice(&pairs.candidate));
            let mut sum = left.index_select(0, &q) + right.index_select(0, &c);
            for (table, values) in self.tables.iter().zip(&pairs.features) {
                sum += table.forward(&Tensor::from_slice(values));
            }
            let additive = self.score.forward(&sum.gelu("none")).squeeze_dim(-1);
            let biaffine = (turned.index_select(0, &q) * right_active.index_select(0, &c)).sum_dim_intlist(
                -1,
                false,
                Number::Float,
            );
            let scores = values(&(additive + biaffine));
            for ((q, c), score) in pairs.query.iter().zip(&pairs.candidate).zip(scores) {
                options[*q as usize].push((*c as usize, score));
            }
        }
        none.into_iter().zip(options).map(|(none, options)| shares(none, options)).collect()
    }
}

/// The lower-cased words of each mention that has words of its own.
struct Words(Vec<Vec<String>>);

impl Words {
    fn new(document: &Document, mentions: &[Mention]) -> Self {
        let of = |m: &Mention| match m.is_pronoun() {
            true => Vec::new(),
            false => matching::words(document.slice(m.span)),
        };
        Self(mentions.iter().map(of).collect())
    }
}

impl Pairs {
    /// All pairs of one mention with what it may refer to.
    fn add(&mut self, document: &Document, tokens: &Tokens, mentions: &[Mention], words: &Words, query: usize) {
        let own = &mentions[query];
        for candidate in query.saturating_sub(CANDIDATES)..query {
            let other = &mentions[candidate];
            if own.start - other.start <= REACH && other.end <= own.start {
                self.push(document, tokens, mentions, words, query, candidate);
            }
        }
        if own.is_pronoun() {
            for candidate in query + 1..mentions.len() {
                let other = &mentions[candidate];
                if other.start - own.start > AFTER {
                    break;
                }
                if !other.is_pronoun() {
                    self.push(document, tokens, mentions, words, query, candidate);
                }
            }
        }
    }

    fn push(
        &mut self,
        document: &Document,
        tokens: &Tokens,
        mentions: &[Mention],
        words: &Words,
        query: usize,
        candidate: usize,
    ) {
        let (q, c) = (&mentions[query], &mentions[candidate]);
        let quoted = |m: &Mention| i64::from(document.marks().is_inside(tokens.spans[m.start].start()));
        let shared = if q.is_pronoun() || c.is_pronoun() {
            0
        } else {
            let texts = [q, c].map(|m| document.slice(m.span));
            matching::relation(texts, [&words.0[query], &words.0[candidate]])
        };
        let breaks = i64::from(tokens.paragraphs[q.start].abs_diff(tokens.paragraphs[c.start]));
        let features = [
            distance(&q.pieces(), &c.pieces()),
            spread(query.abs_diff(candidate) - 1),
            breaks.min(2),
            q.form_id() * FORMS + c.form_id(),
            shared,
            2 * quoted(q) + quoted(c),
        ];
        self.query.push(query as i64);
        self.candidate.push(candidate as i64);
        for (column, value) in self.features.iter_mut().zip(features) {
            column.push(value);
        }
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
