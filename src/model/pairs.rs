//! What the scorers of pairs of spans share: the score, the vectors of a span, its distance to another, scores as numbers.

use std::ops::Range;

use tch::nn::{self, Module};
use tch::{Kind, Tensor};

/// Width of the vectors that are compared.
pub(crate) const WIDTH: i64 = 128;

/// Number of [`distance`]s.
pub(crate) const DISTANCES: i64 = 20;

/// The mode of `embedding_bag` that adds the rows up.
const SUM: i64 = 0;

/// The score of a pair of spans: biaffine (Dozat and Manning, 2017) in the vectors of both, plus an additive term that also
/// sees `N` features of the pair.
#[derive(Debug)]
pub(crate) struct Scorer<const N: usize> {
    bilinear: nn::Linear,
    tables: [nn::Embedding; N],
    score: nn::Linear,
}

impl<const N: usize> Scorer<N> {
    /// Each feature by its name and how many values it has.
    pub fn new(path: &nn::Path, features: [(&str, i64); N]) -> Self {
        let plain = nn::LinearConfig { bias: false, ..nn::LinearConfig::default() };
        Self {
            bilinear: nn::linear(path / "bilinear", WIDTH, WIDTH, plain),
            tables: features
                .map(|(name, values)| nn::embedding(path / name, values, WIDTH, nn::EmbeddingConfig::default())),
            score: nn::linear(path / "score", WIDTH, 1, plain),
        }
    }

    /// The scores of pairs of a row of `left` and one of `right`, `[spans, WIDTH]` both.
    pub fn scores(&self, left: &Tensor, right: &Tensor, pairs: &Pairs<N>) -> Vec<f64> {
        if pairs.query.is_empty() {
            return Vec::new();
        }
        // One table under the other, so that a pair is one sum of rows.
        let mut tables = vec![left, right];
        tables.extend(self.tables.iter().map(|table| &table.ws));
        let mut first = 0;
        let firsts = tables.iter().map(|table| {
            first += table.size()[0];
            first - table.size()[0]
        });
        let firsts = Tensor::from_slice(&firsts.collect::<Vec<_>>()).unsqueeze(1);
        let columns = [&pairs.query, &pairs.candidate].into_iter().chain(&pairs.features);
        let columns: Vec<Tensor> = columns.map(|column| Tensor::from_slice(column)).collect();
        let rows = (Tensor::stack(&columns, 0) + firsts).tr().contiguous().view(-1);
        let starts = Tensor::arange_start_step(0, rows.size()[0], tables.len() as i64, (Kind::Int64, rows.device()));
        let (sum, ..) =
            Tensor::embedding_bag(&Tensor::cat(&tables, 0), &rows, &starts, false, SUM, false, None::<Tensor>, false);
        let additive = self.score.forward(&sum.gelu("none")).squeeze_dim(-1);
        let ((first_query, queries), (first_candidate, candidates)) = (extent(&pairs.query), extent(&pairs.candidate));
        let (left, right) = (left.narrow(0, first_query, queries), right.narrow(0, first_candidate, candidates));
        let biaffine = self.bilinear.forward(&left.gelu("none")).matmul(&right.gelu("none").tr());
        let places = (&columns[0] - first_query) * candidates + (&columns[1] - first_candidate);
        values(&(additive + biaffine.view(-1).index_select(0, &places)))
    }
}

/// The least of the rows, and how many there are from there to the greatest.
fn extent(rows: &[i64]) -> (i64, i64) {
    let (least, most) = (rows.iter().copied().min().unwrap_or(0), rows.iter().copied().max().unwrap_or(-1));
    (least, most + 1 - least)
}

/// Pairs of spans with their features, column by column.
#[derive(Debug)]
pub(crate) struct Pairs<const N: usize> {
    /// Row of each pair's query.
    pub query: Vec<i64>,
    /// Row of its candidate.
    pub candidate: Vec<i64>,
    features: [Vec<i64>; N],
}

impl<const N: usize> Pairs<N> {
    pub fn new() -> Self {
        Self { query: Vec::new(), candidate: Vec::new(), features: std::array::from_fn(|_| Vec::new()) }
    }

    pub fn push(&mut self, query: usize, candidate: usize, features: [i64; N]) {
        self.query.push(query as i64);
        self.candidate.push(candidate as i64);
        for (column, value) in self.features.iter_mut().zip(features) {
            column.push(value);
        }
    }
}

/// Word pieces between the nearest ends, in doubling steps: 0–9 for a candidate before the query, 10–19 after it.
pub(crate) fn distance(query: &Range<usize>, candidate: &Range<usize>) -> i64 {
    if candidate.start < query.start {
        spread(query.start.saturating_sub(candidate.end))
    } else {
        DISTANCES / 2 + spread(candidate.start.saturating_sub(query.end))
    }
}

/// 0–9: small numbers as they are, then doubling.
pub(crate) fn spread(count: usize) -> i64 {
    if count < 4 {
        count as i64
    } else {
        (2 + i64::from(count.ilog2())).min(DISTANCES / 2 - 1)
    }
}

/// First and last vector of each span of word pieces side by side: `[spans, 2 × hidden]`.
pub(crate) fn ends(hidden: &Tensor, spans: impl Iterator<Item = Range<usize>>) -> Tensor {
    let (first, last): (Vec<i64>, Vec<i64>) = spans.map(|s| (s.start as i64, s.end as i64 - 1)).unzip();
    let rows = |index: &[i64]| hidden.index_select(0, &Tensor::from_slice(index));
    Tensor::cat(&[rows(&first), rows(&last)], -1)
}

/// All numbers of a tensor, row by row.
pub(crate) fn values(tensor: &Tensor) -> Vec<f64> {
    let mut values = vec![0f32; tensor.numel()];
    tensor.to_kind(Kind::Float).contiguous().copy_data(&mut values, tensor.numel());
    values.into_iter().map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{distance, spread};

    #[test]
    fn distances_double() {
        let gaps = [0, 1, 3, 4, 7, 8, 16, 64, 1000].map(|g| distance(&(0..2), &(2 + g..3 + g)));
        assert_eq!(gaps, [10, 11, 13, 14, 14, 15, 16, 18, 19]);
        assert_eq!(distance(&(9..10), &(4..5)), 4);
        assert_eq!([0, 3, 4, 7, 8, 64, 10_000].map(spread), [0, 3, 4, 4, 5, 8, 9]);
    }
}
