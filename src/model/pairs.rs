//! What the scorers of pairs of spans share: the vectors of a span, its distance to another, scores as numbers.

use std::ops::Range;

use tch::{Kind, Tensor};

/// Number of [`distance`]s.
pub(crate) const DISTANCES: i64 = 20;

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
