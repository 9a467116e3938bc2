"""Trains the pair network: stance of a speaker to a target, and sentiment to a mention, on one encoder.

Stages: `broad` learns from all the pair sets and inference; `news` goes on from it with the reported speech that the
network will meet (GWSD and our invented quotations) beside a sample of the rest. Both write a checkpoint an epoch.
`folds` measures going on to GWSD by cross-validation.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from . import base, weights
from . import pairs as P
from .data import tokenizer_of


SHARED_LAYERS = 3
"""Lowest layers that are shared with another model."""


def is_shared(name):
    """Whether a weight is one of those that may be another model's."""
    return name.startswith(base.lowest(SHARED_LAYERS)) and "token_type" not in name


class PairNetwork(nn.Module):
    """Heads read the first token's vector beside the mean over the mention, or else the content."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.bert = base.Encoder(config)
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.ModuleDict(
            {
                task: nn.ModuleDict(
                    {
                        "dense": nn.Linear(2 * config.hidden_size, config.hidden_size),
                        "out": nn.Linear(config.hidden_size, len(labels)),
                    }
                )
                for task, labels in P.TASKS.items()
            }
        )

    @classmethod
    def pretrained(cls, name):
        """A new network on one of the encoders of `base`."""
        encoder = base.new_encoder(name, len(P.ROLES))
        network = cls(encoder.config)
        network.bert = encoder
        return network

    def share(self, folder):
        """Takes the embeddings and the lowest layers of another model, and leaves them as they are: what both models
        have is then stored once, and training is quicker. The roles of word pieces are this network's own."""
        other = weights.read(folder)
        with torch.no_grad():
            for name, p in self.named_parameters():
                if is_shared(name):
                    p.copy_(other[name])
                    p.requires_grad = False

    def pooled(self, ids, types, mask):
        hidden = self.bert(ids, types, mask).float()
        focus = (types == P.MENTION) & mask
        content = (types == P.CONTENT) & mask
        focus = torch.where(focus.any(1, keepdim=True), focus, content)
        focus = torch.where(focus.any(1, keepdim=True), focus, mask).float()
        mean = (hidden * focus[:, :, None]).sum(1) / focus.sum(1, keepdim=True)
        return torch.cat([hidden[:, 0], mean], -1)

    def logits(self, pooled, task):
        head = self.heads[task]
        return head["out"](self.dropout(F.gelu(head["dense"](self.dropout(pooled)))))


def tensors(batch, device):
    longest = max(len(p.ids) for p in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    types = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.bool)
    for i, pair in enumerate(batch):
        n = len(pair.ids)
        ids[i, :n], types[i, :n], mask[i, :n] = torch.tensor(pair.ids), torch.tensor(pair.types), True
    return ids.to(device), types.to(device), mask.to(device)


def loss_of(logits, batch, task, smoothing):
    """Cross-entropy with label smoothing; where several classes are allowed, of their sum."""
    names = P.TASKS[task]
    allowed = torch.tensor([[c in p.labels for c in names] for p in batch], device=logits.device)
    logp = logits.log_softmax(-1)
    marginal = -logp.masked_fill(~allowed, -math.inf).logsumexp(-1)
    single = allowed.sum(1) == 1
    smooth = -logp.mean(-1)
    return torch.where(single, (1 - smoothing) * marginal + smoothing * smooth, marginal)


def macro_f1(gold, found, labels):
    scores = []
    for label in labels:
        hit = sum(g == label and f == label for g, f in zip(gold, found))
        given, asked = found.count(label), gold.count(label)
        scores.append(0.0 if not hit else 2 * hit / (given + asked))
    return 100 * sum(scores) / len(scores)


@torch.no_grad()
def scores(network, pairs, device, tokens=4096, bf16=True):
    """Scores of the classes for pairs of one task, in their order."""
    network.eval()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
    found, group = {}, []

    def flush():
        batch = [pairs[i] for i in group]
        with base.autocast(device, bf16):
            pooled = network.pooled(*tensors(batch, device))
        found.update(zip(group, network.logits(pooled, batch[0].task).float().cpu()))

    for i in order:
        if group and len(pairs[i].ids) * (len(group) + 1) > tokens:
            flush()
            group = []
        group.append(i)
    if group:
        flush()
    return torch.stack([found[i] for i in range(len(pairs))])


def probabilities(network, pairs, device):
    return scores(network, pairs, device).softmax(-1)


def three_way(network, pairs, device):
    """The likeliest stance of each pair, where `unrelated` counts as neutral."""
    probs = probabilities(network, pairs, device)
    probs[:, 2] += probs[:, 3]
    return [P.TASKS["stance"][i] for i in probs[:, :3].argmax(1)]


def stance_macro(network, pairs, device):
    """Over the labels that the gold has."""
    found = three_way(network, pairs, device)
    gold = [p.labels[0] for p in pairs]
    return macro_f1(gold, found, sorted(set(gold)))


def sentiment_macro(network, pairs, device):
    names = P.TASKS["sentiment"]
    found = [names[i] for i in probabilities(network, pairs, device).argmax(1)]
    return macro_f1([p.labels[0] for p in pairs], found, names)


def broad_pairs(data, rng):
    """What every epoch takes, and what only the first one does."""
    vast = list(P.stance_rows(data / "vast/train.jsonl.gz", "vast", ambiguous_none=True))
    motions = list(P.stance_rows(data / "ibm-arguments/train.jsonl.gz", "ibm", limit=9000, rng=rng))
    claims = list(P.stance_rows(data / "perspectrum/train.jsonl.gz", "perspectrum"))
    others = list(P.stance_rows(data / "ibm-claims/train.jsonl.gz", "ibm-claims"))
    others += list(P.stance_rows(data / "semeval2016/train.jsonl.gz", "semeval"))
    others += list(P.stance_rows(data / "emergent/train.jsonl.gz", "emergent"))
    others += list(P.stance_rows(data / "pstance/train.jsonl.gz", "pstance", limit=2500, rng=rng))
    negatives = P.unrelated(motions + claims + others, 2500, rng)
    sentiment = list(P.mentions(data / "newsmtsc/train.jsonl.gz"))
    directed = P.directed(data / "dse/train.jsonl.gz", rng, 2500)
    nli = []
    for name, limit in (
        ("mnli-dev-binary", 6647),
        ("mnli-test-binary", 13000),
        ("cad-train", 5000),
        ("rte-train", 1767),
        ("med", 2500),
        ("megaveridicality-train", 3000),
    ):
        nli += list(P.inference(data / f"nli/{name}.jsonl.gz", limit, rng))
    return vast, motions + claims + others + negatives + directed, sentiment, nli


def dev_sets(data):
    rw, mt = (list(P.mentions(data / f"newsmtsc/dev-{x}.jsonl.gz")) for x in ("rw", "mt"))
    return {
        "newsmtsc dev": rw + mt,
        "newsmtsc test-mt": list(P.mentions(data / "newsmtsc/test-mt.jsonl.gz")),
        "vast dev": list(P.stance_rows(data / "vast/dev-zero.jsonl.gz", "vast")),
        "perspectrum dev": list(P.stance_rows(data / "perspectrum/dev.jsonl.gz", "perspectrum")),
        "gwsd": list(P.stance_rows(data / "gwsd/train.jsonl.gz", "gwsd")),
    }


def evaluate(network, sets, device):
    scores = {}
    for name, pairs in sets.items():
        score = sentiment_macro if pairs[0].task == "sentiment" else stance_macro
        scores[name] = round(score(network, pairs, device), 2)
    return scores


FOLLOW = 4
"""Steps between two looks at the weights for their average."""


def fit(network, plans, args, rng, device, report):
    """One pass over each plan; a plan is a list of pairs. The weights that count are an average over the last steps."""
    # The word vectors stay as they were: half of all parameters, and the pair sets are small.
    network.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    heads = [p for n, p in network.named_parameters() if not n.startswith("bert.")]
    body = [p for n, p in network.bert.named_parameters() if p.requires_grad]
    groups = [{"params": body, "lr": args.rate}, {"params": heads, "lr": args.rate * args.head_factor}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    cut = [[(t, b) for t in P.TASKS for b in P.batches([p for p in plan if p.task == t], args.batch, rng) if b] for plan in plans]
    total = sum(map(len, cut))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.06 * total), max(0.0, (total - s) / (0.94 * total)))
    )
    average = {n: p.detach().clone() for n, p in network.named_parameters() if p.requires_grad}
    step = 0
    for epoch, steps in enumerate(cut, 1):
        rng.shuffle(steps)
        began, sums, counts = time.time(), dict.fromkeys(P.TASKS, 0.0), dict.fromkeys(P.TASKS, 0)
        network.train()
        for task, batch in steps:
            with base.autocast(device):
                pooled = network.pooled(*tensors(batch, device))
            losses = loss_of(network.logits(pooled, task).float(), batch, task, args.smoothing)
            # Batches have as many tokens, not as many pairs: each pair counts alike.
            loss = losses.sum() / args.pairs
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            if step % FOLLOW == 0 or step == total:
                weights.follow(average, network, step // FOLLOW, args.average)
            sums[task] += losses.mean().item()
            counts[task] += 1
            if step % 50 == 0:
                print(f"  step {step}/{total} {(time.time() - began):.0f} s", flush=True)
        raw = {k: v.clone() for k, v in network.state_dict().items()}
        network.load_state_dict(average, strict=False)
        report(network, epoch, {t: round(sums[t] / max(counts[t], 1), 4) for t in sums}, time.time() - began)
        if epoch < len(cut):
            network.load_state_dict(raw)
    return network


def seeded(seed):
    torch.manual_seed(seed)
    return random.Random(seed)


def broad(args):
    rng = seeded(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = tokenizer_of(base.minilm_folder())
    vast, rest, sentiment, nli = broad_pairs(args.data, rng)
    nli = rng.sample(nli, round(len(nli) * args.inference))
    ours, held = invented_pairs(args.files) if args.ours else ([], [])
    sets = dev_sets(args.data) | held_sets(held)
    for pair in [*vast, *rest, *sentiment, *ours, *nli, *(p for s in sets.values() for p in s)]:
        P.encode(tokenizer, pair)
    plans = []
    for epoch in range(args.epochs):
        part = rng.sample(vast, len(vast) // 2)
        plans.append(part + rest + sentiment + ours + (nli if epoch == 0 else []))
    print({"vast": len(vast), "rest": len(rest), "sentiment": len(sentiment), "ours": len(ours), "nli": len(nli)}, flush=True)
    print("tokens an epoch", [sum(len(p.ids) for p in plan) for plan in plans], flush=True)

    def report(network, epoch, losses, seconds):
        weights.save(network.state_dict(), args.work / f"broad{epoch}.pt")
        line = {"epoch": epoch, "seconds": round(seconds), "losses": losses, **evaluate(network, sets, device)}
        print(json.dumps(line), flush=True)

    network = PairNetwork.pretrained(args.base)
    if args.share:
        network.share(args.share)
    network.to(device)
    fit(network, plans, args, rng, device, report)


HELD_OUT = 8
"""Every eighth of our invented quotations is kept for measuring."""


def numbers(text):
    """The numbers of files that a list of numbers and ranges names: "1-3,7"."""
    bounds = [[int(bound) for bound in part.split("-")] for part in text.split(",")]
    return {n for part in bounds for n in range(part[0], part[-1] + 1)}


def invented_pairs(files=None):
    """Our invented quotations as (train, held out), of the files with these numbers or all; all pairs of a quotation are on
    one side."""
    train, held = [], []
    for path in sorted((Path(__file__).parent.parent / "invented").glob("stance-*.jsonl")):
        if files is not None and int(path.stem.split("-")[1]) not in files:
            continue
        rows = {}
        for pair in P.invented(path):
            rows.setdefault(pair.text, []).append(pair)
        for i, pairs in enumerate(rows.values()):
            (held if i % HELD_OUT == 0 else train).extend(pairs)
    return train, held


def newest_pairs(ours, files, earlier, rng):
    """Of our pairs all that are in these files, if some are named, and a sample of the others."""
    newest = invented_pairs(files)[0] if files else []
    texts = {p.text for p in newest}
    rest = [p for p in ours if p.text not in texts]
    return newest + rng.sample(rest, min(len(rest), earlier))


def held_sets(held):
    """Our held-out pairs by task, those that there are."""
    by_task = {f"invented {task}": [p for p in held if p.task == task] for task in ("stance", "sentiment")}
    return {name: pairs for name, pairs in by_task.items() if pairs}


def cut_folds(pairs, count, rng):
    """Fold numbers by text, so that no text stands on both sides."""
    texts = sorted({p.text for p in pairs})
    rng.shuffle(texts)
    return {text: i % count for i, text in enumerate(texts)}


def load(path, name, device, share=None):
    network = PairNetwork.pretrained(name)
    if share:
        network.share(share)
    return fill(network, path).to(device)


def fill(network, path):
    """Loads a checkpoint or a model folder, which has no head for inference."""
    missing, unexpected = network.load_state_dict(weights.read(path), strict=False)
    assert not unexpected and all(k.startswith("heads.inference") for k in missing), (missing, unexpected)
    return network


def news(args):
    rng = seeded(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = tokenizer_of(base.minilm_folder())
    ours, held = invented_pairs(args.files)
    if args.earlier is not None:
        ours = newest_pairs(ours, args.newest, args.earlier, rng)
    sets = dev_sets(args.data) | held_sets(held)
    gwsd = sets.pop("gwsd")
    sets = {name: rng.sample(pairs, min(len(pairs), args.measure or len(pairs))) for name, pairs in sets.items()}
    vast, rest, sentiment, _ = broad_pairs(args.data, rng)
    stance = [p for p in rest if p.task == "stance"]
    directed = [p for p in rest if p.task == "sentiment"]
    if args.reported:
        learnt = list(P.reported(args.data, "train"))
        ours = ours + [p for p in learnt if p.labels != ("unrelated",) or rng.random() < args.reported]
        sets["reported"] = list(P.reported(args.data, "dev"))
    made = P.unrelated(ours, 400, rng)
    everything = [*vast, *stance, *directed, *sentiment, *ours, *made, *gwsd, *(p for s in sets.values() for p in s)]
    for pair in everything:
        P.encode(tokenizer, pair)

    def sample(pairs, hundreds):
        return rng.sample(pairs, min(len(pairs), args.replay * hundreds))

    def plan(share):
        parts = zip((vast, stance, sentiment, directed), args.parts)
        return share + ours + made + [pair for pairs, hundreds in parts for pair in sample(pairs, hundreds)]

    def report(network, epoch, losses, seconds):
        weights.save(network.state_dict(), args.work / f"news{epoch}.pt")
        line = {"epoch": epoch, "seconds": round(seconds), "losses": losses, **evaluate(network, sets, device)}
        print(json.dumps(line), flush=True)

    network = load(args.checkpoint, args.base, device, args.share)
    if args.freeze:
        base.freeze(network, args.freeze)
    fit(network, [plan(gwsd) for _ in range(args.epochs)], args, rng, device, report)


def folds(args):
    """Cross-validation on GWSD of going on from a checkpoint that has not seen it: each fold trains on the others and a
    sample of our quotations."""
    rng = seeded(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = tokenizer_of(base.minilm_folder())
    ours = [p for p in invented_pairs(args.files)[0] if p.task == "stance"]
    gwsd = list(P.stance_rows(args.data / "gwsd/train.jsonl.gz", "gwsd"))
    for pair in [*ours, *gwsd]:
        P.encode(tokenizer, pair)
    fold_of, scores, gold, found = cut_folds(gwsd, args.folds, rng), [], [], []
    for fold in range(args.folds):
        network = load(args.checkpoint, args.base, device, args.share)
        inside = [p for p in gwsd if fold_of[p.text] != fold]
        outside = [p for p in gwsd if fold_of[p.text] == fold]
        plans = [inside + rng.sample(ours, args.beside) for _ in range(args.epochs)]
        fit(network, plans, args, rng, device, lambda *_: None)
        theirs, ours_found = [p.labels[0] for p in outside], three_way(network, outside, device)
        gold, found = gold + theirs, found + ours_found
        scores.append(round(macro_f1(theirs, ours_found, sorted(set(theirs))), 2))
        print("gwsd fold", scores, flush=True)
    pooled = macro_f1(gold, found, sorted(set(gold)))
    print(json.dumps({"folds": scores, "n": len(gold), "macro_f1": round(pooled, 2)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", choices=base.NAMES, default="minilm", help="pretrained encoder to begin from")
    parser.add_argument("--stage", choices=("broad", "news", "folds"), default="broad")
    parser.add_argument("--checkpoint", type=Path, help="checkpoint or model folder that the other stages go on from")
    parser.add_argument("--replay", type=int, default=350, help="how often the stage `news` takes `--parts` of the stage `broad`")
    parser.add_argument(
        "--parts", type=int, nargs=4, default=(4, 6, 20, 4), help="pairs of VAST, other stance, NewsMTSC and DSE each time"
    )
    parser.add_argument("--ours", action="store_true", help="our invented quotations in the stage `broad` too")
    parser.add_argument("--files", type=numbers, help="numbers of the files of our quotations, as 1-19,21; else all are taken")
    parser.add_argument("--newest", type=numbers, help="with `--earlier`, all of our quotations in these files")
    parser.add_argument("--earlier", type=int, help="of our other quotations a sample of so many pairs; else all")
    parser.add_argument(
        "--reported", type=float, default=0.0, help="the news that we labelled too, with this share of what is unrelated there"
    )
    parser.add_argument("--measure", type=int, help="at most so many pairs of each set are measured")
    parser.add_argument("--freeze", type=int, default=0, help="lowest layers that the stage `news` leaves as they are")
    parser.add_argument("--inference", type=float, default=1.0, help="share of the inference pairs")
    parser.add_argument("--share", type=Path, help="model folder whose embeddings and lowest layers are taken as they are")
    parser.add_argument("--folds", type=int, default=5, help="of the stage `folds`, cross-validation on GWSD")
    parser.add_argument("--beside", type=int, default=800, help="pairs of ours in each epoch of a fold")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--head-factor", type=float, default=5.0)
    parser.add_argument("--batch", type=int, default=1536, help="tokens a batch, padding included")
    parser.add_argument("--pairs", type=float, default=32.0, help="pairs that weigh as one step")
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--average", type=float, default=0.98, help="of the weights, every fourth step")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    {"broad": broad, "news": news, "folds": folds}[args.stage](args)


if __name__ == "__main__":
    main()
