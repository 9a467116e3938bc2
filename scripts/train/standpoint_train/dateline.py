"""Datelines ("OSLO, Norway (AP) — Skippers refused."), as `src/quote/dateline.rs` has them."""

import re

from . import features

MOST_WORDS = 5
"""Words between a place and the dash of its dateline."""

DASHES = ("—", "–", "―", "-")


def is_dateline(article, span):
    """Whether a span of word pieces stands before the dash of a dateline, and so speaks for nobody."""
    start, end = article.offsets[span[0]][0], article.offsets[span[1] - 1][1]
    first, last = next((s, e) for s, e in features.paragraphs(article.text) if s <= start < e)
    after = article.text[end:last].split()[:MOST_WORDS]
    dash = next((i for i, word in enumerate(after) if word.startswith(DASHES)), None)
    return not article.text[first:start].strip() and dash is not None and not any(w[0].islower() for w in after[:dash])


DATELINE = re.compile(r"(\S+)((?:\s+\S+)*?)\s+[—–-]+\s*(?=\S)")


def after_dateline(text, paragraphs, source):
    """A source without the dateline that it begins with: a place in capitals at the start of a paragraph, and what stands
    before the dash."""
    start, end = source
    found = DATELINE.match(text[start:end])
    if not found or all(first != start for first, _ in paragraphs):
        return source
    place, more = found[1], found[2].split()
    capitals = sum(c.isupper() for c in place) >= 3 and not any(c.islower() for c in place)
    small = any(word[0].islower() for word in more) or text[start + found.end()].islower()
    return source if not capitals or small or len(more) > MOST_WORDS else [start + found.end(), end]
