//! Scores for the actors of sources, on labelled quotations: no names are labelled there, but the words of a source tell
//! whether it holds a name or is a pronoun.
//!
//! Counted are the attributions that were found with the right source.
//!
//! - `names`: of those whose source is a name or holds one at its head, how many end at an actor whose name has the last
//!   word of that name, is made of its initials or makes them up, or is the state that it stands for.
//! - `pronouns`: of those whose source is he, she, it or they, how many end at an actor with a name.

use serde::Serialize;

use super::actors::Share;
use super::quotes::{attributions, same_source, union};
use super::sample::{GoldArticle, GoldAttribution};
use crate::actor::{folded, head_name, is_initials, pronoun, words, Pronoun, States};
use crate::output::{Actor, Analysis};
use crate::text::{Document, Span};

/// Where the sources of right attributions end.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SourceReport {
    /// `names`.
    pub names: Share,
    /// `pronouns`.
    pub pronouns: Share,
    /// Names that end elsewhere, for people.
    pub misses: Vec<String>,
}

impl SourceReport {
    pub(super) fn add(&mut self, gold: &GoldArticle, analysis: &Analysis, states: &States) {
        let document = Document::new(gold.text.clone());
        let found = attributions(analysis);
        for attribution in gold.attributions.iter().filter(|a| !a.content.is_empty()) {
            let best = found.iter().enumerate().map(|(i, f)| (union(attribution, f), i));
            let best = best.filter(|(iou, _)| *iou >= 0.5).max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((_, quote)) = best.filter(|(_, i)| same_source(attribution, &found[*i])) else { continue };
            let Some(source) = whole(&document, attribution) else { continue };
            let actor = analysis.quotes[quote].speaker.as_ref().and_then(|s| s.actor.as_deref());
            self.count(&gold.id, &document, source, actor.and_then(|id| analysis.actor(id)), states);
        }
    }

    fn count(&mut self, id: &str, document: &Document, source: Span, actor: Option<&Actor>, states: &States) {
        let text = document.slice(source);
        if let Some(Pronoun::He | Pronoun::She | Pronoun::It | Pronoun::They) = pronoun(text) {
            self.pronouns.add(actor.is_some_and(|a| a.named));
        } else if let Some(name) = head_name(document, source) {
            let name = document.slice(name);
            let hit = actor.is_some_and(|a| is_of(name, &a.name, states));
            self.names.add(hit);
            if !hit {
                let found = actor.map(|a| a.name.as_str());
                self.misses.push(format!("{id}: {text:?} is {found:?}"));
            }
        }
    }
}

/// Whether a name can be this actor's.
fn is_of(name: &str, actor: &str, states: &States) -> bool {
    let (own, theirs) = (folded(name), folded(actor));
    let last = own.rsplit(' ').next().unwrap_or("");
    theirs.split(' ').any(|word| word == last)
        || is_initials(name, &words(actor))
        || is_initials(actor, &words(name))
        || states.find(name).is_some_and(|(state, _)| state == actor)
}

/// From the first word of a source to its last.
fn whole(document: &Document, attribution: &GoldAttribution) -> Option<Span> {
    let start = attribution.source.iter().map(|p| p.0).min()?;
    let end = attribution.source.iter().map(|p| p.1).max()?;
    document.span_of_code_points(start, end)
}

#[cfg(test)]
mod tests {
    use super::is_of;
    use crate::actor::States;

    #[test]
    fn names_of_an_actor() {
        let states = States::default();
        assert!(is_of("Soler", "Ana Soler", &states));
        assert!(is_of("FOCC", "Federal Office for Consumer Credit", &states));
        assert!(is_of("Moscow", "Russia", &states));
        assert!(!is_of("Ana Soler", "Ana Lunt", &states));
    }
}
