"""Writes what a shipped model of pairs reads and gives in Python, for the Rust tests that hold both sides to the same.

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
TEXT = (
    "“The quay is closed,” Ada Lunt, the harbour master, told the board.\n“And it stays so,” she added. According to Bo Reyl, "
    "who had come from Tellin by the last of the night boats and had not slept, as he told everyone that morning before the talks, "
    "it opens soon.\nÉlan is lost, Reyl’s ally said."
)
PARTS = (
    (("“The quay is closed,”", "“And it stays so,”"), "Ada Lunt, the harbour master,", "told"),
    (("it opens soon",), "Bo Reyl", "According to"),
    (("Élan is lost",), "Reyl’s ally", "said"),
    (("Élan is lost, Reyl’s ally said",), "Reyl’s ally", "said"),
    (("“And it stays so,”",), None, None),
)
"""Attributions of the text: pieces of content, source, cue."""


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


def passages():
    """What the network reads of each of the attributions."""
    for content, source, cue in PARTS:
        found = {"content": content, "source": (source,), "cue": (cue,)}
        spans = {
            role: [[TEXT.index(part), TEXT.index(part) + len(part)] for part in parts if part] for role, parts in found.items()
        }
        passage, roles = P.of_attribution(TEXT, spans)
        yield {"text": TEXT, **spans, "passage": passage, "roles": [[s, e, P.ROLES[role]] for s, e, role in roles]}


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
    found = {"weights": sums, "pairs": rows, "passages": list(passages())}
    args.out.write_text(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
