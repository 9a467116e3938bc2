//! Cues that name nobody who speaks: `Lunt was asked whether …`, `The bank is believed to …`, `The bank allegedly …`.
//!
//! Their subject is whom the report is for or about, not its source. Of 183 attributions of PolNeAR's training articles and
//! 294 of our labels with such a cue, one has a source before it ("Fox News is told"); with most the subject is the first
//! piece of the content.

use super::{expletive, words};
use crate::quote::attribution::{Kind, Quote};
use crate::text::Document;

const BE: &[&str] = &["am", "are", "be", "been", "being", "is", "was", "were"];
const AUXILIARIES: &[&str] = &["had", "has", "have", "may", "might", "will", "would"];
const HEARSAY: &[&str] = &["allegedly", "purportedly", "reportedly", "supposedly"];
/// Their subject is spoken to.
#[rustfmt::skip]
const ADDRESSED: &[&str] = &[
    "advised", "alerted", "asked", "assured", "briefed", "encouraged", "informed", "instructed", "invited", "notified",
    "questioned", "reminded", "told", "urged", "warned",
];
/// Their subject is spoken of, as is that of the verbs of [`expletive`].
#[rustfmt::skip]
const SPOKEN_OF: &[&str] = &[
    "accused", "blamed", "charged", "condemned", "considered", "criticized", "deemed", "described", "expected", "hailed",
    "indicted", "known", "perceived", "presumed", "regarded", "seen", "suspected", "understood", "viewed",
];
/// The subject of these, of a part of a clause or of the whole of it, is no thing that is spoken of.
const EMPTY: &[&str] = &["it", "that", "there", "which", "who"];

/// Whom the subject of a cue is to the report.
#[derive(Debug, PartialEq)]
enum Subject {
    Addressed,
    SpokenOf,
}

/// Takes the subject of such a cue for no source, and for content where it is spoken of and stands beside.
pub(super) fn leave_open(document: &Document, quote: &mut Quote) {
    let (Some(source), Some(cue)) = (quote.source, quote.cue) else { return };
    if source.end() > cue.start() {
        return;
    }
    let spoken: Vec<String> = words(document, cue).iter().map(|word| document.slice(*word).to_lowercase()).collect();
    let spoken: Vec<&str> = spoken.iter().map(String::as_str).collect();
    let Some(subject) = subject_of(&spoken) else { return };
    (quote.source, quote.source_confidence) = (None, 0.0);
    let gap = &document.text()[source.end()..cue.start()];
    let goes_on = quote
        .content
        .first()
        .is_some_and(|piece| piece.start() >= cue.end() && document.text()[cue.end()..piece.start()].trim().is_empty());
    let is_empty = EMPTY.contains(&document.slice(source).to_lowercase().as_str());
    if subject == Subject::SpokenOf && goes_on && gap.trim().is_empty() && !is_empty {
        quote.content.insert(0, source);
        quote.kind = Kind::of(document, &quote.content);
    }
}

/// What the subject of a cue of these words is; `None` where it speaks.
fn subject_of(cue: &[&str]) -> Option<Subject> {
    let (verb, before) = cue.split_last()?;
    if cue.iter().any(|word| HEARSAY.contains(word))
        && cue.iter().all(|word| [HEARSAY, AUXILIARIES, BE, &["also"]].iter().any(|list| list.contains(word)))
    {
        return Some(Subject::SpokenOf);
    }
    let be = before.iter().rfind(|word| BE.contains(word))?;
    // "Fox News is told": an outlet speaks of itself so.
    let addressed = ADDRESSED.contains(verb) && !(*verb == "told" && ["am", "are", "is"].contains(be));
    if addressed {
        return Some(Subject::Addressed);
    }
    (SPOKEN_OF.contains(verb) || expletive::VERBS.contains(verb)).then_some(Subject::SpokenOf)
}

#[cfg(test)]
mod tests {
    use super::{leave_open, subject_of, Subject};
    use crate::quote::{Kind, Quote};
    use crate::text::Document;

    /// Source and content of what was found with this source, cue and content.
    fn left(text: &str, [source, cue, content]: [&str; 3]) -> (Option<String>, Vec<String>) {
        let document = Document::new(text.to_owned());
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            document.span_of_bytes(at, at + part.len()).unwrap()
        };
        let mut quote = Quote {
            content: vec![span(content)],
            cue: Some(span(cue)),
            source: Some(span(source)),
            kind: Kind::Indirect,
            confidence: 0.5,
            source_confidence: 0.5,
        };
        leave_open(&document, &mut quote);
        let slice = |span| document.slice(span).to_owned();
        (quote.source.map(slice), quote.content.into_iter().map(slice).collect())
    }

    #[test]
    fn whom_it_speaks_of_is_content() {
        let about = |text, parts| left(text, parts).1.join(" … ");
        assert_eq!(
            about("Tellin Bank allegedly lost the deeds.", ["Tellin Bank", "allegedly", "lost the deeds"]),
            "Tellin Bank … lost the deeds"
        );
        assert_eq!(
            about("Lunt is widely expected to resign.", ["Lunt", "is widely expected", "to resign"]),
            "Lunt … to resign"
        );
        assert_eq!(about("“Nobody sleeps,” it is said.", ["it", "is said", "“Nobody sleeps,”"]), "“Nobody sleeps,”");
        assert_eq!(left("It is feared that it fell.", ["It", "is feared", "that it fell"]).0, None);
    }

    #[test]
    fn whom_it_speaks_to_is_none() {
        let parts = ["Lunt", "was once asked", "how it would end"];
        assert_eq!(left("Lunt was once asked how it would end.", parts), (None, vec![parts[2].to_owned()]));
        assert_eq!(left("Lunt is asked how it went.", ["Lunt", "is asked", "how it went"]).0, None);
    }

    #[test]
    fn whoever_speaks_stays() {
        let stays = |text, parts: [&str; 3]| assert_eq!(left(text, parts).0.as_deref(), Some(parts[0]));
        stays("He was told by Lunt to go.", ["Lunt", "was told by", "to go"]);
        stays("The Tellin Post is told he left.", ["The Tellin Post", "is told", "he left"]);
        stays("Lunt has asked for time.", ["Lunt", "has asked for", "time"]);
        stays("Lunt reportedly told them to go.", ["Lunt", "reportedly told", "to go"]);
        assert_eq!(subject_of(&["has", "been", "reportedly"]), Some(Subject::SpokenOf));
        assert_eq!(subject_of(&["was", "quoted", "as", "saying"]), None);
        assert_eq!(subject_of(&[]), None);
    }
}
