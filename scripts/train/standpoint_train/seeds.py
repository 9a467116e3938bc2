"""Prints the macro-F1 of several seeds, their mean, and from where to where they go, for each set that was measured.

    python -m standpoint_train.seeds FOLDER…

A folder is one seed's and has a file of JSON for each set, named by it, as `standpoint eval --json` and the folds of
`train_pair` print.
"""

import argparse
import json
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    folders = parser.parse_args().folders
    print("| set | n |", " | ".join(f.name for f in folders), "| mean | from | to |")
    print("|---" * (len(folders) + 5) + "|")
    for path in sorted(folders[0].glob("*.json")):
        found = [json.loads((folder / path.name).read_text()) for folder in folders]
        scores = [f["macro_f1"] for f in found]
        figures = [*scores, sum(scores) / len(scores), min(scores), max(scores)]
        print(f"| {path.stem} | {found[0]['n']} |", " | ".join(f"{x:.2f}" for x in figures), "|")


if __name__ == "__main__":
    main()
