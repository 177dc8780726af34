"""Sentences of the benchmark: outcome, tests, and alerts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from semispectral.evaluation.differences import CONTROL
from semispectral.evaluation.score_files import Scored
from semispectral.figures.methods import per_class_words
from semispectral.report.benchmark.tables import name_of, where_words
from semispectral.report.wording import alert_words

FEW_SEEDS = 5


def outcome(scored: Sequence[Scored]) -> list[str]:
    """Describe the result of the first split that does not leak in a few sentences.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    first = next((one for one in scored if not one.where.leaky), scored[0])
    rows = first.differences[first.differences["kind"] == CONTROL]
    said = [_ahead(name_of(str(method)), own.to_dict("records")) for method, own in rows.groupby("first", sort=False)]
    seeds = len(first.seeds)
    certainty = f"Scores are means over {seeds} seeds." if seeds > 1 else "There is one seed: no interval, no test."
    start = f"On the {where_words(first.where)}:"
    return [start, *said, certainty] if said else [f"{start} no model was compared with a baseline. {certainty}"]


def _ahead(name: str, rows: Sequence[Mapping[Any, Any]]) -> str:
    """Compare one of our models with the best baseline, for each number of labels per class."""
    return f"{name} against the best baseline, by macro-F1: {'; '.join(map(_lead, rows))}."


def _lead(row: Mapping[Any, Any]) -> str:
    """Describe a difference with its interval, and if it may be chance."""
    start = f"with {per_class_words(row['per_class'])} {row['mean']:+.3f}"
    if not np.isfinite(row["low"]):
        return start
    chance = ", which may be chance" if row["low"] <= 0 <= row["high"] else ""
    return f"{start} ({row['low']:+.3f} to {row['high']:+.3f}{chance})"


def difference_words(scored: Scored) -> str:
    """Describe the tests of the paired differences.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    few = len(scored.seeds) <= FEW_SEEDS
    limit = f" With {len(scored.seeds)} seeds, p cannot be below 0.05." if few else ""
    return (
        "Each seed is a new split and new labels, so Wilcoxon's signed-rank test pairs methods by seed, with Holm's "
        f"correction.{limit} The best baseline is chosen on the test pixels, which favours it. McNemar's test, within "
        "each seed, is given for comparison: it treats neighbouring pixels as independent, so its p is too small."
    )


def said(scored: Scored, *, wrong: bool) -> list[str]:
    """Return the alerts of one split and regime as sentences.

    Parameters
    ----------
    scored : scores of one split and regime.
    wrong : True returns errors, False warnings.
    """
    return [alert_words(alert) for alert in scored.alerts if (alert["severity"] == "error") == wrong]


def errors(scored: Sequence[Scored]) -> list[str]:
    """Return the errors at the head of the page.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    return [f"{where_words(one.where)}: {message}" for one in scored for message in said(one, wrong=True)]


def alerts(scored: Sequence[Scored]) -> list[tuple[str, list[str], list[str]]]:
    """Return all alerts: (split and regime, errors, warnings); those without alerts are left out.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    found = [(where_words(one.where), said(one, wrong=True), said(one, wrong=False)) for one in scored]
    return [(title, wrong, odd) for title, wrong, odd in found if wrong or odd]
