//! Where an actor stands, from all their quotations on a target.

use super::network::{SentimentProbabilities, StanceLabel, StanceProbabilities};

/// What quotations add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aggregate {
    /// −1 to 1: the mean over the quotations of what speaks for minus what speaks against.
    pub score: f64,
    /// 95 % interval of the score.
    pub interval: [f64; 2],
}

/// The standard normal deviate of a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// The mean of values from −1 to 1, with Wilson's interval (1927) of the share `(mean + 1) / 2` in as many trials as
/// there are values. One quotation leaves it wide; it never reaches past −1 and 1.
pub fn aggregate(values: &[f64]) -> Option<Aggregate> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let score = values.iter().sum::<f64>() / n;
    let share = (score + 1.0) / 2.0;
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let turn = |share: f64| (2.0 * share - 1.0).clamp(-1.0, 1.0);
    Some(Aggregate { score, interval: [turn(middle - half), turn(middle + half)] })
}

/// What one quotation says for a target, minus what it says against it, given that it speaks of it.
pub(crate) fn stance_value(p: &StanceProbabilities) -> f64 {
    let related = p.favor + p.against + p.neutral;
    if related > 0.0 {
        (p.favor - p.against) / related
    } else {
        0.0
    }
}

/// Likewise of sentiment.
pub(crate) fn sentiment_value(p: &SentimentProbabilities) -> f64 {
    p.positive - p.negative
}

/// The side that the quotations take together: the one with most of their probability, if that is at least `least` of
/// it, else unclear. Quotations that take a side count before those that take none: one clear word is a stance, however
/// much else is said.
pub(crate) fn side(quotes: &[(StanceLabel, StanceProbabilities)], least: f64) -> StanceLabel {
    let taking: Vec<&StanceProbabilities> =
        quotes.iter().filter(|(label, _)| label.is_side()).map(|(_, p)| p).collect();
    if taking.is_empty() {
        let neutral = quotes.iter().any(|(label, _)| *label == StanceLabel::Neutral);
        return if neutral { StanceLabel::Neutral } else { StanceLabel::Unclear };
    }
    let (favor, against) = taking.iter().fold((0.0, 0.0), |(f, a), p| (f + p.favor, a + p.against));
    let (label, most) = if favor >= against { (StanceLabel::Favor, favor) } else { (StanceLabel::Against, against) };
    if most / (favor + against) >= least {
        label
    } else {
        StanceLabel::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::{aggregate, side, StanceLabel, StanceProbabilities};

    #[test]
    fn few_quotations_leave_a_wide_interval() {
        let one = aggregate(&[1.0]).unwrap();
        assert_eq!(one.score, 1.0);
        assert!(one.interval[0] < -0.5 && one.interval[1] <= 1.0);
        let many = aggregate(&[1.0; 40]).unwrap();
        assert!(many.interval[0] > 0.8);
        let split = aggregate(&[1.0, -1.0]).unwrap();
        assert_eq!(split.score, 0.0);
        assert!((split.interval[0] + split.interval[1]).abs() < 1e-12);
        assert_eq!(aggregate(&[]), None);
    }

    #[test]
    fn one_clear_side_outweighs_what_takes_none() {
        let of = |favor, against, neutral| StanceProbabilities { favor, against, neutral, unrelated: 0.0 };
        let quotes = [
            (StanceLabel::Neutral, of(0.1, 0.1, 0.8)),
            (StanceLabel::Favor, of(0.9, 0.05, 0.05)),
            (StanceLabel::Neutral, of(0.0, 0.1, 0.9)),
        ];
        assert_eq!(side(&quotes, 0.6), StanceLabel::Favor);
        assert_eq!(side(&quotes[..1], 0.6), StanceLabel::Neutral);
        let torn = [(StanceLabel::Favor, of(0.8, 0.1, 0.1)), (StanceLabel::Against, of(0.1, 0.8, 0.1))];
        assert_eq!(side(&torn, 0.6), StanceLabel::Unclear);
    }
}
