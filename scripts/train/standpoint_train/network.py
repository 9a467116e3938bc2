"""The quotation network: one BERT encoder, a CRF tagger, and a linker.

Tagger: seven BIO tags over source, cue and content, linear-chain CRF (Lafferty et al., 2001).
Linker: each cue points to its source, each content piece to its cue, or to none; the score of a pair is biaffine
(Dozat and Manning, 2017) plus an additive term over both spans and their distance features.
"""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import BertConfig

from . import base
from .actor_network import Actors
from .data import ROLES

TAGS = ["O"] + [f"{p}-{r}" for r in ROLES for p in "BI"]
FORBIDDEN = -10000.0
DISTANCES, BETWEEN, PARAGRAPHS = 20, 4, 3
LINK = 128


def allowed():
    """[7, 7] of 0 and FORBIDDEN: I-x follows only B-x and I-x."""
    table = torch.zeros(len(TAGS), len(TAGS))
    for to, name in enumerate(TAGS):
        if name.startswith("I"):
            table[:, to] = FORBIDDEN
            table[to - 1, to] = table[to, to] = 0.0
    return table


class Crf(nn.Module):
    def __init__(self):
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        self.register_buffer("legal", allowed(), persistent=False)

    def table(self):
        return self.transitions + self.legal

    def loss(self, emissions, tags, mask):
        """Mean negative log-likelihood a token; [B, T, 7], [B, T], [B, T]. A window may begin inside a span."""
        table = self.table()
        alpha = emissions[:, 0]
        gold = emissions[:, 0].gather(1, tags[:, :1]).squeeze(1)
        for t in range(1, emissions.shape[1]):
            keep = mask[:, t]
            step = torch.logsumexp(alpha[:, :, None] + table, 1) + emissions[:, t]
            alpha = torch.where(keep[:, None], step, alpha)
            move = table[tags[:, t - 1], tags[:, t]] + emissions[:, t].gather(1, tags[:, t : t + 1]).squeeze(1)
            gold = gold + torch.where(keep, move, torch.zeros_like(move))
        return (torch.logsumexp(alpha, 1) - gold).sum() / mask.sum()


class Pointer(nn.Module):
    """Scores (query span, candidate span) pairs, and the query against none."""

    def __init__(self, hidden):
        super().__init__()
        self.query = nn.Linear(2 * hidden, LINK)
        self.candidate = nn.Linear(2 * hidden, LINK)
        self.bilinear = nn.Linear(LINK, LINK, bias=False)
        self.distance = nn.Embedding(DISTANCES, LINK)
        self.between = nn.Embedding(BETWEEN, LINK)
        self.paragraphs = nn.Embedding(PARAGRAPHS, LINK)
        self.score = nn.Linear(LINK, 1, bias=False)
        self.none = nn.Linear(LINK, 1)

    def forward(self, queries, candidates, q, c, distance, between, paragraphs):
        """queries [Q, 2H], candidates [C, 2H]; q, c, features [P] index the pairs. Returns pairs [P], none [Q]."""
        left, right = self.query(queries), self.candidate(candidates)
        features = self.distance(distance) + self.between(between) + self.paragraphs(paragraphs)
        additive = self.score(F.gelu(left[q] + right[c] + features)).squeeze(-1)
        biaffine = (self.bilinear(F.gelu(left))[q] * F.gelu(right)[c]).sum(-1)
        return additive + biaffine, self.none(F.gelu(left)).squeeze(-1)


def distance_bucket(query, candidate):
    """0–9 for a candidate before the query, 10–19 after: tokens between the nearest ends, doubling."""
    before = candidate[0] < query[0]
    gap = query[0] - candidate[1] if before else candidate[0] - query[1]
    gap = max(gap, 0)
    bucket = gap if gap < 4 else min(2 + gap.bit_length() - 1, 9)
    bucket = min(bucket, 9)
    return bucket if before else 10 + bucket


def pair_features(query, candidate, cues, paragraph):
    """Distance bucket, number of cues strictly between (0–3), paragraph breaks between (0–2)."""
    left, right = min(query[1], candidate[1]), max(query[0], candidate[0])
    between = sum(1 for s, e in cues if s >= left and e <= right)
    breaks = abs(paragraph[query[0]] - paragraph[candidate[0]])
    return distance_bucket(query, candidate), min(between, 3), min(breaks, 2)


class QuoteNetwork(nn.Module):
    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.bert = base.Encoder(config)
        self.dropout = nn.Dropout(0.1)
        self.tagger = nn.Linear(config.hidden_size, len(TAGS))
        self.crf = Crf()
        self.source_of_cue = Pointer(config.hidden_size)
        self.cue_of_content = Pointer(config.hidden_size)
        self.actors = Actors(config.hidden_size)

    @classmethod
    def pretrained(cls, name):
        """A new network on one of the encoders of `base`."""
        encoder = base.new_encoder(name)
        network = cls(encoder.config)
        network.bert = encoder
        return network

    def encode(self, ids, types, mask):
        return self.bert(ids, types, mask)

    @staticmethod
    def ends(hidden, spans):
        """First and last vector of each span side by side: [N, 2H]."""
        if not spans:
            return hidden.new_zeros(0, 2 * hidden.shape[-1])
        first = torch.tensor([s for s, _ in spans], device=hidden.device)
        last = torch.tensor([e - 1 for _, e in spans], device=hidden.device)
        return torch.cat([hidden[first], hidden[last]], -1)
