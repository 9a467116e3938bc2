"""Trains the quotation network on labelled articles and keeps the weights of each epoch.

    python -m standpoint_train.train_quote --data DATA --work DIR [--seed N] [--epochs N]
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import actor_train, base, data, infer, score, weights
from .network import TAGS, QuoteNetwork, pair_features


def gold_tags(gold, left, right):
    tags = [0] * (right - left)
    for attribution in gold:
        for role_number, role in enumerate(data.ROLES):
            for start, end in getattr(attribution, role):
                for t in range(max(start, left), min(end, right)):
                    tags[t - left] = 1 + 2 * role_number + (t != start)
    return tags


def collate(batch):
    ids, types, mask = infer.padded([(article, left, right) for article, _, left, right in batch])
    tags = torch.zeros_like(ids)
    for i, (article, annotator, left, right) in enumerate(batch):
        tags[i, 1 : right - left + 1] = torch.tensor(gold_tags(article.gold[annotator], left, right))
    return ids, types, mask, tags


def lesson_loss(emissions, batch):
    """How far the tag scores are from those of the larger model: Kullback-Leibler divergence a word piece, over the
    articles that it has read."""
    ours, theirs = [], []
    for i, (article, _, left, right) in enumerate(batch):
        if article.scores is not None:
            ours.append(emissions[i, 1 : right - left + 1])
            theirs.append(article.scores[left:right])
    if not ours:
        return emissions.sum() * 0.0
    theirs = torch.cat(theirs).float().to(emissions.device)
    return F.kl_div(torch.cat(ours).log_softmax(-1), theirs.log_softmax(-1), reduction="batchmean", log_target=True)


def hide(ids, tokenizer, share):
    """A share of the pieces masked, so that the tags are learnt from what stands around a word too."""
    special = sum(ids == tokenizer.token_to_id(t) for t in ("[PAD]", "[CLS]", "[SEP]")).bool()
    hidden = (torch.rand(ids.shape) < share) & ~special
    return ids.masked_fill(hidden, tokenizer.token_to_id("[MASK]"))


def near(predicted, gold):
    """The predicted span that shares most with a gold one, where it shares half; else the gold one."""
    best, share = gold, 0.5
    for span in predicted:
        both = min(span[1], gold[1]) - max(span[0], gold[0])
        union = max(span[1], gold[1]) - min(span[0], gold[0])
        if both > 0 and both / union > share:
            best, share = span, both / union
    return best


def overlaps(span, spans):
    return any(span[0] < e and s < span[1] for s, e in spans)


class LinkBatch:
    """Queries and candidates of one pointer over a batch, in flat lists."""

    def __init__(self):
        self.queries, self.candidates = [], []
        self.q, self.c, self.features = [], [], []
        self.rows, self.targets = [], []

    def add(self, offset, query, candidates, target, cues, paragraph):
        row = len(self.queries)
        self.queries.append((offset + query[0], offset + query[1]))
        pairs = []
        for candidate in candidates:
            self.q.append(row)
            self.c.append(len(self.candidates))
            self.candidates.append((offset + candidate[0], offset + candidate[1]))
            self.features.append(pair_features(query, candidate, cues, paragraph))
            pairs.append(len(self.q) - 1)
        self.rows.append(pairs)
        self.targets.append(target)

    def loss(self, pointer, network, flat):
        if not self.queries or not self.q:
            return flat.sum() * 0.0
        columns = [torch.tensor(x) for x in zip(*self.features)]
        device = flat.device
        pairs, none = pointer(
            network.ends(flat, self.queries),
            network.ends(flat, self.candidates),
            torch.tensor(self.q, device=device),
            torch.tensor(self.c, device=device),
            *(column.to(device) for column in columns),
        )
        width = max(len(r) for r in self.rows)
        index = torch.full((len(self.rows), width), len(pairs))
        for i, row in enumerate(self.rows):
            index[i, : len(row)] = torch.tensor(row, dtype=torch.long)
        padded = torch.cat([pairs, pairs.new_full((1,), -1e4)])
        logits = torch.cat([none[:, None], padded[index.to(device)]], 1)
        return F.cross_entropy(logits, torch.tensor(self.targets, device=device))


def link_batches(batch, paths, rng, drop):
    """Pointer examples: gold links, on predicted borders half the time, among gold and predicted candidates.

    A share `drop` of the gold cues and sources is left out, as the tagger misses some: what points to them is then to
    point to none, rather than to the next best, which would be a wrong attribution.
    """
    sources_of, cues_of = LinkBatch(), LinkBatch()
    longest = max(right - left for _, _, left, right in batch) + 2
    for i, (article, annotator, left, right) in enumerate(batch):
        offset = i * longest + 1
        predicted = infer.spans_of(paths[i]) if paths is not None else {r: [] for r in data.ROLES}
        shift = lambda span: (span[0] - left, span[1] - left)
        inside = lambda span: span[0] >= left and span[1] <= right
        gold = {r: sorted({shift(s) for a in article.gold[annotator] for s in getattr(a, r) if inside(s)}) for r in data.ROLES}
        used = {
            r: {g: (near(predicted[r], g) if rng.random() < 0.5 else g) for g in gold[r]} for r in data.ROLES
        }
        extra = {r: [s for s in predicted[r] if not overlaps(s, gold[r])] for r in data.ROLES}
        kept = {r: [u for u in used[r].values() if r == "content" or rng.random() >= drop] for r in data.ROLES}
        pool = {r: sorted(set(kept[r] + extra[r])) for r in data.ROLES}
        target = lambda role, span: pool[role].index(span) + 1 if span in pool[role] else 0
        paragraph = article.paragraph[left:right]
        cues = pool["cue"]
        for a in article.gold[annotator]:
            if not a.cue or not inside(a.cue[0]):
                continue
            cue = used["cue"][shift(a.cue[0])]
            if not a.source:
                sources_of.add(offset, cue, pool["source"], 0, cues, paragraph)
            elif inside(a.source[0]):
                source = used["source"][shift(a.source[0])]
                sources_of.add(offset, cue, pool["source"], target("source", source), cues, paragraph)
            for content in a.content:
                if inside(content):
                    query = used["content"][shift(content)]
                    cues_of.add(offset, query, cues, target("cue", cue), cues, paragraph)
        for content in extra["content"]:
            cues_of.add(offset, content, cues, 0, cues, paragraph)
    return sources_of, cues_of


def parameter_groups(network, rate, head_rate):
    """Layer-wise decayed rates for the encoder, a higher one for the heads, no decay on biases and norms."""
    groups = []
    layers = network.config.num_hidden_layers
    for name, p in network.named_parameters():
        if not p.requires_grad:
            continue
        if name.startswith("bert."):
            depth = int(name.split(".")[3]) + 1 if "encoder.layer" in name else 0
            r = rate * 0.9 ** (layers - depth)
            if "token_type" in name:
                r = rate * 5
        else:
            r = head_rate
        groups.append({"params": [p], "lr": r, "weight_decay": 0.0 if p.ndim < 2 else 0.01})
    return groups


def settings(args):
    """What a checkpoint must have been made with to be gone on from."""
    given = {k: v for k, v in vars(args).items() if v is not None}
    return {k: v for k, v in given.items() if k not in ("data", "work", "init", "keep", "stop")}


def keep(args, parts, average, step, rng):
    """Writes all that training needs to go on from this step."""
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"arguments": settings(args), "average": average, "step": step}
    state |= {"random": rng.getstate(), "torch_random": torch.get_rng_state()}
    weights.save(state, args.work / "checkpoint.pt")


def restore(args, parts, average, rng):
    """The average and the step that an earlier run with the same settings came to, its state put into `parts`."""
    checkpoint = args.work / "checkpoint.pt"
    saved = torch.load(checkpoint, weights_only=False) if checkpoint.is_file() else {}
    if saved.get("arguments") != settings(args):
        return average, 0
    for name, part in parts.items():
        part.load_state_dict(saved[name])
    rng.setstate(saved["random"])
    torch.set_rng_state(saved["torch_random"])
    print(f"going on after step {saved['step']}", flush=True)
    return saved["average"], saved["step"]


def train(args):
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = data.tokenizer_of(base.minilm_folder())
    articles = data.quotations(tokenizer, args.data / "polnear/train.jsonl.gz")
    dev = data.quotations(tokenizer, args.data / "polnear/dev.jsonl.gz")
    news = data.labelled_articles(tokenizer, data.labelled(args.data, "dev"))
    if args.limit:
        articles = rng.sample(articles, args.limit)
    articles += data.passages(tokenizer, sorted(actor_train.INVENTED.glob("quotes-*.txt"))) * args.invented
    if args.lessons:
        articles = data.taught(tokenizer, args.data, articles, torch.load(args.lessons, weights_only=True))
    # After the lessons, as these correct the larger model.
    if args.labelled:
        articles += data.labelled_articles(tokenizer, data.labelled(args.data, "train")) * args.labelled
    pool = actor_train.Pool(tokenizer, args.data, rng)
    gap, chains = actor_train.dev_sets(tokenizer, args.data)
    print("texts", len(articles), *pool.describe(), flush=True)
    network = QuoteNetwork.pretrained(args.base).to(device)
    if args.init:
        # The heads of actors may be new.
        missing, unexpected = network.load_state_dict(weights.read(args.init), strict=False)
        assert not unexpected and all(k.startswith("actors.") for k in missing), (missing, unexpected)
    if args.freeze:
        base.freeze(network, args.freeze)
    average = {k: v.detach().clone().float() for k, v in network.state_dict().items()}
    optimizer = torch.optim.AdamW(parameter_groups(network, args.rate, args.head_rate), fused=True)
    plans = [data.batches(data.windows(articles, args.window - 2, rng), args.batch, rng) for _ in range(args.epochs)]
    total = sum(len(p) for p in plans)
    warm = max(1, int(0.06 * total))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (total - s) / (total - warm)))
    )
    args.work.mkdir(parents=True, exist_ok=True)
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
    average, step = restore(args, parts, average, rng)
    first = step
    for epoch, plan in enumerate(plans, 1):
        before = sum(len(p) for p in plans[: epoch - 1])
        if before + len(plan) <= step:
            continue
        network.train()
        began, sums = time.time(), np.zeros(6)
        for batch in plan[step - before :]:
            ids, types, mask, tags = collate(batch)
            ids = hide(ids, tokenizer, args.mask)
            ids, types, mask, tags = (x.to(device) for x in (ids, types, mask, tags))
            with base.autocast(device):
                hidden = network.encode(ids, types, mask)
            hidden = network.dropout(hidden.float())
            emissions = network.tagger(hidden)
            body = mask.bool()
            body[:, 0] = False
            for i, (_, _, left, right) in enumerate(batch):
                body[i, right - left + 1] = False
            tag_loss = network.crf.loss(emissions[:, 1:], tags[:, 1:], body[:, 1:])
            paths = None
            if epoch > 1 or step > 100:
                best = emissions.detach().argmax(-1).cpu()
                paths = [best[i, 1 : r - l + 1].tolist() for i, (_, _, l, r) in enumerate(batch)]
            sources_of, cues_of = link_batches(batch, paths, rng, args.drop)
            flat = hidden.reshape(-1, hidden.shape[-1])
            source_loss = sources_of.loss(network.source_of_cue, network, flat)
            cue_loss = cues_of.loss(network.cue_of_content, network, flat)
            loss = args.tag_weight * tag_loss + args.link_weight * (source_loss + cue_loss)
            taught_loss = lesson_loss(emissions, batch)
            loss = loss + args.lesson_weight * taught_loss
            optimizer.zero_grad()
            loss.backward()
            mention_loss = chain_loss = torch.zeros(())
            if args.actor_batch and step % args.actor_every == 0:
                mention_loss, chain_loss = actor_train.losses(network, pool.batch(args.actor_batch, rng), rng, device)
                (args.mention_weight * mention_loss + args.chain_weight * chain_loss).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            weights.follow(average, network, step, args.average)
            sums += [x.item() for x in (tag_loss, taught_loss, source_loss, cue_loss, mention_loss, chain_loss)]
            if step % 25 == 0:
                done = step - max(before, first)
                means = (sums / done).round(3).tolist()
                print(f"  step {step}/{total} {(time.time() - began) / done:.2f} s/step {means}", flush=True)
            if step % args.keep == 0 or step == before + len(plan):
                keep(args, parts, average, step, rng)
            if step == args.stop:
                weights.save(average, args.work / "stopped.pt")
                return
        raw = {k: v.clone() for k, v in network.state_dict().items()}
        weights.save(average, args.work / f"epoch{epoch}.pt")
        line = {"epoch": epoch, "seconds": round(time.time() - began), "losses": (sums / (step - max(before, first))).round(4).tolist()}
        network.eval()
        network.load_state_dict(average)
        for name, texts in (("quotes", dev), ("news", news)):
            found = [infer.attributions(network, a) for a in texts]
            line[name] = {k: round(v, 2) for k, v in score.evaluate(found, texts).items()}
        line["actors"] = actor_train.evaluate(network, gap, chains, device)
        network.load_state_dict(raw)
        print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--base", choices=base.NAMES, default="minilm", help="pretrained encoder to begin from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--stop", type=int, help="stop after so many steps, with the weights in stopped.pt")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=2e-3)
    parser.add_argument("--window", type=int, default=256)
    parser.add_argument("--batch", type=int, default=4096, help="tokens a batch, padding included")
    parser.add_argument("--tag-weight", type=float, default=1.0)
    parser.add_argument("--link-weight", type=float, default=0.3)
    parser.add_argument("--init", type=Path, help="checkpoint of an earlier stage, or model folder, to go on from")
    parser.add_argument("--actor-batch", type=int, default=0, help="tokens of the actor sets beside each batch; 0 = none")
    parser.add_argument("--actor-every", type=int, default=1, help="steps from one batch of the actor sets to the next")
    parser.add_argument("--mention-weight", type=float, default=0.4)
    parser.add_argument("--chain-weight", type=float, default=0.3)
    parser.add_argument("--invented", type=int, default=0, help="times that our own passages are read in an epoch")
    parser.add_argument("--labelled", type=int, default=0, help="times that the news that we labelled is read in an epoch")
    parser.add_argument("--lessons", type=Path, help="what a larger model makes of articles, the output of `teach`")
    parser.add_argument("--lesson-weight", type=float, default=1.0)
    parser.add_argument("--drop", type=float, default=0.1, help="share of gold cues and sources hidden from pointers")
    parser.add_argument("--mask", type=float, default=0.0, help="share of the articles' word pieces that are masked")
    parser.add_argument("--average", type=float, default=0.99)
    parser.add_argument("--freeze", type=int, default=0, help="lowest layers left as they are, and the embeddings")
    parser.add_argument("--keep", type=int, default=50, help="steps from one checkpoint to the next")
    parser.add_argument("--limit", type=int, default=0, help="a sample of so many articles only")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
