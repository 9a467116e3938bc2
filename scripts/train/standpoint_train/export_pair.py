"""Writes a trained pair network as a model folder that standpoint loads, with its temperatures.

    python -m standpoint_train.export_pair --checkpoint FILE --data DATA --out models/stance --version V

Temperatures (Guo et al., 2017) are fitted on development data: VAST and Perspectrum dev for stance, NewsMTSC dev for
sentiment. The weights go out in bf16.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from . import base, export, manifest
from . import pairs as P
from . import train_pair as T
from .data import tokenizer_of

BINS = 10
SUMMARY = "stance of a speaker to a target, and sentiment to an actor named, in a quotation"
TRAINING = [
    {"name": "VAST, train", "licence": "none stated (Allaway and McKeown, EMNLP 2020)"},
    {"name": "Perspectrum, train", "licence": "CC BY-SA 4.0 (Chen et al., NAACL 2019)"},
    {"name": "IBM arguments (ArgQ-Rank-30kArgs), train, sample", "licence": "CC BY-SA 3.0"},
    {"name": "IBM claim stance, train", "licence": "CC BY-SA 3.0"},
    {"name": "GWSD, train", "licence": "none stated (Luo, Card and Jurafsky, Findings of EMNLP 2020)"},
    {"name": "SemEval-2016 task 6, train", "licence": "none in the copy"},
    {"name": "P-Stance, train, sample", "licence": "none stated (Li et al., Findings of ACL 2021)"},
    {"name": "Emergent", "licence": "none stated (Ferreira and Vlachos, NAACL 2016)"},
    {"name": "NewsMTSC, train", "licence": "MIT; sentences from news (Hamborg and Donnay, EACL 2021)"},
    {"name": "DSE, train, sample", "licence": "free to use with citation (Park, Pan and Joo, ACL 2021)"},
    {"name": "MultiNLI dev in two-way form, RTE, MED, MegaVeridicality, CAD: inference", "licence": "see their papers"},
    manifest.OTHER_NEWS,
    {"name": "invented quotations, scripts/train/invented/stance-*.jsonl", "licence": "ours, Apache-2.0"},
]


def merged(scores, task, temperature):
    """Probabilities of the classes as they are measured: unrelated counts as neutral."""
    p = (scores / temperature).softmax(-1)
    if task == "stance":
        p = torch.stack([p[:, 0], p[:, 1], p[:, 2] + p[:, 3]], 1)
    return p


def calibration_error(probs, gold):
    """Expected calibration error of the likeliest class, in ten bins of equal width, as `src/eval/calibration.rs` has it."""
    sure, found = probs.max(-1)
    right = (found == gold).float()
    bins = (sure * BINS).long().clamp_max(BINS - 1)
    return sum(abs(float((sure - right)[bins == b].sum())) for b in range(BINS)) / len(gold)


def fit_temperature(network, sets, tokenizer):
    """The temperature at which the worst calibrated of the sets is best."""
    task = sets[0][0].task
    names = [n for n in P.TASKS[task] if n != "unrelated"]
    scored = []
    for pairs in sets:
        for pair in pairs:
            P.encode(tokenizer, pair)
        gold = torch.tensor([names.index("neutral" if p.labels[0] == "unrelated" else p.labels[0]) for p in pairs])
        scored.append((T.scores(network, pairs, "cpu"), gold))
    grid = [0.5 + 0.02 * i for i in range(126)]
    worst = lambda t: max(calibration_error(merged(scores, task, t), gold) for scores, gold in scored)
    return min(grid, key=worst)


def write_weights(network, out, share=None):
    """Writes the weights that are the network's own; returns the entries of those that are another model's."""
    state = {k: v.detach().bfloat16().contiguous() for k, v in network.state_dict().items()}
    shared = []
    if share:
        state = {k: v for k, v in state.items() if not T.is_shared(k)}
        shared = [f"../{share.name}/{p.name}" for p in share.glob("encoder*.safetensors") if any(map(T.is_shared, names(p)))]
    export.save_parts({k.removeprefix("bert."): v for k, v in state.items() if k.startswith("bert.")}, out, "encoder")
    heads = {k: v for k, v in state.items() if k.startswith(("heads.stance", "heads.sentiment"))}
    save_file(heads, out / "pair.safetensors")
    return shared


def names(file):
    """What weights of an encoder a file has, under their names in training."""
    with safe_open(file, "pt") as weights:
        return [f"bert.{k}" for k in weights.keys()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", choices=base.NAMES, default="minilm", help="what training began from")
    parser.add_argument("--share", type=Path, help="model folder whose embeddings and lowest layers the network shares")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="stance")
    parser.add_argument("--version", required=True)
    parser.add_argument("--relevance", type=float, default=0.5, help="least probability that a text speaks of a target")
    parser.add_argument("--least", type=float, default=0.5, help="least probability of a label")
    parser.add_argument("--screen", help="smaller model that is asked first")
    parser.add_argument("--screen-least", type=float, default=0.1, help="what it finds less likely to be spoken of is unrelated")
    args = parser.parse_args()
    tokenizer = tokenizer_of(base.minilm_folder())
    network = T.load(args.checkpoint, args.base, "cpu", args.share)
    sets = T.dev_sets(args.data)
    stance = fit_temperature(network, [sets["vast dev"], sets["perspectrum dev"]], tokenizer)
    sentiment = fit_temperature(network, [sets["newsmtsc dev"]], tokenizer)
    args.out.mkdir(parents=True, exist_ok=True)
    shared = write_weights(network, args.out, args.share)
    export.write_config(network, args.out)
    shutil.copyfile(base.minilm_folder() / "tokenizer.json", args.out / "tokenizer.json")
    fields = manifest.new(args.name, args.version, args.base, {"window": 128, "overlap": 32, "reach": 0})
    del fields["tags"]
    pairs = {
        "stance_temperature": round(stance, 2),
        "sentiment_temperature": round(sentiment, 2),
        "stance_relevance": args.relevance,
        "stance_least": args.least,
    }
    if args.screen:
        pairs["screen"] = {"model": args.screen, "least": args.screen_least}
    manifest.write(args.out, fields | {"summary": SUMMARY, "training_data": TRAINING, "pairs": pairs, "files": shared})


if __name__ == "__main__":
    main()
