//! Counts that add up over articles, and the figures they give.

use std::ops::AddAssign;

use serde::Serialize;

/// True positives, predictions and gold items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Predictions that are right.
    pub right: usize,
    /// All predictions.
    pub predicted: usize,
    /// All gold items.
    pub gold: usize,
}

impl AddAssign for Agreement {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.predicted += other.predicted;
        self.gold += other.gold;
    }
}

/// Precision, recall and F1 in percent; `None` where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prf {
    /// Precision: right of predicted.
    pub p: Option<f64>,
    /// Recall: right of gold.
    pub r: Option<f64>,
    /// F1: the harmonic mean of both.
    pub f: Option<f64>,
}

impl Agreement {
    /// Counts one item: whether it was predicted, and whether it is gold.
    pub fn add(&mut self, predicted: bool, gold: bool) {
        self.right += usize::from(predicted && gold);
        self.predicted += usize::from(predicted);
        self.gold += usize::from(gold);
    }

    /// The figures.
    pub fn prf(self) -> Prf {
        let both = self.predicted + self.gold;
        Prf {
            p: percent(self.right, self.predicted),
            r: percent(self.right, self.gold),
            f: percent(2 * self.right, both),
        }
    }
}

/// The middle 95 % of the draws of a bootstrap.
pub(super) fn interval(mut draws: Vec<f64>) -> Option<[f64; 2]> {
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get((draws.len().saturating_sub(1) as f64 * share).round() as usize).copied();
    Some([at(0.025)?, at(0.975)?])
}

/// In percent, with two decimals.
pub(super) fn percent(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| (1e4 * part as f64 / whole as f64).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::Agreement;

    #[test]
    fn nothing_is_not_nought() {
        assert_eq!(Agreement::default().prf().f, None);
        let prf = Agreement { right: 0, predicted: 0, gold: 3 }.prf();
        assert_eq!((prf.p, prf.r, prf.f), (None, Some(0.0), Some(0.0)));
        assert_eq!(Agreement { right: 2, predicted: 3, gold: 4 }.prf().f, Some(57.14));
    }
}
