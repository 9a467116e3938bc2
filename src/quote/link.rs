//! Pointers: each cue to its source, each piece of content to its cue, or to none.
//!
//! The score of a pair also sees how far they stand apart, and what stands between them.

use std::ops::Range;

use tch::nn::{self, Module};
use tch::Tensor;

use super::tags::Tagged;
use crate::model::{distance, ends, values, Pairs, Scorer, DISTANCES, WIDTH};

/// Queries that are scored at once.
const PART: usize = 256;
const BETWEEN: i64 = 4;
const PARAGRAPHS: i64 = 3;

/// One of the two pointers.
#[derive(Debug)]
pub(super) struct Pointer {
    query: nn::Linear,
    candidate: nn::Linear,
    pairs: Scorer<3>,
    none: nn::Linear,
}

/// Where a query points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Target {
    /// Index among the candidates; `None` for no candidate.
    pub candidate: Option<usize>,
    pub probability: f64,
}

impl Pointer {
    pub fn new(path: &nn::Path, hidden: i64) -> Self {
        let biased = nn::LinearConfig::default();
        Self {
            query: nn::linear(path / "query", 2 * hidden, WIDTH, biased),
            candidate: nn::linear(path / "candidate", 2 * hidden, WIDTH, biased),
            pairs: Scorer::new(path, [("distance", DISTANCES), ("between", BETWEEN), ("paragraphs", PARAGRAPHS)]),
            none: nn::linear(path / "none", WIDTH, 1, biased),
        }
    }

    /// Points every query at the best of the candidates within `reach` word pieces, or at none.
    pub fn point(&self, text: &Linked, queries: &[Tagged], candidates: &[Tagged]) -> Vec<Target> {
        // A part at a time, as every pair takes memory and a long text has many.
        queries.chunks(PART).flat_map(|part| self.point_part(text, part, candidates)).collect()
    }

    fn point_part(&self, text: &Linked, queries: &[Tagged], candidates: &[Tagged]) -> Vec<Target> {
        let (Some(first), Some(last)) = (queries.first(), queries.last()) else { return Vec::new() };
        let start = candidates.partition_point(|c| c.start + text.reach < first.start);
        let end = candidates.partition_point(|c| c.start <= last.start + text.reach);
        let near = &candidates[start..end.max(start)];
        let pairs = pairs_within(text, queries, near);
        let left = self.query.forward(&ends(text.hidden, pieces(queries)));
        let none = values(&self.none.forward(&left.gelu("none")).squeeze_dim(-1));
        let right = self.candidate.forward(&ends(text.hidden, pieces(near)));
        let scores = self.pairs.scores(&left, &right, &pairs);
        let mut options: Vec<Vec<(Option<usize>, f64)>> = none.iter().map(|s| vec![(None, *s)]).collect();
        for ((query, candidate), score) in pairs.query.iter().zip(&pairs.candidate).zip(scores) {
            options[*query as usize].push((Some(start + *candidate as usize), score));
        }
        options.iter().map(|row| best(row)).collect()
    }
}

/// What both pointers look at.
pub(super) struct Linked<'a> {
    /// `[word pieces, hidden]`
    pub hidden: &'a Tensor,
    /// Paragraph of each word piece.
    pub paragraphs: &'a [u32],
    /// All cues, in order, which are counted between the two ends of a pair.
    pub cues: &'a [Tagged],
    pub reach: usize,
}

/// Every query with the candidates within reach.
fn pairs_within(text: &Linked, queries: &[Tagged], candidates: &[Tagged]) -> Pairs<3> {
    let mut pairs = Pairs::new();
    for (q, query) in queries.iter().enumerate() {
        let first = candidates.partition_point(|c| c.start + text.reach < query.start);
        let near = candidates[first..].iter().take_while(|c| c.start <= query.start + text.reach);
        for (c, candidate) in near.enumerate() {
            let breaks = text.paragraphs[query.start].abs_diff(text.paragraphs[candidate.start]);
            let features = [
                distance(&(query.start..query.end), &(candidate.start..candidate.end)),
                between(query, candidate, text.cues),
                i64::from(breaks).min(PARAGRAPHS - 1),
            ];
            pairs.push(q, first + c, features);
        }
    }
    pairs
}

fn pieces(spans: &[Tagged]) -> impl Iterator<Item = Range<usize>> + '_ {
    spans.iter().map(|s| s.start..s.end)
}

/// Cues that stand wholly between the two, at most three.
fn between(query: &Tagged, candidate: &Tagged, cues: &[Tagged]) -> i64 {
    let left = query.end.min(candidate.end);
    let right = query.start.max(candidate.start);
    let first = cues.partition_point(|c| c.start < left);
    let count = cues[first..].iter().take_while(|c| c.end <= right).take(BETWEEN as usize - 1).count();
    count as i64
}

/// The best option with its share of the softmax.
fn best(options: &[(Option<usize>, f64)]) -> Target {
    let most = options.iter().map(|o| o.1).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = options.iter().map(|o| (o.1 - most).exp()).sum();
    let candidate = options.iter().find(|o| o.1 == most).and_then(|o| o.0);
    Target { candidate, probability: 1.0 / total }
}

#[cfg(test)]
mod tests {
    use super::super::tags::{Role, Tagged};
    use super::{best, between};

    fn span(start: usize, end: usize) -> Tagged {
        Tagged { role: Role::Cue, start, end, probability: 1.0 }
    }

    #[test]
    fn cues_between_are_counted_whole() {
        let cues = [span(2, 3), span(5, 6), span(9, 10)];
        assert_eq!(between(&span(0, 2), &span(8, 12), &cues), 2);
        assert_eq!(between(&span(8, 12), &span(0, 2), &cues), 2);
        assert_eq!(between(&span(2, 3), &span(5, 6), &cues), 0);
    }

    #[test]
    fn probabilities_are_shares() {
        let target = best(&[(None, 0.0), (Some(4), 0.0), (Some(2), 1.0)]);
        assert_eq!(target.candidate, Some(2));
        assert!((target.probability - 1f64.exp() / (2.0 + 1f64.exp())).abs() < 1e-12);
    }
}
