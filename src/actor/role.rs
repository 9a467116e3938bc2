//! What an article says of a person beside the name: an office or trade ("Defence lawyer Bo Reyl", "Ada Lunt, governor of
//! the bank"), and kin ("his son, Teo Lunt").
//!
//! Descriptions, titles and "the elder Lunt" are held against it where a name alone leaves several, or nobody.

use super::determiner::is_determiner;
use super::entity::{Entities, Gender};
use super::heads::is_headline;
use super::matching::folded;
use super::mention::{Kind, Mention};
use super::names::{is_title, is_trade};
use super::phrase::phrase;
use crate::text::{before_possessive, Document, Span};

/// What a person is called beside the name.
#[derive(Debug, Clone, PartialEq)]
struct Office {
    entity: usize,
    /// Folded; the last is the noun.
    words: Vec<String>,
    /// Whose: the "Lunt" of "Lunt’s lawyer Bo Reyl".
    of: Option<usize>,
}

/// `who` is the `noun` of `of`.
#[derive(Debug, Clone, PartialEq)]
struct Kin {
    who: usize,
    noun: &'static str,
    of: usize,
}

/// The offices and kin of an article's persons.
#[derive(Debug, Clone, Default)]
pub(super) struct Roles {
    offices: Vec<Office>,
    kin: Vec<Kin>,
    /// Nouns that stand beside a name, and whose name it is.
    nouns: Vec<(Span, usize)>,
}

/// Words beside a name that tell what its bearer is, and whose, if they say so.
struct Beside {
    words: Vec<String>,
    /// The last of the words in the text.
    noun: Span,
    /// What possesses the noun: "his", "Lunt’s".
    possessor: Option<Span>,
}

const KIN: &[&str] = &[
    "son",
    "daughter",
    "father",
    "mother",
    "wife",
    "husband",
    "widow",
    "brother",
    "sister",
    "grandfather",
    "grandmother",
    "uncle",
    "aunt",
    "nephew",
    "niece",
    "cousin",
];
/// Words that end what stands before them of a description.
const LINKS: &[&str] =
    &["of", "for", "at", "in", "from", "with", "to", "on", "by", "who", "whose", "that", "and", "as"];
/// Words of a description before the name that are read.
const MOST: usize = 5;

impl Roles {
    /// Reads what stands beside the names of persons whose entity is known.
    pub fn new(document: &Document, mentions: &[Mention], entities: &Entities) -> Self {
        let mut roles = Self::default();
        for (i, mention) in mentions.iter().enumerate().filter(|(_, m)| m.is_name()) {
            let Some((entity, _)) = entities.of[i].filter(|(e, _)| entities.list[*e].kind == Kind::Person) else {
                continue;
            };
            let floor = mentions[..i].iter().rev().find(|m| m.is_name() && m.kind == Kind::Person);
            let floor = floor.map_or(0, |m| m.span.end());
            let beside = [before(document, mention.span, floor), after(document, mention.span)];
            for beside in beside.into_iter().flatten() {
                roles.add(document, mentions, entities, entity, i, beside);
            }
        }
        roles
    }

    fn add(
        &mut self,
        document: &Document,
        mentions: &[Mention],
        entities: &Entities,
        entity: usize,
        name: usize,
        beside: Beside,
    ) {
        self.nouns.push((beside.noun, entity));
        // "his father and coach"
        let of = beside.possessor.and_then(|p| possessor_of(document, mentions, entities, p, name, entity));
        for words in beside.words.split(|w| w == "and") {
            let words = office(words);
            let Some(last) = words.last() else { continue };
            match (kin_noun(last), of) {
                (Some(noun), Some(of)) => self.add_kin(Kin { who: entity, noun, of }, entities.list[of].gender),
                (Some(_), None) => {}
                (None, of) => self.offices.push(Office { entity, words: words.to_vec(), of }),
            }
        }
    }

    fn add_kin(&mut self, kin: Kin, gender: Option<Gender>) {
        for noun in inverse(kin.noun, gender) {
            self.kin.push(Kin { who: kin.of, noun, of: kin.who });
        }
        self.kin.push(kin);
    }

    /// The one person of these whom the text calls by this title.
    pub fn titled(&self, title: &str, candidates: &[usize]) -> Option<usize> {
        let title = full_title(&folded(title));
        let bears = |e: &&usize| self.offices.iter().any(|o| o.entity == **e && o.words.last() == Some(&title));
        only(candidates.iter().filter(bears).copied())
    }

    /// "the elder Berg": the parent among these, or the one with the mark of the older generation.
    pub fn of_generation(&self, word: &str, candidates: &[usize], entities: &Entities) -> Option<usize> {
        let (nouns, mark): (&[&str], &str) = match word {
            "elder" | "older" | "senior" => (&["father", "mother"], "sr"),
            "younger" | "junior" => (&["son", "daughter"], "jr"),
            _ => return None,
        };
        let is_kin =
            |e: usize| self.kin.iter().any(|k| k.who == e && nouns.contains(&k.noun) && candidates.contains(&k.of));
        let is_marked = |e: usize| folded(&entities.list[e].name).ends_with(mark);
        only(candidates.iter().copied().filter(|e| is_kin(*e)))
            .or_else(|| only(candidates.iter().copied().filter(|e| is_marked(*e))))
    }

    /// Whom a description in the singular means, where only one person can be it.
    pub fn described(
        &self,
        document: &Document,
        mentions: &[Mention],
        entities: &Entities,
        head: usize,
    ) -> Option<usize> {
        if let Some((_, entity)) = self.nouns.iter().find(|(noun, _)| noun.contains(mentions[head].span)) {
            return Some(*entity);
        }
        let whole = phrase(document, mentions[head].span);
        let text = document.slice(whole);
        let (determiner, rest) = text.split_once(char::is_whitespace).unwrap_or(("", text));
        let determiner = determiner.to_lowercase();
        let words: Vec<String> = rest.split_whitespace().map(folded).collect();
        if let Some(noun) = words.last().and_then(|w| kin_noun(w)) {
            return self.relative(document, mentions, entities, whole, &determiner, noun);
        }
        let (noun, modifiers) = words.split_last()?;
        let rivals = |e: &super::entity::Entity| {
            !e.named && e.kind == Kind::Person && folded(&e.name).split(' ').next_back() == Some(noun)
        };
        // "The secretary" is no deputy secretary.
        let lower = |w: &String| ["assistant", "associate", "deputy", "vice"].contains(&w.as_str());
        let fits = |o: &&Office| {
            o.words.last() == Some(noun)
                && modifiers.iter().all(|m| o.words.contains(m))
                && !o.words.iter().any(|w| lower(w) && !modifiers.contains(w))
        };
        if determiner.is_empty() && is_title(noun) && is_in_headline(document, mentions[head].span) {
            return only(self.offices.iter().filter(fits).map(|o| o.entity));
        }
        let known = |e: &usize| is_before(entities, *e, head);
        if matches!(determiner.as_str(), "his" | "her") {
            let owner = mentions.iter().position(|m| m.span.start() == whole.start());
            let owner = entities.of[owner?].map(|(e, _)| e)?;
            let owned = self.offices.iter().filter(|o| o.of == Some(owner));
            return only(owned.filter(fits).map(|o| o.entity).filter(known));
        }
        if determiner != "the" || entities.list.iter().any(rivals) {
            return None;
        }
        only(self.offices.iter().filter(fits).map(|o| o.entity).filter(known))
    }

    fn relative(
        &self,
        document: &Document,
        mentions: &[Mention],
        entities: &Entities,
        whole: Span,
        determiner: &str,
        noun: &str,
    ) -> Option<usize> {
        let nouns = self.kin.iter().filter(|k| k.noun == noun);
        if matches!(determiner, "his" | "her") {
            let at = mentions.iter().position(|m| m.span.start() == whole.start())?;
            let of = entities.of[at].map(|(e, _)| e);
            let named = of.and_then(|of| only(nouns.clone().filter(|k| k.of == of).map(|k| k.who)));
            return named.or_else(|| only(nouns.map(|k| k.who)).filter(|who| Some(*who) != of));
        }
        let plain = document.slice(whole).split(' ').count() == 2;
        (determiner == "the" && plain).then(|| only(nouns.map(|k| k.who))).flatten()
    }
}

/// "Norvia Governor Says No", whose governor the article names further down.
fn is_in_headline(document: &Document, span: Span) -> bool {
    document.paragraphs().get(document.paragraph_at(span.start())).is_some_and(|p| is_headline(document.slice(*p)))
}

/// Whether an entity is named before a mention.
fn is_before(entities: &Entities, entity: usize, mention: usize) -> bool {
    entities.of[..mention].iter().flatten().any(|(e, _)| *e == entity)
}

/// The one value that all have; `None` where there are two, or none.
pub(super) fn only(mut values: impl Iterator<Item = usize>) -> Option<usize> {
    let first = values.next()?;
    values.all(|v| v == first).then_some(first)
}

/// Who a possessor before a name is: a name itself, or for a pronoun the person named last before it.
fn possessor_of(
    document: &Document,
    mentions: &[Mention],
    entities: &Entities,
    possessor: Span,
    name: usize,
    entity: usize,
) -> Option<usize> {
    let persons = mentions[..name].iter().zip(&entities.of).rev().filter_map(|(m, of)| Some((m, (*of)?.0)));
    let mut persons = persons.filter(|(m, e)| m.is_name() && *e != entity && entities.list[*e].kind == Kind::Person);
    let gender = match document.slice(possessor).to_lowercase().as_str() {
        "his" => Gender::Male,
        "her" => Gender::Female,
        _ => return persons.find(|(m, _)| m.span.overlaps(possessor)).map(|(_, e)| e),
    };
    let fits = |e: usize| entities.list[e].gender.is_none_or(|g| g == gender);
    // A pronoun of its own before it, in the same sentence, would be another's: the nearest name is meant then too.
    persons.find(|(m, e)| m.span.end() <= possessor.start() && fits(*e)).map(|(_, e)| e)
}

/// The words before a name that tell what its bearer is: the "secretary" of "secretary of state", the "senator" of "letter from
/// senator", nothing of "spokesman for".
fn office(words: &[String]) -> &[String] {
    let is_link = |w: &String| LINKS.contains(&w.as_str());
    let (Some(first), Some(last)) = (words.iter().position(is_link), words.iter().rposition(is_link)) else {
        return words;
    };
    let ends_in_title = |words: &[String]| words.last().is_some_and(|w| is_title(w));
    match (&words[..first], &words[last + 1..]) {
        (_, after) if ends_in_title(after) || after.is_empty() => after,
        (before, _) if ends_in_title(before) && ["of", "for"].contains(&words[first].as_str()) => before,
        (_, after) => after,
    }
}

fn kin_noun(word: &str) -> Option<&'static str> {
    KIN.iter().copied().find(|k| *k == word)
}

/// What the possessor of kin is in turn.
fn inverse(noun: &str, gender: Option<Gender>) -> &'static [&'static str] {
    let by_gender = |male, female, both| match gender {
        Some(Gender::Male) => male,
        Some(Gender::Female) => female,
        None => both,
    };
    match noun {
        "son" | "daughter" => by_gender(&["father"][..], &["mother"], &["father", "mother"]),
        "father" | "mother" => by_gender(&["son"][..], &["daughter"], &["son", "daughter"]),
        "brother" | "sister" => by_gender(&["brother"][..], &["sister"], &["brother", "sister"]),
        "wife" => &["husband"],
        "husband" => &["wife"],
        _ => &[],
    }
}

/// An office written out: "Sen." is a senator.
fn full_title(folded: &str) -> String {
    let full = match folded {
        "sen" => "senator",
        "gov" => "governor",
        "rep" => "representative",
        "gen" => "general",
        "prof" => "professor",
        "col" => "colonel",
        "capt" => "captain",
        "sgt" => "sergeant",
        "lt" => "lieutenant",
        "rev" => "reverend",
        "dr" => "doctor",
        other => other,
    };
    full.to_owned()
}

/// What stands right before a name: "the violin maker *Bo Reyl*", "his son, *Teo Lunt*,". `floor` is where the name of
/// a person before it ends.
fn before(document: &Document, name: Span, floor: usize) -> Option<Beside> {
    let sentence = document.sentence_at(name.start())?.span;
    let from = sentence.start().max(floor).min(name.start());
    let mut rest = document.text()[from..name.start()].trim_end();
    if let Some(apposed) = rest.strip_suffix(',') {
        // An apposition closes after the name too.
        if !document.text()[name.end()..].starts_with([',', '.', ';', ')']) {
            return None;
        }
        rest = apposed;
    }
    let noun_end = from + rest.len();
    let mut noun = None;
    let mut words: Vec<String> = Vec::new();
    let mut possessor = None;
    while words.len() < MOST {
        let word = rest.rsplit(char::is_whitespace).next().filter(|w| !w.is_empty())?;
        let start = from + rest.len() - word.len();
        let lower = word.to_lowercase();
        if is_determiner(&lower) {
            // Who is named after "the head of the bank" is not the bank.
            let link = rest[..rest.len() - word.len()].trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
            let is_person = |w: &String| is_title(w) || is_trade(w) || kin_noun(w).is_some();
            if ["of", "for", "at", "from"].contains(&link) && !words.last().is_some_and(is_person) {
                return None;
            }
            possessor = document.span_of_bytes(start, start + word.len());
            break;
        }
        if let Some(owner) = before_possessive(word) {
            possessor = document.span_of_bytes(start, start + owner.len());
            break;
        }
        let abbreviated = word.strip_suffix('.').is_some_and(|w| full_title(&folded(w)) != folded(w));
        if !(abbreviated || word.ends_with(char::is_alphanumeric)) || word.starts_with(['“', '"', '(']) {
            break;
        }
        noun = noun.or_else(|| document.span_of_bytes(start, noun_end));
        words.insert(0, full_title(&folded(word)));
        rest = rest[..rest.len() - word.len()].trim_end();
        if rest.is_empty() {
            break;
        }
    }
    Some(Beside { words, noun: noun?, possessor })
}

/// What stands in apposition after a name: "*Ada Lunt*, 61, governor of the central bank,".
fn after(document: &Document, name: Span) -> Option<Beside> {
    let sentence = document.sentence_at(name.start())?.span;
    let mut at = name.end();
    let mut text = document.text().get(at..sentence.end())?.strip_prefix(", ")?;
    at += 2;
    let age = text.find(", ").filter(|i| text[..*i].chars().all(|c| c.is_ascii_digit()));
    if let Some(end) = age {
        text = &text[end + 2..];
        at += end + 2;
    }
    let segment = &text[..text.find([',', ';', '.', '(', ')', ':', '“', '"']).unwrap_or(text.len())];
    let mut words = Vec::new();
    let (mut noun, mut possessor) = (None, None);
    for word in segment.split(' ') {
        let start = at;
        at += word.len() + 1;
        let owner = before_possessive(word);
        if words.is_empty() && matches!(word, "his" | "her") {
            possessor = document.span_of_bytes(start, start + word.len());
        } else if let Some(owner) = owner {
            possessor = document.span_of_bytes(start, start + owner.len());
            words.clear();
        } else if words.is_empty() && is_determiner(word) {
            continue;
        } else if LINKS.contains(&word) || words.len() == MOST {
            break;
        } else {
            noun = document.span_of_bytes(start, start + word.len());
            words.push(full_title(&folded(word)));
        }
    }
    Some(Beside { words, noun: noun?, possessor })
}

#[cfg(test)]
mod tests {
    use super::{after, before, office};
    use crate::text::Document;

    /// The words before and after a name, with what possesses them.
    fn beside(text: &str, name: &str) -> [Option<(String, String, Option<String>)>; 2] {
        let document = Document::new(text.to_owned());
        let start = text.find(name).unwrap();
        let name = document.span_of_bytes(start, start + name.len()).unwrap();
        [before(&document, name, 0), after(&document, name)].map(|beside| {
            let beside = beside?;
            let possessor = beside.possessor.map(|p| document.slice(p).to_owned());
            Some((beside.words.join(" "), document.slice(beside.noun).to_owned(), possessor))
        })
    }

    fn found(words: &str, noun: &str, possessor: Option<&str>) -> Option<(String, String, Option<String>)> {
        Some((words.to_owned(), noun.to_owned(), possessor.map(str::to_owned)))
    }

    #[test]
    fn an_office_ends_at_what_depends_on_it() {
        let of = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            office(&words).join(" ")
        };
        assert_eq!(of("secretary of state"), "secretary");
        assert_eq!(of("letter from senator"), "senator");
        assert_eq!(of("daughter of former vice president"), "former vice president");
        assert_eq!(of("spokesman for"), "");
        assert_eq!(of("central bank governor"), "central bank governor");
    }

    #[test]
    fn who_heads_something_is_not_it() {
        let [office, _] = beside("The head of the bank, Ada Lunt, said no.", "Ada Lunt");
        assert_eq!(office, None);
        let [kin, _] = beside("He ran before the eyes of his father, Teo Lunt.", "Teo Lunt");
        assert_eq!(kin, found("father", "father", Some("his")));
    }

    #[test]
    fn offices_stand_before_a_name() {
        let [office, _] = beside("Central bank governor Mei Tanaka-Holt said no.", "Mei Tanaka-Holt");
        assert_eq!(office, found("central bank governor", "governor", None));
        let [office, _] = beside("It fell. Sen. Bo Reyl left.", "Bo Reyl");
        assert_eq!(office, found("senator", "Sen.", None));
        let [office, _] = beside("The prosecutor, Ada Lunt, said no.", "Ada Lunt");
        assert_eq!(office, found("prosecutor", "prosecutor", Some("The")));
    }

    #[test]
    fn offices_stand_after_a_name() {
        let [_, office] = beside("Ada Lunt, 61, governor of the bank, said no.", "Ada Lunt");
        assert_eq!(office, found("governor", "governor", None));
        let [_, office] = beside("Bo Reyl, the contractor’s site manager, said no.", "Bo Reyl");
        assert_eq!(office, found("site manager", "manager", Some("contractor")));
    }

    #[test]
    fn kin_have_a_possessor() {
        let [kin, _] = beside("Bo Reyl gave it to his son, Teo Reyl, on Monday.", "Teo Reyl");
        assert_eq!(kin, found("son", "son", Some("his")));
        let [_, kin] = beside("Ines Reyl, his wife, left.", "Ines Reyl");
        assert_eq!(kin, found("wife", "wife", Some("his")));
    }
}
