"""Articles with mentions of actors and their chains, from sets of unlike schemes brought to one.

A mention is a name (its words without title), the head word of a description, or a pronoun. Tags stand for names and
heads; pronouns are told by a list. A token whose label a set leaves open has several tags allowed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from . import data, features

NAMES = ("person", "organization", "place", "other")
HEADS = ("person", "organization", "place", "group", "document")
TAGS = ["O"] + [f"{p}-{n}" for n in NAMES for p in "BI"] + [f"N-{h}" for h in HEADS]
ANY = (1 << len(TAGS)) - 1
UNNAMED = 1 | sum(1 << i for i, t in enumerate(TAGS) if t.startswith("N-"))
"""What a token outside of names may be in a set that labels names only."""

PRONOUNS = {
    "he": "he he's him his himself",
    "she": "she she's her hers herself",
    "it": "it it's its itself",
    "they": "they them their theirs themselves",
    "i": "i me my mine myself",
    "we": "we us our ours ourselves",
    "you": "you your yours yourself yourselves",
    "who": "who whom whose which",
}
PRONOUN_OF = {word: name for name, words in PRONOUNS.items() for word in words.split()}
FORMS = [f"name {n}" for n in NAMES] + ["head person", "head persons", "head thing", "head things"] + list(PRONOUNS)
STOP = set("of for in on at to from with by who whom which that whose and or but as into over after before".split())
PLURALS = set("people police men women children both others staff crew".split())
TITLES = set(
    """mr mrs ms miss dr prof sir dame lord lady president premier chancellor prime minister secretary senator sen
    representative rep gov governor mayor judge justice general gen colonel col captain capt lieutenant lt sergeant sgt
    king queen prince princess pope archbishop bishop rev reverend chairman chairwoman spokesman spokeswoman
    spokesperson professor director ambassador chief vice former deputy attorney congressman congresswoman speaker
    officer the a an foreign state rear admiral solicitor sheikh sheikha""".split()
)
ROLES = set(
    """minister ministers president premier chancellor secretary spokesman spokeswoman spokesperson chairman chairwoman
    director ambassador commissioner governor negotiator envoy adviser counterpart correspondent""".split()
)
"""Words for what a person does that are no surname, so that a name begins after them wherever they stand."""
PARTICLES = set("van der den de del della di da dos das du la le von zu bin binti ibn al el y e ter ten af av the and".split())
"""Small words within surnames."""
LINKS = set("of from in at on who whom for".split())
"""What begins that which tells more of a person."""


@dataclass
class Mention:
    start: int
    end: int
    """Tokens."""
    form: int
    chain: str
    text: str


@dataclass
class Labelled:
    article: data.Article
    tags: list
    """Bit masks of the allowed tags, by token."""
    mentions: list
    """In order; empty where the set has no chains."""
    pair: tuple = None
    """For GAP: (pronoun, a, b) token spans and whether each is meant."""


WORD = re.compile(r"\w[\w.’'-]*\w\.?|\w\.?|[^\w\s]")


def is_plural(word):
    word = word.lower()
    return word in PLURALS or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")))


def head_of(text):
    """The head word of a description as (start, end) in its text: the last word before what depends on it."""
    head = None
    for m in WORD.finditer(text):
        word = m[0].lower()
        if head and (word in STOP or not word[0].isalnum()):
            break
        if word[0].isalnum():
            head = (m.start(), m.end())
    if not head:
        return None
    word = text[head[0] : head[1]]
    bare = re.sub(r"([’']s?|\.)$", "", word)
    return (head[0], head[0] + len(bare)) if bare else None


def name_in(text, kind):
    """The name within a mention as (start, end): without title and article, after a possessor, before a comma."""
    left, right = 0, len(text)
    for m in re.finditer(r"[’']s\s+", text):
        if text[m.end() : m.end() + 1].isupper():
            left = m.end()
    cut = re.search(r"\s*[,;(]", text[left:])
    if cut and cut.start() > 0:
        right = left + cut.start()
    words = [(left + m.start(), left + m.end()) for m in re.finditer(r"\S+", text[left:right])]
    if kind == "person":
        words = person_in(text, words)
        while len(words) > 1 and bare(text, words[0]) in TITLES | {""} or (
            len(words) > 1 and not text[words[0][0]].isupper()
        ):
            words.pop(0)
    elif len(words) > 1 and bare(text, words[0]) in ("the", "a", "an"):
        words.pop(0)
    if not words:
        return None
    start, end = words[0][0], words[-1][1]
    stripped = re.sub(r"([’']s|[’'])$", "", text[start:end])
    return (start, start + len(stripped)) if stripped else None


def person_in(text, words):
    """Those of the words that may be the name: before "of" and what follows, after what the person is."""
    said = [bare(text, word) for word in words]
    for i in range(1, len(words)):
        if said[i] in LINKS and said[i - 1] not in TITLES | ROLES:
            words = words[:i]
            break
    for i in reversed(range(len(words) - 1)):
        small = text[words[i][0]].islower() and said[i] not in PARTICLES | LINKS
        if (small or said[i] in ROLES) and text[words[i + 1][0]].isupper():
            return words[i + 1 :]
    return words


def is_capitalized(word):
    """Whether it begins like a name; an Arabic article may stand before that."""
    return re.match(r"(?:[ae]l-)?(.)", word)[1].isupper()


def bare(text, word):
    return text[word[0] : word[1]].lower().strip(".,'’\"“”")


def form_of(tag, word):
    if tag.startswith("B-"):
        return FORMS.index(f"name {tag[2:]}")
    plural = is_plural(word)
    person = tag in ("N-person", "N-group")
    return FORMS.index(("head persons" if plural else "head person") if person else ("head things" if plural else "head thing"))


class Builder:
    """Collects the labels of one article."""

    def __init__(self, article, default):
        self.article, self.default = article, default
        self.tags = [default] * len(article.ids)
        self.mentions = {}

    def allow(self, span, mask):
        for t in range(*span):
            self.tags[t] = mask

    def tokens(self, start, end):
        return data.token_span(self.article, start, end)

    def name(self, start, end, kind, chain):
        text = self.article.text
        at = name_in(text[start:end], kind)
        span = at and self.tokens(start + at[0], start + at[1])
        if not span or not any(c.isupper() for c in text[start + at[0] : start + at[1]]):
            return
        begin = TAGS.index(f"B-{kind}")
        for t in range(*span):
            self.tags[t] = 1 << (begin + (t > span[0]))
        # What stood there before was inside this name.
        for key in [k for k in self.mentions if k[0] < span[1] and k[1] > span[0]]:
            del self.mentions[key]
        if chain is not None:
            self.add(span, FORMS.index(f"name {kind}"), chain)

    def head(self, start, end, kinds, chain):
        text = self.article.text
        at = head_of(text[start:end])
        span = at and self.tokens(start + at[0], start + at[1])
        if not span or at[1] - at[0] < 2 or any(k[0] < span[1] and k[1] > span[0] for k in self.mentions):
            return
        self.allow(span, sum(1 << TAGS.index(k) for k in kinds))
        tag = next((k for k in kinds if k != "O"), "O")
        if tag != "O" and chain is not None:
            self.add(span, form_of(tag, text[start + at[0] : start + at[1]]), chain)

    def pronoun(self, start, end, chain):
        name = PRONOUN_OF.get(self.article.text[start:end].lower())
        span = self.tokens(start, end)
        if name and span and chain is not None:
            self.add(span, FORMS.index(name), chain)

    def add(self, span, form, chain):
        words = self.article.text[self.article.offsets[span[0]][0] : self.article.offsets[span[1] - 1][1]]
        self.mentions[span] = Mention(*span, form, str(chain), words)

    def done(self):
        """With every pronoun of the list that has no chain as a mention of its own."""
        for span, form, words in pronouns_of(self.article):
            if span not in self.mentions and self.mentions:
                self.mentions[span] = Mention(*span, form, f"alone {span[0]}", words)
        return Labelled(self.article, self.tags, sorted(self.mentions.values(), key=lambda m: (m.start, m.end)))


def pronouns_of(article):
    """All pronouns of the list, as (token span, form, text). Whole words, which begin and end with a piece."""
    found = []
    for m in re.finditer(r"\w+", article.text):
        name = PRONOUN_OF.get(m[0].lower())
        if name and not (name == "i" and m[0] == "i"):
            span = data.token_span(article, m.start(), m.end())
            if span:
                found.append((span, FORMS.index(name), m[0]))
    return found


GUM_KINDS = {"person": "person", "organization": "organization", "place": "place"}
SPOKEN = ("conversation", "vlog", "textbook")
"""Genres of GUM without a stated licence of the text, and far from news."""


def gum(tokenizer, path):
    for row in data.read_jsonl(path):
        if row["genre"] in SPOKEN:
            continue
        builder = Builder(data.encode(tokenizer, row["id"], row["text"]), 1)
        order = sorted(row["entities"], key=lambda e: e["end"] - e["start"])
        for e in order:
            if e["kind"] not in ("name", "nominal", "pronoun") and PRONOUN_OF.get(row["text"][e["start"] : e["end"]].lower()) is None:
                continue
            kind = GUM_KINDS.get(e["type"])
            span = (e["start"], e["end"])
            if PRONOUN_OF.get(row["text"][slice(*span)].lower()):
                builder.pronoun(*span, e["group"])
            elif e["type"] == "time":
                continue
            elif e["kind"] == "name":
                builder.name(*span, kind or "other", e["group"])
            elif kind == "person":
                plural = (at := head_of(row["text"][slice(*span)])) and is_plural(row["text"][span[0] + at[0] : span[0] + at[1]])
                builder.head(*span, ["N-group", "N-person"] if plural else ["N-person"], e["group"])
            elif kind:
                builder.head(*span, [f"N-{kind}"], e["group"])
            else:
                builder.head(*span, ["O", "N-document"], None)
        yield row, builder.done()


LITBANK_KINDS = {"PER": "person", "ORG": "organization", "GPE": "place", "LOC": "place", "FAC": "place"}


def litbank(tokenizer, path):
    for row in data.read_jsonl(path):
        text, starts = "", []
        for i, sentence in enumerate(row["sentences"]):
            starts.append([])
            for word in sentence:
                word = {"``": "“", "''": "”"}.get(word, word)
                glued = word in (",", ".", ";", ":", "!", "?", "”", ")", "n't") or word.startswith("'")
                text += ("" if not text or glued or text.endswith(("“", "(", "\n")) else " ") + word
                starts[-1].append((len(text) - len(word), len(text)))
            text += "\n" if i % 8 == 7 else ""
        builder = Builder(data.encode(tokenizer, row["id"], text), 1)
        spans = []
        for m in row["mentions"]:
            (a, b), (c, d) = m["start"], m["end"]
            spans.append((starts[a][b][0], starts[c][d - 1][1], m))
        for start, end, m in sorted(spans, key=lambda s: s[1] - s[0]):
            kind = LITBANK_KINDS.get(m["type"])
            if m["kind"] == "PRON":
                builder.pronoun(start, end, m.get("entity"))
            elif m["kind"] == "PROP":
                builder.name(start, end, kind or "other", m.get("entity"))
            elif kind == "person":
                builder.head(start, end, ["N-person", "N-group"], m.get("entity"))
            elif kind:
                builder.head(start, end, [f"N-{kind}"], m.get("entity"))
        yield builder.done()


def invented(tokenizer, paths):
    """Our articles: head lines with the entities, then the text with mentions in braces."""
    for path in paths:
        for n, part in enumerate(path.read_text(encoding="utf-8").split("\n=====\n")):
            if part.strip():
                yield invented_one(tokenizer, f"{path.stem}-{n}", part.strip("\n"))


def invented_one(tokenizer, id, part):
    head, _, body = part.partition("\n\n")
    entities = {m[1]: (m[2], m[3]) for m in re.finditer(r"#entity (\d+) (\w+) (.+)", head)}
    text, stack, spans = [], [], []
    for m in re.finditer(r"\{(\d+) |\}|[^{}]+", body):
        if m[1]:
            stack.append((m[1], sum(map(len, text))))
        elif m[0] == "}":
            entity, start = stack.pop()
            spans.append((start, sum(map(len, text)), entity))
        else:
            text.append(m[0])
    text = "".join(text)
    builder = Builder(data.encode(tokenizer, id, text), 1)
    for start, end, entity in sorted(spans, key=lambda s: s[1] - s[0]):
        words = text[start:end]
        kind, canonical = entities[entity]
        if words.lower() in PRONOUN_OF:
            builder.pronoun(start, end, entity)
            continue
        at = name_in(words, kind)
        core = words[at[0] : at[1]] if at else ""
        head = head_of(words)
        # A name is capitalized to its end; "the Norwegian minister" and "Harbour workers" are descriptions.
        if core and is_capitalized(core.split()[-1]) and (not head or is_capitalized(words[head[0] : head[1]])):
            builder.name(start, end, kind if kind in NAMES else "other" if kind == "document" else "organization", entity)
        else:
            builder.head(start, end, [f"N-{kind}"], entity)
    return builder.done()


NER_KINDS = {
    "PER": "person", "person": "person", "politician": "person", "ORG": "organization", "LOC": "place",
    "organisation": "organization", "politicalparty": "organization", "country": "place", "location": "place",
}  # fmt: skip


def ner(tokenizer, path, rng, limit):
    rows = data.read_jsonl(path)
    rng.shuffle(rows)
    for i, row in enumerate(rows[:limit]):
        text, spans = "", []
        for word, tag in zip(row["tokens"], row["tags"]):
            glued = re.fullmatch(r"[,.;:!?)\]%]|'s|’s|n't", word)
            text += ("" if not text or glued or text.endswith(("(", "[")) else " ") + word
            at = (len(text) - len(word), len(text))
            if tag.startswith("B-"):
                spans.append([*at, NER_KINDS.get(tag[2:], "other")])
            elif tag.startswith("I-") and spans:
                spans[-1][1] = at[1]
        builder = Builder(data.encode(tokenizer, f"{path.stem}-{i}", text), UNNAMED)
        for start, end, kind in spans:
            builder.name(start, end, kind, None)
        if builder.article.ids:
            yield builder.done()


def gap(tokenizer, path):
    for row in data.read_jsonl(path):
        builder = Builder(data.encode(tokenizer, row["id"], row["text"]), ANY)
        spans = [builder.tokens(*row[k]) for k in ("pronoun", "a", "b")]
        labelled = builder.done()
        labelled.pair = (spans, row["a_coref"], row["b_coref"], row)
        yield labelled


@lru_cache(maxsize=100000)
def word_list(text):
    return [w for w in re.findall(r"\w+", text.lower())]


@lru_cache(maxsize=1000000)
def string_relation(a, b):
    """0 nothing shared, 1 the same words, 2 the same last word, 3 a word shared, 4 initials. Arguments: texts."""
    left, right = word_list(a), word_list(b)
    if left == right:
        return 1
    if not left or not right:
        return 0
    if left[-1] == right[-1]:
        return 2
    if any(len(w) > 2 and w in right for w in left):
        return 3
    for short, long in ((a, right), (b, left)):
        letters = short.replace(".", "").replace(" ", "").lower()
        if len(letters) > 1 and len(long) > 1 and letters == "".join(w[0] for w in long if w not in STOP | {"the"}):
            return 4
    return 0


def spread(count):
    """0–9: small numbers as they are, then doubling."""
    return count if count < 4 else min(2 + count.bit_length() - 1, 9)


REACH, AFTER, CANDIDATES = 500, 60, 50
"""Tokens that a mention looks back, and that a pronoun looks ahead for a name; nearest candidates before it."""


def candidates(mentions, i, reach=REACH):
    """Indices of the mentions that mention `i` may point to."""
    query = mentions[i]
    found = [j for j in range(max(0, i - CANDIDATES), i) if query.start - mentions[j].start <= reach and mentions[j].end <= query.start]
    if query.form >= 8:
        for j in range(i + 1, len(mentions)):
            if mentions[j].start - query.start > AFTER:
                break
            if mentions[j].form < 8:
                found.append(j)
    return found


def relation(mentions, i, j, article):
    """Features of the pair (query i, candidate j): distance, mentions between, paragraphs between, forms, words, marks."""
    q, c = mentions[i], mentions[j]
    before = c.start < q.start
    distance = spread(max(q.start - c.end if before else c.start - q.end, 0)) + (0 if before else 10)
    between = spread(abs(i - j) - 1)
    breaks = min(abs(article.paragraph[q.start] - article.paragraph[c.start]), 2)
    words = string_relation(q.text, c.text) if q.form < 8 and c.form < 8 else 0
    marks = lambda m: article.types[m.start] // features.CASES % 2
    return distance, between, breaks, q.form * len(FORMS) + c.form, words, 2 * marks(q) + marks(c)
