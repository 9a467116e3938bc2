"""Whole-article inference, as `src/model` and `src/quote` do it: windows, stitching, Viterbi, links."""

import numpy as np
import torch

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


@torch.inference_mode()
def hidden_states(network, article, size=190, overlap=32, bf16=True):
    spans = plan(len(article.ids), breaks_of(article), size, overlap)
    longest = max(e - s for s, e, _, _ in spans)
    ids = torch.zeros(len(spans), longest + 2, dtype=torch.long)
    types = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    for i, (s, e, _, _) in enumerate(spans):
        n = e - s
        ids[i, : n + 2] = torch.tensor([101] + article.ids[s:e] + [102])
        types[i, 1 : n + 1] = torch.tensor(article.types[s:e])
        mask[i, : n + 2] = 1
    parts = []
    device = next(network.parameters()).device
    ids, types, mask = ids.to(device), types.to(device), mask.to(device)
    for i in range(0, len(spans), 16):
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
            parts.append(network.encode(ids[i : i + 16], types[i : i + 16], mask[i : i + 16]).float())
    hidden = torch.cat(parts)
    return torch.cat([hidden[i, 1 + a - s : 1 + b - s] for i, (s, _, a, b) in enumerate(spans)])


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
    spans = spans_of(viterbi(emissions.cpu().numpy(), network.crf.table().cpu().numpy()))
    return link(network, hidden, spans, article.paragraph), spans


def link(network, hidden, spans, paragraph):
    cues = spans["cue"]
    sources = point(network.source_of_cue, network, hidden, cues, spans["source"], cues, paragraph)
    owners = point(network.cue_of_content, network, hidden, spans["content"], cues, cues, paragraph)
    groups, alone = {}, []
    for content, (cue, _) in zip(spans["content"], owners):
        if cue is None:
            alone.append(([], [], [content]))
        else:
            groups.setdefault(cue, []).append(content)
    linked = []
    for cue, contents in groups.items():
        source = sources[cue][0]
        linked.append(([spans["source"][source]] if source is not None else [], [cues[cue]], contents))
    return linked + alone
