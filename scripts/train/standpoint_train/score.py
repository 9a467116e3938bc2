"""Figures on dev while training; `standpoint eval quotes` is the measure that is reported."""

from .data import ROLES


def f1(tp, predicted, gold):
    p = tp / predicted if predicted else 0.0
    r = tp / gold if gold else 0.0
    return 2 * p * r / (p + r) if p + r else 0.0


def pieces(attributions, role):
    return {tuple(s) for a in attributions for s in getattr(a, role)}


def covered(spans):
    return {t for s, e in spans for t in range(s, e)}


def evaluate(predictions, articles):
    """predictions: per article (attributions, spans by role). Percentages."""
    out = {}
    for role in ROLES:
        tp = predicted = gold = 0
        for (_, spans), article in zip(predictions, articles):
            g = pieces(first(article), role)
            p = set(spans[role])
            tp, predicted, gold = tp + len(g & p), predicted + len(p), gold + len(g)
        out[role] = 100 * f1(tp, predicted, gold)
        out[role + "_p"] = 100 * tp / max(predicted, 1)
        out[role + "_r"] = 100 * tp / max(gold, 1)
    linked = predicted = gold = matched = right = 0
    for (found, _), article in zip(predictions, articles):
        g = [a for a in first(article) if a.content]
        predicted, gold = predicted + len(found), gold + len(g)
        used = set()
        for source, _, content in found:
            tokens = covered(content)
            best, iou = None, 0.5
            for i, a in enumerate(g):
                if i in used:
                    continue
                other = covered(a.content)
                both = len(tokens & other)
                if both and both / len(tokens | other) >= iou:
                    best, iou = i, both / len(tokens | other)
            if best is None:
                continue
            used.add(best)
            matched += 1
            ours, theirs = covered(source), covered(g[best].source)
            if (not ours and not theirs) or ours & theirs:
                right += 1
    out["linked"] = 100 * f1(right, predicted, gold)
    out["speaker"] = 100 * right / max(matched, 1)
    return out


def first(article):
    return next(iter(article.gold.values()), [])
