"""Writes the articles that we labelled, with their texts, for `standpoint eval quotes`.

    python -m standpoint_train.labelled --data DATA --part dev > news-dev.jsonl
"""

import argparse
import json
import sys
from pathlib import Path

from . import data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    args = parser.parse_args()
    for row in data.labelled(args.data, args.part):
        json.dump(row, sys.stdout)
        print()


if __name__ == "__main__":
    main()
