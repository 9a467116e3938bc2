//! Whether confidences are what they say.

use serde::Serialize;

const BINS: usize = 10;

/// Expected calibration error (Naeini et al., 2015), and the bins it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Reliability {
    /// Mean distance of confidence and accuracy over the bins, by their sizes; 0 to 1.
    pub ece: f64,
    /// Bins that are not empty, in order of confidence.
    pub bins: Vec<Bin>,
}

/// Predictions of like confidence.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Bin {
    /// How many.
    pub n: usize,
    /// Mean confidence.
    pub confidence: f64,
    /// Share that is right.
    pub accuracy: f64,
}

/// Of confidences with whether each was right; `None` where there are none.
pub(super) fn reliability(outcomes: &[(f64, bool)]) -> Option<Reliability> {
    let mut bins = [(0usize, 0.0, 0usize); BINS];
    for (confidence, right) in outcomes {
        let bin = &mut bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + confidence, bin.2 + usize::from(*right));
    }
    let rounded = |x: f64| (x * 1e4).round() / 1e4;
    let gap: f64 = bins.iter().map(|(_, sum, right)| (sum - *right as f64).abs()).sum();
    let filled = bins.iter().filter(|b| b.0 > 0).map(|(n, sum, right)| Bin {
        n: *n,
        confidence: rounded(sum / *n as f64),
        accuracy: rounded(*right as f64 / *n as f64),
    });
    (!outcomes.is_empty()).then(|| Reliability { ece: rounded(gap / outcomes.len() as f64), bins: filled.collect() })
}
