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

from . import manifest
from .network import QuoteNetwork
from .train_quote import base_encoder

WINDOW, OVERLAP, REACH = 192, 32, 400


def write_weights(network, out):
    state = {k: v.detach().bfloat16().contiguous() for k, v in network.state_dict().items()}
    encoder = {k.removeprefix("bert."): v for k, v in state.items() if k.startswith("bert.")}
    encoder = {k: v for k, v in encoder.items() if "position_ids" not in k}
    actors = {k.removeprefix("actors."): v for k, v in state.items() if k.startswith("actors.")}
    heads = {k: v for k, v in state.items() if not k.startswith(("bert.", "actors."))}
    save_file(encoder, out / "encoder.safetensors")
    save_file(heads, out / "quote.safetensors")
    save_file(actors, out / "actors.safetensors")


def write_config(network, out):
    keys = (
        "attention_probs_dropout_prob hidden_act hidden_dropout_prob hidden_size initializer_range intermediate_size"
        " max_position_embeddings num_attention_heads num_hidden_layers type_vocab_size vocab_size layer_norm_eps"
    ).split()
    config = {"model_type": "bert"} | {k: getattr(network.config, k) for k in keys}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    args = parser.parse_args()
    folder = base_encoder()
    network = QuoteNetwork.from_pretrained(folder)
    network.load_state_dict(torch.load(args.checkpoint, weights_only=True))
    args.out.mkdir(parents=True, exist_ok=True)
    write_weights(network, args.out)
    write_config(network, args.out)
    shutil.copyfile(folder / "tokenizer.json", args.out / "tokenizer.json")
    limits = {"window": WINDOW, "overlap": OVERLAP, "reach": REACH}
    manifest.write(args.out, manifest.new(args.name, args.version, limits))


if __name__ == "__main__":
    main()
