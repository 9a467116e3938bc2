//! From the sources of quotations to the actors of an article.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::antecedent::Choices;
use super::determiner::is_determiner;
use super::entity::{is_location, Entities, Entity};
use super::matching::folded;
use super::mention::{is_plural, Form, Kind, Mention, Pronoun};
use super::names;
use super::phrase::phrase;
use super::role::only;
use super::states::{Relation, States};
use crate::quote::Quote;
use crate::text::{before_possessive, possesses, without_possessive, Document, Span, DASHES};

/// How the actor of a mention was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The mention holds the actor's name.
    Name,
    /// The mention holds another form of the name than the fullest: a surname, initials, a capital for its state.
    FullestName,
    /// A pronoun or a description, which refers to the actor elsewhere in the article.
    Coreference,
    /// Several are named together, and are one actor together.
    Compound,
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
    /// How sure it is that the mention stands for the actor, 0 to 1.
    pub confidence: f64,
}

/// Someone or something that is quoted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Actor {
    /// The fullest name in the article, without title; for one without a name, the description.
    pub name: String,
    /// What sort of actor it is.
    pub kind: Kind,
    /// Whether the article names it.
    pub named: bool,
    /// Other forms that the article uses.
    pub aliases: Vec<String>,
    /// All mentions in the article, in order.
    pub mentions: Vec<Span>,
    /// The user's reference of a pinned actor.
    pub reference: Option<String>,
    /// Whether the user has pinned it.
    pub pinned: bool,
}

/// Who the mentions of an article stand for.
pub(crate) struct Cast<'a> {
    pub(super) document: &'a Document,
    pub(super) mentions: &'a [Mention],
    states: &'a States,
    pub(super) entities: Entities,
    pub(super) actors: Vec<Actor>,
    pub(super) by_entity: HashMap<usize, usize>,
    by_name: HashMap<String, usize>,
}

/// A name in the article, and who it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedMention {
    pub span: Span,
    /// The fullest form of the name.
    pub name: String,
    pub kind: Kind,
    /// Whether the article only says that something is or goes there.
    pub location: bool,
    /// Index of the actor, where it is one.
    pub actor: Option<usize>,
}

/// The actors of an article.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Resolved {
    /// By quotation; `None` where it has no source.
    pub attributions: Vec<Option<Attribution>>,
    /// In order of their first quotation.
    pub actors: Vec<Actor>,
    /// All names of the article, in order.
    pub named: Vec<NamedMention>,
}

/// Finds the actors of an article's quotations.
pub(crate) fn resolve(
    document: &Document,
    quotes: &[Quote],
    mentions: &[Mention],
    choices: &[Choices],
    states: &States,
) -> Resolved {
    let entities = Entities::new(document, mentions, choices, states);
    let mut cast = Cast {
        document,
        mentions,
        states,
        entities,
        actors: Vec::new(),
        by_entity: HashMap::new(),
        by_name: HashMap::new(),
    };
    let mut attributions: Vec<_> = quotes.iter().map(|q| q.source.map(|source| cast.attribute(source))).collect();
    cast.speak_on(&mut attributions);
    cast.add_mentions(quotes, &attributions);
    let named = cast.named();
    Resolved { attributions, actors: cast.actors, named }
}

impl<'a> Cast<'a> {
    fn attribute(&mut self, source: Span) -> Attribution {
        let heads = self.heads(source);
        let (actor, method, confidence) = if names::is_nobody(self.document.slice(source)) {
            (None, Method::Pronoun, 1.0)
        } else if let Some(state) = self.demonym(source) {
            (Some(self.of_name(&state, Kind::Place)), Method::FullestName, 1.0)
        } else if let Some(parts) = self.compound(source, &heads) {
            (Some(self.unnamed(&parts, Kind::Group, true)), Method::Compound, 1.0)
        } else if names::is_of_speakers(self.document.slice(source)) {
            (Some(self.unnamed(self.words_of(source), Kind::Group, false)), Method::Description, 1.0)
        } else if let Some(head) = self.choose(source, &heads) {
            self.of_mention(source, head)
        } else {
            self.of_words(source)
        };
        if let Some(actor) = actor {
            self.add_alias(actor, self.words_of(source));
        }
        Attribution { mention: source, actor, method, confidence }
    }

    /// The state of a source that is an adjective alone: "Russian claims".
    fn demonym(&self, source: Span) -> Option<String> {
        let (state, relation) = self.states.find(without_possessive(self.document.slice(source)))?;
        (relation == Relation::Demonym).then(|| state.to_owned())
    }

    /// The mentions of a source that are not inside another's phrase: "the *head* of the agency, *Ana Soler*".
    fn heads(&self, source: Span) -> Vec<usize> {
        let first = self.mentions.partition_point(|m| m.span.start() < source.start());
        let inside = self.mentions[first..].iter().take_while(|m| m.span.start() < source.end());
        let within = inside.enumerate().filter(|(_, m)| m.span.end() <= source.end());
        within.map(|(i, _)| first + i).filter(|i| self.is_top(source, *i)).collect()
    }

    fn is_top(&self, source: Span, mention: usize) -> bool {
        let (name, kind) = (self.mentions[mention].is_name(), self.mentions[mention].kind);
        let before = mention.checked_sub(1).map(|i| self.mentions[i]);
        let relative = self.mentions[mention].form == Form::Pronoun(Pronoun::Who);
        let mention = self.mentions[mention].span;
        let text = self.document.text();
        // "London and Oslo, which share the fishing ground"
        if relative && mention.start() > source.start() {
            return false;
        }
        // The "Norvia" of "a court in Tellin, Norvia,".
        let within = kind == Kind::Place
            && before.is_some_and(|m| m.kind == Kind::Place && text.get(m.span.end()..mention.start()) == Some(", "));
        if within {
            return false;
        }
        let (before, after) = (&text[source.start()..mention.start()], &text[mention.end()..source.end()]);
        let possesses = possesses(after);
        // "the head of the Tellin Press Centre (TPC)"
        let repeats = before.ends_with('(') && after.starts_with(')');
        if possesses || repeats || self.is_possessive(mention, after) {
            return false;
        }
        // "the Secretary of State’s office"
        let of = after.trim_start().strip_prefix("of ").and_then(|rest| rest.split_whitespace().next());
        if of.is_some_and(|owner| before_possessive(owner).is_some()) {
            return false;
        }
        // What depends on a head ends with its clause.
        let clause = before.rsplit([',', ';', '(', '—', '–']).next().unwrap_or(before);
        let is_named = name && kind == Kind::Person && self.document.slice(mention).contains(' ');
        let office = is_named && names::is_office_before(clause, self.document.slice(mention));
        if clause.split_whitespace().any(names::begins_dependent) && !office {
            return false;
        }
        // A name before a common noun ("Democratic lawmakers", "Kremlin spokesman Ivo Petran") is no head.
        let next = names::behind(self.document.slice(mention), after);
        let next = next.strip_prefix(|c: char| c.is_whitespace() || c == '-').unwrap_or("");
        const AFTER_HEAD: &[&str] = &[
            "of", "and", "who", "which", "that", "in", "for", "at", "from", "on", "himself", "herself", "itself", "to",
            "or", "with",
        ];
        let word = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        // So is one before a title: "Senate Minority Leader Ada Lunt".
        let modifies = word.starts_with(char::is_lowercase) && !AFTER_HEAD.contains(&word)
            || word.starts_with(char::is_uppercase) && names::is_title(word);
        !(name && modifies)
    }

    /// "his wife": the pronoun possesses what follows.
    fn is_possessive(&self, mention: Span, after: &str) -> bool {
        let word = self.document.slice(mention).to_lowercase();
        let possessive = ["his", "her", "its", "their", "our", "my", "your", "whose"].contains(&word.as_str());
        possessive && !after.trim().is_empty()
    }

    /// The name of several heads that "and", or "neither … nor", joins.
    fn compound(&self, source: Span, heads: &[usize]) -> Option<String> {
        let (first, last) = (heads.first()?, heads.last()?);
        let text = self.document.text();
        let joined = heads.windows(2).any(|pair| {
            let gap = &text[self.mentions[pair[0]].span.end()..self.mentions[pair[1]].span.start()];
            gap.split_whitespace().any(|w| ["and", "nor"].contains(&w))
        });
        let entities: Vec<usize> = heads.iter().filter_map(|h| self.entities.of[*h].map(|(e, _)| e)).collect();
        if first == last || !joined || entities.len() < heads.len() || entities.iter().all(|e| *e == entities[0]) {
            return None;
        }
        if self.is_apposed(heads) {
            return None;
        }
        if heads.iter().all(|h| self.mentions[*h].is_name()) {
            let mut names: Vec<&str> = Vec::new();
            for entity in entities {
                let name = self.entities.list[entity].name.as_str();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let (last, rest) = names.split_last()?;
            return Some(format!("{} and {last}", rest.join(", ")));
        }
        Some(self.words_of(source).to_owned())
    }

    /// "retired general and analyst *Ada Lunt*": what one person is, and the name. After a determiner of its own ("the mayor and
    /// the governor, Ada Lunt") it would be another's.
    fn is_apposed(&self, heads: &[usize]) -> bool {
        let [what @ .., name] = heads else { return false };
        let Some(first) = what.first().map(|h| self.mentions[*h].span) else { return false };
        let is_what = |h: &usize| self.mentions[*h].form == (Form::Head { plural: false });
        let named = self.mentions[*name];
        let between = self.document.text().get(first.end()..named.span.start()).unwrap_or("");
        let after = between.rsplit_once(" and ").map_or("", |(_, after)| after);
        let both = self.document.text()[..first.start()].trim_end().to_lowercase().ends_with("both");
        let determined = between.split_whitespace().any(|w| is_determiner(&w.to_lowercase()));
        named.is_name()
            && named.kind == Kind::Person
            && what.iter().all(is_what)
            && !both
            && !determined
            && after.chars().any(char::is_alphabetic)
    }

    /// A person's name before other names, names before descriptions, those before pronouns, and names of nobody last.
    /// Of names of one sort the one that a title stands before, and that stands before a comma: "Norvia House Press
    /// Secretary *Ada Lunt*, New Tellin Democrat".
    fn choose(&self, source: Span, heads: &[usize]) -> Option<usize> {
        let rank = |h: &&usize| match (self.mentions[**h].form, self.entities.of[**h]) {
            (Form::Name, _) if names::is_titled(self.document, self.mentions[**h].span) => 0,
            (Form::Name, Some((e, _))) if self.entities.list[e].kind == Kind::Person => 1,
            (Form::Name, Some(_)) => 2,
            (Form::Head { .. }, _) => 3,
            (Form::Pronoun(_), _) => 4,
            (Form::Name, None) => 5,
        };
        let words = |h: &usize| self.document.slice(self.mentions[*h].span).split(' ').count();
        let apposed = |h: &usize| {
            let before = &self.document.text()[source.start()..self.mentions[*h].span.start()];
            before.matches([',', '(']).count()
        };
        heads.iter().min_by_key(|h| (rank(h), apposed(h), Reverse(words(h)))).copied()
    }

    fn of_mention(&mut self, source: Span, head: usize) -> (Option<usize>, Method, f64) {
        let mention = self.mentions[head];
        if mention.is_name() && self.is_counted(mention.span) {
            let text = self.words_of(source);
            return (Some(self.unnamed(text, Kind::Group, false)), Method::Description, 1.0);
        }
        // Outside of quotations "I" is the writer, "you" the reader, "we" either: the text names neither.
        let writer = matches!(mention.form, Form::Pronoun(Pronoun::I | Pronoun::We | Pronoun::You));
        let Some((entity, sure)) = self.entities.of[head].filter(|_| !writer) else {
            return match mention.form {
                Form::Pronoun(_) => (None, Method::Pronoun, 1.0),
                Form::Name => self.of_words(source),
                Form::Head { .. } => (Some(self.described(source, mention)), Method::Description, 1.0),
            };
        };
        let (named, name) = (self.entities.list[entity].named, self.entities.list[entity].name.clone());
        let method = match mention.form {
            Form::Name if name == names::bare(self.document.slice(mention.span)) => Method::Name,
            Form::Name => Method::FullestName,
            Form::Head { .. } if !named && !self.by_entity.contains_key(&entity) => Method::Description,
            _ => Method::Coreference,
        };
        let actor = match self.by_entity.get(&entity) {
            Some(actor) => *actor,
            None => {
                let actor = if named {
                    self.push(&name, self.entities.list[entity].kind, true)
                } else if method == Method::Description {
                    self.described(source, mention)
                } else {
                    self.unnamed(&name, described_kind(self.entities.list[entity].kind, is_plural(&name)), false)
                };
                self.by_entity.insert(entity, actor);
                actor
            }
        };
        (Some(actor), method, sure)
    }

    /// "some Republicans", "one Democrat": of those who bear the name, not all.
    fn is_counted(&self, name: Span) -> bool {
        const COUNTS: &[&str] =
            &["some", "many", "most", "several", "few", "other", "two", "three", "four", "five", "dozens", "both"];
        let word = names::word_before(self.document, name).to_lowercase();
        if ["a", "an", "another", "one"].contains(&word.as_str()) {
            return true;
        }
        let is_number = word.chars().all(|c| c.is_ascii_digit() || c == ',');
        let opens = self.document.opens_sentence(name.start());
        (COUNTS.contains(&word.as_str()) || is_number) && !opens && is_plural(self.document.slice(name))
    }

    /// A description that names nobody.
    fn described(&mut self, source: Span, mention: Mention) -> usize {
        let plural = mention.form == (Form::Head { plural: true });
        let kind = described_kind(mention.kind, plural);
        let text = until_clause(self.words_of(source), mention.span.end() - source.start());
        self.unnamed_as(text, until_relative(text, mention.span.end() - source.start()), kind, false)
    }

    /// The words of a source without the marks around it and without a possessive ending.
    fn words_of(&self, source: Span) -> &'a str {
        let text = self.document.slice(source);
        without_possessive(
            text.trim_end_matches(|c: char| c.is_whitespace() || DASHES.contains(&c) || [',', ':', ';'].contains(&c)),
        )
    }

    /// A source in which the network sees no mention: by its capitals, or else as a description.
    fn of_words(&mut self, source: Span) -> (Option<usize>, Method, f64) {
        let text = self.words_of(source);
        if names::is_pronoun(text) {
            return (None, Method::Pronoun, 1.0);
        }
        let Some(name) = names::head_name(self.document, source) else {
            let last = text.split_whitespace().next_back().unwrap_or("").to_owned();
            let kind = if is_plural(&last) { Kind::Group } else { Kind::Unknown };
            let text = until_clause(text, 0);
            let actor = self.unnamed_as(text, until_relative(text, 0), kind, false);
            return (Some(actor), Method::Description, 1.0);
        };
        if let Some(entity) = self.ending_in(name) {
            let fuller = self.entities.list[entity].name.clone();
            return (Some(self.of_name(&fuller, Kind::Organization)), Method::FullestName, 1.0);
        }
        let name = self.document.slice(name).to_owned();
        (Some(self.of_name(&name, Kind::Unknown)), Method::Name, 1.0)
    }

    /// "the Post" after the one organization whose name has more words and ends so.
    fn ending_in(&self, name: Span) -> Option<usize> {
        if !names::word_before(self.document, name).eq_ignore_ascii_case("the") {
            return None;
        }
        let ending = format!(" {}", folded(self.document.slice(name)));
        let ends = |e: &Entity| e.named && e.kind == Kind::Organization && folded(&e.name).ends_with(&ending);
        let before = self.mentions.iter().zip(&self.entities.of).take_while(|(m, _)| m.span.end() <= name.start());
        let found = before.filter_map(|(_, of)| of.map(|(e, _)| e)).filter(|e| ends(&self.entities.list[*e]));
        only(found)
    }

    /// The actor of this name, in full or as other mentions have it: that of the article, or a new one.
    fn of_name(&mut self, name: &str, kind: Kind) -> usize {
        let wanted = folded(name);
        let known = self.entities.list.iter().position(|e| e.named && folded(&e.name) == wanted);
        let known = known.or_else(|| {
            let called = |m: &Mention| m.is_name() && folded(names::bare(self.document.slice(m.span))) == wanted;
            let mut of = self.mentions.iter().zip(&self.entities.of).filter(|(m, _)| called(m));
            of.find_map(|(_, of)| of.map(|(entity, _)| entity)).filter(|e| self.entities.list[*e].named)
        });
        let Some(entity) = known else { return self.unnamed(name, kind, true) };
        if let Some(actor) = self.by_entity.get(&entity) {
            return *actor;
        }
        let (name, kind) = (self.entities.list[entity].name.clone(), self.entities.list[entity].kind);
        let actor = self.push(&name, kind, true);
        self.by_entity.insert(entity, actor);
        actor
    }

    /// An actor that no entity stands behind: one for each wording, whatever its article.
    fn unnamed(&mut self, name: &str, kind: Kind, named: bool) -> usize {
        self.unnamed_as(name, name, kind, named)
    }

    /// The same with a name that is less than the wording: "an aide" of "an aide who left" is not that of "an aide who stayed".
    fn unnamed_as(&mut self, wording: &str, name: &str, kind: Kind, named: bool) -> usize {
        let key = folded(wording);
        let key = ["the ", "a ", "an "].iter().find_map(|article| key.strip_prefix(article)).unwrap_or(&key).to_owned();
        if let Some(actor) = self.by_name.get(&key) {
            return *actor;
        }
        let actor = self.push(name, kind, named);
        self.by_name.insert(key, actor);
        actor
    }

    fn push(&mut self, name: &str, kind: Kind, named: bool) -> usize {
        let actor = Actor { name: name.to_owned(), kind, named, ..Actor::default() };
        self.actors.push(actor);
        self.actors.len() - 1
    }

    fn add_alias(&mut self, actor: usize, text: &str) {
        let actor = &mut self.actors[actor];
        if text != actor.name && !names::is_pronoun(text) && !actor.aliases.iter().any(|a| a == text) {
            actor.aliases.push(text.to_owned());
        }
    }

    /// Every mention of every actor, sources with all their words.
    fn add_mentions(&mut self, quotes: &[Quote], attributions: &[Option<Attribution>]) {
        let mut found: Vec<(usize, Span)> =
            attributions.iter().flatten().filter_map(|a| Some((a.actor?, a.mention))).collect();
        let sources = found.clone();
        for (i, mention) in self.mentions.iter().enumerate() {
            let speaker = match mention.form {
                Form::Pronoun(Pronoun::I | Pronoun::You | Pronoun::He | Pronoun::She) => {
                    self.speaker(quotes, attributions, mention.span)
                }
                _ => None,
            };
            let is_first = mention.form == Form::Pronoun(Pronoun::I);
            let spoken = speaker.filter(|_| is_first);
            let entity = self.entities.of[i].and_then(|(e, _)| self.by_entity.get(&e).copied());
            // People call themselves neither "you" nor "he".
            let entity = entity.filter(|actor| is_first || speaker != Some(*actor));
            let Some(actor) = spoken.or(entity) else { continue };
            let span = match mention.form {
                Form::Head { .. } => phrase(self.document, mention.span),
                _ => mention.span,
            };
            // A pronoun that is a source stands for nobody but the actor of that.
            if !sources.iter().any(|(a, s)| s.overlaps(span) && (*a == actor || *s == span)) {
                found.push((actor, span));
            }
            if mention.is_name() {
                self.add_alias(actor, names::bare(self.document.slice(mention.span)));
            }
        }
        found.sort_by_key(|(_, span)| *span);
        found.dedup();
        for (actor, span) in found {
            self.actors[actor].mentions.push(span);
        }
    }

    fn named(&self) -> Vec<NamedMention> {
        let names = self.mentions.iter().enumerate().filter(|(_, m)| m.is_name());
        let of = |(i, mention): (usize, &Mention)| {
            let (entity, _) = self.entities.of[i]?;
            let Entity { name, kind, .. } = &self.entities.list[entity];
            Some(NamedMention {
                span: mention.span,
                name: name.clone(),
                kind: *kind,
                location: is_location(self.document, mention.span),
                actor: self.by_entity.get(&entity).copied(),
            })
        };
        names.filter_map(of).collect()
    }

    /// Who says the quotation that holds a passage within its marks.
    fn speaker(&self, quotes: &[Quote], attributions: &[Option<Attribution>], passage: Span) -> Option<usize> {
        if !self.document.marks().is_quoted(passage.start()) {
            return None;
        }
        let holds = |q: &Quote| q.content.iter().any(|c| c.contains(passage));
        let (_, attribution) = quotes.iter().zip(attributions).find(|(q, _)| holds(q))?;
        attribution.as_ref()?.actor
    }
}

/// A description without what is put in after its head, which ends at this byte: "an aide" of "an aide, who spoke in
/// private".
fn until_clause(text: &str, head: usize) -> &str {
    let rest = text.get(head..).unwrap_or("");
    let at = [", ", "; ", " (", " — ", " – "].iter().filter_map(|mark| rest.find(mark)).min();
    // "the mayor, the chamber and the guild" are several.
    let several = |at: usize| {
        let clause = rest[at..].trim_start_matches(|c: char| !c.is_alphanumeric());
        rest.contains(" and ") && !["who ", "which ", "whose ", "a ", "an "].iter().any(|w| clause.starts_with(w))
    };
    at.filter(|at| !several(*at)).map_or(text, |at| &text[..head + at])
}

/// A description without the relative clause after its head, which ends at this byte.
fn until_relative(text: &str, head: usize) -> &str {
    const RELATIVES: &[&str] = &["who", "whom", "whose", "which", "that", "where"];
    let Some(rest) = text.get(head..) else { return text };
    let begins = |at: &usize| RELATIVES.contains(&rest[*at..].split_whitespace().next().unwrap_or(""));
    let mut spaces = rest.match_indices(' ').map(|(at, _)| at).filter(|at| head + at > 0);
    let cut = spaces.find(begins).map_or(text, |at| &text[..head + at]);
    // "those who know"
    if names::is_pronoun(cut) {
        return text;
    }
    cut.trim_end_matches(|c: char| !c.is_alphanumeric() && !['”', '"', '’', ')'].contains(&c))
}

/// Several persons are a group, one is a person; what is no person in the singular stays what it is.
fn described_kind(kind: Kind, plural: bool) -> Kind {
    match (kind, plural) {
        (Kind::Document, _) => Kind::Document,
        (_, true) => Kind::Group,
        (kind, false) => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::until_relative;

    #[test]
    fn a_relative_clause_is_no_part_of_a_name() {
        let cut = |text: &'static str| until_relative(text, 0);
        assert_eq!(cut("an aide who asked not to be named"), "an aide");
        assert_eq!(cut("state television which"), "state television");
        assert_eq!(cut("those who knew him"), "those who knew him");
        assert_eq!(cut("the aide"), "the aide");
        assert_eq!(until_relative("who knows", 9), "who knows");
    }
}
