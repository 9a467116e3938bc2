//! From the encoder's vectors to mentions and what each refers back to.

use std::collections::BTreeMap;
use std::ops::Range;

use tch::nn::{self, Module, VarStore};
use tch::{Device, Kind as Number, Tensor};

use super::antecedent::{Antecedent, Choices};
use super::mention::{is_plural, pronoun, Form, Kind, Mention, Pronoun};
use super::names;
use crate::model::{values, ModelFolder, Tokens, Weights};
use crate::quote::Quote;
use crate::text::{Document, Span};
use crate::Error;

/// Tags of word pieces: `B`, `I` of names, and heads of descriptions.
const TAGS: [Tag; 14] = [
    Tag::Outside,
    Tag::Begin(Kind::Person),
    Tag::Inside(Kind::Person),
    Tag::Begin(Kind::Organization),
    Tag::Inside(Kind::Organization),
    Tag::Begin(Kind::Place),
    Tag::Inside(Kind::Place),
    Tag::Begin(Kind::Unknown),
    Tag::Inside(Kind::Unknown),
    Tag::Head(Kind::Person),
    Tag::Head(Kind::Organization),
    Tag::Head(Kind::Place),
    Tag::Head(Kind::Group),
    Tag::Head(Kind::Document),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Outside,
    Begin(Kind),
    Inside(Kind),
    Head(Kind),
}

/// The least probability that the head of a source has.
const LEAST_SHARE: f64 = 0.01;

/// The heads that read mentions: a tagger over word pieces, and a pointer from each mention to an earlier one.
pub(crate) struct Heads {
    tagger: nn::Linear,
    antecedent: Antecedent,
    // Holds the tensors that the heads point to.
    _store: VarStore,
}

impl Heads {
    /// Reads the weights of a model folder's heads, to be shared by any number of them.
    pub fn weights(folder: &ModelFolder) -> Result<Weights, Error> {
        Weights::read(folder, "actors", Number::Float)
    }

    /// Heads on these weights. `hidden` is the width of the encoder's vectors.
    pub fn new(weights: &Weights, hidden: i64) -> Result<Self, Error> {
        let store = VarStore::new(Device::Cpu);
        let root = store.root();
        let tagger = nn::linear(&root / "tagger", hidden, TAGS.len() as i64, nn::LinearConfig::default());
        let antecedent = Antecedent::new(&(&root / "antecedent"), hidden);
        weights.fill(&store)?;
        Ok(Self { tagger, antecedent, _store: store })
    }

    /// All mentions, in order, those among them that are sources of quotations.
    pub fn mentions(&self, document: &Document, tokens: &Tokens, hidden: &Tensor, quotes: &[Quote]) -> Vec<Mention> {
        let shares = self.tagger.forward(hidden).softmax(-1, Number::Float);
        let tags = best(&shares);
        let tagged = names_and_heads(document, tokens, &tags);
        let mut mentions = with_pronouns(document, tokens, names_by_capitals(document, tokens, &tags, tagged));
        let shares = Shares(values(&shares.reshape([-1])));
        for source in quotes.iter().filter_map(|quote| quote.source) {
            if let Some(head) = missed_head(document, tokens, &shares, &mentions, source) {
                let at = mentions.partition_point(|m| m.start < head.start);
                mentions.insert(at, head);
            }
        }
        mentions
    }

    /// All mentions with the names as they are tagged.
    pub fn tagged_mentions(&self, document: &Document, tokens: &Tokens, hidden: &Tensor) -> Vec<Mention> {
        with_pronouns(document, tokens, names_and_heads(document, tokens, &best(&self.tagger.forward(hidden))))
    }

    /// For each mention what it may refer to, with probabilities.
    pub fn antecedents(
        &self,
        document: &Document,
        tokens: &Tokens,
        hidden: &Tensor,
        mentions: &[Mention],
    ) -> Vec<Choices> {
        self.antecedent.choices(document, tokens, hidden, mentions)
    }
}

/// The likeliest tag of each word piece.
fn best(scores: &Tensor) -> Vec<Tag> {
    let best = scores.argmax(-1, false);
    let mut tags = vec![0i64; best.numel()];
    best.to_kind(Number::Int64).copy_data(&mut tags, best.numel());
    // The network has as many classes as there are tags.
    tags.into_iter().map(|t| TAGS[t as usize]).collect()
}

/// The probability of each tag, by word piece.
struct Shares(Vec<f64>);

impl Shares {
    /// The likeliest of the tags of heads, and how likely it is.
    fn of_head(&self, piece: usize) -> Option<(Tag, f64)> {
        let shares = self.0.chunks(TAGS.len()).nth(piece)?;
        let heads = TAGS.iter().zip(shares).filter(|(tag, _)| matches!(tag, Tag::Head(_)));
        heads.max_by(|a, b| a.1.total_cmp(b.1)).map(|(tag, share)| (*tag, *share))
    }
}

/// Who is quoted is an actor. Where the tagger sees none in the words of a source that nothing depends on, its likeliest
/// head is one: the "Senator" of "The Senator from Tellin".
fn missed_head(
    document: &Document,
    tokens: &Tokens,
    shares: &Shares,
    mentions: &[Mention],
    source: Span,
) -> Option<Mention> {
    let own = names::before_dependents(document, source);
    if mentions.iter().any(|m| m.span.overlaps(own)) || names::head_name(document, source).is_some() {
        return None;
    }
    let words = tokens.within(own).filter(|piece| !continues_word(document, tokens, *piece));
    let heads = words.filter_map(|piece| Some((piece, shares.of_head(piece)?)));
    let (start, (tag, share)) = heads.max_by(|a, b| a.1 .1.total_cmp(&b.1 .1))?;
    let head = mention(document, tokens, start, next_word(document, tokens, start), tag);
    (share >= LEAST_SHARE && !names::is_pronoun(document.slice(head.span))).then_some(head)
}

/// A word is of one mention: pieces that continue a word go with its first.
fn names_and_heads(document: &Document, tokens: &Tokens, tags: &[Tag]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Tag)> = None;
    for piece in 0..=tags.len() {
        let tag = tags.get(piece).copied().unwrap_or(Tag::Outside);
        let continues = continues_word(document, tokens, piece);
        if let Some((start, first)) = open {
            let inside = matches!((first, tag), (Tag::Begin(a), Tag::Inside(b)) if a == b);
            if inside || continues {
                continue;
            }
            found.push(mention(document, tokens, start, piece, first));
            open = None;
        }
        if !continues {
            open = match tag {
                Tag::Outside => None,
                Tag::Begin(kind) | Tag::Inside(kind) => Some((piece, Tag::Begin(kind))),
                Tag::Head(_) => Some((piece, tag)),
            };
        }
    }
    found
}

/// The same mentions, with names that reach as far as their capitals do. The tagger tells which runs of capitalized words
/// are names and of what kind; where a run begins and ends it often misses by a word. In a headline, where all words have
/// capitals, its own borders stay.
fn names_by_capitals(document: &Document, tokens: &Tokens, tags: &[Tag], tagged: Vec<Mention>) -> Vec<Mention> {
    let inside = |word: Span| tokens.within(word).any(|i| matches!(tags[i], Tag::Inside(_)));
    let running = document.paragraphs().iter().filter(|p| !is_headline(document.slice(**p)));
    let mut names: Vec<Mention> = Vec::new();
    for run in running.flat_map(|p| names::runs(document, *p, &inside)) {
        let Some(range) = trimmed(document, tokens, tags, tokens.within(run)) else { continue };
        let mut votes: BTreeMap<Kind, usize> = BTreeMap::new();
        for piece in range.clone() {
            if let Tag::Begin(kind) | Tag::Inside(kind) = tags[piece] {
                *votes.entry(kind).or_default() += 1;
            }
        }
        let most = votes.values().max().copied();
        if let Some((kind, _)) = votes.into_iter().find(|(_, n)| Some(*n) == most) {
            let (start, end) = (range.start, range.end);
            names.push(Mention { start, end, span: tokens.cover(start, end), form: Form::Name, kind });
        }
    }
    names.iter_mut().for_each(|name| *name = as_description(document, tokens, *name));
    // A head may be capitalized ("the Crown prosecutor"); the name goes before it.
    let free = |m: &Mention| !names.iter().any(|n| n.start < m.end && m.start < n.end);
    let named = |m: &Mention| {
        let text = document.slice(m.span);
        m.is_name()
            && text.starts_with(char::is_uppercase)
            && !names::is_only_title(text)
            && !names::is_party_tag(word_around(document, m.span))
            // The "Vice-" of "Vice-President".
            && !names::is_title(word_around(document, m.span))
    };
    let rest = tagged.into_iter().filter(|m| free(m) && (named(m) || !m.is_name()));
    let mut found: Vec<Mention> = rest.map(|m| as_description(document, tokens, m)).collect();
    found.extend(&names);
    found.sort_by_key(|m| (m.start, m.end));
    found
}

/// What stands around a span between white space, without the punctuation at its ends.
fn word_around(document: &Document, span: Span) -> &str {
    let text = document.text();
    let before = text[..span.start()].rsplit(char::is_whitespace).next().unwrap_or("");
    let after = text[span.end()..].split(char::is_whitespace).next().unwrap_or("");
    text[span.start() - before.len()..span.end() + after.len()].trim_matches(|c: char| !c.is_alphanumeric())
}

/// "Norvia Governor", which a headline or a lost comma shows as a name: its last word, as the head of a description.
fn as_description(document: &Document, tokens: &Tokens, name: Mention) -> Mention {
    let text = document.slice(name.span);
    let word = text.rsplit(' ').next().unwrap_or(text);
    if !name.is_name() || name.kind != Kind::Person || !names::is_description(text) {
        return name;
    }
    let first = (name.start..name.end).find(|i| tokens.spans[*i].start() >= name.span.end() - word.len());
    let start = first.unwrap_or(name.start);
    let form = Form::Head { plural: is_plural(word) };
    Mention { start, span: tokens.cover(start, name.end), form, ..name }
}

/// A run without the words before a name that only look like one: a description's head ("Goalkeeper Bo Reyl"), and what
/// opens a sentence and is tagged as nothing.
fn trimmed(document: &Document, tokens: &Tokens, tags: &[Tag], run: Range<usize>) -> Option<Range<usize>> {
    let mut start = run.start;
    while start < run.end {
        let opens = document.opens_sentence(tokens.spans[start].start());
        let skipped = match tags[start] {
            Tag::Head(Kind::Person | Kind::Group) => true,
            Tag::Outside => opens,
            _ => opens && is_trade(document, tokens, start..run.end),
        };
        if !skipped {
            return Some(start..run.end);
        }
        let next = next_word(document, tokens, start);
        // "Ministry of Transport" does not begin with its particle.
        if next < run.end && !document.slice(tokens.spans[next]).starts_with(char::is_uppercase) {
            return Some(start..run.end);
        }
        start = next;
    }
    None
}

fn next_word(document: &Document, tokens: &Tokens, mut piece: usize) -> usize {
    piece += 1;
    while continues_word(document, tokens, piece) {
        piece += 1;
    }
    piece
}

/// Whether a run opens with a trade before a name of two words or more: "Geologist Bo Reyl". The capital of the trade is
/// the sentence's.
fn is_trade(document: &Document, tokens: &Tokens, run: Range<usize>) -> bool {
    let second = next_word(document, tokens, run.start);
    let third = next_word(document, tokens, second);
    let word = document.slice(tokens.cover(run.start, second.min(run.end)));
    third < run.end && names::is_trade(word)
}

/// Whether a paragraph writes most of its words with a capital and ends no sentence.
pub(super) fn is_headline(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().filter(|w| w.starts_with(char::is_alphabetic)).collect();
    let capitals = words.iter().filter(|w| w.starts_with(char::is_uppercase)).count();
    !text.ends_with(['.', '!', '?', '”', '"', '’', ':']) && words.len() > 2 && 5 * capitals >= 3 * words.len()
}

/// Mentions, and the pronouns that are no part of one: "It" is none in a name that holds it, so no two overlap.
fn with_pronouns(document: &Document, tokens: &Tokens, mut mentions: Vec<Mention>) -> Vec<Mention> {
    let free = |pronoun: &Mention| {
        let before = mentions[..mentions.partition_point(|m| m.start < pronoun.end)].last();
        before.is_none_or(|m| m.end <= pronoun.start)
    };
    let pronouns: Vec<Mention> = pronouns(document, tokens).into_iter().filter(free).collect();
    mentions.extend(pronouns);
    mentions.sort_by_key(|m| (m.start, m.end));
    mentions
}

fn mention(document: &Document, tokens: &Tokens, start: usize, end: usize, tag: Tag) -> Mention {
    let span = tokens.cover(start, end);
    let (form, kind) = match tag {
        Tag::Head(kind) => (Form::Head { plural: is_plural(document.slice(span)) }, kind),
        Tag::Begin(kind) | Tag::Inside(kind) => (Form::Name, kind),
        Tag::Outside => (Form::Name, Kind::Unknown),
    };
    Mention { start, end, span, form, kind }
}

/// Whether a piece goes on with the word of the piece before it.
fn continues_word(document: &Document, tokens: &Tokens, piece: usize) -> bool {
    if piece == 0 || piece >= tokens.len() {
        return false;
    }
    let (before, this) = (tokens.spans[piece - 1], tokens.spans[piece]);
    before.end() == this.start()
        && document.slice(this).starts_with(char::is_alphanumeric)
        && document.slice(before).ends_with(char::is_alphanumeric)
}

fn pronouns(document: &Document, tokens: &Tokens) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let mut end = start + 1;
        while continues_word(document, tokens, end) {
            end += 1;
        }
        let span = tokens.cover(start, end);
        if let Some(pronoun) = pronoun(document.slice(span)) {
            let kind = match pronoun {
                Pronoun::He | Pronoun::She | Pronoun::I => Kind::Person,
                _ => Kind::Unknown,
            };
            found.push(Mention { start, end, span, form: Form::Pronoun(pronoun), kind });
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{missed_head, names_and_heads, with_pronouns, Form, Kind, Shares, Tag, TAGS};
    use crate::model::Tokens;
    use crate::text::{Document, Span};

    /// A text with a word piece for each word.
    fn words(text: &str) -> (Document, Tokens) {
        let document = Document::new(text.to_owned());
        let mut spans: Vec<Span> = Vec::new();
        for word in text.split(' ') {
            let start = spans.last().map_or(0, |s| s.end() + 1);
            spans.push(document.span_of_bytes(start, start + word.len()).unwrap());
        }
        let n = spans.len();
        (document, Tokens { ids: vec![0; n], spans, types: vec![0; n], paragraphs: vec![0; n] })
    }

    #[test]
    fn a_pronoun_inside_a_name_is_no_mention() {
        let (document, tokens) = words("Make It Right and Lunt say it pays");
        let (name, more) = (Tag::Begin(Kind::Organization), Tag::Inside(Kind::Organization));
        let mut tags = vec![name, more, more, Tag::Outside, Tag::Begin(Kind::Person)];
        tags.resize(tokens.len(), Tag::Outside);
        let found = with_pronouns(&document, &tokens, names_and_heads(&document, &tokens, &tags));
        let words: Vec<&str> = found.iter().map(|m| document.slice(m.span)).collect();
        assert_eq!(words, ["Make It Right", "Lunt", "it"]);
        assert!(matches!(found[2].form, Form::Pronoun(_)));
    }

    #[test]
    fn a_source_has_a_head() {
        let (document, tokens) = words("The old senator from Tellin wept");
        let person = TAGS.iter().position(|t| *t == Tag::Head(Kind::Person)).unwrap();
        let mut shares = vec![0.0; TAGS.len() * tokens.len()];
        // The "old" is less like a head than the "senator", and the "Tellin" is none of the source's own words.
        for (word, share) in [(1, 0.05), (2, 0.3), (4, 0.9)] {
            shares[word * TAGS.len() + person] = share;
        }
        let source = document.span_of_bytes(0, "The old senator from Tellin".len()).unwrap();
        let head = missed_head(&document, &tokens, &Shares(shares.clone()), &[], source).unwrap();
        assert_eq!((document.slice(head.span), head.kind), ("senator", Kind::Person));
        assert_eq!(missed_head(&document, &tokens, &Shares(shares.clone()), &[head], source), None);
        shares.fill(0.0);
        assert_eq!(missed_head(&document, &tokens, &Shares(shares), &[], source), None);
    }
}
