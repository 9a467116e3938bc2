//! From source mentions to the actors of an article.

use std::collections::{BTreeMap, HashSet};

use super::names::{names_in, Name};
use crate::quote::Quote;
use crate::text::{Document, Span};

/// How the actor of a mention was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The mention holds the name.
    Name,
    /// The mention is part of a fuller name elsewhere in the article.
    FullestName,
    /// The mention describes the actor and names nobody; the description stands for the name.
    Description,
    /// The mention is a pronoun; whom it stands for is not known.
    Pronoun,
}

/// The actor of one quotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The words that name the source there.
    pub mention: Span,
    /// Index of the actor; `None` where it is not known who the mention stands for.
    pub actor: Option<usize>,
    /// How the actor was found.
    pub method: Method,
}

/// Someone or something that is quoted.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// The fullest name in the article, without title; for one without a name, the description.
    pub name: String,
    /// Other forms that the article uses.
    pub aliases: Vec<String>,
    /// Mentions as a source, in order.
    pub mentions: Vec<Span>,
}

#[rustfmt::skip]
const PRONOUNS: &[&str] = &[
    "he", "she", "they", "it", "i", "we", "you", "who", "him", "her", "them", "his", "hers", "their", "theirs",
    "its", "himself", "herself", "themselves", "itself", "this", "that", "these", "those", "which", "one", "others",
    "some", "many", "both", "everyone", "someone", "anyone", "all", "another",
];

/// Finds the actors of an article's quotations: for each quotation with a source its attribution, and the actors in
/// order of their first mention.
pub fn resolve(document: &Document, quotes: &[Quote]) -> (Vec<Option<Attribution>>, Vec<Actor>) {
    let everywhere = names_of(document);
    let mut actors: Vec<Actor> = Vec::new();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    // Two quotations may share a mention; it has one actor.
    let mut mentioned: HashSet<Span> = HashSet::new();
    let attributions = quotes.iter().map(|quote| {
        let mention = quote.source?;
        let (name, method) = name_of(document, mention, &everywhere);
        let actor = name.map(|name| {
            let index = *by_name.entry(name.to_lowercase()).or_insert_with(|| {
                actors.push(Actor { name: name.clone(), aliases: Vec::new(), mentions: Vec::new() });
                actors.len() - 1
            });
            let actor = &mut actors[index];
            if mentioned.insert(mention) {
                actor.mentions.push(mention);
            }
            let form = document.slice(mention).to_owned();
            if form != actor.name && !actor.aliases.contains(&form) {
                actor.aliases.push(form);
            }
            index
        });
        Some(Attribution { mention, actor, method })
    });
    (attributions.collect(), actors)
}

/// All names of the running text. A headline may capitalize every word, so lines that do not end a sentence are left
/// out.
fn names_of(document: &Document) -> Vec<Name> {
    let running = |p: &&Span| document.slice(**p).ends_with(['.', '!', '?', '”', '"', '’', '\'', ')', '…', ':']);
    let names = document.paragraphs().iter().filter(running).flat_map(|p| names_in(document, *p));
    // Once each, as every mention is held against all of them.
    let mut seen = HashSet::new();
    names.filter(|n| seen.insert((document.slice(n.span), n.titled, starts_sentence(document, n.span)))).collect()
}

/// The name that a mention stands for, and how it was found.
fn name_of(document: &Document, mention: Span, everywhere: &[Name]) -> (Option<String>, Method) {
    let text = document.slice(mention);
    if PRONOUNS.contains(&text.to_lowercase().as_str()) {
        return (None, Method::Pronoun);
    }
    let Some(name) = head_name(document, mention).filter(|n| !is_common(document, *n, everywhere)) else {
        let bare = ["’s", "'s"].iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
        return (Some(bare.to_owned()), Method::Description);
    };
    let own = document.slice(name.span);
    match fuller(document, name, everywhere) {
        Some(full) => (Some(full), Method::FullestName),
        None => (Some(own.to_owned()), Method::Name),
    }
}

/// The name that a mention is about: not one that only possesses the head ("Lunt’s lawyer") or stands in a
/// phrase after it ("a spokesman for the Bank").
fn head_name(document: &Document, mention: Span) -> Option<Name> {
    let names = names_in(document, mention);
    let text = document.text();
    let heads = names.iter().copied().filter(|name| {
        let after = &text[name.span.end()..mention.end()];
        let before = &text[mention.start()..name.span.start()];
        // What is possessed follows; a bare "Norvia’s" is the whole source.
        let possesses = ["’s ", "'s ", "’ "].iter().any(|p| after.starts_with(p));
        let depends = [" for ", " of ", " at ", " from ", " in ", " with ", " to "].iter().any(|p| before.contains(p));
        // A capitalized modifier of a common noun ("Democratic lawmakers") is no name of the whole.
        let modifies = !name.titled
            && after.starts_with(' ')
            && after[1..].starts_with(char::is_lowercase)
            && !after[1..].starts_with("of ")
            && !after[1..].starts_with("who")
            && !after[1..].starts_with("and ");
        !possesses && !depends && !modifies
    });
    // "Ruritanian President Lunt", "Harbour Board spokesman, Bo Reyl": the name after the title is the head.
    let head = heads.clone().find(|n| n.titled).or_else(|| heads.clone().next())?;
    Some(with_article(document, mention, head))
}

/// A single word that opens a sentence has its capital from there, unless the article writes it so elsewhere too
/// ("Investigators said").
fn is_common(document: &Document, name: Name, everywhere: &[Name]) -> bool {
    let text = document.slice(name.span);
    let elsewhere = |other: &&Name| {
        let holds = document.slice(other.span).split_whitespace().any(|word| word == text);
        holds && !starts_sentence(document, other.span)
    };
    !name.titled
        && !text.contains(char::is_whitespace)
        && starts_sentence(document, name.span)
        && !everywhere.iter().any(|other| elsewhere(&other))
}

/// "The Courier" alone is the name of an outlet with its article.
fn with_article(document: &Document, mention: Span, name: Name) -> Name {
    let whole = document.slice(mention).strip_prefix("The ").is_some_and(|rest| rest == document.slice(name.span));
    if whole && !starts_sentence(document, mention) {
        Name { span: mention, ..name }
    } else {
        name
    }
}

fn starts_sentence(document: &Document, mention: Span) -> bool {
    document.sentence_at(mention.start()).is_none_or(|s| s.span.start() == mention.start())
}

/// The fullest personal name in the article that ends with this one, or begins with it after a title. Two different
/// ones leave it open which is meant, so then there is none.
fn fuller(document: &Document, name: Name, everywhere: &[Name]) -> Option<String> {
    let own: Vec<&str> = document.slice(name.span).split_whitespace().collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    for other in everywhere.iter().filter(|o| o.is_personal(document)) {
        let words: Vec<&str> = document.slice(other.span).split_whitespace().collect();
        let longer = words.len() > own.len() && words.len() <= 5;
        let titled_first = words.starts_with(&own) && (other.titled || name.titled);
        if longer && (words.ends_with(&own) || titled_first) && !found.contains(&words) {
            found.push(words);
        }
    }
    let fullest = found.iter().max_by_key(|w| w.len())?;
    let one_person = found.iter().all(|w| fullest.ends_with(w) || fullest.starts_with(w));
    one_person.then(|| fullest.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{name_of, names_of, Method};
    use crate::text::Document;

    fn resolved(text: &str, mention: &str) -> (Option<String>, Method) {
        let document = Document::new(text.to_owned());
        let start = text.rfind(mention).unwrap();
        let span = document.span_of_bytes(start, start + mention.len()).unwrap();
        name_of(&document, span, &names_of(&document))
    }

    #[test]
    fn the_fullest_form_is_the_name() {
        let text = "Mr. Lunt spoke. Yesterday President Ada Lunt left, a spokesman for Lunt said. She stayed.";
        assert_eq!(resolved(text, "Mr. Lunt"), (Some("Ada Lunt".into()), Method::FullestName));
        assert_eq!(resolved(text, "President Ada Lunt"), (Some("Ada Lunt".into()), Method::Name));
        assert_eq!(resolved(text, "a spokesman for Lunt"), (Some("a spokesman for Lunt".into()), Method::Description));
        assert_eq!(resolved(text, "She"), (None, Method::Pronoun));
    }

    #[test]
    fn the_name_after_the_title_is_the_head() {
        let text = "Foreign Ministry spokesperson, Bo Reyl, and Foreign Minister Ada Lunt met.";
        assert_eq!(resolved(text, "Foreign Ministry spokesperson, Bo Reyl").0, Some("Bo Reyl".into()));
        assert_eq!(resolved(text, "Foreign Minister Ada Lunt").0, Some("Ada Lunt".into()));
    }

    #[test]
    fn two_of_one_surname_stay_two() {
        let text = "Ada Lunt met Bo Lunt. Lunt said nothing.";
        assert_eq!(resolved(text, "Lunt").0, Some("Lunt".into()));
    }

    #[test]
    fn a_bare_possessive_is_the_name() {
        let opening = "Norvia’s assertion that it rained.";
        assert_eq!(resolved(opening, "Norvia’s").0, Some("Norvia".into()));
        let inside = "It was Norvia’s assertion that it rained.";
        assert_eq!(resolved(inside, "Norvia’s"), (Some("Norvia".into()), Method::Name));
    }

    #[test]
    fn a_capital_from_the_sentence_is_no_name() {
        let text = "Swimmers and shopkeepers objected. Lunt agreed, as did a friend of Lunt.";
        let swimmers = "Swimmers and shopkeepers";
        assert_eq!(resolved(text, swimmers), (Some(swimmers.into()), Method::Description));
        assert_eq!(resolved(text, "Lunt").1, Method::Name);
    }

    #[test]
    fn modifiers_are_no_names() {
        let text = "Democratic lawmakers and Ruritania’s envoy agreed.";
        assert_eq!(resolved(text, "Democratic lawmakers").1, Method::Description);
        assert_eq!(resolved(text, "Ruritania’s envoy").1, Method::Description);
    }
}
