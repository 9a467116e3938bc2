//! Coreference metrics over mentions that both sides have numbered alike: MUC (Vilain et al., 1995), B³ (Bagga and
//! Baldwin, 1998), CEAF-e (Luo, 2005), and their mean, the CoNLL score (Pradhan et al., 2012).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use pathfinding::prelude::{kuhn_munkres, Matrix};

/// Chains: sets of mention numbers.
pub(super) type Chains = Vec<BTreeSet<usize>>;

/// Numerators and denominators of recall and precision; they add up over documents.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    right: [f64; 2],
    whole: [f64; 2],
}

impl AddAssign for Parts {
    fn add_assign(&mut self, other: Self) {
        for side in 0..2 {
            self.right[side] += other.right[side];
            self.whole[side] += other.whole[side];
        }
    }
}

impl Parts {
    fn f1(&self) -> f64 {
        let share = |side: usize| if self.whole[side] > 0.0 { self.right[side] / self.whole[side] } else { 0.0 };
        let (r, p) = (share(0), share(1));
        if r + p > 0.0 {
            2.0 * r * p / (r + p)
        } else {
            0.0
        }
    }
}

/// Collects documents.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Conll {
    muc: Parts,
    b_cubed: Parts,
    ceaf: Parts,
}

/// Scale of the whole-number weights that the assignment takes.
const SCALE: f64 = 1e9;

impl Conll {
    /// Adds one document. Chains of one mention are left out, as in OntoNotes.
    pub fn add(&mut self, gold: &Chains, found: &Chains) {
        let linked = |chains: &Chains| chains.iter().filter(|c| c.len() > 1).cloned().collect::<Chains>();
        let (gold, found) = (linked(gold), linked(found));
        self.muc += both(&gold, &found, muc);
        self.b_cubed += both(&gold, &found, b_cubed);
        self.ceaf += ceaf(&gold, &found);
    }

    /// F1 of MUC, B³, CEAF-e, and their mean; 0 to 100.
    pub fn scores(&self) -> [f64; 4] {
        let [a, b, c] = [self.muc, self.b_cubed, self.ceaf].map(|p| 100.0 * p.f1());
        [a, b, c, (a + b + c) / 3.0]
    }
}

fn both(gold: &Chains, found: &Chains, one: fn(&Chains, &Chains) -> (f64, f64)) -> Parts {
    let ((a, b), (c, d)) = (one(gold, found), one(found, gold));
    Parts { right: [a, c], whole: [b, d] }
}

fn chain_of(chains: &Chains) -> BTreeMap<usize, usize> {
    chains.iter().enumerate().flat_map(|(i, c)| c.iter().map(move |m| (*m, i))).collect()
}

/// Links of the key that the response keeps, of all.
fn muc(key: &Chains, response: &Chains) -> (f64, f64) {
    let of = chain_of(response);
    let (mut right, mut whole) = (0, 0);
    for chain in key {
        let parts: BTreeSet<usize> = chain.iter().filter_map(|m| of.get(m).copied()).collect();
        let alone = chain.iter().filter(|m| !of.contains_key(m)).count();
        right += chain.len() - (parts.len() + alone);
        whole += chain.len() - 1;
    }
    (right as f64, whole as f64)
}

/// For each mention of the key, the share of its chain that the response puts with it.
fn b_cubed(key: &Chains, response: &Chains) -> (f64, f64) {
    let of = chain_of(response);
    let mut right = 0.0;
    for chain in key {
        for mention in chain {
            if let Some(other) = of.get(mention) {
                right += chain.intersection(&response[*other]).count() as f64 / chain.len() as f64;
            }
        }
    }
    (right, key.iter().map(BTreeSet::len).sum::<usize>() as f64)
}

/// The best one-to-one assignment of chains by their entity similarity.
fn ceaf(gold: &Chains, found: &Chains) -> Parts {
    let whole = [gold.len() as f64, found.len() as f64];
    let (few, many) = if gold.len() <= found.len() { (gold, found) } else { (found, gold) };
    if few.is_empty() {
        return Parts { right: [0.0; 2], whole };
    }
    let similarity =
        |a: &BTreeSet<usize>, b: &BTreeSet<usize>| 2.0 * a.intersection(b).count() as f64 / (a.len() + b.len()) as f64;
    let weights = Matrix::from_fn(few.len(), many.len(), |(i, j)| (SCALE * similarity(&few[i], &many[j])) as i64);
    let (total, _) = kuhn_munkres(&weights);
    let right = total as f64 / SCALE;
    Parts { right: [right, right], whole }
}

#[cfg(test)]
mod tests {
    use super::{Chains, Conll};

    fn chains(lists: &[&[usize]]) -> Chains {
        lists.iter().map(|l| l.iter().copied().collect()).collect()
    }

    #[test]
    fn the_same_is_all_right() {
        let mut conll = Conll::default();
        let gold = chains(&[&[1, 2, 3], &[4, 5], &[6]]);
        conll.add(&gold, &gold);
        assert_eq!(conll.scores(), [100.0; 4]);
    }

    /// Worked by hand: gold {1,2,3} {4,5,6,7}, found {1,2} {3,4} {5,6,7}.
    #[test]
    fn figures_worked_by_hand() {
        let mut conll = Conll::default();
        conll.add(&chains(&[&[1, 2, 3], &[4, 5, 6, 7]]), &chains(&[&[1, 2], &[3, 4], &[5, 6, 7]]));
        let [muc, b_cubed, ceaf, _] = conll.scores();
        // MUC: recall 3/5, precision 3/4.
        assert!((muc - 66.667).abs() < 0.01, "{muc}");
        // B³: recall (4/3 + 1/3 + 1/4 + 9/4)/7, precision (2 + 1 + 3)/7.
        let (r, p) = ((4.0 / 3.0 + 1.0 / 3.0 + 0.25 + 2.25) / 7.0, 6.0 / 7.0);
        assert!((b_cubed - 100.0 * 2.0 * r * p / (r + p)).abs() < 0.01, "{b_cubed}");
        // CEAF-e: {1,2,3}~{1,2} is .8, {4,…,7}~{5,6,7} is 6/7.
        let total = 0.8 + 6.0 / 7.0;
        let (r, p) = (total / 2.0, total / 3.0);
        assert!((ceaf - 100.0 * 2.0 * r * p / (r + p)).abs() < 0.01, "{ceaf}");
    }
}
