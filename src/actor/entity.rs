//! The actors of an article: names brought together by their words, descriptions and pronouns by the network.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::antecedent::Choices;
use super::described::Described;
use super::form::{self, name_forms, split_persons, NameForm};
use super::given;
use super::matching::{folded, is_short_form, words, PersonName};
use super::mention::{Form, Kind, Mention, Pronoun};
use super::names;
use super::phrase::{description, phrase};
use super::role::{only, Roles};
use super::states::{Relation, States};
use crate::text::{Document, Span};

/// A description or pronoun goes to an actor only with at least this share of the network's votes: where it is less
/// sure, it is wrong too often for a finding to stand on. A plain majority; no other bound was measured.
const ENOUGH: f64 = 0.5;

/// How sure a relative pronoun is that stands right after a person.
const RELATIVE: f64 = 0.95;
/// How sure a pronoun is that opens a clause after the one person of its sentence: it goes before a vote that is less.
const CLAUSE: f64 = 0.8;
/// How sure a description is that only one of the article answers to, or that repeats the words of the one before.
pub(super) const DESCRIBED: f64 = 0.9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

/// Someone or something that mentions of the article stand for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    /// The fullest name, without title; of one without a name, the description.
    pub name: String,
    pub kind: Kind,
    /// Whether the article names it.
    pub named: bool,
    pub(super) gender: Option<Gender>,
}

/// All actors of an article, and which of them each mention stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Entities {
    pub list: Vec<Entity>,
    /// By mention: the entity, and how sure that is.
    pub of: Vec<Option<(usize, f64)>>,
}

impl Entities {
    pub fn new(document: &Document, mentions: &[Mention], choices: &[Choices], states: &States) -> Self {
        let mut entities = Self { list: Vec::new(), of: vec![None; mentions.len()] };
        let mut forms = name_forms(document, mentions, states);
        form::drop_words_before_names(&mut forms);
        let forms = entities.add_states(document, mentions, forms, states);
        let (persons, others) = split_persons(forms);
        entities.add_persons(document, mentions, choices, persons);
        entities.add_others(document, mentions, others);
        entities.add_references(document, mentions, choices);
        entities
    }

    /// A new entity, with its mentions.
    fn add(&mut self, entity: Entity, mentions: &[usize]) -> usize {
        let index = self.list.len();
        self.list.push(entity);
        for mention in mentions {
            self.of[*mention] = Some((index, 1.0));
        }
        index
    }

    fn named(&mut self, name: &str, kind: Kind, mentions: &[usize]) -> usize {
        self.add(Entity { name: name.to_owned(), kind, named: true, gender: None }, mentions)
    }

    /// States by any of their names; a capital stands for its state unless the text goes to, or is in, the city.
    fn add_states(
        &mut self,
        document: &Document,
        mentions: &[Mention],
        forms: Vec<NameForm>,
        states: &States,
    ) -> Vec<NameForm> {
        let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut rest = Vec::new();
        // "Paris" is a person where the article has a "Paris Lunt".
        let of_person = |f: &NameForm| f.kind == Kind::Person && f.text.contains(' ');
        let persons: HashSet<String> = forms
            .iter()
            .filter(|f| of_person(f))
            .flat_map(|f| folded(&f.text).split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for mut form in forms {
            let is_person = of_person(&form) || form.kind == Kind::Person && persons.contains(&folded(&form.text));
            let state = states.find(&form.text).filter(|(_, r)| !is_person && *r != Relation::Demonym);
            if let Some((state, relation)) = state {
                let (stands, stays): (Vec<usize>, Vec<usize>) = form
                    .mentions
                    .iter()
                    .partition(|m| relation == Relation::Name || !is_location(document, mentions[**m].span));
                found.entry(state).or_default().extend(stands);
                form.mentions = stays;
            }
            if !form.mentions.is_empty() {
                rest.push(form);
            }
        }
        for (state, mentions) in found.into_iter().filter(|(_, m)| !m.is_empty()) {
            self.named(state, Kind::Place, &mentions);
        }
        rest
    }

    /// Full names first, spellings of one together; then the single words that stand for them.
    fn add_persons(&mut self, document: &Document, mentions: &[Mention], choices: &[Choices], forms: Vec<NameForm>) {
        let parsed: Vec<PersonName> = forms.iter().map(|f| PersonName::new(&f.text)).collect();
        // "Abou Lunt" is a surname beside "Mara Abou Lunt".
        let is_surname_of = |own: &PersonName, full: &PersonName| {
            own.words.len() < full.words.len() && given::is_name(&full.words[0]) && own.is_end_of(full)
        };
        let whole = |(form, own): (&NameForm, &PersonName)| {
            !PersonName::is_single(&form.text) && !parsed.iter().any(|full| is_surname_of(own, full))
        };
        let is_full: Vec<bool> = forms.iter().zip(&parsed).map(whole).collect();
        let mut full: Vec<(usize, Vec<usize>)> = Vec::new();
        for (form, name) in parsed.iter().enumerate().filter(|(i, _)| is_full[*i]) {
            let known = full.iter_mut().find(|(_, forms)| forms.iter().all(|f| parsed[*f].agrees(name)));
            match known {
                Some((entity, theirs)) => {
                    theirs.push(form);
                    let entity = *entity;
                    if forms[form].text.chars().count() > self.list[entity].name.chars().count()
                        && name.words.len() > PersonName::new(&self.list[entity].name).words.len()
                    {
                        self.list[entity].name.clone_from(&forms[form].text);
                    }
                    forms[form].mentions.iter().for_each(|m| self.of[*m] = Some((entity, 1.0)));
                }
                None => {
                    let entity = self.named(&forms[form].text, Kind::Person, &forms[form].mentions);
                    full.push((entity, vec![form]));
                }
            }
        }
        for (entity, _) in &full {
            self.list[*entity].gender = given_gender(&self.list[*entity].name);
        }
        // A title is surer than a given name.
        for form in &forms {
            for mention in &form.mentions {
                let gender = title_gender(document, mentions[*mention].span);
                if let (Some((entity, _)), Some(gender)) = (self.of[*mention], gender) {
                    self.list[entity].gender = Some(gender);
                }
            }
        }
        let roles = Roles::new(document, mentions, self);
        for (form, name) in parsed.iter().enumerate().filter(|(i, _)| !is_full[*i]) {
            let of = |test: &dyn Fn(&PersonName) -> bool| -> Vec<usize> {
                full.iter().filter(|(_, forms)| forms.iter().any(|f| test(&parsed[*f]))).map(|(e, _)| *e).collect()
            };
            // Where the son is "Lunt Jr.", "Lunt" is his father.
            let other = |full: &PersonName| full.generation.is_some() && name.generation.is_none();
            let marked =
                |full: &PersonName| parsed.iter().any(|n| n.words == name.words && n.generation == full.generation);
            let mut candidates = of(&|full| name.is_end_of(full) && !(other(full) && marked(full)));
            if candidates.is_empty() {
                candidates = of(&|full| name.is_start_of(full));
            }
            self.add_short(document, mentions, choices, &roles, &forms[form], &candidates);
        }
    }

    /// A surname, or a given name, that stands for one of these.
    fn add_short(
        &mut self,
        document: &Document,
        mentions: &[Mention],
        choices: &[Choices],
        roles: &Roles,
        form: &NameForm,
        candidates: &[usize],
    ) {
        let mut own = None;
        for mention in &form.mentions {
            let gender = title_gender(document, mentions[*mention].span);
            let fits = |e: &&usize| gender.is_none() || self.list[**e].gender.is_none_or(|g| Some(g) == gender);
            let mut fitting: Vec<usize> = candidates.iter().filter(fits).copied().collect();
            // Who was named before goes before whom the text goes on to name.
            let known = |e: &usize| self.of[..*mention].iter().flatten().any(|(before, _)| before == e);
            if fitting.iter().any(known) {
                fitting.retain(known);
            }
            // A title that only one of them carries decides.
            let titled: Vec<usize> =
                fitting.iter().filter(|e| gender.is_some() && self.list[**e].gender == gender).copied().collect();
            let word = word_before(document, mentions[*mention].span);
            let called =
                roles.titled(word, &fitting).or_else(|| roles.of_generation(&word.to_lowercase(), &fitting, self));
            let chosen = match (called, titled.as_slice(), fitting.as_slice()) {
                (Some(one), _, _) => Some((one, 1.0)),
                (_, [one], _) | (_, _, [one]) => Some((*one, 1.0)),
                _ => self
                    .vote(choices, *mention, |e| fitting.contains(&e), |_| false, |_| false)
                    .or_else(|| self.last_of(*mention, &fitting)),
            };
            let (entity, share) = chosen.unwrap_or_else(|| {
                let entity = *own.get_or_insert_with(|| {
                    self.list.push(Entity { name: form.text.clone(), kind: form.kind, named: true, gender: None });
                    self.list.len() - 1
                });
                (entity, 1.0)
            });
            if gender.is_some() && self.list[entity].gender.is_none() {
                self.list[entity].gender = gender;
            }
            self.of[*mention] = Some((entity, share));
        }
    }

    /// Where several persons share a surname and nothing else tells: the one of them that was named last before, as a
    /// reader takes it, at even odds.
    fn last_of(&self, mention: usize, candidates: &[usize]) -> Option<(usize, f64)> {
        let before = self.of[..mention].iter().rev().flatten().find(|(e, _)| candidates.contains(e));
        before.map(|(e, _)| (*e, ENOUGH))
    }

    /// Names of organizations, places and other things: the same words, a part of a longer name, or its initials.
    fn add_others(&mut self, document: &Document, mentions: &[Mention], mut forms: Vec<NameForm>) {
        // Longest first, so that what is fuller is there when its short forms come.
        forms.sort_by_key(|f| std::cmp::Reverse(words(&f.text).len()));
        let mut known: Vec<(usize, Kind, Vec<String>)> = Vec::new();
        for form in &forms {
            let own = words(&form.text);
            let longer = |of: &dyn Fn(&[String]) -> bool| -> Option<usize> {
                let alike = |kind: Kind, words: &[String]| {
                    kinds_agree(form.kind, kind) || words == own || is_short_form(&form.text, words)
                };
                let found = known.iter().filter(|(_, kind, words)| alike(*kind, words) && of(words));
                only(found.map(|(entity, ..)| *entity))
            };
            let same = longer(&|words| folded(&words.join(" ")) == folded(&own.join(" ")));
            let short = same.or_else(|| longer(&|words| is_short_form(&form.text, words))).or_else(|| {
                let part = |words: &[String]| {
                    words.len() > own.len()
                        && (words.ends_with(&own)
                            || words.starts_with(&own) && !is_unit(&form.text, &words[own.len()..]))
                };
                // "the Observatory"
                let inner = |words: &[String]| {
                    own.len() == 1
                        && words.len() > 2
                        && words[1..].contains(&own[0])
                        && !words.iter().any(|w| w == "and")
                };
                let definite = || {
                    let mut spans = form.mentions.iter().map(|m| mentions[*m].span);
                    spans.all(|span| names::word_before(document, span).eq_ignore_ascii_case("the"))
                };
                match form.kind {
                    Kind::Place => None,
                    // "Police say" is not the "Tellin Police" that the article goes on to name.
                    Kind::Organization if names::is_general(&form.text) && !definite() => longer(&part)
                        .filter(|e| self.of[..form.mentions[0]].iter().flatten().any(|(before, _)| before == e)),
                    Kind::Organization => longer(&part).or_else(|| longer(&inner).filter(|_| definite())),
                    _ => longer(&part),
                }
            });
            let entity = match short {
                Some(entity) => {
                    form.mentions.iter().for_each(|m| self.of[*m] = Some((entity, 1.0)));
                    entity
                }
                None => self.named(&form.text, form.kind, &form.mentions),
            };
            known.push((entity, form.kind, own));
        }
    }

    /// Descriptions and pronouns, in the order of the text, by the votes of the network.
    fn add_references(&mut self, document: &Document, mentions: &[Mention], choices: &[Choices]) {
        let roles = Roles::new(document, mentions, self);
        for (i, mention) in mentions.iter().enumerate() {
            if self.of[i].is_some() || mention.is_name() {
                continue;
            }
            self.of[i] = self.by_form(document, mentions, &roles, i);
            if self.of[i].is_some() || follows_unseen_name(document, mentions, i) {
                continue;
            }
            let described = Described::new(document, mentions, i);
            if let Some(again) = described.as_ref().and_then(|d| d.again(document, self, mentions)) {
                self.of[i] = Some(again);
                continue;
            }
            let hearer = self.hearer(document, mentions, i);
            let fits = |e: usize| hearer != Some(e) && self.fits(mention, e);
            let contradicts = |e: usize| described.as_ref().is_some_and(|d| !d.fits(document, self, mentions, e));
            let barred = |c: usize| self.is_barred(document, mentions, i, c);
            let chosen = self.vote(choices, i, fits, contradicts, barred);
            let chosen = match self.of_clause(document, mentions, i) {
                Some(entity) if chosen.is_none_or(|(_, share)| share < CLAUSE) => Some((entity, CLAUSE)),
                _ => chosen,
            };
            self.of[i] = match (mention.form, chosen) {
                (Form::Pronoun(pronoun), Some((entity, _))) => {
                    self.learn_gender(entity, pronoun);
                    chosen
                }
                (Form::Pronoun(_), None) => None,
                (_, Some(_)) => chosen,
                (_, None) => {
                    let same = described.as_ref().and_then(|d| d.same(self));
                    let known = self.by_head(document, mentions, i).or(same);
                    Some(known.unwrap_or_else(|| self.new_described(document, mentions, i)))
                }
            };
        }
    }

    /// What the form of a description or pronoun shows without a vote: an office, what a relative pronoun follows, a nation.
    fn by_form(&self, document: &Document, mentions: &[Mention], roles: &Roles, i: usize) -> Option<(usize, f64)> {
        let single = mentions[i].form == Form::Head { plural: false };
        let described = single.then(|| roles.described(document, mentions, self, i)).flatten();
        let described = described.map(|entity| (entity, DESCRIBED));
        described
            .or_else(|| self.of_relative(document, mentions, i).map(|entity| (entity, RELATIVE)))
            .or_else(|| self.of_nation(document, &mentions[i]).map(|entity| (entity, DESCRIBED)))
    }

    fn learn_gender(&mut self, entity: usize, pronoun: Pronoun) {
        let gender = match pronoun {
            Pronoun::He => Gender::Male,
            Pronoun::She => Gender::Female,
            _ => return,
        };
        self.list[entity].gender.get_or_insert(gender);
    }

    /// An actor that is known by a description alone.
    fn new_described(&mut self, document: &Document, mentions: &[Mention], i: usize) -> (usize, f64) {
        let name = document.slice(description(document, mentions, i)).to_owned();
        self.list.push(Entity { name, kind: mentions[i].kind, named: false, gender: None });
        (self.list.len() - 1, 1.0)
    }

    /// "Bo Reyl, who", "the Tellin Post, which": what the mention that ends right before the pronoun stands for. An organization
    /// is "who" only where it does not depend on another noun, as in "the head of the Post, who".
    fn of_relative(&self, document: &Document, mentions: &[Mention], mention: usize) -> Option<usize> {
        let own = mentions[mention].span;
        let end = followed(document, own)?.len();
        let before = mentions[..mention].iter().rposition(|m| m.span.end() == end)?;
        let (entity, _) = self.of[before]?;
        let Entity { kind, named, name, .. } = &self.list[entity];
        if document.slice(own).eq_ignore_ascii_case("which") {
            return (*kind != Kind::Person && (*named || name.contains(' '))).then_some(entity);
        }
        if matches!(kind, Kind::Person | Kind::Group) {
            return Some(entity);
        }
        let whole = phrase(document, mentions[before].span);
        let link = names::word_before(document, whole).to_lowercase();
        if !["at", "for", "from", "group", "in", "of"].contains(&link.as_str()) {
            return (*kind == Kind::Organization && *named).then_some(entity);
        }
        // "the head of the Post, who"
        let gap = |m: &Mention| document.text().get(m.span.end()..whole.start()).map(str::trim);
        let head = mentions[..before].iter().rposition(|m| gap(m) == Some(&link))?;
        let is_person = matches!(mentions[head].form, Form::Head { .. })
            && matches!(mentions[head].kind, Kind::Person | Kind::Group);
        self.of[head].filter(|_| is_person).map(|(entity, _)| entity)
    }

    /// Whom a pronoun tells something: the "Lunt" of "she told Lunt".
    fn hearer(&self, document: &Document, mentions: &[Mention], mention: usize) -> Option<usize> {
        let (own, other) = (&mentions[mention], mentions.get(mention + 1)?);
        let between = document.text().get(own.span.end()..other.span.start())?;
        let told = own.is_pronoun() && [" asked ", " told "].contains(&between);
        told.then(|| self.of[mention + 1].map(|(entity, _)| entity)).flatten()
    }

    /// "Lunt’s visit, where she": the one person whom the sentence names before the clause that the pronoun opens.
    fn of_clause(&self, document: &Document, mentions: &[Mention], mention: usize) -> Option<usize> {
        const OPENERS: &[&str] =
            &["where", "when", "as", "after", "before", "while", "because", "since", "although", "though", "until"];
        let own = &mentions[mention];
        let word = word_before(document, own.span).to_lowercase();
        if !matches!(own.form, Form::Pronoun(Pronoun::He | Pronoun::She)) || !OPENERS.contains(&word.as_str()) {
            return None;
        }
        let sentence = document.sentence_at(own.span.start())?.span;
        let before = (0..mention).rev().take_while(|i| mentions[*i].span.start() >= sentence.start());
        let names = before.filter(|i| mentions[*i].is_name() && !document.marks().is_inside(mentions[*i].span.start()));
        let fitting = |e: &usize| self.list[*e].kind == Kind::Person && self.fits(own, *e);
        only(names.filter_map(|i| self.of[i].map(|(e, _)| e)).filter(fitting))
    }

    /// "the Norvian people" where the article also calls them "Norvians".
    fn of_nation(&self, document: &Document, mention: &Mention) -> Option<usize> {
        let people = ["people", "public"].contains(&document.slice(mention.span).to_lowercase().as_str());
        let adjective = word_before(document, mention.span);
        if !people || !adjective.starts_with(char::is_uppercase) {
            return None;
        }
        let nation = folded(&format!("{adjective}s"));
        self.list.iter().position(|e| e.named && folded(&e.name) == nation)
    }

    /// "the commission" after the one organization whose name ends so, "the paper" after the one newspaper.
    fn by_head(&self, document: &Document, mentions: &[Mention], mention: usize) -> Option<(usize, f64)> {
        let own = &mentions[mention];
        let definite = names::word_before(document, own.span).eq_ignore_ascii_case("the");
        if own.kind == Kind::Person || !definite || own.form != (Form::Head { plural: false }) {
            return None;
        }
        let word = folded(document.slice(own.span));
        let answers = |e: &Entity| {
            let name = folded(&e.name);
            let last = name.split(' ').next_back().unwrap_or("");
            e.named && e.kind == Kind::Organization && (last == word || is_newspaper(last) && is_paper(&word))
        };
        let mut found = self.list.iter().enumerate().filter(|(_, e)| answers(e));
        let (entity, _) = found.next()?;
        let before = self.of[..mention].iter().flatten().any(|(e, _)| *e == entity);
        (found.next().is_none() && before).then_some((entity, DESCRIBED))
    }

    /// The entity with most of a mention's votes, if that is enough and more than none has. Candidates that are barred,
    /// and those whose entity does not fit, take no part; votes for what the mention's words contradict are for none.
    fn vote(
        &self,
        choices: &[Choices],
        mention: usize,
        fits: impl Fn(usize) -> bool,
        contradicts: impl Fn(usize) -> bool,
        barred: impl Fn(usize) -> bool,
    ) -> Option<(usize, f64)> {
        let mut shares: HashMap<usize, f64> = HashMap::new();
        let mut none = choices[mention].none;
        for (candidate, share) in choices[mention].candidates.iter().filter(|(c, _)| !barred(*c)) {
            match self.of[*candidate] {
                Some((entity, _)) if contradicts(entity) => none += share,
                Some((entity, sure)) if fits(entity) => *shares.entry(entity).or_default() += share * sure,
                Some(_) => {}
                None => none += share,
            }
        }
        let total: f64 = none + shares.values().sum::<f64>();
        // Ties go to the entity that came first, whatever the order of the map.
        let best = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let share = best.1 / total;
        (share >= ENOUGH && best.1 > none).then_some((best.0, share))
    }

    /// Whether a mention cannot be what another refers to, by where both stand: "I" is the speaker, whoever that is; what
    /// follows in a later sentence, or in one that the pronoun opens, is not yet known; and who speaks ("“My father was
    /// right,” he said") is none of those that the words before name.
    fn is_barred(&self, document: &Document, mentions: &[Mention], mention: usize, candidate: usize) -> bool {
        let (own, other) = (&mentions[mention], &mentions[candidate]);
        if other.form == Form::Pronoun(Pronoun::I) {
            return own.form != other.form || self.of[candidate].is_none();
        }
        if !matches!(own.form, Form::Pronoun(Pronoun::He | Pronoun::She)) {
            return false;
        }
        let sentence = document.sentence_at(own.span.start());
        if sentence.is_some_and(|s| other.span.start() >= s.span.end()) {
            return true;
        }
        // "She said that Lunt was right": who opens a sentence is none of those that it goes on to name.
        if other.span.start() > own.span.start() && sentence.is_some_and(|s| s.span.start() == own.span.start()) {
            return true;
        }
        spoken_before(document, own.span).is_some_and(|region| region.contains(other.span))
    }

    /// Whether a mention can stand for an entity, by what its form tells.
    pub(super) fn fits(&self, mention: &Mention, entity: usize) -> bool {
        let Entity { kind, gender, name, .. } = &self.list[entity];
        let one =
            |other| *gender != Some(other) && may_be_person(*kind) && (gender.is_some() || !names::is_of_several(name));
        match mention.form {
            Form::Pronoun(Pronoun::He) => one(Gender::Female),
            Form::Pronoun(Pronoun::She) => one(Gender::Male),
            Form::Pronoun(Pronoun::It) => *kind != Kind::Person,
            // "they" of a man or a woman is too rare in news to give a group's words to the one named before it.
            Form::Pronoun(Pronoun::They) => *kind != Kind::Person || gender.is_none(),
            Form::Pronoun(_) => true,
            Form::Head { plural: true } => *kind != Kind::Person,
            Form::Head { plural: false } => mention.kind != Kind::Person || may_be_person(*kind),
            Form::Name => true,
        }
    }
}

/// The words in marks that end right before a mention: "“It is late,” *he* said".
pub(super) fn spoken_before(document: &Document, mention: Span) -> Option<Span> {
    let end = document.text()[..mention.start()].trim_end().len();
    document.marks().quoted_until(end)
}

/// The text up to what a relative pronoun follows: "Bo Reyl" of "Bo Reyl, who".
fn followed(document: &Document, pronoun: Span) -> Option<&str> {
    let relative = ["who", "whom", "whose", "which"].contains(&document.slice(pronoun).to_lowercase().as_str());
    let before = document.text()[..pronoun.start()].strip_suffix(char::is_whitespace).filter(|_| relative)?;
    Some(before.strip_suffix(',').unwrap_or(before))
}

/// "Lunt endorses Reyl, who" where the network saw no mention in "Reyl": it is none of those that it saw.
fn follows_unseen_name(document: &Document, mentions: &[Mention], mention: usize) -> bool {
    let Some(before) = followed(document, mentions[mention].span) else { return false };
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let seen = mentions[..mention].iter().any(|m| m.span.end() == before.len());
    !seen && word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic)
}

/// Whether names of newspapers end so: the "Post" of "Tellin Post".
fn is_newspaper(word: &str) -> bool {
    #[rustfmt::skip]
    const LAST: &[&str] = &[
        "chronicle", "courier", "examiner", "express", "gazette", "globe", "guardian", "herald", "inquirer", "journal",
        "mail", "mirror", "observer", "post", "sun", "telegraph", "times", "tribune",
    ];
    LAST.contains(&word)
}

fn is_paper(word: &str) -> bool {
    ["daily", "newspaper", "paper", "tabloid"].contains(&word)
}

/// Whether what a longer name has beyond a short one makes it a part of that, or people there: the "Ethics Committee" of
/// "Senate Ethics Committee", the "Special Agent" of "FBI Special Agent".
fn is_unit(short: &str, rest: &[String]) -> bool {
    #[rustfmt::skip]
    const UNITS: &[&str] = &[
        "agent", "agents", "branch", "bureau", "campaign", "caucus", "chamber", "commission", "committee", "council",
        "department", "directorate", "division", "embassy", "force", "leader", "leaders", "majority", "minority",
        "office", "officer", "officers", "panel", "police", "republicans", "democrats", "secretariat", "service",
        "subcommittee", "team", "unit",
    ];
    // "Tellin Telecom Controller" is a post there.
    let is_post = |word: &String| word != "general" && (word == "controller" || names::is_title(word));
    form::is_acronym(short)
        || rest.iter().any(|word| UNITS.contains(&word.as_str()))
        || matches!(rest, [post] if is_post(post))
}

fn may_be_person(kind: Kind) -> bool {
    matches!(kind, Kind::Person | Kind::Unknown)
}

fn kinds_agree(a: Kind, b: Kind) -> bool {
    a == b || a == Kind::Unknown || b == Kind::Unknown
}

/// Whether a place is where something is or goes, rather than who acts.
pub(super) fn is_location(document: &Document, name: Span) -> bool {
    let before = document.text()[..name.start()].trim_end();
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    ["in", "to", "from", "near", "at", "outside", "around", "through", "into", "via", "across"]
        .contains(&word.to_lowercase().as_str())
}

fn given_gender(name: &str) -> Option<Gender> {
    let folded = folded(name);
    let female = given::is_female(folded.split(' ').next()?)?;
    Some(if female { Gender::Female } else { Gender::Male })
}

/// The letters of the word that stands before a name, without its dot.
fn word_before(document: &Document, name: Span) -> &str {
    let word = names::word_before(document, name).trim_end_matches('.');
    word.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("")
}

fn title_gender(document: &Document, name: Span) -> Option<Gender> {
    match word_before(document, name).to_lowercase().as_str() {
        "mr" | "sir" | "lord" | "king" | "prince" | "congressman" | "chairman" | "spokesman" | "father" | "son"
        | "husband" | "brother" => Some(Gender::Male),
        "mrs" | "ms" | "miss" | "lady" | "dame" | "queen" | "princess" | "congresswoman" | "chairwoman"
        | "spokeswoman" | "mother" | "daughter" | "wife" | "sister" => Some(Gender::Female),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Choices, Entities, Form, Kind, Mention, States};
    use crate::actor::pronoun;
    use crate::text::Document;

    /// The name that the last mention ends at, or one so far back, where the mentions that vote do so for the first of all.
    fn ends_at(
        back: usize,
        text: &str,
        mentions: &[(&str, Kind)],
        form: impl Fn(usize, &str, Kind) -> Form,
        votes: impl Fn(&Mention) -> bool,
    ) -> Option<String> {
        let document = Document::new(text.to_owned());
        let mut at = 0;
        let mention = |(number, (words, kind)): (usize, &(&str, Kind))| {
            let start = at + text[at..].find(words).unwrap();
            at = start + words.len();
            let span = document.span_of_bytes(start, at).unwrap();
            Mention { start: number, end: number + 1, span, form: form(number, words, *kind), kind: *kind }
        };
        let mentions: Vec<Mention> = mentions.iter().enumerate().map(mention).collect();
        let choices = mentions.iter().map(|m| match votes(m) {
            true => Choices { none: 0.1, candidates: vec![(0, 0.9)] },
            false => Choices { none: 1.0, candidates: Vec::new() },
        });
        let entities = Entities::new(&document, &mentions, &choices.collect::<Vec<_>>(), &States::default());
        entities.of.iter().rev().nth(back).copied().flatten().map(|(e, _)| entities.list[e].name.clone())
    }

    /// The same, where every pronoun votes.
    fn last(text: &str, mentions: &[(&str, Kind)]) -> Option<String> {
        ends_at(0, text, mentions, form_of, Mention::is_pronoun)
    }

    /// The same of the last mention but one.
    fn last_but_one(text: &str, mentions: &[(&str, Kind)]) -> Option<String> {
        ends_at(1, text, mentions, form_of, Mention::is_pronoun)
    }

    fn form_of(_: usize, words: &str, kind: Kind) -> Form {
        match kind == Kind::Group {
            true => Form::Head { plural: true },
            false => pronoun(words).map_or(Form::Name, Form::Pronoun),
        }
    }

    /// The same, where the last mention is the head of a description in the singular, and votes.
    fn described(text: &str, mentions: &[(&str, Kind)]) -> Option<String> {
        let form = |number, _: &str, _| match number + 1 < mentions.len() {
            true => Form::Name,
            false => Form::Head { plural: false },
        };
        ends_at(0, text, mentions, form, |m| !m.is_name())
    }

    #[test]
    fn they_are_not_one_man() {
        let aides = [("Reyl", Kind::Person), ("aides", Kind::Group), ("they", Kind::Unknown)];
        assert_eq!(last("Mr. Reyl and aides gave way. But they stressed the cost.", &aides), None);
        let people = [("Norvians", Kind::Person), ("they", Kind::Unknown)];
        assert_eq!(last("Norvians know that they lost.", &people).as_deref(), Some("Norvians"));
        let one = [("Reyl", Kind::Person), ("he", Kind::Person)];
        assert_eq!(last("Reyl gave way. But he stressed the cost.", &one).as_deref(), Some("Reyl"));
    }

    #[test]
    fn a_description_is_not_whom_its_words_exclude() {
        let of = |text, noun| described(text, &[("Bo Reyl", Kind::Person), (noun, Kind::Person)]);
        assert_eq!(of("Bo Reyl left. The skipper swore.", "skipper").as_deref(), Some("Bo Reyl"));
        assert_eq!(of("Bo Reyl left. A palace spokesman said so.", "spokesman").as_deref(), Some("A palace spokesman"));
        assert_eq!(of("Bo Reyl, a spokesman, said so.", "spokesman").as_deref(), Some("Bo Reyl"));
        assert_eq!(of("Bo Reyl’s lawyer said so.", "lawyer").as_deref(), Some("Bo Reyl’s lawyer"));
        assert_eq!(of("Bo Reyl left. The source said so.", "source").as_deref(), Some("The source"));
        assert_eq!(of("Bo Reyl left. One guard said so.", "guard").as_deref(), Some("One guard"));
        assert_eq!(of("Bo Reyl left. Other guards said so.", "guards").as_deref(), Some("guards"));
    }

    #[test]
    fn an_organization_is_who_where_it_depends_on_nobody() {
        let named = [("Tellin Post", Kind::Organization), ("who", Kind::Unknown)];
        assert_eq!(last("He wrote to the Tellin Post, who said no.", &named).as_deref(), Some("Tellin Post"));
        assert_eq!(
            last("The Tellin Post, which said no.", &[named[0], ("which", Kind::Unknown)]).as_deref(),
            Some("Tellin Post")
        );
    }

    #[test]
    fn who_tells_someone_is_not_that_one() {
        let named = [("Reyl", Kind::Person), ("he", Kind::Person), ("Reyl", Kind::Person)];
        assert_eq!(last_but_one("Reyl won. “No,” he told Reyl.", &named), None);
        assert_eq!(last_but_one("Reyl won. “No,” he told us. Reyl left.", &named).as_deref(), Some("Reyl"));
    }

    #[test]
    fn a_surname_is_whose_bearer_was_named_before() {
        let named = [("Ada Lunt", Kind::Person), ("Lunt", Kind::Person), ("Mia Lunt", Kind::Person)];
        let of = |text: &str| last_but_one(text, &named);
        assert_eq!(of("Ada Lunt won. Ms. Lunt wept. Her sister Mia Lunt left.").as_deref(), Some("Ada Lunt"));
    }

    #[test]
    fn the_son_is_marked_and_the_father_is_not() {
        let named = ["Bo Lunt Jr.", "Lunt Jr.", "Lunt"].map(|name| (name, Kind::Person));
        let text = "Bo Lunt Jr. left. Lunt Jr. wept. Mr. Lunt stayed.";
        assert_eq!(last(text, &named).as_deref(), Some("Lunt"));
        assert_eq!(last_but_one(text, &named).as_deref(), Some("Bo Lunt Jr."));
        let text = "Bo Lunt Jr. left. Lunt wept.";
        assert_eq!(last(text, &[named[0], named[2]]).as_deref(), Some("Bo Lunt Jr."));
    }

    #[test]
    fn a_surname_of_two_words() {
        let named = ["Mario Abou Reyl", "Abou Reyl"].map(|name| (name, Kind::Person));
        assert_eq!(last("Mario Abou Reyl left. Mr. Abou Reyl wept.", &named).as_deref(), Some("Mario Abou Reyl"));
        let named = ["Mum Mei Reyl", "Mei Reyl"].map(|name| (name, Kind::Person));
        assert_eq!(last("Mum Mei Reyl left. Mei Reyl wept.", &named).as_deref(), Some("Mei Reyl"));
    }

    #[test]
    fn the_paper_is_the_one_newspaper() {
        let form = |number, _: &str, _| match number {
            2 => Form::Head { plural: false },
            _ => Form::Name,
        };
        let of = |text, names: [&str; 2]| {
            let mentions = [names[0], names[1], "paper"].map(|name| (name, Kind::Organization));
            ends_at(0, text, &mentions, form, |_| false)
        };
        let one = of("The Tellin Post and Reylcast fell. The paper rose.", ["Tellin Post", "Reylcast"]);
        assert_eq!(one.as_deref(), Some("Tellin Post"));
        let two = of("The Tellin Post and the Norvia Times fell. The paper rose.", ["Tellin Post", "Norvia Times"]);
        assert_eq!(two.as_deref(), Some("The paper"));
    }

    #[test]
    fn short_names_of_organizations() {
        let of = |text, long, short| last(text, &[(long, Kind::Organization), (short, Kind::Organization)]);
        let text = "The Norvian Observatory for Human Rights said so. The Observatory left.";
        let whole = "Norvian Observatory for Human Rights";
        assert_eq!(of(text, whole, "Observatory").as_deref(), Some(whole));
        let text = "The Senate Ethics Committee met. The Senate did not.";
        assert_eq!(of(text, "Senate Ethics Committee", "Senate").as_deref(), Some("Senate"));
        let text = "The Tellin Tin and Lead Company (TT&L) fell. TT&L rose.";
        let whole = "Tellin Tin and Lead Company";
        let forms = [whole, "TT&L", "TT&L"].map(|name| (name, Kind::Organization));
        assert_eq!(last(text, &forms).as_deref(), Some(whole));
        let text = "Tellin Police met. Police said so.";
        assert_eq!(of(text, "Tellin Police", "Police").as_deref(), Some("Tellin Police"));
        let forms = ["Police", "Tellin Police", "Police"].map(|name| (name, Kind::Organization));
        assert_eq!(last("Police said no. Tellin Police met. Police left.", &forms).as_deref(), Some("Police"));
        let text = "The Reylcast Controller left. Reylcast did not.";
        assert_eq!(of(text, "Reylcast Controller", "Reylcast").as_deref(), Some("Reylcast"));
    }

    #[test]
    fn parts_of_a_persons_name_are_left_out() {
        let of = |text, name| last(text, &[(name, Kind::Person)]);
        assert_eq!(of("Ada Lunt of Tellin said so.", "Ada Lunt of Tellin").as_deref(), Some("Ada Lunt"));
        assert_eq!(of("Port Manager Ada Lunt said so.", "Port Manager Ada Lunt").as_deref(), Some("Ada Lunt"));
        assert_eq!(of("Mia and Ada Lunt left.", "Mia and Ada Lunt").as_deref(), Some("Ada Lunt"));
    }

    #[test]
    fn who_after_a_name_that_the_network_missed_is_not_another() {
        let seen = [("Lunt", Kind::Person), ("who", Kind::Unknown)];
        assert_eq!(last("Lunt endorses Reyl, who says he is honored.", &seen), None);
        assert_eq!(last("Lunt, a critic who says no.", &seen).as_deref(), Some("Lunt"));
        let both = [("Lunt", Kind::Person), ("Reyl", Kind::Person), ("who", Kind::Unknown)];
        assert_eq!(last("Lunt endorses Reyl, who says he is honored.", &both).as_deref(), Some("Reyl"));
    }

    #[test]
    fn a_headline_in_capitals_is_no_name() {
        let headline = [("Lunt Seeks More Time As She Meets Reyl", Kind::Person)];
        assert_eq!(last("Lunt Seeks More Time As She Meets Reyl", &headline), None);
        let office = [("Office for Trade With the WHO", Kind::Organization)];
        assert_eq!(
            last("the Office for Trade With the WHO", &office).as_deref(),
            Some("Office for Trade With the WHO")
        );
    }
}
