//! The classes of a model, by the names that its configuration gives them.

use crate::stance::network::{SentimentProbabilities, StanceProbabilities};

/// What the classes of a model tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// For and against.
    Stance,
    /// Well and badly.
    Sentiment,
    /// Whether one text follows from another.
    Inference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Favor,
    Against,
    Neutral,
    Unrelated,
    Positive,
    Negative,
    Entailment,
    Contradiction,
    NotEntailment,
}

pub(super) const CLASSES: &str =
    "favor, against, neutral, unrelated (or favour, support, pro, for, agree; oppose, con, anti, \
                       disagree; none, neither, comment); positive, negative, neutral; entailment, neutral, \
                       contradiction, not_entailment";

impl Class {
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace(['-', ' '], "_");
        Some(match name.as_str() {
            "favor" | "favour" | "support" | "pro" | "for" | "agree" => Self::Favor,
            "against" | "oppose" | "con" | "anti" | "disagree" => Self::Against,
            "neutral" | "neu" | "none" | "neither" | "comment" => Self::Neutral,
            "unrelated" => Self::Unrelated,
            "positive" | "pos" => Self::Positive,
            "negative" | "neg" => Self::Negative,
            "entailment" | "entailed" => Self::Entailment,
            "contradiction" => Self::Contradiction,
            "not_entailment" => Self::NotEntailment,
            _ => return None,
        })
    }
}

/// The classes of a model, in the order of its logits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels {
    pub(super) task: Task,
    pub(super) classes: Vec<Class>,
}

impl Labels {
    pub(super) fn new(names: &[&str]) -> Result<Self, String> {
        if names.iter().any(|name| is_number(name)) {
            return Err(format!(
                "gives its classes no names (LABEL_0 …): id2label must name them; known are {CLASSES}"
            ));
        }
        let class = |name: &&str| {
            Class::named(name).ok_or_else(|| format!("has in id2label the class {name:?}; known are {CLASSES}"))
        };
        let classes = names.iter().map(class).collect::<Result<Vec<Class>, String>>()?;
        let task = task(&classes).ok_or_else(|| {
            format!("has in id2label {}, which is no set for stance, sentiment or inference", names.join(", "))
        })?;
        Ok(Self { task, classes })
    }

    /// The probability of these classes together.
    pub(super) fn share(&self, row: &[f64], wanted: &[Class]) -> f64 {
        let shares = self.classes.iter().zip(row).filter(|(class, _)| wanted.contains(class));
        // The sum of no numbers at all is −0, which would show.
        shares.fold(0.0, |sum, (_, share)| sum + share)
    }

    /// Of a model of stance.
    pub(super) fn stance(&self, row: &[f64]) -> StanceProbabilities {
        StanceProbabilities {
            favor: self.share(row, &[Class::Favor]),
            against: self.share(row, &[Class::Against]),
            neutral: self.share(row, &[Class::Neutral]),
            unrelated: self.share(row, &[Class::Unrelated]),
        }
    }

    /// Of a model of sentiment.
    pub(super) fn sentiment(&self, row: &[f64]) -> SentimentProbabilities {
        SentimentProbabilities {
            negative: self.share(row, &[Class::Negative]),
            neutral: self.share(row, &[Class::Neutral]),
            positive: self.share(row, &[Class::Positive]),
        }
    }
}

/// Whether a class has the name that transformers gives to one without.
fn is_number(name: &str) -> bool {
    let number = name.trim().to_lowercase();
    let number = number.strip_prefix("label_").unwrap_or(&number);
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

fn task(classes: &[Class]) -> Option<Task> {
    let sets: [(Task, &[Class], &[Class]); 3] = [
        (Task::Stance, &[Class::Favor, Class::Against], &[Class::Neutral, Class::Unrelated]),
        (Task::Sentiment, &[Class::Positive, Class::Negative], &[Class::Neutral]),
        (Task::Inference, &[Class::Entailment], &[Class::Neutral, Class::Contradiction, Class::NotEntailment]),
    ];
    let fits = |(_, needed, other): &&(Task, &[Class], &[Class])| {
        needed.iter().all(|c| classes.contains(c))
            && classes.iter().all(|c| needed.contains(c) || other.contains(c))
            && classes.len() > 1
    };
    sets.iter().find(fits).map(|(task, ..)| *task)
}
