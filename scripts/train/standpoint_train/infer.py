"""Whole-article inference, as `src/model` and `src/quote` do it: windows, stitching, Viterbi, links."""

import numpy as np
import torch

from . import base
from .dateline import is_dateline
from .data import ROLES
from .network import FORBIDDEN, TAGS, pair_features

REACH = 400
"""A pointer looks this many tokens each way."""


def plan(length, breaks, size, overlap):
    """Windows as (start, end, keep start, keep end): they end with paragraphs; a longer paragraph is cut, with overlap."""
    windows, start = [], 0
    while start < length:
        after = [b for b in breaks if b > start]
        fits = [b for b in after if b <= start + size]
        if start + size >= length:
            end = length
        elif fits:
            end = fits[-1]
        else:
            end = after[0] if after else length
        windows += cut(start, end, size, overlap)
        start = end
    return windows


def cut(start, end, size, overlap):
    length = end - start
    if length <= size:
        return [(start, end, start, end)]
    count = -(-(length - overlap) // (size - overlap))
    each = -(-(length + (count - 1) * overlap) // count)
    starts = [start + i * (length - each) // (count - 1) for i in range(count)]
    middles = [(a + each + b) // 2 for a, b in zip(starts, starts[1:])]
    cuts = [start, *middles, end]
    return [(s, s + each, a, b) for s, a, b in zip(starts, cuts, cuts[1:])]


def breaks_of(article):
    """The first word piece of each paragraph."""
    return [i for i, p in enumerate(article.paragraph) if i == 0 or p != article.paragraph[i - 1]]


def padded(windows):
    """Word pieces with the special ones at their ends, types, and the mask of windows (article, start, end), each [B, T]."""
    longest = max(end - start for _, start, end in windows) + 2
    ids, types, mask = (torch.zeros(len(windows), longest, dtype=torch.long) for _ in range(3))
    for i, (article, start, end) in enumerate(windows):
        n = end - start
        ids[i, : n + 2] = torch.tensor([101] + article.ids[start:end] + [102])
        types[i, 1 : n + 1] = torch.tensor(article.types[start:end])
        mask[i, : n + 2] = 1
    return ids, types, mask


BATCH = 6144
"""Word pieces of one pass, padding included."""


@torch.inference_mode()
def hidden_states(network, article, size=190, overlap=32, bf16=True):
    """Vectors of all word pieces of an article, [T, H]."""
    return hidden_states_of(network, [article], size, overlap, bf16)[0]


@torch.inference_mode()
def hidden_states_of(network, articles, size=190, overlap=32, bf16=True):
    """The same of several articles, whose windows of like length go through the network together."""
    device = next(network.parameters()).device
    cut = [(n, *window) for n, a in enumerate(articles) for window in plan(len(a.ids), breaks_of(a), size, overlap)]
    cut.sort(key=lambda window: window[2] - window[1])
    hidden = [torch.zeros(len(a.ids), network.config.hidden_size, device=device) for a in articles]
    while cut:
        longest = cut[-1][2] - cut[-1][1] + 2
        batch = [cut.pop() for _ in range(min(len(cut), max(1, BATCH // longest)))]
        rows = padded([(articles[n], s, e) for n, s, e, _, _ in batch])
        with base.autocast(device.type, bf16):
            vectors = network.encode(*(x.to(device) for x in rows)).float()
        for i, (n, s, _, a, b) in enumerate(batch):
            hidden[n][a:b] = vectors[i, 1 + a - s : 1 + b - s]
    return hidden


def viterbi(emissions, table):
    """Best legal tag path; emissions [T, 7]."""
    score = emissions[0].copy()
    score[[i for i, t in enumerate(TAGS) if t[0] == "I"]] += FORBIDDEN
    back = np.zeros(emissions.shape, dtype=np.int64)
    for t in range(1, len(emissions)):
        moves = score[:, None] + table
        back[t] = moves.argmax(0)
        score = moves.max(0) + emissions[t]
    path = [int(score.argmax())]
    for t in range(len(emissions) - 1, 0, -1):
        path.append(int(back[t][path[-1]]))
    return path[::-1]


def spans_of(path):
    """Token spans by role from a tag path; an I that follows nothing of its role begins a span."""
    found = {"source": [], "cue": [], "content": []}
    start, role = None, None
    for t, tag in enumerate(list(path) + [0]):
        name = TAGS[tag]
        if role and (name[0] != "I" or name[2:] != role):
            found[role].append((start, t))
            role = None
        if name[0] == "B" or (name[0] == "I" and role is None):
            start, role = t, name[2:]
    return found


def point(pointer, network, hidden, queries, candidates, cues, paragraph):
    """For each query the index of its candidate, or None, with the probability."""
    q, c, features = [], [], []
    for i, query in enumerate(queries):
        for j, candidate in enumerate(candidates):
            if abs(query[0] - candidate[0]) <= REACH:
                q.append(i)
                c.append(j)
                features.append(pair_features(query, candidate, cues, paragraph))
    if not queries:
        return []
    device = hidden.device
    columns = [torch.tensor(x) for x in zip(*features)] if features else [torch.zeros(0, dtype=torch.long)] * 3
    pairs, none = pointer(
        network.ends(hidden, queries),
        network.ends(hidden, candidates),
        torch.tensor(q, dtype=torch.long, device=device),
        torch.tensor(c, dtype=torch.long, device=device),
        *(column.to(device) for column in columns),
    )
    options = [[(None, float(n))] for n in none]
    for i, j, s in zip(q, c, pairs.tolist()):
        options[i].append((j, s))
    chosen = []
    for row in options:
        scores = np.array([s for _, s in row])
        p = np.exp(scores - scores.max())
        p /= p.sum()
        best = int(p.argmax())
        chosen.append((row[best][0], float(p[best])))
    return chosen


@torch.inference_mode()
def attributions(network, article, size=190, overlap=32, bf16=True):
    """Predicted attributions as (source spans, cue spans, content spans) in tokens, and all spans by role."""
    if not article.ids:
        return [], {"source": [], "cue": [], "content": []}
    hidden = hidden_states(network, article, size, overlap, bf16)
    return decode(network, article, hidden, network.tagger(hidden))


def decode(network, article, hidden, emissions):
    """The same from the vectors and the tag scores of all word pieces."""
    emissions, table = emissions.cpu().numpy(), network.crf.table().cpu().numpy()
    spans = spans_of(viterbi(emissions, table))
    may_speak = lambda span: not is_dateline(article, span)
    return link(network, hidden, spans, article.paragraph, lambda: Lattice(emissions, table), may_speak), spans


LONGEST = 120
"""Word pieces of the longest source that is looked for beside the best tag sequence."""


class Lattice:
    """Probability of spans by the forward-backward algorithm, in logarithms, as `src/quote/tags.rs` has it scaled."""

    def __init__(self, emissions, table):
        self.emissions, self.table = emissions.astype(np.float64), table.astype(np.float64)
        length = len(emissions)
        self.before, self.after = np.zeros((length, len(TAGS))), np.zeros((length, len(TAGS)))
        self.before[0] = self.emissions[0]
        self.before[0, [i for i, t in enumerate(TAGS) if t[0] == "I"]] += FORBIDDEN
        for t in range(1, length):
            self.before[t] = log_sum(self.before[t - 1][:, None] + self.table) + self.emissions[t]
        for t in range(length - 2, -1, -1):
            self.after[t] = log_sum((self.table + self.emissions[t + 1] + self.after[t + 1]).T)
        self.total = log_sum(self.before[-1])

    def likeliest_source(self, starts, least, is_free):
        """The likeliest source that begins at one of `starts`, of those that may stand, and have that probability."""
        begin, inside, best = TAGS.index("B-source"), TAGS.index("I-source"), (least, None)
        for start in starts:
            left = np.exp(self.before[start, begin] + self.after[start, begin] - self.total)
            so_far, tag = self.before[start, begin], begin
            for end in range(start + 1, min(len(self.emissions), start + LONGEST) + 1):
                if left < best[0]:
                    break
                onward = 0.0
                if end < len(self.emissions):
                    moves = self.table[tag] + self.emissions[end] + self.after[end]
                    onward = log_sum(np.delete(moves, inside))
                    so_far, here = so_far + self.table[tag, inside] + self.emissions[end, inside], so_far
                    tag = inside
                else:
                    here = so_far
                probability = np.exp(here + onward - self.total)
                left -= probability
                if probability > best[0] and is_free((start, end)):
                    best = (probability, (start, end))
        return best[1]


def log_sum(values):
    most = values.max(0)
    return np.log(np.exp(values - most).sum(0)) + most


SECOND_REACH, SECOND_LEAST = 60, 0.15
"""Word pieces before and after a cue in which a source is looked for again, and the probability that it must have."""


def second_look(network, hidden, spans, paragraph, lattice, may_speak, cue):
    """A source for a cue that points to none: the likeliest one in its paragraph that the best tag sequence leaves out
    and that `may_speak`, if the cue then points to it."""
    near = range(max(0, cue[0] - SECOND_REACH), min(len(paragraph), cue[0] + SECOND_REACH))
    starts = [t for t in near if paragraph[t] == paragraph[cue[0]]]
    touches = lambda span: any(span[0] < e and s < span[1] for role in ROLES for s, e in spans[role])
    is_free = lambda span: not touches(span) and may_speak(span)
    source = lattice.likeliest_source(starts, SECOND_LEAST, is_free)
    if source is None:
        return None
    sources = sorted([*spans["source"], source])
    chosen = point(network.source_of_cue, network, hidden, [cue], sources, spans["cue"], paragraph)[0][0]
    return source if chosen == sources.index(source) else None


def link(network, hidden, spans, paragraph, lattice, may_speak):
    """Attributions of the spans; `lattice` makes the probabilities of spans, when they are asked for."""
    cues = spans["cue"]
    sources = point(network.source_of_cue, network, hidden, cues, spans["source"], cues, paragraph)
    owners = point(network.cue_of_content, network, hidden, spans["content"], cues, cues, paragraph)
    groups, alone = {}, []
    for content, (cue, _) in zip(spans["content"], owners):
        if cue is None:
            alone.append(([], [], [content]))
        else:
            groups.setdefault(cue, []).append(content)
    linked, made = [], None
    for cue, contents in groups.items():
        at = sources[cue][0]
        if at is not None:
            source = spans["source"][at]
        else:
            made = made or lattice()
            source = second_look(network, hidden, spans, paragraph, made, may_speak, cues[cue])
        linked.append(([source] if source else [], [cues[cue]], contents))
    return linked + alone
