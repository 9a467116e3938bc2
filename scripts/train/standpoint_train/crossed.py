"""Measures a pair network on quotations that are each labelled for all targets of their article or story: how many pairs that are
unrelated get a side, and how many sides are right, or the opposite, by the bound of relevance.

    python -m standpoint_train.crossed --data DATA --model models/stance-accurate [--base mpnet --share models/accurate]

The sets: the news that we labelled (`dev`, by either reader), and the quotations that we invented and held out.
"""

import argparse
from pathlib import Path

import torch

from . import base
from . import pairs as P
from .data import tokenizer_of
from .train_pair import invented_pairs, load, probabilities

BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
LEAST = 0.5
SIDES = P.TASKS["stance"][:2]


def side(probability, relevance):
    """`favor`, `against` or none: as `analyze` decides, but for its bound of the side itself, here `LEAST`."""
    related = 1 - probability[3]
    best = int(probability[:3].argmax())
    return SIDES[best] if best < 2 and related >= relevance and probability[best] / related >= LEAST else None


def measure(pairs, found, relevance):
    """Shares: false sides of unrelated and of neutral pairs; right and opposite ones of those with a side."""
    sides = [side(p, relevance) for p in found]
    gold = [p.labels[0] for p in pairs]

    def share(hit, of):
        chosen = [hit(g, s) for g, s in zip(gold, sides) if of(g)]
        return f"{100 * sum(chosen) / max(len(chosen), 1):5.1f} % of {len(chosen)}"

    return {
        "false of unrelated": share(lambda g, s: s is not None, lambda g: g == "unrelated"),
        "false of neutral": share(lambda g, s: s is not None, lambda g: g == "neutral"),
        "right": share(lambda g, s: g == s, lambda g: g in SIDES),
        "opposite": share(lambda g, s: s is not None and g != s, lambda g: g in SIDES),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="model folder or checkpoint")
    parser.add_argument("--base", choices=base.NAMES, default="minilm")
    parser.add_argument("--share", type=Path)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = load(args.model, args.base, device, args.share)
    tokenizer = tokenizer_of(base.minilm_folder())
    held = [p for p in invented_pairs(26)[1] if p.task == "stance"]
    first = list(P.reported(args.data, "dev"))
    for pair in [*held, *first]:
        P.encode(tokenizer, pair)
    found = probabilities(network, first, device)
    sets = {
        "reported, first reader": (first, found),
        "reported, second reader": (list(P.reported(args.data, "dev", "second")), found),
        "invented": (held, probabilities(network, held, device)),
    }
    for name, (pairs, probs) in sets.items():
        for bound in BOUNDS:
            print(name, bound, measure(pairs, probs, bound), flush=True)


if __name__ == "__main__":
    main()
