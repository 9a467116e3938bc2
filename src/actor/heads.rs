//! From the encoder's vectors to mentions and what each refers back to.

use tch::nn::{self, Module, VarStore};
use tch::{Device, Kind as Number, Tensor};

use super::antecedent::{Antecedent, Choices};
use super::mention::{is_plural, pronoun, Form, Kind, Mention, Pronoun};
use crate::model::{ModelFolder, Tokens, Weights};
use crate::text::Document;
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

    /// All mentions, in order.
    pub fn mentions(&self, document: &Document, tokens: &Tokens, hidden: &Tensor) -> Vec<Mention> {
        let best = self.tagger.forward(hidden).argmax(-1, false);
        let mut tags = vec![0i64; best.numel()];
        best.to_kind(Number::Int64).copy_data(&mut tags, best.numel());
        // The network has as many classes as there are tags.
        let tags: Vec<Tag> = tags.into_iter().map(|t| TAGS[t as usize]).collect();
        let mut mentions = names_and_heads(document, tokens, &tags);
        let taken: Vec<usize> = mentions.iter().map(|m| m.start).collect();
        let free = |m: &Mention| taken.binary_search(&m.start).is_err();
        mentions.extend(pronouns(document, tokens).into_iter().filter(free));
        mentions.sort_by_key(|m| (m.start, m.end));
        mentions
    }

    /// For each mention what it may refer to, with probabilities.
    pub fn antecedents(&self, document: &Document, tokens: &Tokens, hidden: &Tensor, mentions: &[Mention]) -> Vec<Choices> {
        self.antecedent.choices(document, tokens, hidden, mentions)
    }
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
