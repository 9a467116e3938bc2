"""Writes what the shipped model gives in Python, for the Rust test that holds both sides to the same numbers.

    python -m standpoint_train.parity --model models/fast --articles tests/articles --out tests/parity/fast.json
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from transformers import BertConfig

from . import actor_network, data, features, infer, manifest, weights
from .dateline import after_dateline
from .network import QuoteNetwork

STEP = 7


def load(folder):
    """The network of a model folder, in f32."""
    network = QuoteNetwork(BertConfig.from_pretrained(folder, attn_implementation="sdpa"))
    network.load_state_dict(weights.read(folder))
    return network.eval()


def span(article, tokens):
    return [article.offsets[tokens[0]][0], article.offsets[tokens[1] - 1][1]]


def repaired(text, attribution):
    """As `src/quote/repair.rs`: a source begins behind its dateline; a quotation at the end of the source, after a comma, is
    a piece of the content; content ends with the headline that it begins in."""
    sources, cue, content = attribution
    paragraphs = features.paragraphs(text)
    sources = [after_dateline(text, paragraphs, source) for source in sources]
    content = [within_headline(text, paragraphs, piece) for piece in content]
    if sources:
        inside = features.inside_marks(text, paragraphs)
        start, end = sources[0]
        at = end
        while at > start and inside[at - 1]:
            at -= 1
        rest = text[start:at].rstrip()
        if start < at < end and rest.endswith(","):
            return [[[start, start + len(rest)]], cue, sorted(content + [[at, end]])]
    return [sources, cue, content]


def within_headline(text, paragraphs, piece):
    start, end = piece
    line = next(stop for first, stop in paragraphs if first <= start < stop)
    return [start, line] if line < end and text[line - 1].isalnum() else piece


def antecedents(network, article, hidden, mentions):
    """Of every third mention the share of none, and the best candidate with its share."""
    q, c, pair_features = actor_network.pairs_of(mentions, article)
    pairs, none = actor_network.scores(network.actors.antecedent, hidden, mentions, q, c, pair_features)
    which = list(range(0, len(mentions), 3))
    logits, rows = actor_network.rows_of(q, pairs, none, which)
    found = []
    for row, p in zip(rows, logits.softmax(-1).tolist()):
        best = max(range(len(row)), key=lambda k: p[1 + k], default=None)
        found.append([round(p[0], 5), c[row[best]] if row else None, round(p[1 + best], 5) if row else None])
    return found


@torch.inference_mode()
def expected(network, article, limits):
    windows = {"size": limits["window"] - 2, "overlap": limits["overlap"], "bf16": False}
    hidden = infer.hidden_states(network, article, **windows)
    emissions = network.tagger(hidden)
    found, _ = infer.attributions(network, article, **windows)
    found = [[[span(article, s) for s in role] for role in roles] for roles in found]
    found = [repaired(article.text, roles) for roles in found]
    mentions = actor_network.tagged_mentions(network.actors.tagger(hidden), article)
    return {
        "mentions": [[*span(article, (m.start, m.end)), m.form] for m in mentions],
        "antecedents": antecedents(network, article, hidden, mentions),
        "pieces": len(article.ids),
        "emissions": [[round(x, 5) for x in row] for row in emissions[::STEP].tolist()],
        "attributions": sorted(found, key=lambda roles: roles[2]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, help="so many articles only")
    args = parser.parse_args()
    settings = manifest.read(args.model)
    network = load(args.model)
    tokenizer = data.tokenizer_of(args.model)
    articles = {}
    for path in sorted(args.articles.glob("*.txt"))[: args.first]:
        # Read as bytes, so that line ends stay what they are.
        article = data.encode(tokenizer, path.stem, path.read_bytes().decode("utf-8"))
        articles[path.stem] = expected(network, article, settings["limits"])
    weights = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(args.model.glob("*.safetensors"))
    }
    args.out.write_text(json.dumps({"weights": weights, "articles": articles}) + "\n")


if __name__ == "__main__":
    main()
