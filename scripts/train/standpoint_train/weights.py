"""Weights to go on from: of a checkpoint, or of a model folder."""

from pathlib import Path

import torch
from safetensors.torch import load_file

PREFIXES = {"encoder": "bert.", "quote": "", "actors": "actors.", "pair": ""}
"""The files of a model folder, and what the names in them begin with in training."""


def read(path: Path):
    """All weights in f32, under the names that they have in training."""
    if path.is_dir():
        files = [(prefix, path / f"{name}.safetensors") for name, prefix in PREFIXES.items()]
        state = {f"{prefix}{k}": v for prefix, file in files if file.is_file() for k, v in load_file(file).items()}
    else:
        state = torch.load(path, weights_only=True)
    return {k: v.float() for k, v in state.items()}
