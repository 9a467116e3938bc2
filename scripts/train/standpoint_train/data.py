"""Labelled articles as word pieces with gold spans."""

import gzip
import hashlib
import itertools
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer

from . import features

ROLES = ("source", "cue", "content")

LABELLED = Path(__file__).parent.parent / "labelled"
"""Our labels of articles in the folder of data, which stand apart from their texts."""


@dataclass
class Attribution:
    """Token spans, half-open, of one attribution."""

    source: list
    cue: list
    content: list


@dataclass
class Article:
    id: str
    text: str
    ids: list
    offsets: list
    types: list
    paragraph: list
    gold: dict = field(default_factory=dict)
    """Attributions by annotator, the first annotator first."""
    scores: object = None
    """Tag scores of a larger model, [T, 7], where there are some."""


def read_jsonl(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def tokenizer_of(folder):
    """The tokenizer of a model folder; windows are cut here, so it neither truncates nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer, id, text):
    encoding = tokenizer.encode(text, add_special_tokens=False)
    offsets = encoding.offsets
    spans = features.paragraphs(text)
    return Article(
        id,
        text,
        encoding.ids,
        offsets,
        features.token_types(text, offsets),
        features.paragraph_of(spans, offsets),
    )


def token_span(article, start, end):
    """The tokens that the code points touch; None where there are none."""
    import bisect

    ends = [e for _, e in article.offsets] if not hasattr(article, "_ends") else article._ends
    starts = [s for s, _ in article.offsets] if not hasattr(article, "_starts") else article._starts
    article._ends, article._starts = ends, starts
    first = bisect.bisect_right(ends, start)
    last = bisect.bisect_left(starts, end)
    return (first, last) if first < last else None


def attribution(article, roles):
    """The attribution whose source, cue and content are these code-point spans."""
    return Attribution(*([span for s, e in spans if (span := token_span(article, s, e))] for spans in roles))


def quotations(tokenizer, path):
    """Articles of the first labelled shape (`attributions`) with their gold spans."""
    return labelled_articles(tokenizer, read_jsonl(path))


def labelled_articles(tokenizer, rows):
    articles = []
    for row in rows:
        article = encode(tokenizer, row["id"], row["text"])
        for labelled in row["attributions"]:
            found = attribution(article, [labelled[role] for role in ROLES])
            article.gold.setdefault(labelled["annotator"], []).append(found)
        order = row.get("annotators", [])
        article.gold = {a: article.gold.get(a, []) for a in order or article.gold}
        articles.append(article)
    return articles


def quotation(quote):
    """Source, cue and content of a quotation of `standpoint analyze`, each a list of (start, end) in code points."""
    roles = ([(quote["speaker"] or {}).get("mention")], [quote["cue"]], quote["content"])
    return tuple([(passage["start"], passage["end"]) for passage in role if passage] for role in roles)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def labels(part):
    """Our labels of `train` or `dev`: corpus, row, digest of the text, attributions in code points, in `dev` by a second
    reader too."""
    return read_jsonl(LABELLED / f"{part}.jsonl")


def article_id(label):
    return f"{label['corpus']}-{label['row']}"


def by_reader(label, first):
    """What each reader of an article gave; that of the first stands under this name."""
    return {"first": label[first]} | ({"second": label["second"]} if "second" in label else {})


def labelled(root, part):
    """The articles that we labelled, in the shape of the labelled corpora."""
    corpora, rows = {}, []
    for label in labels(part):
        name = label["corpus"]
        if name not in corpora:
            corpora[name] = read_jsonl(root / f"{name}.jsonl.gz")
        text = corpora[name][label["row"]]["text"]
        if digest(text) != label["digest"]:
            raise ValueError(f"{name}, row {label['row']}: not the text that was labelled; is the data another version?")
        read = by_reader(label, "attributions")
        attributions = [{"annotator": reader, **a} for reader, found in read.items() for a in found]
        rows.append({"id": article_id(label), "text": text, "annotators": list(read), "attributions": attributions})
    return rows


@dataclass
class Stances:
    """An article whose quotations we labelled for stance."""

    id: str
    text: str
    attributions: list
    targets: list
    sides: dict
    """By reader: {(attribution, target): label}; what has no label is unrelated."""
    actors: list
    """Of `dev`: {names, quotes}."""


def stances(root, part):
    rows = {row["id"]: row for row in labelled(root, part)}
    for line in read_jsonl(LABELLED / f"stance-{part}.jsonl"):
        row = rows[article_id(line)]
        attributions = [a for a in row["attributions"] if a["annotator"] == "first"]
        readers = by_reader(line, "stance").items()
        sides = {reader: {(quote, target): side for quote, target, side in found} for reader, found in readers}
        actors = [
            {"names": [row["text"][start:end] for start, end in actor["names"]], "quotes": actor["quotes"]}
            for actor in line.get("actors", [])
        ]
        yield Stances(row["id"], row["text"], attributions, line["targets"], sides, actors)


def unlabelled(root, every=3):
    """News articles without labels of quotations, ours neither; of the bodies of FNC every third, or all."""
    ours = {(label["corpus"], label["row"]) for part in ("train", "dev") for label in labels(part)}
    for name, step in (("basil/train", 1), ("text/wikinews", 1), ("fnc/train-bodies", every)):
        for n, row in enumerate(read_jsonl(root / f"{name}.jsonl.gz")):
            if n % step == 0 and (name, n) not in ours:
                yield {"id": f"{name}-{n}", "text": row["text"]}


def sentences(root):
    """News of which we have sentences: each for itself, but those of Global Voices, which stand in order, by 24, three to a
    paragraph."""
    for name in ("newsmtsc/train", "dse/train"):
        texts = dict.fromkeys(row["text"] for row in read_jsonl(root / f"{name}.jsonl.gz"))
        yield from ({"id": f"{name}-{n}", "text": text} for n, text in enumerate(texts))
    voices = [row["text"] for row in read_jsonl(root / "text/globalvoices.jsonl.gz")]
    for first in range(0, len(voices), 24):
        paragraphs = [" ".join(voices[at : at + 3]) for at in range(first, min(first + 24, len(voices)), 3)]
        yield {"id": f"text/globalvoices-{first}", "text": "\n\n".join(paragraphs)}


def texts(root, all):
    """What a larger model reads for a smaller one."""
    return itertools.chain(unlabelled(root, 1), sentences(root)) if all else unlabelled(root)


def taught(tokenizer, root, articles, lessons):
    """The articles with the tag scores of a larger model (`teach`), and articles without labels with its attributions."""
    for article in articles:
        if article.id in lessons:
            article.scores = lessons[article.id]["scores"]
    more = []
    for row in texts(root, all=True):
        if row["id"] in lessons:
            article = encode(tokenizer, row["id"], row["text"])
            article.scores = lessons[row["id"]]["scores"]
            article.gold = {"model": [Attribution(*roles) for roles in lessons[row["id"]]["attributions"]]}
            more.append(article)
    return articles + more


def passages(tokenizer, paths):
    """Our own annotated passages: `<sN>source</sN> <cN>cue</cN> <qN>content</qN>`, N the attribution."""
    articles = []
    for path in paths:
        for n, part in enumerate(path.read_text(encoding="utf-8").split("\n=====\n")):
            if part.strip():
                articles.append(passage(tokenizer, f"{path.stem}-{n}", part.strip("\n")))
    return articles


def passage(tokenizer, id, marked):
    text, opened, pieces = "", {}, []
    for m in re.finditer(r"<(/?)([scq])(\d+)>|[^<]+|<", marked):
        if not m[2]:
            text += m[0]
        elif not m[1]:
            opened[m[2], m[3]] = len(text)
        else:
            pieces.append((m[3], m[2], opened.pop((m[2], m[3])), len(text)))
    article = encode(tokenizer, id, text)
    attributions = {}
    for number, role, start, end in sorted(pieces, key=lambda p: p[2:]):
        attribution = attributions.setdefault(number, Attribution([], [], []))
        role = {"s": "source", "c": "cue", "q": "content"}[role]
        if span := token_span(article, start, end):
            getattr(attribution, role).append(span)
    article.gold = {"ours": list(attributions.values())}
    return article


def windows(articles, size, rng: random.Random):
    """Cuts every article once into (article, annotator, start, end): half of them at a random offset, half at the ends
    of paragraphs, as inference does, with windows of a random size."""
    from .infer import breaks_of, plan

    cut = []
    for article in articles:
        annotator = rng.choice(list(article.gold))
        length = len(article.ids)
        if rng.random() < 0.5:
            starts = range(-rng.randrange(size), length, size)
            spans = [(max(s, 0), min(s + size, length)) for s in starts]
        else:
            each = rng.randrange(size // 2, size + 1)
            spans = [(s, e) for s, e, _, _ in plan(length, breaks_of(article), each, 32)]
        cut += [(article, annotator, s, e) for s, e in spans if e - s > 8]
    return cut


def batches(cut, tokens, rng: random.Random):
    """Windows of like length together, at most `tokens` a batch with padding, in random order."""
    rng.shuffle(cut)
    cut.sort(key=lambda w: w[3] - w[2])
    groups, group = [], []
    for window in cut:
        longest = window[3] - window[2] + 2
        if group and longest * (len(group) + 1) > tokens:
            groups.append(group)
            group = []
        group.append(window)
    groups.append(group)
    rng.shuffle(groups)
    return groups
