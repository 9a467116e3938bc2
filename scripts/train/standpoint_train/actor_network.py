"""Heads for mentions and their antecedents, on the vectors of the quotation network's encoder.

Mention ranking (Durrett and Klein, 2013; Lee et al., 2017): every mention points to one before it that is of its chain,
or to none. The loss sums over all right antecedents.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from . import actor_data as A

WIDTH = 128


class Antecedent(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.query = nn.Linear(2 * hidden, WIDTH)
        self.candidate = nn.Linear(2 * hidden, WIDTH)
        self.bilinear = nn.Linear(WIDTH, WIDTH, bias=False)
        self.form = nn.Embedding(len(A.FORMS), WIDTH)
        self.distance = nn.Embedding(20, WIDTH)
        self.between = nn.Embedding(10, WIDTH)
        self.paragraphs = nn.Embedding(3, WIDTH)
        self.forms = nn.Embedding(len(A.FORMS) ** 2, WIDTH)
        self.words = nn.Embedding(5, WIDTH)
        self.marks = nn.Embedding(4, WIDTH)
        self.score = nn.Linear(WIDTH, 1, bias=False)
        self.none = nn.Linear(WIDTH, 1)

    def forward(self, ends, forms, q, c, features):
        """ends [M, 2H], forms [M]; q, c, features [P] index the pairs. Returns pairs [P], none [M]."""
        left, right = self.query(ends) + self.form(forms), self.candidate(ends)
        distance, between, paragraphs, pair, words, marks = features
        extra = self.distance(distance) + self.between(between) + self.paragraphs(paragraphs)
        extra = extra + self.forms(pair) + self.words(words) + self.marks(marks)
        additive = self.score(F.gelu(left[q] + right[c] + extra)).squeeze(-1)
        biaffine = (self.bilinear(F.gelu(left))[q] * F.gelu(right)[c]).sum(-1)
        return additive + biaffine, self.none(F.gelu(left)).squeeze(-1)


class Actors(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.tagger = nn.Linear(hidden, len(A.TAGS))
        self.antecedent = Antecedent(hidden)


def tag_loss(logits, masks):
    """Minus the log of the allowed tags' share, a token. Tokens that may be anything count nothing."""
    bits = torch.tensor([[m >> i & 1 for i in range(len(A.TAGS))] for m in masks], dtype=torch.bool, device=logits.device)
    told = ~bits.all(1)
    if not told.any():
        return logits.sum() * 0.0
    logp = logits.log_softmax(-1)
    return -logp.masked_fill(~bits, -math.inf).logsumexp(-1)[told].mean()


def pairs_of(mentions, article, queries=None):
    q, c, features = [], [], []
    for i in range(len(mentions)) if queries is None else queries:
        for j in A.candidates(mentions, i):
            q.append(i)
            c.append(j)
            features.append(A.relation(mentions, i, j, article))
    return q, c, features


def scores(head, hidden, mentions, q, c, features):
    """Pair scores and scores of none; `hidden` [T, H] of the article, on the device of the head."""
    device = hidden.device
    first = torch.tensor([m.start for m in mentions], device=device)
    last = torch.tensor([m.end - 1 for m in mentions], device=device)
    ends = torch.cat([hidden[first], hidden[last]], -1)
    forms = torch.tensor([m.form for m in mentions], device=device)
    columns = [torch.tensor(x, device=device) for x in zip(*features)] if features else [torch.zeros(0, dtype=torch.long, device=device)] * 6
    return head(ends, forms, torch.tensor(q, dtype=torch.long, device=device), torch.tensor(c, dtype=torch.long, device=device), columns)


def rows_of(q, pairs, none, which):
    """[R, 1 + W] logits, none first, and for each row the pair numbers."""
    by = {}
    for k, i in enumerate(q):
        by.setdefault(i, []).append(k)
    rows = [by.get(i, []) for i in which]
    width = max([len(r) for r in rows] + [1])
    index = torch.full((len(rows), width), len(pairs), device=pairs.device)
    for r, row in enumerate(rows):
        index[r, : len(row)] = torch.tensor(row, dtype=torch.long)
    padded = torch.cat([pairs, pairs.new_full((1,), -1e4)])
    return torch.cat([none[torch.tensor(which, device=pairs.device)][:, None], padded[index]], 1), rows


def chain_loss(head, hidden, labelled, rng, drop):
    """Over all mentions of the article whose chains are known; a share `drop` of them is left out."""
    mentions = [m for m in labelled.mentions if m.form >= 8 or rng.random() >= drop]
    if len(mentions) < 2:
        return None
    q, c, features = pairs_of(mentions, labelled.article)
    if not q:
        return None
    pairs, none = scores(head, hidden, mentions, q, c, features)
    logits, rows = rows_of(q, pairs, none, list(range(len(mentions))))
    right = torch.zeros(logits.shape, dtype=torch.bool, device=logits.device)
    for i, row in enumerate(rows):
        hits = [1 + k for k, n in enumerate(row) if mentions[c[n]].chain == mentions[i].chain]
        right[i, hits or [0]] = True
    logp = logits.log_softmax(-1)
    losses = -logp.masked_fill(~right, -math.inf).logsumexp(-1)
    # Names are mostly settled by their words; what the head is for are pronouns and descriptions.
    weight = torch.tensor([1.0 if m.form >= 4 else 0.5 for m in mentions], device=logits.device)
    return (losses * weight).sum() / weight.sum()


def name_mention(span, article, kind="name person"):
    words = article.text[article.offsets[span[0]][0] : article.offsets[span[1] - 1][1]]
    return A.Mention(*span, A.FORMS.index(kind), "", words)


def gap_mentions(labelled, tagged):
    """The mentions of a GAP text: the three given and the tagger's that overlap none of them."""
    (pronoun, a, b), *_ = labelled.pair
    given = [name_mention(a, labelled.article), name_mention(b, labelled.article)]
    taken = [pronoun, a, b]
    others = [m for m in tagged if not any(m.start < e and s < m.end for s, e in taken)]
    form = A.PRONOUN_OF[labelled.article.text[slice(*labelled.pair[3]["pronoun"])].lower()]
    query = A.Mention(*pronoun, A.FORMS.index(form), "", "")
    mentions = sorted([*given, *others, query], key=lambda m: (m.start, m.end))
    at = lambda m: next(i for i, x in enumerate(mentions) if x is m)
    return mentions, at(query), at(given[0]), at(given[1])


def gap_loss(head, hidden, labelled, tagged):
    mentions, query, a, b = gap_mentions(labelled, tagged)
    q, c, features = pairs_of(mentions, labelled.article, [query])
    if not q:
        return None
    pairs, none = scores(head, hidden, mentions, q, c, features)
    logits, rows = rows_of(q, pairs, none, [query])
    _, a_meant, b_meant, _ = labelled.pair
    names = {i: set(A.word_list(mentions[i].text)) for i in (a, b)}
    right, wrong = [], []
    for k, n in enumerate(rows[0], 1):
        words = set(A.word_list(mentions[c[n]].text)) if mentions[c[n]].form < 4 else set()
        same = [i for i in (a, b) if c[n] == i or (words and words & names[i])]
        meant = {a: a_meant, b: b_meant}
        if any(meant[i] for i in same):
            right.append(k)
        elif same:
            wrong.append(k)
    logp = logits[0].log_softmax(-1)
    if right:
        return -logp[right].logsumexp(-1)
    # Neither is meant: whatever else the text offers, or none.
    rest = [k for k in range(len(logp)) if k not in wrong]
    return -logp[rest].logsumexp(-1)


def tagged_mentions(logits, article):
    """Mentions from the tag scores: names and heads; an I that follows nothing of its kind begins one."""
    best = logits.argmax(-1).tolist()
    found, open_ = [], None
    for t, tag in enumerate([*best, 0]):
        name = A.TAGS[tag]
        if open_ and name == f"I-{open_[1]}":
            continue
        # A word is of one mention: pieces that continue it go with its first.
        if open_ and t < len(best) and continues(article, t):
            continue
        if open_:
            found.append((open_[0], t, open_[2]))
            open_ = None
        if name != "O" and not (t < len(best) and continues(article, t)):
            kind = name[2:]
            open_ = (t, kind if name[0] in "BI" else "head", f"B-{kind}" if name[0] in "BI" else name)
    mentions = []
    for start, end, tag in found:
        words = article.text[article.offsets[start][0] : article.offsets[end - 1][1]]
        mentions.append(A.Mention(start, end, A.form_of(tag, words), "", words))
    # A pronoun inside a name is none.
    taken = {t for m in mentions for t in range(m.start, m.end)}
    for span, form, words in A.pronouns_of(article):
        if taken.isdisjoint(range(*span)):
            mentions.append(A.Mention(*span, form, "", words))
    return sorted(mentions, key=lambda m: (m.start, m.end))


def continues(article, t):
    """Whether piece `t` goes on with the word of the piece before it."""
    return t > 0 and article.offsets[t][0] == article.offsets[t - 1][1] and article.text[article.offsets[t][0]].isalnum() and article.text[article.offsets[t][0] - 1].isalnum()


@torch.no_grad()
def gap_scores(head, hidden, labelled, tagged):
    """Probability that the pronoun means A, and B: all candidates of their names count."""
    mentions, query, a, b = gap_mentions(labelled, tagged)
    q, c, features = pairs_of(mentions, labelled.article, [query])
    if not q:
        return 0.0, 0.0
    pairs, none = scores(head, hidden, mentions, q, c, features)
    logits, rows = rows_of(q, pairs, none, [query])
    p = logits[0].softmax(-1)
    totals = {a: 0.0, b: 0.0}
    for k, n in enumerate(rows[0], 1):
        m = mentions[c[n]]
        words = set(A.word_list(m.text)) if m.form < 4 else set()
        for i in (a, b):
            if c[n] == i or (words and words & set(A.word_list(mentions[i].text))):
                totals[i] += float(p[k])
                break
    return totals[a], totals[b]
