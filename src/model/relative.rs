//! The bias on attention by relative position of MPNet (Song et al., 2020), as T5 has it (Raffel et al., 2020).
//!
//! Every head learns a number for each bucket of distances between two word pieces; all layers share them.

use tch::{Device, Tensor};

use super::attention::whole_tiles;
use super::weights::Weights;
use crate::Error;

/// Distances from here on are of one bucket.
const FARTHEST: f64 = 128.0;

/// What is added to the scores of attention, by head.
pub(super) struct RelativeBias {
    /// `[heads, longest, longest]`, by the places of query and key.
    bias: Tensor,
}

impl RelativeBias {
    /// Reads the numbers of so many buckets, for windows of up to `longest` word pieces, filled up to whole tiles.
    pub fn new(weights: &Weights, buckets: i64, heads: i64, longest: i64) -> Result<Self, Error> {
        let table = weights.get("relative_attention_bias.weight", &[buckets, heads])?;
        let longest = whole_tiles(longest);
        let places = (0..longest).flat_map(|query| (0..longest).map(move |key| bucket(key - query, buckets)));
        let places = Tensor::from_slice(&places.collect::<Vec<_>>()).to_device(Device::Cpu);
        let bias = table.index_select(0, &places).view([longest, longest, heads]).permute([2, 0, 1]).contiguous();
        Ok(Self { bias })
    }

    /// `[heads, length, length]` for a window of this length.
    pub fn of_length(&self, length: i64) -> Tensor {
        self.bias.narrow(1, 0, length).narrow(2, 0, length)
    }
}

/// The bucket of key minus query: half of them for each direction, a quarter exact, the rest by logarithm.
fn bucket(distance: i64, buckets: i64) -> i64 {
    let (half, exact) = (buckets / 2, buckets / 4);
    let n = distance.abs();
    let within = if n < exact {
        n
    } else {
        let share = (n as f64 / exact as f64).ln() / (FARTHEST / exact as f64).ln();
        (exact + (share * (half - exact) as f64) as i64).min(half - 1)
    };
    within + if distance > 0 { half } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn near_distances_are_exact_and_far_ones_share() {
        let of = |distances: &[i64]| distances.iter().map(|d| bucket(*d, 32)).collect::<Vec<_>>();
        assert_eq!(of(&[0, -1, -7, -8, -11, -12, -16, -127, -128, -5000]), [0, 1, 7, 8, 8, 9, 10, 15, 15, 15]);
        assert_eq!(of(&[1, 7, 8, 12, 5000]), [17, 23, 24, 25, 31]);
    }
}
