"""Writes what a shipped model of pairs gives in Python, for the Rust test that holds both sides to the same numbers.

    python -m standpoint_train.parity_pair --model models/stance --articles tests/articles --out tests/parity/stance.json
"""

import argparse
import json
import re
from pathlib import Path

from transformers import BertConfig

from . import base, manifest
from . import pairs as P
from . import train_pair as T
from .data import tokenizer_of

TARGETS = ("the strike", "that the bridge should be closed", "Norvia’s government")
ARTICLES = 8


def load(folder):
    """The network of a model folder, in f32; its head for inference, which is not shipped, is any."""
    return T.fill(T.PairNetwork(BertConfig.from_pretrained(folder, attn_implementation="sdpa")), folder)


def cases(folder):
    """Pairs of stance and of sentiment from the longest paragraph of some articles."""
    for path in sorted(folder.glob("*.txt"))[:ARTICLES]:
        text = max(path.read_text(encoding="utf-8").split("\n"), key=len).strip()
        yield from (P.Pair("stance", target, text, [], ()) for target in TARGETS)
        named = re.search(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*", text)
        if named:
            yield P.Pair("sentiment", named[0], text, [(*named.span(), P.MENTION)], ())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    network, about = load(args.model), manifest.read(args.model)
    tokenizer = tokenizer_of(base.minilm_folder())
    rows = []
    for pair in cases(args.articles):
        P.encode(tokenizer, pair)
        scores = T.scores(network, [pair], "cpu", bf16=False)[0] / about["pairs"][f"{pair.task}_temperature"]
        row = {"task": pair.task, "target": pair.target, "text": pair.text, "shares": scores.softmax(-1).tolist()}
        rows.append(row | ({"mention": pair.spans[0][:2]} if pair.spans else {}))
    sums = {name: sum for name, sum in about["files"].items() if name.endswith(".safetensors")}
    args.out.write_text(json.dumps({"weights": sums, "pairs": rows}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
