"""Fits the beta calibration (Kull et al., 2017) of the confidences on development data, and the bound below which
quotations are left out, and puts them into the manifest.

    python -m standpoint_train.calibrate --model models/fast --gold GOLD --analyses FILE

FILE is what `standpoint analyze` gives for GOLD with a model whose manifest has no calibration yet. The error that is
printed is of articles that did not take part in the fit: five folds over articles.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch

from . import data, manifest
from .data import Attribution
from .score import match

FOLDS, BINS = 5, 10
LEAST, MOST = 1e-6, 1 - 1e-4
# Of bias, ln and ln(1 − ·) of the content's and of the source's probability, sourceless, cueless.
SIGNS = np.array([0, 1, -1, 1, -1, 0, 0])
SPEAKER_SIGNS = np.array([0, 1, -1])
REPORTED = 0.2
"""Attributions with less confidence are left out: they are wrong four times in five. A higher bound would raise F1 a
little more, and take most quotations that have no source."""


def gold_of(row):
    annotator = (row.get("annotators") or [None])[0]
    chosen = [a for a in row["attributions"] if annotator is None or a["annotator"] == annotator]
    return [Attribution(a["source"], a["cue"], a["content"]) for a in chosen if a["content"]]


def logs(probability):
    """What the weights of a probability multiply."""
    p = min(max(probability, LEAST), MOST)
    return [math.log(p), math.log(1 - p)]


def outcomes(gold, analyses):
    """Rows of (article, features of the attribution, right, feature of the speaker or None, speaker right or None)."""
    rows = []
    for number, (labels, analysis) in enumerate(zip(gold, analyses)):
        quotes = analysis["quotes"]
        right = match([data.quotation(q) for q in quotes], labels)
        for quote, verdict in zip(quotes, right):
            speaker = quote["speaker"]
            features = [
                1.0,
                *logs(quote["confidence"]),
                *(logs(speaker["confidence"]) if speaker else (0.0, 0.0)),
                0.0 if speaker else 1.0,
                0.0 if quote["cue"] else 1.0,
            ]
            rows.append((number, features, verdict is True, speaker and verdict is not None, verdict is True))
    return rows


def fit(x, y, signs):
    """Weights of a logistic regression. One whose sign is not that of `signs` (0 = either) is held at zero, so that a
    higher probability never lowers the confidence."""
    held = np.zeros(x.shape[1], dtype=bool)
    while True:
        weights = np.zeros(x.shape[1])
        weights[~held] = regression(x[:, ~held], y)
        wrong = weights * signs < 0
        if not wrong.any():
            return weights
        held |= wrong


def regression(x, y):
    """Weights of a logistic regression with a slight penalty."""
    x, y = torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, y) + 1e-4 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach().numpy()


def error(confidence, right):
    """Expected calibration error over bins of equal width."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs((confidence[bins == b] - right[bins == b]).sum()) for b in range(BINS)]
    return sum(gaps) / len(right)


def held_out(articles, x, y, signs):
    """Confidences of each row from a fit without its fold of articles."""
    confidence = np.zeros(len(y))
    for fold in range(FOLDS):
        out = articles % FOLDS == fold
        confidence[out] = 1 / (1 + np.exp(-(x[out] @ fit(x[~out], y[~out], signs))))
    return confidence


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--analyses", type=Path, required=True)
    args = parser.parse_args()
    by_id = {a["id"]: a for a in data.read_jsonl(args.analyses)}
    gold = data.read_jsonl(args.gold)
    rows = outcomes([gold_of(g) for g in gold], [by_id[g["id"]] for g in gold])
    articles = np.array([r[0] for r in rows])
    x, y = np.array([r[1] for r in rows]), np.array([r[2] for r in rows], dtype=float)
    print(f"attribution: n {len(y)}, right {y.mean():.3f}, held-out error {error(held_out(articles, x, y, SIGNS), y):.4f}")
    matched = np.array([bool(r[3]) for r in rows])
    sx, sy = x[matched][:, [0, 3, 4]], y[matched]
    print(f"speaker: n {len(sy)}, right {sy.mean():.3f}, held-out error"
          f" {error(held_out(articles[matched], sx, sy, SPEAKER_SIGNS), sy):.4f}")
    w = [round(float(v), 4) for v in fit(x, y, SIGNS)]
    attribution = {"bias": w[0], "content": w[1:3], "source": w[3:5], "sourceless": w[5], "cueless": w[6]}
    w = [round(float(v), 4) for v in fit(sx, sy, SPEAKER_SIGNS)]
    speaker = {"bias": w[0], "source": w[1:]}
    calibration = {"attribution": attribution, "speaker": speaker, "least": REPORTED}
    manifest.write(args.model, manifest.read(args.model) | {"confidence": calibration})


if __name__ == "__main__":
    main()
