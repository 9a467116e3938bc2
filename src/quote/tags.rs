//! The tag sequence: legal paths, the best one, and the probability of a span.
//!
//! A linear-chain conditional random field (Lafferty, McCallum and Pereira, 2001) over seven tags.

use std::ops::Range;

/// Part of an attribution that a span plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Source,
    Cue,
    Content,
}

/// Tags in the order of the network's output: `O`, then `B` and `I` of each role.
pub(super) const TAGS: [&str; TAG_COUNT] = ["O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content"];
pub(super) const TAG_COUNT: usize = 7;

/// The tag that a source begins with.
const BEGIN_SOURCE: usize = 1;

/// Word pieces of the longest source that is looked for beside the best tag sequence, so that no text makes that slow.
const LONGEST: usize = 120;

/// What a forbidden transition costs.
const FORBIDDEN: f32 = -10_000.0;

pub(super) type Scores = [f32; TAG_COUNT];

/// A tagged range of word pieces, `start..end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tagged {
    pub role: Role,
    pub start: usize,
    pub end: usize,
    /// Probability that exactly this span, with this role, is in the tag sequence.
    pub probability: f64,
}

fn role_of(tag: usize) -> Option<Role> {
    match tag {
        1 | 2 => Some(Role::Source),
        3 | 4 => Some(Role::Cue),
        5 | 6 => Some(Role::Content),
        _ => None,
    }
}

fn is_inside(tag: usize) -> bool {
    tag != 0 && tag.is_multiple_of(2)
}

/// An `I` follows only the `B` or the `I` of its role.
fn is_legal(from: usize, to: usize) -> bool {
    !is_inside(to) || from == to || from + 1 == to
}

/// Transition scores, the illegal ones forbidden.
#[derive(Debug, Clone)]
pub(super) struct Crf {
    transitions: [Scores; TAG_COUNT],
}

impl Crf {
    /// From learned scores, `[from][to]`.
    pub fn new(mut transitions: [Scores; TAG_COUNT]) -> Self {
        for (from, row) in transitions.iter_mut().enumerate() {
            for (to, score) in row.iter_mut().enumerate() {
                if !is_legal(from, to) {
                    *score += FORBIDDEN;
                }
            }
        }
        Self { transitions }
    }

    /// The spans of the best legal tag sequence, and what can be asked about others.
    pub fn decode(&self, emissions: &[Scores]) -> Decoded {
        if emissions.is_empty() {
            return Decoded::default();
        }
        let path = self.best_path(emissions);
        let lattice = Lattice::new(self, emissions);
        let mut spans = Vec::new();
        let mut at = 0;
        while at < path.len() {
            let start = at;
            at += 1;
            if let Some(role) = role_of(path[start]) {
                while at < path.len() && is_inside(path[at]) {
                    at += 1;
                }
                let probability = lattice.probability(start, at, path[start]);
                spans.push(Tagged { role, start, end: at, probability });
            }
        }
        Decoded { spans, lattice }
    }

    fn best_path(&self, emissions: &[Scores]) -> Vec<usize> {
        let mut score = begin(&emissions[0]);
        let mut back: Vec<[u8; TAG_COUNT]> = Vec::with_capacity(emissions.len());
        for emission in &emissions[1..] {
            let mut next = [f32::NEG_INFINITY; TAG_COUNT];
            let mut from_best = [0u8; TAG_COUNT];
            for to in 0..TAG_COUNT {
                for (from, before) in score.iter().enumerate() {
                    let through = before + self.transitions[from][to];
                    if through > next[to] {
                        next[to] = through;
                        from_best[to] = from as u8;
                    }
                }
                next[to] += emission[to];
            }
            score = next;
            back.push(from_best);
        }
        let mut tag = (0..TAG_COUNT).max_by(|a, b| score[*a].total_cmp(&score[*b])).unwrap_or(0);
        let mut path = vec![tag];
        for row in back.iter().rev() {
            tag = usize::from(row[tag]);
            path.push(tag);
        }
        path.reverse();
        path
    }
}

/// The best tag sequence, and the probability of spans that are not in it.
#[derive(Default)]
pub(super) struct Decoded {
    /// In order, with their probabilities.
    pub spans: Vec<Tagged>,
    lattice: Lattice,
}

impl Decoded {
    /// The likeliest source that begins in `within`, of those that `is_free` lets stand, that have at least this
    /// probability, and at most `LONGEST` word pieces.
    pub fn likeliest_source(
        &self,
        within: Range<usize>,
        least: f64,
        is_free: impl Fn(Range<usize>) -> bool,
    ) -> Option<Tagged> {
        let mut best: Option<Tagged> = None;
        for start in within {
            // What the longer spans that begin here have together.
            let mut left = self.lattice.begin_probability(start, BEGIN_SOURCE);
            for end in start + 1..=self.lattice.tags.len().min(start + LONGEST) {
                if left.is_nan() || left < best.map_or(least, |b| b.probability) {
                    break;
                }
                let probability = self.lattice.probability(start, end, BEGIN_SOURCE);
                left -= probability;
                if probability >= least && best.is_none_or(|b| probability > b.probability) && is_free(start..end) {
                    best = Some(Tagged { role: Role::Source, start, end, probability });
                }
            }
        }
        best
    }
}

type Weights = [f64; TAG_COUNT];

/// Sums over all tag sequences, by the forward-backward algorithm (Rabiner, 1989), each row scaled to one.
#[derive(Default)]
struct Lattice {
    /// Weight of each transition.
    moves: [Weights; TAG_COUNT],
    /// Weight of each tag at each place, over that of the row's best tag.
    tags: Vec<Weights>,
    /// Share of the sequences up to a place that end there in each tag.
    before: Vec<Weights>,
    /// What each row of `before` was divided by.
    scales: Vec<f64>,
    /// Weight of all that can follow a tag at a place, in units in which `before · after` sums to one.
    after: Vec<Weights>,
}

impl Lattice {
    fn new(crf: &Crf, emissions: &[Scores]) -> Self {
        let moves = crf.transitions.map(|row| row.map(|score| f64::from(score).exp()));
        let tags: Vec<Weights> =
            emissions.iter().enumerate().map(|(t, e)| weights(if t == 0 { begin(e) } else { *e })).collect();
        let mut before: Vec<Weights> = Vec::with_capacity(tags.len());
        let mut scales = Vec::with_capacity(tags.len());
        for row in &tags {
            let mut next = match before.last() {
                None => *row,
                Some(last) => std::array::from_fn(|to| {
                    row[to] * (0..TAG_COUNT).map(|from| last[from] * moves[from][to]).sum::<f64>()
                }),
            };
            let scale: f64 = next.iter().sum();
            next = next.map(|weight| weight / scale);
            before.push(next);
            scales.push(scale);
        }
        let mut after = vec![[1.0; TAG_COUNT]; tags.len()];
        for t in (1..tags.len()).rev() {
            after[t - 1] = std::array::from_fn(|from| {
                (0..TAG_COUNT).map(|to| moves[from][to] * tags[t][to] * after[t][to]).sum::<f64>() / scales[t]
            });
        }
        Self { moves, tags, before, scales, after }
    }

    /// The share of the sequences in which a span begins at a place with this tag.
    fn begin_probability(&self, start: usize, first: usize) -> f64 {
        self.before[start][first] * self.after[start][first]
    }

    /// The share of the sequences in which the span `start..end`, begun with tag `first`, stands exactly so.
    fn probability(&self, start: usize, end: usize, first: usize) -> f64 {
        let inside = first + 1;
        let mut share = self.before[start][first];
        let mut tag = first;
        for t in start + 1..end {
            share *= self.moves[tag][inside] * self.tags[t][inside] / self.scales[t];
            tag = inside;
        }
        if end < self.tags.len() {
            let onward = (0..TAG_COUNT).filter(|to| *to != inside);
            share *= onward.map(|to| self.moves[tag][to] * self.tags[end][to] * self.after[end][to]).sum::<f64>()
                / self.scales[end];
        }
        // A row whose every weight underflowed gives no number; then nothing is known of the span.
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

fn weights(scores: Scores) -> Weights {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.map(|score| f64::from(score - most).exp())
}

/// A text does not begin inside a span.
fn begin(emission: &Scores) -> Scores {
    std::array::from_fn(|tag| emission[tag] + if is_inside(tag) { FORBIDDEN } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log_sum(values: impl Iterator<Item = f64> + Clone) -> f64 {
        let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
        most + values.map(|v| (v - most).exp()).sum::<f64>().ln()
    }

    /// Every legal path with its score.
    fn all_paths(crf: &Crf, emissions: &[Scores]) -> Vec<(Vec<usize>, f64)> {
        let mut paths: Vec<(Vec<usize>, f64)> = vec![(Vec::new(), 0.0)];
        for (t, emission) in emissions.iter().enumerate() {
            paths = paths
                .into_iter()
                .flat_map(|(path, score)| {
                    (0..TAG_COUNT).filter_map(move |tag| {
                        let legal = if t == 0 { !is_inside(tag) } else { is_legal(path[t - 1], tag) };
                        let step = if t == 0 { 0.0 } else { f64::from(crf.transitions[path[t - 1]][tag]) };
                        legal.then(|| ([path.clone(), vec![tag]].concat(), score + step + f64::from(emission[tag])))
                    })
                })
                .collect();
        }
        paths
    }

    fn spans(path: &[usize]) -> Vec<(usize, usize, usize)> {
        let starts = (0..path.len()).filter(|t| role_of(path[*t]).is_some() && !is_inside(path[*t]));
        starts.map(|s| (s, s + 1 + path[s + 1..].iter().take_while(|t| is_inside(**t)).count(), path[s])).collect()
    }

    proptest! {
        #[test]
        fn decoding_agrees_with_enumeration(
            emissions in proptest::collection::vec(proptest::array::uniform7(-3.0f32..3.0), 1..5),
            transitions in proptest::array::uniform7(proptest::array::uniform7(-1.0f32..1.0)),
        ) {
            let crf = Crf::new(transitions);
            let paths = all_paths(&crf, &emissions);
            let best = paths.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
            let total = log_sum(paths.iter().map(|p| p.1));
            let decoded = crf.decode(&emissions);
            let found = &decoded.spans;
            prop_assert_eq!(
                found.iter().map(|s| (s.start, s.end)).collect::<Vec<_>>(),
                spans(&best.0).iter().map(|s| (s.0, s.1)).collect::<Vec<_>>()
            );
            for (span, expected) in found.iter().zip(spans(&best.0)) {
                let with = paths.iter().filter(|p| spans(&p.0).contains(&expected)).map(|p| p.1);
                let probability = (log_sum(with.collect::<Vec<_>>().into_iter()) - total).exp();
                prop_assert!((span.probability - probability).abs() < 1e-4, "{} {}", span.probability, probability);
            }
            let mut shares: Vec<((usize, usize, usize), f64)> = Vec::new();
            for (path, score) in &paths {
                for source in spans(path).into_iter().filter(|s| s.2 == BEGIN_SOURCE) {
                    match shares.iter_mut().find(|s| s.0 == source) {
                        Some(share) => share.1 += (score - total).exp(),
                        None => shares.push((source, (score - total).exp())),
                    }
                }
            }
            let likeliest = shares.iter().map(|s| s.1).fold(0.0, f64::max);
            let source = decoded.likeliest_source(0..emissions.len(), 0.05, |_| true);
            prop_assert!((source.map_or(0.0, |s| s.probability) - likeliest).abs() < 1e-4 || likeliest < 0.0501);
            prop_assert!(decoded.likeliest_source(0..emissions.len(), 0.0, |_| false).is_none());
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(Crf::new([[0.0; TAG_COUNT]; TAG_COUNT]).decode(&[]).spans.is_empty());
    }
}
