"""Labelled pairs of a target and a text, as word pieces with a role for each.

A pair is `[CLS] target [SEP] text [SEP]`. The token type of a piece says what part of the attribution it stands in; the
order of `ROLES` is that of `src/stance/pair.rs`.
"""

import random
import re
from dataclasses import dataclass

from .data import read_jsonl, stances

ROLES = ("target", "context", "content", "cue", "source", "mention")
TARGET, CONTEXT, CONTENT, CUE, SOURCE, MENTION = range(len(ROLES))

TASKS = {
    "stance": ("favor", "against", "neutral", "unrelated"),
    "sentiment": ("negative", "neutral", "positive"),
    "inference": ("entailment", "neutral", "contradiction"),
}
LONGEST = 112
"""Word pieces of a pair, marks included; longer texts lose their end, or what is far from the mention."""


@dataclass
class Pair:
    task: str
    target: str
    text: str
    spans: list
    """(start, end, role) in code points; the rest of the text has the role `rest`."""
    labels: tuple
    """Classes that the label allows: one, or several where the data set doesn't tell them apart."""
    rest: int = CONTENT
    ids: list = None
    types: list = None


def encode(tokenizer, pair):
    """Fills `ids` and `types`: the whole pair where it fits, else a window of the text around its mention."""
    target = tokenizer.encode(pair.target, add_special_tokens=False).ids[:32]
    encoding = tokenizer.encode(pair.text, add_special_tokens=False)
    types = [pair.rest] * len(encoding.ids)
    for start, end, role in pair.spans:
        for i, (s, e) in enumerate(encoding.offsets):
            if s < end and e > start:
                types[i] = role
    first, last = window(types, LONGEST - 3 - len(target))
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    pair.ids = [cls, *target, sep, *encoding.ids[first:last], sep]
    pair.types = [TARGET] * (len(target) + 2) + types[first:last] + [pair.rest]
    return pair


def window(types, room):
    """At most `room` pieces: from the start, unless a mention would be lost, then with the mention in the middle."""
    if len(types) <= room:
        return 0, len(types)
    at = [i for i, t in enumerate(types) if t == MENTION]
    if not at or at[-1] < room:
        return 0, room
    first = max(0, min((at[0] + at[-1]) // 2 - room // 2, len(types) - room))
    return first, first + room


def stance_rows(path, name, ambiguous_none=False, limit=None, rng=None):
    """favor / against / none files. VAST's `none` is mostly a text under another text's target, so it allows both
    `neutral` and `unrelated`."""
    rows = read_jsonl(path)
    if limit and len(rows) > limit:
        rows = rng.sample(rows, limit)
    none = ("neutral", "unrelated") if ambiguous_none else ("neutral",)
    for row in rows:
        labels = none if row["label"] == "none" else (row["label"],)
        yield Pair("stance", row["target"], tidy(row["text"]), [], labels)


def tidy(text):
    return re.sub(r"\s+", " ", text.replace("#SemST", "")).strip()


def mentions(path):
    """NewsMTSC: the sentence is the writer's, so all of it is content."""
    for row in read_jsonl(path):
        for target in row["targets"]:
            span = (target["start"], target["end"], MENTION)
            yield Pair("sentiment", row["text"][target["start"] : target["end"]], row["text"], [span], (target["label"],))


def directed(path, rng, limit):
    """DSE: who is positive or negative towards whom: the one is the source, the other the mention."""
    pairs = []
    for row in read_jsonl(path):
        label, _, direction = row["label"].partition(":")
        for name, (source, mention) in (("1>2", ("e1", "e2")), ("2>1", ("e2", "e1"))):
            if direction and direction not in (name, "1<>2", "both"):
                # Silence about the other direction is no label of it.
                continue
            spans = [(*row[source], SOURCE), (*row[mention], MENTION)]
            target = row["text"][slice(*row[mention])]
            pairs.append(Pair("sentiment", target, row["text"], spans, (label,), CONTEXT))
    neutral = [p for p in pairs if p.labels == ("neutral",)]
    rest = [p for p in pairs if p.labels != ("neutral",)]
    return rest + rng.sample(neutral, min(limit, len(neutral)))


def inference(path, limit, rng):
    """The hypothesis takes the place of the target. Two-way labels allow neutral and contradiction alike."""
    rows = read_jsonl(path)
    if len(rows) > limit:
        rows = rng.sample(rows, limit)
    for row in rows:
        labels = ("neutral", "contradiction") if row["label"] == "not_entailment" else (row["label"],)
        yield Pair("inference", row["hypothesis"], tidy(row["premise"]), [], labels)


def unrelated(pairs, count, rng):
    """Texts under the target of another: the target may not share a word of four letters with the text."""
    made = []
    targets = [p.target for p in pairs]
    while len(made) < count:
        pair, target = rng.choice(pairs), rng.choice(targets)
        words = set(re.findall(r"\w{4,}", target.lower()))
        if target != pair.target and not words & set(re.findall(r"\w{4,}", pair.text.lower())):
            made.append(Pair("stance", target, pair.text, pair.spans, ("unrelated",), pair.rest))
    return made


def invented(path):
    """Our own invented quotations: text with spans of source, cue and content, and labels for several targets."""
    for row in read_jsonl(path):
        text, spans = row["text"], []
        for role, name in ((SOURCE, "source"), (CUE, "cue"), (CONTENT, "content")):
            for piece in row[name]:
                at = text.find(piece)
                assert at >= 0, (piece, text)
                spans.append((at, at + len(piece), role))
        for target, label in row.get("stance", []):
            yield Pair("stance", target, text, spans, (label,), CONTEXT)
        for mention, label in row.get("sentiment", []):
            at = text.find(mention)
            assert at >= 0, (mention, text)
            yield Pair("sentiment", mention, text, [*spans, (at, at + len(mention), MENTION)], (label,), CONTEXT)


def reported(root, part, reader="first"):
    """Quotations of the news that we labelled, each with all targets of its article."""
    for article in stances(root, part):
        for number, attribution in enumerate(article.attributions):
            passage, spans = of_attribution(article.text, attribution)
            for at, target in enumerate(article.targets):
                label = article.sides[reader].get((number, at), "unrelated")
                yield Pair("stance", target, passage, spans, (label,), CONTEXT)


LONGEST_GAP = 120
"""Bytes of text between two parts of an attribution; more is left out."""


def of_attribution(text, attribution):
    """A quotation with its source and cue, and the words between them where these are few: `Passage::of_quote` of
    `src/stance/pair.rs`."""
    roles = (("content", CONTENT), ("source", SOURCE), ("cue", CUE))
    # Parts that begin alike keep this order.
    parts = sorted(((span, role) for name, role in roles for span in attribution[name]), key=lambda part: part[0])
    passage, spans, last = "", [], None
    for (start, end), role in parts:
        if last is not None:
            gap = text[last:start]
            passage += gap if len(gap.encode()) <= LONGEST_GAP and "\n" not in gap else " "
            start = max(start, last)
        if start >= end:
            continue
        spans.append((len(passage), len(passage) + end - start, role))
        passage += text[start:end]
        last = end
    return passage, spans


def batches(pairs, tokens, rng: random.Random):
    """Pairs of like length together, at most `tokens` a batch with padding, in random order."""
    order = pairs[:]
    rng.shuffle(order)
    order.sort(key=lambda p: len(p.ids))
    groups, group = [], []
    for pair in order:
        if group and len(pair.ids) * (len(group) + 1) > tokens:
            groups.append(group)
            group = []
        group.append(pair)
    groups.append(group)
    rng.shuffle(groups)
    return groups
