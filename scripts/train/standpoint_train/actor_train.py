"""Batches, losses and dev figures of the actor heads, for joint training with the quotation network."""

import random
from pathlib import Path

import torch

from . import actor_data as A
from . import actor_network as N
from . import base, data, infer

INVENTED = Path(__file__).parent.parent / "invented"
NEWS = ("news", "interview", "speech")
"""Genres of GUM that are like what the model will read."""


class Pool:
    """Labelled texts to train on, cut anew for every batch."""

    def __init__(self, tokenizer, root, rng):
        self.documents = [d for _, d in A.gum(tokenizer, root / "gum/train.jsonl.gz")]
        news = [d for r, d in A.gum(tokenizer, root / "gum/train.jsonl.gz") if r["genre"] in NEWS]
        ours = list(A.invented(tokenizer, sorted(INVENTED.glob("coreference-*.txt"))))
        fiction = list(A.litbank(tokenizer, root / "litbank/train.jsonl.gz"))
        self.sentences = [
            *A.ner(tokenizer, root / "ner/uner-ewt-dev.jsonl.gz", rng, 2001),
            *A.ner(tokenizer, root / "ner/wikigold.jsonl.gz", rng, 1841),
            *A.ner(tokenizer, root / "ner/crossner-politics-train.jsonl.gz", rng, 200),
            *A.ner(tokenizer, root / "ner/crossner-politics-dev.jsonl.gz", rng, 541),
        ]
        self.gap = list(A.gap(tokenizer, root / "gap/train.jsonl.gz"))
        self.sources = [
            (s, w) for s, w in [(self.documents, 2), (news, 1.5), (ours, 4), (fiction, 1), (self.sentences, 1), (self.gap, 9)] if s
        ]
        self.order = {id(s): [] for s, _ in self.sources}

    def describe(self):
        return [len(s) for s, _ in self.sources]

    def take(self, source, rng):
        order = self.order[id(source)]
        if not order:
            order += rng.sample(range(len(source)), len(source))
        return source[order.pop()]

    def batch(self, tokens, rng):
        """Labelled texts with (start, end) of the part to read, up to so many tokens in all."""
        parts, total = [], 0
        while total < tokens:
            source = rng.choices([s for s, _ in self.sources], [w for _, w in self.sources])[0]
            count = 12 if source is self.sentences else 3 if source is self.gap else 1
            for _ in range(count):
                labelled = self.take(source, rng)
                part = cut(labelled, rng, 1000)
                parts.append(part)
                total += len(part.article.ids)
        return parts


def cut(labelled, rng: random.Random, most):
    """A stretch of whole paragraphs, as much as `most` tokens, of a longer text."""
    article = labelled.article
    if len(article.ids) <= most:
        return labelled
    breaks = infer.breaks_of(article)
    start = rng.choice([b for b in breaks if b <= max(0, len(article.ids) - most // 2)] or [0])
    end = min(start + most, len(article.ids))
    part = data.Article(article.id, article.text, article.ids[start:end], article.offsets[start:end], article.types[start:end], article.paragraph[start:end])
    inside = [A.Mention(m.start - start, m.end - start, m.form, m.chain, m.text) for m in labelled.mentions if m.start >= start and m.end <= end]
    return A.Labelled(part, labelled.tags[start:end], inside)


def read(network, parts, rng, device, sizes=(110, 250)):
    """Vectors [T, H] of each text, in windows as at inference, of a random size."""
    rows, places = [], []
    for n, labelled in enumerate(parts):
        size = rng.randrange(*sizes) if rng else 190
        for s, e, a, b in infer.plan(len(labelled.article.ids), infer.breaks_of(labelled.article), size, 32):
            rows.append((labelled.article, s, e))
            places.append((n, s, a, b))
    order = sorted(range(len(rows)), key=lambda i: rows[i][2] - rows[i][1])
    found = [None] * len(rows)
    for at in range(0, len(order), 16):
        group = order[at : at + 16]
        longest = max(rows[i][2] - rows[i][1] for i in group) + 2
        ids, types, mask = (torch.zeros(len(group), longest, dtype=torch.long) for _ in range(3))
        for k, i in enumerate(group):
            article, s, e = rows[i]
            n = e - s
            ids[k, : n + 2] = torch.tensor([101, *article.ids[s:e], 102])
            types[k, 1 : n + 1] = torch.tensor(article.types[s:e])
            mask[k, : n + 2] = 1
        with base.autocast(device):
            hidden = network.encode(ids.to(device), types.to(device), mask.to(device))
        for k, i in enumerate(group):
            found[i] = hidden[k].float()
    texts = [[] for _ in parts]
    for (n, s, a, b), hidden in zip(places, found):
        texts[n].append(hidden[1 + a - s : 1 + b - s])
    return [torch.cat(t) for t in texts]


def losses(network, parts, rng, device, drop=0.05):
    """Mean tag loss and mean chain loss of the batch."""
    texts = read(network, parts, rng, device)
    texts = [network.dropout(t) for t in texts]
    logits = network.actors.tagger(torch.cat(texts))
    tags = N.tag_loss(logits, [m for p in parts for m in p.tags])
    chains, at = [], 0
    for labelled, hidden in zip(parts, texts):
        mine = logits[at : at + len(hidden)].detach()
        at += len(hidden)
        if labelled.pair:
            loss = N.gap_loss(network.actors.antecedent, hidden, labelled, N.tagged_mentions(mine, labelled.article))
        elif labelled.mentions:
            loss = N.chain_loss(network.actors.antecedent, hidden, labelled, rng, drop)
        else:
            loss = None
        if loss is not None:
            chains.append(loss)
    return tags, torch.stack(chains).mean() if chains else tags * 0.0


def dev_sets(tokenizer, root):
    """What `evaluate` measures on: the texts of GAP, and those of GUM that are like news."""
    gum = A.gum(tokenizer, root / "gum/dev.jsonl.gz")
    return list(A.gap(tokenizer, root / "gap/dev.jsonl.gz")), [d for r, d in gum if r["genre"] in NEWS]


@torch.no_grad()
def evaluate(network, gap, documents, device):
    """GAP F1 by gender, share of names found in the documents, and of pronouns that point into their chain."""
    head = network.actors.antecedent
    counts = {"m": [0, 0, 0], "f": [0, 0, 0]}
    for labelled in gap:
        hidden = read(network, [labelled], None, device)[0]
        tagged = N.tagged_mentions(network.actors.tagger(hidden), labelled.article)
        p = N.gap_scores(head, hidden, labelled, tagged)
        row = labelled.pair[3]
        pronoun = row["text"][slice(*row["pronoun"])].lower()
        count = counts["f" if pronoun.startswith(("she", "her")) else "m"]
        found = [p[0] >= max(p[1], 0.3), p[1] > max(p[0], 0.3)]
        for f, g in zip(found, (row["a_coref"], row["b_coref"])):
            count[0] += f and g
            count[1] += f
            count[2] += g
    f1 = lambda c: round(200 * c[0] / max(c[1] + c[2], 1), 2)
    both = [sum(x) for x in zip(counts["m"], counts["f"])]
    right = asked = hit = gold = given = 0
    for labelled in documents:
        hidden = read(network, [labelled], None, device)[0]
        mentions = labelled.mentions
        tagged = {(m.start, m.end, m.form) for m in N.tagged_mentions(network.actors.tagger(hidden), labelled.article) if m.form < 4}
        names = {(m.start, m.end, m.form) for m in mentions if m.form < 4}
        hit, gold, given = hit + len(tagged & names), gold + len(names), given + len(tagged)
        q, c, features = N.pairs_of(mentions, labelled.article)
        if not q:
            continue
        pairs, none = N.scores(head, hidden, mentions, q, c, features)
        which = [i for i, m in enumerate(mentions) if m.form >= 8]
        if not which:
            continue
        logits, rows = N.rows_of(q, pairs, none, which)
        for i, row, best in zip(which, rows, logits.argmax(1).tolist()):
            hits = [k for k in row if mentions[c[k]].chain == mentions[i].chain]
            if hits:
                asked += 1
                right += best > 0 and row[best - 1] in hits
    return {
        "gap": f1(both), "gap m": f1(counts["m"]), "gap f": f1(counts["f"]),
        "names": round(200 * hit / max(gold + given, 1), 2), "pronouns": round(100 * right / max(asked, 1), 2),
    }  # fmt: skip
