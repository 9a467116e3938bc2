"""Weights to go on from: of a checkpoint, of a model folder, or the average of several.

    python -m standpoint_train.weights --out FILE CHECKPOINT… [--shares SHARE…]
"""

import argparse
import tomllib
from pathlib import Path

import torch
from safetensors.torch import load_file

PREFIXES = {"encoder": "bert.", "quote": "", "actors": "actors.", "pair": ""}
"""The files of a model folder, and what the names in them begin with in training."""


def read(path: Path):
    """All weights in f32, under the names that they have in training."""
    if path.is_dir():
        entries = sorted(tomllib.loads((path / "manifest.toml").read_text())["files"])
        files = [(path / e).resolve() for e in entries if e.endswith(".safetensors")]
        parts = [(prefix, file) for name, prefix in PREFIXES.items() for file in files if file.name.startswith(name)]
        state = {f"{prefix}{k}": v for prefix, file in parts for k, v in load_file(file).items()}
    else:
        state = torch.load(path, weights_only=True)
    return {k: v.float() for k, v in state.items()}


def save(values, path: Path):
    """Writes beside, then renames, so that what has the name is whole."""
    beside = path.with_suffix(".new")
    torch.save(values, beside)
    beside.replace(path)


def average(paths, shares=None):
    """The mean of several weights that were fine-tuned from one another (model soups, Wortsman et al., 2022): of those
    that all have, as a model folder lacks what only training needs."""
    shares = shares or [1 / len(paths)] * len(paths)
    all_weights = [read(path) for path in paths]
    common = [k for k in all_weights[0] if all(k in w for w in all_weights)]
    return {k: sum(w[k] * share for w, share in zip(all_weights, shares)) for k in common}


@torch.no_grad()
def follow(averages, network, step, most):
    """Moves exponential averages of the weights towards the network's, at first faster than by `most`."""
    decay = min(most, (step + 1) / (step + 10))
    values = network.state_dict()
    for name, average in averages.items():
        average.lerp_(values[name].float(), 1 - decay)


def main():
    parser = argparse.ArgumentParser(description="Averages checkpoints or model folders.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shares", type=float, nargs="+", help="of each checkpoint, in their order; else equal ones")
    parser.add_argument("paths", type=Path, nargs="+")
    args = parser.parse_args()
    if args.shares and len(args.shares) != len(args.paths):
        parser.error("--shares needs a number for each checkpoint")
    save(average(args.paths, args.shares), args.out)


if __name__ == "__main__":
    main()
