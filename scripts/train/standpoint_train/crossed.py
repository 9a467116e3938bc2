"""Measures a pair network on quotations that are each labelled for all targets of their article or story: how many pairs that are
unrelated get a side, how many sides are right, or the opposite, and how many of those found are right, by the bound of relevance.

    python -m standpoint_train.crossed --data DATA --model models/stance-accurate --base mpnet --share models/accurate \\
        --screen models/stance --screen-least 0.7 --least 0.55 --relevance 0.75

The sets: the news that we labelled (`dev`, by either reader), and the quotations that we invented and held out. Probabilities are
tempered as the manifests of model and screen say, those of a checkpoint are not.
"""

import argparse
from pathlib import Path

import torch

from . import base, manifest
from . import pairs as P
from .data import tokenizer_of
from .train_pair import invented_pairs, load, numbers, scores

CROSSED = numbers("26-33")
"""Files of our quotations that label all targets of a story."""
BOUNDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
SIDES = P.TASKS["stance"][:2]


def tempered(network, model, pairs, device):
    """Probabilities of the stances, with the temperature of the model's manifest where there is one."""
    temperature = manifest.read(model)["pairs"]["stance_temperature"] if model.is_dir() else 1.0
    return (scores(network, pairs, device) / temperature).softmax(-1)


def side(probability, relevance, least):
    """`favor`, `against` or none, as `analyze` decides."""
    related = 1 - probability[3]
    best = int(probability[:3].argmax())
    return SIDES[best] if best < 2 and related >= relevance and probability[best] / related >= least else None


def measure(pairs, found, passes, relevance, least):
    """Shares: false sides of unrelated and of neutral pairs; right and opposite ones of those with a side; right ones of all found."""
    sides = [side(p, relevance, least) if passed else None for p, passed in zip(found, passes)]
    gold = [p.labels[0] for p in pairs]

    def share(hit, of):
        chosen = [hit(g, s) for g, s in zip(gold, sides) if of(g, s)]
        return f"{100 * sum(chosen) / max(len(chosen), 1):5.1f} % of {len(chosen)}"

    return {
        "false of unrelated": share(lambda g, s: s is not None, lambda g, s: g == "unrelated"),
        "false of neutral": share(lambda g, s: s is not None, lambda g, s: g == "neutral"),
        "right": share(lambda g, s: g == s, lambda g, s: g in SIDES),
        "opposite": share(lambda g, s: s is not None and g != s, lambda g, s: g in SIDES),
        "right of found": share(lambda g, s: g == s, lambda g, s: s is not None),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="model folder or checkpoint")
    parser.add_argument("--base", choices=base.NAMES, default="minilm")
    parser.add_argument("--share", type=Path)
    parser.add_argument("--screen", type=Path, help="smaller model folder or checkpoint that is asked first")
    parser.add_argument("--screen-least", type=float, default=0.7, help="probability of speaking of the target that lets a pair pass it")
    parser.add_argument("--least", type=float, default=0.5, help="bound of the side itself")
    parser.add_argument("--relevance", type=float, nargs="+", default=BOUNDS)
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = load(args.model, args.base, device, args.share)
    screen = load(args.screen, "minilm", device) if args.screen else None
    tokenizer = tokenizer_of(base.minilm_folder())
    held = [p for p in invented_pairs(CROSSED)[1] if p.task == "stance"]
    first = list(P.reported(args.data, "dev"))
    for pair in [*held, *first]:
        P.encode(tokenizer, pair)

    def look(pairs):
        """What the network finds, and which pairs the screen lets pass."""
        if screen is None:
            passes = [True] * len(pairs)
        else:
            passes = (1 - tempered(screen, args.screen, pairs, device)[:, 3] >= args.screen_least).tolist()
        return tempered(network, args.model, pairs, device), passes

    news, invented = look(first), look(held)
    sets = {
        "reported, first reader": (first, *news),
        "reported, second reader": (list(P.reported(args.data, "dev", "second")), *news),
        "invented": (held, *invented),
    }
    for name, (pairs, found, passes) in sets.items():
        print(f"{name}: {sum(passes)} of {len(pairs)} pairs pass", flush=True)
        for bound in args.relevance:
            print(name, bound, measure(pairs, found, passes, bound, args.least), flush=True)


if __name__ == "__main__":
    main()
