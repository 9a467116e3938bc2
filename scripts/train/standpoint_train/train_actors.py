"""Trains the heads of mentions and antecedents alone: encoder and quotations stay as they are, to the byte.

    python -m standpoint_train.train_actors --data DATA --init MODEL --out FILE [--base mpnet] [--steps N]

For a model whose encoder serves quotations well, when what names and pronouns are learnt from has grown.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch

from . import actor_train, base, data, weights
from .network import QuoteNetwork


def fit(network, pool, args, rng, device):
    """The heads' weights, averaged exponentially over the steps."""
    for name, p in network.named_parameters():
        p.requires_grad = name.startswith("actors.")
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=args.rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min((s + 1) / (0.06 * args.steps), 1 - s / args.steps))
    average = {k: v.detach().clone() for k, v in network.state_dict().items() if k.startswith("actors.")}
    # The encoder's vectors as at inference: only the heads' own dropout is on.
    network.eval()
    network.dropout.train()
    began = time.time()
    for step in range(1, args.steps + 1):
        mentions, chains = actor_train.losses(network, pool.batch(args.batch, rng), rng, device)
        optimizer.zero_grad()
        (args.mention_weight * mentions + chains).backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        schedule.step()
        weights.follow(average, network, step, args.average)
        if step % 25 == 0:
            print(f"  step {step}/{args.steps} {time.time() - began:.0f} s {mentions:.3f} {chains:.3f}", flush=True)
    return average


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--init", type=Path, required=True, help="checkpoint or model folder")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint, with the weights that stayed")
    parser.add_argument("--base", choices=base.NAMES, default="minilm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=3000, help="word pieces a step")
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--mention-weight", type=float, default=1.5, help="of the loss of mentions beside that of antecedents")
    parser.add_argument("--average", type=float, default=0.98)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = data.tokenizer_of(base.minilm_folder())
    network = QuoteNetwork.pretrained(args.base).to(device)
    network.load_state_dict(weights.read(args.init))
    gap, chains = actor_train.dev_sets(tokenizer, args.data)

    def measure():
        network.eval()
        print(json.dumps(actor_train.evaluate(network, gap, chains, device)), flush=True)

    measure()
    network.load_state_dict(fit(network, actor_train.Pool(tokenizer, args.data, rng), args, rng, device), strict=False)
    weights.save(network.state_dict(), args.out)
    measure()


if __name__ == "__main__":
    main()
