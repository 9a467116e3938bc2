//! Scaled dot-product attention (Vaswani et al., 2017) of windows that stand one after the other.
//!
//! Each window attends to itself alone. Those of about one length are multiplied together, filled up with zeros: a call for
//! each window would take as long to set up as many take to compute.

use std::collections::BTreeMap;

use tch::{Device, Kind, Tensor};

use super::relative::RelativeBias;

/// Rows of attention whose exponentials sum to less, or to more than one over it, are shifted first.
const SMALLEST_SUM: f64 = 1e-25;

/// Windows are filled up to a multiple of so many word pieces, a tile of a processor that has tiles.
const TILE: i64 = 16;

/// Columns of ones beside the values; one would do, a tile of them is quicker.
const ONES: i64 = TILE;

/// The next multiple of a tile.
pub(super) fn whole_tiles(length: i64) -> i64 {
    (length + TILE - 1) / TILE * TILE
}

/// How attention is cut into heads, and what it adds to its scores.
pub(super) struct Attention {
    pub heads: i64,
    pub head_size: i64,
    pub relative: Option<RelativeBias>,
}

/// The room that the attention of some windows takes, for all layers.
pub(super) struct Room {
    groups: Vec<Group>,
    /// `[rows, hidden]`; rows of no window stay zero.
    context: Tensor,
}

/// Windows filled up to one length.
struct Group {
    /// First row and length of each.
    windows: Vec<(i64, i64)>,
    padded: i64,
    /// `[2, windows, heads, padded, head size]`: queries and keys, zero where no word piece is.
    queries_keys: Tensor,
    /// `[windows, heads, padded, head size + ONES]`: values and ones, zero where no word piece is.
    values: Tensor,
    /// `[windows × heads, padded, padded]`.
    bias: Option<Tensor>,
}

impl Attention {
    /// Room for windows of these lengths, of a pass of so many rows.
    pub fn room(&self, lengths: &[i64], rows: i64, kind: Kind) -> Room {
        let mut by_padded: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
        let mut start = 0;
        for length in lengths {
            by_padded.entry(whole_tiles(*length)).or_default().push((start, *length));
            start += length;
        }
        let groups = by_padded.into_iter().map(|(padded, windows)| self.group(windows, padded, kind)).collect();
        Room { groups, context: Tensor::zeros([rows, self.heads * self.head_size], (kind, Device::Cpu)) }
    }

    fn group(&self, windows: Vec<(i64, i64)>, padded: i64, kind: Kind) -> Group {
        let (count, options) = (windows.len() as i64, (kind, Device::Cpu));
        let values = Tensor::zeros([count, self.heads, padded, self.head_size + ONES], options);
        for (number, (_, length)) in (0..).zip(&windows) {
            let _ = values.get(number).narrow(1, 0, *length).narrow(2, self.head_size, ONES).fill_(1.0);
        }
        Group {
            queries_keys: Tensor::zeros([2, count, self.heads, padded, self.head_size], options),
            values,
            bias: self.relative.as_ref().map(|relative| relative.of_length(padded).repeat([count, 1, 1])),
            windows,
            padded,
        }
    }

    /// From queries, keys and values side by side, `[rows, 3 × hidden]`, to the mean of the values, `[rows, hidden]`; it
    /// lies in the room, and holds until the next call.
    pub fn apply<'a>(&self, qkv: &Tensor, room: &'a mut Room) -> &'a Tensor {
        for group in &room.groups {
            self.fill(qkv, group);
            let batch = group.windows.len() as i64 * self.heads;
            let rows = |tensor: &Tensor| tensor.view([batch, group.padded, -1]);
            let (queries, keys) = (rows(&group.queries_keys.get(0)), rows(&group.queries_keys.get(1)).transpose(1, 2));
            let scale = 1.0 / (self.head_size as f64).sqrt();
            // Not read, as it counts nothing.
            let none = Tensor::empty([1, 1, 1], (queries.kind(), Device::Cpu));
            let scores = || match &group.bias {
                Some(bias) => bias.baddbmm(&queries, &keys, 1.0, scale),
                None => none.baddbmm(&queries, &keys, 0.0, scale),
            };
            let hide = |scores: Tensor| self.hide(scores, group);
            let totals = weigh(scores, hide, &rows(&group.values), self.head_size);
            self.divide(&totals, group, &room.context);
        }
        &room.context
    }

    /// Copies the rows of the windows to where they are multiplied.
    fn fill(&self, qkv: &Tensor, group: &Group) {
        for (number, (start, length)) in (0..).zip(&group.windows) {
            let window =
                qkv.narrow(0, *start, *length).view([*length, 3, self.heads, self.head_size]).permute([1, 2, 0, 3]);
            let into = |tensor: Tensor| tensor.narrow(-2, 0, *length);
            into(group.queries_keys.select(1, number)).copy_(&window.narrow(0, 0, 2));
            into(group.values.get(number)).narrow(-1, 0, self.head_size).copy_(&window.get(2));
        }
    }

    /// The scores with none for the word pieces that are not there.
    fn hide(&self, scores: Tensor, group: &Group) -> Tensor {
        let by_window = scores.view([-1, self.heads, group.padded, group.padded]);
        for (number, (_, length)) in (0..).zip(&group.windows) {
            let _ = by_window.get(number).narrow(-1, *length, group.padded - length).fill_(f64::NEG_INFINITY);
        }
        scores
    }

    /// Writes sums of values by the sum of their weights, `[windows × heads, padded, head size + ONES]`, into the rows of
    /// the windows.
    fn divide(&self, totals: &Tensor, group: &Group, context: &Tensor) {
        let totals = totals.view([-1, self.heads, group.padded, self.head_size + ONES]);
        for (number, (start, length)) in (0..).zip(&group.windows) {
            let of_window = totals.get(number).narrow(1, 0, *length).transpose(0, 1);
            let sums = of_window.narrow(2, self.head_size, 1);
            let rows = context.narrow(0, *start, *length).view([*length, self.heads, self.head_size]);
            let _ = of_window.narrow(2, 0, self.head_size).div_out(&rows, &sums);
        }
    }
}

/// The sums of the values, and of the ones beside them, by the softmax of the scores or in proportion to it:
/// `[heads, pieces, pieces]` and `[heads, pieces, head size + ONES]`. `hide` takes what is no word piece out of the scores.
///
/// Softmax shifts each row so that its exponentials stay in bounds, which takes most of its time; trained scores are
/// within them as they are, and what is no word piece has zeros for values. Where some are not, they are computed once more,
/// for softmax as usual. The sums are products with ones beside the values, which is quicker than a sum of 16-bit numbers.
fn weigh(scores: impl Fn() -> Tensor, hide: impl Fn(Tensor) -> Tensor, values: &Tensor, head_size: i64) -> Tensor {
    let totals = scores().exp_().bmm(values);
    let (least, most) = totals.narrow(2, head_size, 1).aminmax(None, false);
    // False for what is no number, too.
    if least.double_value(&[]) > SMALLEST_SUM && most.double_value(&[]) < 1.0 / SMALLEST_SUM {
        totals
    } else {
        hide(scores()).softmax(-1, None::<Kind>).bmm(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Weights;
    use tch::nn::VarStore;

    /// A bias of random numbers about this one, for two heads.
    fn bias(about: f64) -> RelativeBias {
        let store = VarStore::new(Device::Cpu);
        let mut table = (store.root() / "relative_attention_bias").zeros("weight", &[8, 2]);
        tch::no_grad(|| table.copy_(&(Tensor::randn([8, 2], (Kind::Float, Device::Cpu)) + about)));
        RelativeBias::new(&Weights::of_store(&store), 8, 2, 20).unwrap()
    }

    /// Windows of lengths that share a group and that do not, with scores in and out of bounds, beside softmax of each alone.
    #[test]
    fn attention_is_that_of_each_window_alone() {
        tch::manual_seed(4);
        let (lengths, rows) = ([5, 16, 20, 9, 1], 64);
        for (scale, about) in
            [1.0, 30.0, 500.0].into_iter().flat_map(|s| [None, Some(0.0), Some(-400.0), Some(400.0)].map(|a| (s, a)))
        {
            let attention = Attention { heads: 2, head_size: 3, relative: about.map(bias) };
            let qkv = Tensor::randn([rows, 18], (Kind::Float, Device::Cpu));
            let _ = qkv.narrow(1, 0, 6).g_mul_scalar_(scale);
            let mut room = attention.room(&lengths, rows, Kind::Float);
            for _ in 0..2 {
                let found = attention.apply(&qkv, &mut room);
                let mut start = 0;
                for length in lengths {
                    let parts = qkv.narrow(0, start, length).view([length, 3, 2, 3]).permute([1, 2, 0, 3]);
                    let mut scores = parts.get(0).matmul(&parts.get(1).transpose(1, 2)) / 3f64.sqrt();
                    if let Some(relative) = &attention.relative {
                        scores += relative.of_length(length);
                    }
                    let expected = scores.softmax(-1, None::<Kind>).matmul(&parts.get(2)).transpose(0, 1);
                    let difference = found.narrow(0, start, length) - expected.reshape([length, 6]);
                    let worst = difference.abs().max().double_value(&[]);
                    assert!(worst < 1e-4, "{scale} {about:?} {length}: {worst}");
                    start += length;
                }
                assert_eq!(found.narrow(0, start, rows - start).abs().max().double_value(&[]), 0.0);
            }
        }
    }
}
