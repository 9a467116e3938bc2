//! The written forms of the names of an article: which mentions are spelled alike, and what kind of actor that is.

use std::collections::{BTreeMap, HashMap};

use super::matching::{folded, is_short_form, words, PersonName};
use super::mention::{self, Kind, Mention, Pronoun};
use super::names;
use super::states::{Relation, States};
use crate::text::{before_possessive, Document, Span};

/// One written form of a name, with all the places where it stands.
pub(super) struct NameForm {
    pub text: String,
    pub kind: Kind,
    pub mentions: Vec<usize>,
}

/// Names by their spelling, with the kind that most of their mentions have.
pub(super) fn name_forms(document: &Document, mentions: &[Mention], states: &States) -> Vec<NameForm> {
    let mut forms: Vec<NameForm> = Vec::new();
    let mut by_text: HashMap<String, usize> = HashMap::new();
    for (i, mention) in mentions.iter().enumerate().filter(|(_, m)| m.is_name()) {
        let text = undecorated(document.slice(mention.span), mention.kind, states);
        // An adjective of a state or a party names nobody, and a headline in capitals is no name.
        if text.is_empty()
            || holds_clause(text)
            || is_demonym(text, states)
            || ["Democratic", "Republican", "State"].contains(&text)
        {
            continue;
        }
        let index = *by_text.entry(folded(text)).or_insert_with(|| {
            forms.push(NameForm { text: text.to_owned(), kind: Kind::Unknown, mentions: Vec::new() });
            forms.len() - 1
        });
        forms[index].mentions.push(i);
    }
    forms.iter_mut().for_each(|form| settle(document, mentions, states, form));
    forms
}

/// Gives a form the kind that most of its mentions have, and its fullest text.
fn settle(document: &Document, mentions: &[Mention], states: &States, form: &mut NameForm) {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    form.mentions.iter().for_each(|m| *counts.entry(mentions[*m].kind).or_default() += 1);
    let most = counts.values().max().copied();
    form.kind = counts.into_iter().find(|(_, n)| Some(*n) == most).map_or(Kind::Unknown, |(kind, _)| kind);
    let mut spans = form.mentions.iter().map(|m| mentions[*m].span);
    if let Some(long) = spans.clone().find_map(|span| expansion(document, span)) {
        form.text = long;
        form.kind = Kind::Organization;
        return;
    }
    if form.kind == Kind::Organization {
        if let Some(fuller) = spans.clone().find_map(|span| with_possessor(document, span)) {
            form.text = fuller;
            return;
        }
        if spans.clone().any(|span| has_own_article(document, span)) {
            form.text = format!("The {}", form.text);
            return;
        }
    }
    // A form that is written small somewhere is better than capitals all through.
    let mut written = spans.clone().map(|span| undecorated(document.slice(span), form.kind, states));
    if let Some(text) = written.find(|t| t.chars().any(char::is_lowercase)) {
        form.text = text.to_owned();
    }
    let dotted = names::is_dotted(&form.text) && !form.text.ends_with('.');
    let generation = ["Jr", "Sr"].iter().any(|g| form.text.ends_with(g));
    if (generation || dotted) && spans.any(|span| document.text()[span.end()..].starts_with('.')) {
        form.text.push('.');
    }
}

/// "Lunt Seeks More Time As She Meets Reyl": with a pronoun among many words.
fn holds_clause(text: &str) -> bool {
    let is_pronoun = |word: &str| {
        let third = [Pronoun::He, Pronoun::She, Pronoun::It, Pronoun::They];
        word.contains(char::is_lowercase) && mention::pronoun(word).is_some_and(|p| third.contains(&p))
    };
    text.split(' ').count() > 4 && text.split(' ').any(is_pronoun)
}

fn is_demonym(text: &str, states: &States) -> bool {
    states.find(text).is_some_and(|(_, relation)| relation == Relation::Demonym)
}

/// A name without titles; of a person also without the adjective of a state ("Norvian President Ada Lunt"), the place
/// behind it ("Ada Lunt of Tellin"), what its trade is ("Tellin Port Manager Ada Lunt") and who is named with it ("Mia and Ada
/// Lunt").
fn undecorated<'a>(text: &'a str, kind: Kind, states: &States) -> &'a str {
    let mut rest = names::bare(text);
    if kind == Kind::Person {
        rest = names::bare(person(rest));
    }
    while let Some((word, after)) = rest.split_once(' ') {
        // "Secretary of State Ada Lunt" leaves its "State", "Speaker of the House Bo Reyl" its "House".
        let full = after.contains(' ') && after.starts_with(char::is_uppercase);
        let office = word == "State" && kind == Kind::Unknown && full;
        let of_person = is_demonym(word, states) || word == "State" || word == "House" && full;
        if !(office || kind == Kind::Person && of_person) {
            break;
        }
        rest = names::bare(after);
    }
    if names::is_only_title(rest) {
        return "";
    }
    rest
}

/// The part of a person's name that is one.
fn person(name: &str) -> &str {
    let family = |(first, last): &(&str, &str)| !first.contains(' ') && last.split(' ').count() == 2;
    let name = names::without_office(name);
    let mut rest = name.split_once(" and ").filter(family).map_or(name, |(_, last)| last);
    if let Some((name, _)) = rest.split_once(" of ").filter(|(name, _)| name.contains(' ')) {
        rest = name;
    }
    let words = rest.split(' ').scan(0, |at, word| {
        *at += word.len() + 1;
        Some((*at, word))
    });
    let trade =
        words.filter(|(end, word)| names::is_trade(word) && rest.get(*end..).is_some_and(|r| r.contains(' '))).last();
    trade.map_or(rest, |(end, _)| &rest[end..])
}

/// "the Federal Office for Consumer Credit (FOCC)": the words before the parenthesis that have these initials.
fn expansion(document: &Document, name: Span) -> Option<String> {
    let before = document.text()[..name.start()].strip_suffix(" (").filter(|_| is_acronym(document.slice(name)))?;
    let starts = before.char_indices().rev().filter(|(_, c)| c.is_whitespace()).map(|(i, c)| i + c.len_utf8());
    let candidate = |start: usize| document.span_of_bytes(start, before.len()).map(|s| document.slice(s));
    let fits = |text: &&str| {
        text.starts_with(char::is_uppercase)
            && is_short_form(document.slice(name), &words(text))
            && !text.contains('\n')
    };
    starts.take(10).filter_map(candidate).find(fits).map(str::to_owned)
}

/// "Norvia’s Foreign Ministry", where the name alone could be anyone's.
fn with_possessor(document: &Document, name: Span) -> Option<String> {
    if !document.slice(name).split(' ').all(names::is_general) {
        return None;
    }
    let before = document.text()[..name.start()].strip_suffix(' ')?;
    let owner = before_possessive(before)?;
    let word = owner.rsplit(|c: char| !(c.is_alphanumeric() || c == '-')).next()?;
    let whole = document.span_of_bytes(owner.len() - word.len(), name.end())?;
    word.starts_with(char::is_uppercase).then(|| document.slice(whole).to_owned())
}

/// "the critic of The Courier": a capital article inside a sentence belongs to the name.
fn has_own_article(document: &Document, name: Span) -> bool {
    let before = &document.text()[..name.start()];
    let Some(rest) = before.strip_suffix("The ") else { return false };
    let opens = document.opens_sentence(rest.len());
    !opens && rest.ends_with(' ')
}

/// Names of persons, and the others. A word that ends a person's full name is that person's.
pub(super) fn split_persons(forms: Vec<NameForm>) -> (Vec<NameForm>, Vec<NameForm>) {
    let last = |f: &NameForm| PersonName::new(&f.text).words.last().cloned();
    let surnames: Vec<String> =
        forms.iter().filter(|f| f.kind == Kind::Person && f.text.contains(' ')).filter_map(last).collect();
    let is_person = |f: &NameForm| {
        // "U.N." is not the surname of Kim Jong Un.
        let surname = !f.text.contains([' ', '.']) && surnames.contains(&folded(&f.text));
        surname || f.kind == Kind::Person && !is_acronym(&f.text)
    };
    let (mut persons, mut others): (Vec<NameForm>, Vec<NameForm>) = forms.into_iter().partition(is_person);
    persons.iter_mut().for_each(|f| f.kind = Kind::Person);
    others.iter_mut().filter(|f| is_acronym(&f.text)).for_each(|f| f.kind = Kind::Organization);
    (persons, others)
}

/// Brings "Agent Bo Reyl" and "Tellin Bo Reyl" to the "Bo Reyl" that the article also has, where what stands before is no name of
/// a person.
pub(super) fn drop_words_before_names(forms: &mut [NameForm]) {
    const WORDS: &[&str] = &["agent", "dad", "londoner", "mum", "photo", "rip"];
    let is_person = |f: &&NameForm| f.kind == Kind::Person;
    let names: Vec<String> =
        forms.iter().filter(is_person).map(|f| f.text.clone()).filter(|t| t.contains(' ')).collect();
    let others: Vec<String> = forms.iter().filter(|f| !is_person(f)).map(|f| f.text.clone()).collect();
    let dropped = |words: &str| {
        let single = !words.contains(' ') && (WORDS.contains(&words.to_lowercase().as_str()) || names::is_trade(words));
        single || others.iter().any(|other| other == words)
    };
    for form in forms.iter_mut().filter(|f| f.kind == Kind::Person) {
        let before = |name: &&String| form.text.strip_suffix(name.as_str()).and_then(|words| words.strip_suffix(' '));
        if let Some(name) = names.iter().find(|name| before(name).is_some_and(dropped)) {
            form.text.clone_from(name);
        }
    }
}

/// Whether a name is capitals alone.
pub(super) fn is_acronym(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 2 && letters.clone().all(char::is_uppercase) && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::{drop_words_before_names, Kind, NameForm};

    #[test]
    fn what_stands_before_a_known_name_is_dropped() {
        let form = |text: &str| NameForm { text: text.to_owned(), kind: Kind::Person, mentions: Vec::new() };
        let mut forms = ["Agent Bo Reyl", "Bo Reyl", "Ada Bo Reyl", "Port Tellin Bo Reyl", "Port Tellin"].map(form);
        forms[4].kind = Kind::Place;
        drop_words_before_names(&mut forms);
        let texts = forms.each_ref().map(|f| f.text.as_str());
        assert_eq!(texts, ["Bo Reyl", "Bo Reyl", "Ada Bo Reyl", "Bo Reyl", "Port Tellin"]);
    }
}
