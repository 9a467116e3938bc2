"""Writes what a larger model makes of articles, for a smaller one to learn from (Hinton, Vinyals and Dean, 2015).

    python -m standpoint_train.teach --model models/accurate --data DATA --out FILE

For each article the tag scores of every word piece, and of those without labels the attributions too.
"""

import argparse
import time
from pathlib import Path

import torch

from . import data, infer, parity, weights


TOGETHER = 200
"""Articles whose windows go through the network together."""


@torch.inference_mode()
def lesson(network, article, hidden):
    """Tag scores [T, 7], and the attributions that they and the links give."""
    scores = network.tagger(hidden)
    attributions, _ = infer.decode(network, article, hidden, scores)
    return {"scores": scores.half(), "attributions": attributions}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--unlabelled", action="store_true", help="read only the articles without labels")
    parser.add_argument("--all", action="store_true", help="read all bodies of FNC, and the sets of sentences")
    args = parser.parse_args()
    network = parity.load(args.model)
    tokenizer = data.tokenizer_of(args.model)
    articles = [] if args.unlabelled else data.quotations(tokenizer, args.data / "polnear/train.jsonl.gz")
    articles += [data.encode(tokenizer, row["id"], row["text"]) for row in data.texts(args.data, args.all)]
    articles = [article for article in articles if article.ids]
    lessons, began = {}, time.time()
    for first in range(0, len(articles), TOGETHER):
        part = articles[first : first + TOGETHER]
        for article, hidden in zip(part, infer.hidden_states_of(network, part)):
            lessons[article.id] = lesson(network, article, hidden)
        print(f"{len(lessons)} of {len(articles)} articles, {time.time() - began:.0f} s", flush=True)
    weights.save(lessons, args.out)


if __name__ == "__main__":
    main()
