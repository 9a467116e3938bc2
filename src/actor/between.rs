//! Which of two given names a pronoun means: the question that GAP puts (Webster et al., 2018).

use std::ops::Range;

use tch::Tensor;

use super::heads::Heads;
use super::matching::words;
use super::mention::{pronoun, Form, Kind, Mention};
use crate::model::Tokens;
use crate::text::{Document, Span};

/// The shares of the votes that each of the two names has; other mentions of the same words count with it.
pub(crate) fn choose_between(
    heads: &Heads,
    document: &Document,
    tokens: &Tokens,
    hidden: &Tensor,
    mentions: &[Mention],
    asked: Span,
    names: [Span; 2],
) -> [f64; 2] {
    let (Some(query), Some(pronoun)) = (pieces(tokens, asked), pronoun(document.slice(asked))) else { return [0.0; 2] };
    let query = Mention { form: Form::Pronoun(pronoun), kind: Kind::Person, ..query };
    let given: Vec<Mention> = names.iter().filter_map(|n| pieces(tokens, *n)).collect();
    let taken: Vec<Span> = given.iter().chain([&query]).map(|m| m.span).collect();
    let mut all: Vec<Mention> =
        mentions.iter().filter(|m| !taken.iter().any(|t| t.overlaps(m.span))).chain(&given).copied().collect();
    all.push(query);
    all.sort_by_key(|m| (m.start, m.end));
    let Some(at) = all.iter().position(|m| m.span == query.span) else { return [0.0; 2] };
    let choices = heads.antecedents(document, tokens, hidden, &all);
    let own = given.iter().map(|m| words(document.slice(m.span))).collect::<Vec<_>>();
    let mut votes = [0.0; 2];
    for (candidate, share) in &choices[at].candidates {
        let mention = &all[*candidate];
        let theirs = if mention.is_name() { words(document.slice(mention.span)) } else { Vec::new() };
        let same = |i: &usize| given[*i].span == mention.span || theirs.iter().any(|w| own[*i].contains(w));
        if let Some(name) = (0..given.len()).find(same) {
            votes[name] += share;
        }
    }
    votes
}

/// A person's name at these bytes.
fn pieces(tokens: &Tokens, span: Span) -> Option<Mention> {
    let Range { start, end } = tokens.within(span);
    (start < end).then(|| {
        let span = tokens.cover(start, end);
        Mention { start, end, span, form: Form::Name, kind: Kind::Person }
    })
}
