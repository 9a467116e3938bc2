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
    predicted = gold = matched = right = 0
    for (found, _), article in zip(predictions, articles):
        g = [a for a in first(article) if a.content]
        verdicts = match(found, g)
        predicted, gold = predicted + len(found), gold + len(g)
        matched += sum(v is not None for v in verdicts)
        right += sum(v is True for v in verdicts)
    out["linked"] = 100 * f1(right, predicted, gold)
    out["speaker"] = 100 * right / max(matched, 1)
    return out


def match(found, gold):
    """For each prediction (source, cue, content): None where its content meets no gold content with an intersection
    over union of half, else whether its source meets the gold one (or both have none). One to one, best first."""
    ours = [covered(content) for _, _, content in found]
    theirs = [covered(a.content) for a in gold]
    pairs = []
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            both = len(a & b)
            if both and both / len(a | b) >= 0.5:
                pairs.append((-both / len(a | b), j, i))
    verdicts, used = [None] * len(found), set()
    for _, j, i in sorted(pairs):
        if verdicts[i] is None and j not in used:
            used.add(j)
            source, target = covered(found[i][0]), covered(gold[j].source)
            verdicts[i] = bool(source & target) or (not source and not target)
    return verdicts


def first(article):
    return next(iter(article.gold.values()), [])
