"""Writes a trained quotation network as a model folder that standpoint loads.

    python -m standpoint_train.export --checkpoint FILE --out models/fast --name fast --version V

The weights go out in bf16, the encoder and the heads in a file each.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from . import base, manifest
from .network import QuoteNetwork

WINDOW, OVERLAP, REACH = 192, 32, 400
LARGEST = 48_000_000
"""Bytes of weights in a file."""


def save_parts(state, out, stem):
    """One file, or several where one would be larger than the repository takes: `stem-1.safetensors` and so on."""
    parts, size = [{}], 0
    for name, tensor in state.items():
        bytes_of = tensor.numel() * tensor.element_size()
        if parts[-1] and size + bytes_of > LARGEST:
            parts.append({})
            size = 0
        parts[-1][name] = tensor
        size += bytes_of
    for old in out.glob(f"{stem}*.safetensors"):
        old.unlink()
    for n, part in enumerate(parts, 1):
        save_file(part, out / (f"{stem}.safetensors" if len(parts) == 1 else f"{stem}-{n}.safetensors"))


def write_weights(network, out):
    state = {k: v.detach().bfloat16().contiguous() for k, v in network.state_dict().items()}
    encoder = {k.removeprefix("bert."): v for k, v in state.items() if k.startswith("bert.")}
    encoder = {k: v for k, v in encoder.items() if "position_ids" not in k}
    actors = {k.removeprefix("actors."): v for k, v in state.items() if k.startswith("actors.")}
    heads = {k: v for k, v in state.items() if not k.startswith(("bert.", "actors."))}
    save_parts(encoder, out, "encoder")
    save_file(heads, out / "quote.safetensors")
    save_file(actors, out / "actors.safetensors")


def write_config(network, out):
    keys = (
        "attention_probs_dropout_prob hidden_act hidden_dropout_prob hidden_size initializer_range intermediate_size"
        " max_position_embeddings num_attention_heads num_hidden_layers type_vocab_size vocab_size layer_norm_eps"
    ).split()
    config = {"model_type": "bert"} | {k: getattr(network.config, k) for k in keys}
    if network.bert.buckets:
        config |= {"model_type": "mpnet", "relative_attention_num_buckets": network.bert.buckets}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", choices=base.NAMES, default="minilm", help="what training began from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    args = parser.parse_args()
    network = QuoteNetwork.pretrained(args.base)
    network.load_state_dict(torch.load(args.checkpoint, weights_only=True))
    args.out.mkdir(parents=True, exist_ok=True)
    write_weights(network, args.out)
    write_config(network, args.out)
    shutil.copyfile(base.minilm_folder() / "tokenizer.json", args.out / "tokenizer.json")
    limits = {"window": WINDOW, "overlap": OVERLAP, "reach": REACH}
    manifest.write(args.out, manifest.new(args.name, args.version, args.base, limits))


if __name__ == "__main__":
    main()
