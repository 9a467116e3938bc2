"""Writes the articles that we labelled, with their texts.

    python -m standpoint_train.labelled --data DATA > news-dev.jsonl                                 for `standpoint eval quotes`
    python -m standpoint_train.labelled --data DATA --what stances > stance-dev.jsonl                for `standpoint eval stance`
    python -m standpoint_train.labelled --data DATA --what actors > actors-dev.jsonl                 for `standpoint eval actors`

`stances` are of each quotation on all targets of its article, `actors` those of each actor from all of his quotations there. Both
take the labels of one `--reader`.
"""

import argparse
import json
import sys
from pathlib import Path

from . import data, pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--what", choices=("quotations", "stances", "actors"), default="quotations")
    parser.add_argument("--reader", choices=("first", "second"), default="first", help="whose stances")
    args = parser.parse_args()
    if args.what == "quotations":
        rows = data.labelled(args.data, args.part)
    else:
        rows = stances(args) if args.what == "stances" else actors(args)
    for row in rows:
        json.dump(row, sys.stdout)
        print()


def actors(args):
    for article in data.stances(args.data, args.part):
        quotes = [
            {"speaker": actor["names"], "content_spans": article.attributions[quote]["content"]}
            for actor in article.actors
            for quote in actor["quotes"]
        ]
        sides = [
            {"actor": actor["names"], "target": target, "label": label}
            for actor in article.actors
            for at, target in enumerate(article.targets)
            if (label := side(article.sides[args.reader], actor["quotes"], at))
        ]
        yield {"id": article.id, "text": article.text, "quotes": quotes, "stances": sides}


def side(labels, quotes, target):
    """What most of an actor's quotations take for a side on a target, neutral where none takes any; None where none speaks of it."""
    found = [labels[quote, target] for quote in quotes if (quote, target) in labels]
    sides = [label for label in found if label != "neutral"]
    return max(sorted(set(sides)), key=sides.count) if sides else next(iter(found), None)


def stances(args):
    for pair in pairs.reported(args.data, args.part, args.reader):
        parts = {name: [(s, e) for s, e, role in pair.spans if role == pairs.ROLES.index(name)] for name in data.ROLES}
        yield {"text": pair.text, "target": pair.target, "label": pair.labels[0], **parts}


if __name__ == "__main__":
    main()
