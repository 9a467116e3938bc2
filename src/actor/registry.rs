//! Actors across articles: names that a user has pinned, and keys that join the rest.
//!
//! Both depend on one article at a time, so a batch gives the same actors in any order and with any number of workers.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::matching::folded;
use super::mention::Kind;
use super::resolve::{Actor, Resolved};
use crate::Error;

/// An actor whom the user has pinned.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The name that the output gives.
    pub name: String,
    /// Other names that stand for the same actor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What sort of actor it is; without it, as the article has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// A reference of the user's, for example a Wikidata id.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Ids of the articles that it holds for; without any, all. Two actors of one name are told apart so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
}

/// Pinned actors by their names.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    pins: Vec<Pin>,
    by_name: HashMap<String, Vec<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    actor: Vec<Pin>,
}

/// A row of a CSV file; aliases and articles are separated by semicolons.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    aliases: String,
    kind: Option<Kind>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    articles: String,
}

impl Registry {
    /// Pins these actors. A name may stand for two only where each is bound to articles.
    pub fn new(pins: Vec<Pin>) -> Result<Self, String> {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, pin) in pins.iter().enumerate() {
            for name in std::iter::once(&pin.name).chain(&pin.aliases) {
                let key = key_of(name);
                if key.is_empty() {
                    return Err(format!("actor {}: the name {name:?} has no letters", i + 1));
                }
                let known = by_name.entry(key).or_default();
                if let Some(other) = known.iter().find(|other| **other != i && !are_apart(pin, &pins[**other])) {
                    let message = "stands for two actors; give each the ids of its `articles`";
                    return Err(format!("{name:?} {message}: {:?} and {:?}", pins[*other].name, pin.name));
                }
                if !known.contains(&i) {
                    known.push(i);
                }
            }
        }
        Ok(Self { pins, by_name })
    }

    /// Reads `[[actor]]` tables in TOML, or CSV with the columns name, aliases, kind, ref, articles.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let bad = |message: String| Error::Table { path: path.to_owned(), message };
        let text = std::fs::read_to_string(path).map_err(|e| bad(format!("cannot be read: {e}")))?;
        let is_csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let pins = if is_csv { read_csv(&text) } else { read_toml(&text) };
        pins.and_then(Self::new).map_err(bad)
    }

    /// The pins, in their order.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// The pin of an actor, by its name or one of its other forms.
    fn find(&self, article: &str, actor: &Actor) -> Option<usize> {
        let here = |pin: &&usize| {
            let articles = &self.pins[**pin].articles;
            articles.is_empty() || articles.iter().any(|a| a == article)
        };
        let of = |name: &str| self.by_name.get(&key_of(name)).and_then(|pins| pins.iter().find(here)).copied();
        of(&actor.name).or_else(|| actor.aliases.iter().find_map(|a| of(a)))
    }

    /// Gives pinned actors of an article their names, and makes one of those that share a pin.
    pub(crate) fn apply(&self, article: &str, resolved: &mut Resolved) {
        if self.pins.is_empty() {
            return;
        }
        let mut actors: Vec<Actor> = Vec::new();
        let mut of_pin: HashMap<usize, usize> = HashMap::new();
        let mut moved = Vec::with_capacity(resolved.actors.len());
        for actor in resolved.actors.drain(..) {
            let pin = self.find(article, &actor);
            let known = pin.and_then(|p| of_pin.get(&p).copied());
            let index = match (pin, known) {
                (_, Some(index)) => {
                    join(&mut actors[index], actor);
                    index
                }
                (Some(pin), None) => {
                    actors.push(self.pinned(pin, actor));
                    of_pin.insert(pin, actors.len() - 1);
                    actors.len() - 1
                }
                (None, None) => {
                    actors.push(actor);
                    actors.len() - 1
                }
            };
            moved.push(index);
        }
        resolved.actors = actors;
        let renumber = |actor: &mut Option<usize>| *actor = actor.map(|a| moved[a]);
        resolved.attributions.iter_mut().flatten().for_each(|a| renumber(&mut a.actor));
        for named in &mut resolved.named {
            renumber(&mut named.actor);
            if let Some(actor) = named.actor {
                named.name.clone_from(&resolved.actors[actor].name);
            }
        }
    }

    fn pinned(&self, pin: usize, mut actor: Actor) -> Actor {
        let pin = &self.pins[pin];
        let name = std::mem::replace(&mut actor.name, pin.name.clone());
        if name != pin.name && !actor.aliases.contains(&name) {
            actor.aliases.insert(0, name);
        }
        actor.aliases.retain(|a| *a != pin.name);
        actor.kind = pin.kind.unwrap_or(actor.kind);
        actor.reference.clone_from(&pin.reference);
        actor.pinned = true;
        actor.named = true;
        actor
    }
}

/// Joins what is known of one actor to another.
fn join(actor: &mut Actor, other: Actor) {
    for alias in std::iter::once(other.name).chain(other.aliases) {
        if alias != actor.name && !actor.aliases.contains(&alias) {
            actor.aliases.push(alias);
        }
    }
    actor.mentions.extend(other.mentions);
    actor.mentions.sort();
    actor.mentions.dedup();
}

/// A key that joins an actor across articles, where its name tells enough: pinned ones, with their reference, persons with
/// two names or more, and named organizations, places and documents. A surname alone could be anyone's.
pub(crate) fn key(actor: &Actor) -> Option<String> {
    let words = folded(&actor.name);
    let tells = match actor.kind {
        Kind::Person => words.contains(' '),
        Kind::Organization | Kind::Place | Kind::Document => true,
        Kind::Group | Kind::Unknown => false,
    };
    // Namesakes that are pinned apart have references of their own.
    let reference = actor.reference.as_deref().filter(|_| actor.pinned).map(|r| format!(" {}", key_of(r)));
    let key = (key_of(&actor.name) + &reference.unwrap_or_default()).replace(' ', "-");
    (actor.pinned || actor.named && tells).then_some(key).filter(|k| !k.is_empty())
}

/// A name without case, accents and article.
fn key_of(name: &str) -> String {
    let folded = folded(name);
    folded.strip_prefix("the ").unwrap_or(&folded).to_owned()
}

/// Whether two pins of one name are bound to articles of their own.
fn are_apart(a: &Pin, b: &Pin) -> bool {
    !a.articles.is_empty() && !b.articles.is_empty() && !a.articles.iter().any(|id| b.articles.contains(id))
}

fn read_toml(text: &str) -> Result<Vec<Pin>, String> {
    let wanted = "wanted: [[actor]] with name, and optionally aliases, kind, ref, articles";
    toml::from_str::<File>(text).map(|file| file.actor).map_err(|e| format!("{e}\n{wanted}"))
}

fn read_csv(text: &str) -> Result<Vec<Pin>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut pins = Vec::new();
    for row in reader.deserialize::<Row>() {
        let row = row.map_err(|e| format!("{e}\nwanted: the columns name, aliases, kind, ref, articles"))?;
        let list = |text: &str| text.split(';').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect();
        pins.push(Pin {
            aliases: list(&row.aliases),
            articles: list(&row.articles),
            name: row.name,
            kind: row.kind,
            reference: row.reference.filter(|r| !r.is_empty()),
        });
    }
    Ok(pins)
}

#[cfg(test)]
mod tests {
    use super::{key, read_csv, Actor, Kind, Registry};

    fn actor(name: &str, kind: Kind) -> Actor {
        Actor { name: name.to_owned(), kind, named: true, ..Actor::default() }
    }

    #[test]
    fn csv_and_toml_are_one() {
        let pins = read_csv("name,aliases,kind,ref\nAna Soler,A. Soler; Soler,person,Q1\nOslo,,,\n").unwrap();
        assert_eq!(pins[0].aliases, ["A. Soler", "Soler"]);
        assert_eq!((pins[0].kind, pins[1].kind), (Some(Kind::Person), None));
        let message = read_csv("nmae\nAna\n").unwrap_err();
        assert!(message.contains("wanted: the columns"), "{message}");
    }

    #[test]
    fn a_name_for_two_needs_articles() {
        let two = "name,articles\nAna Soler,\nANA SOLER,\n";
        let message = Registry::new(read_csv(two).unwrap()).unwrap_err();
        assert!(message.contains("stands for two actors"), "{message}");
        let apart = Registry::new(read_csv("name,ref,articles\nAna Soler,Q1,a;b\nAna Soler,Q2,c\n").unwrap()).unwrap();
        let soler = actor("Ana Soler", Kind::Person);
        assert_eq!(
            (apart.find("b", &soler), apart.find("c", &soler), apart.find("d", &soler)),
            (Some(0), Some(1), None)
        );
    }

    #[test]
    fn surnames_alone_are_not_joined() {
        assert_eq!(key(&actor("Šárka Nová", Kind::Person)).as_deref(), Some("sarka-nova"));
        assert_eq!(key(&actor("Nová", Kind::Person)), None);
        assert_eq!(key(&actor("The Courier", Kind::Organization)).as_deref(), Some("courier"));
        assert_eq!(key(&actor("officials", Kind::Group)), None);
    }
}
