"""Tables of the benchmark, as cells of text: scores, classes, calibration, time and memory."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from semispectral.evaluation.differences import best_control, wide_scores
from semispectral.evaluation.score_files import Scored, Where
from semispectral.evaluation.score_names import SCORE_NAMES, calibration_scores
from semispectral.figures.methods import method_name, per_class_words
from semispectral.report.table_cells import Cell, Table, number
from semispectral.report.tables import DIGITS, best_value
from semispectral.study.methods import METHODS

SPLITS = {
    "groups": "holes held out",
    "blocks": "blocks with a buffer",
    "leaky": "random pixels, LEAKY: do not quote alone",
}
UP, DOWN = "\N{UPWARDS ARROW}", "\N{DOWNWARDS ARROW}"
Rows = Mapping[str, Mapping[Any, Any]]  # by method
NOTHING = Cell("\N{EN DASH}", number=True)


def name_of(method_id: str) -> str:
    """Return the name of a method for display.

    Parameters
    ----------
    method_id : key of the method.
    """
    return method_name(METHODS[method_id].method, METHODS[method_id].features)


def where_words(where: Where) -> str:
    """Describe a split and a regime; a leaky split is marked.

    Parameters
    ----------
    where : split and regime.
    """
    return f"split {where.split} ({SPLITS.get(where.method, where.method)}), {where.regime}"


def _over_seeds(scored: Scored) -> str:
    """Describe the means and the intervals."""
    if len(scored.seeds) == 1:
        return f"seed {scored.seeds[0]} alone"
    return f"mean over {len(scored.seeds)} seeds, 95 % bootstrap interval"


def rows_of(table: pd.DataFrame, method_id: str) -> pd.DataFrame:
    """Return the rows of one method.

    Parameters
    ----------
    table : table with the columns method and features.
    method_id : key of the method.
    """
    method = METHODS[method_id]
    return table[(table["method"] == method.method) & (table["features"] == method.features)]


def score_table(scored: Scored, score: str = "macro_f1") -> Table:
    """Return the table of a main score: a row per method, a column for each number of labels per class.

    The best of a column is bold.

    Parameters
    ----------
    scored : scores of one split and regime.
    score : macro_f1, oa or aa.
    """
    chosen = scored.summary[scored.summary["score"] == score]
    columns = {
        per_class: _by_method(chosen[chosen["per_class"] == per_class], scored.methods)
        for per_class in scored.labels_per_class
    }
    head = (("method", ""), *((per_class_words(per_class), "") for per_class in columns))
    row = SCORE_NAMES[score]
    title = f"{row.short[0].upper()}{row.short[1:]} ({row.words})"
    caption = f"{title} {UP} on the test pixels: {where_words(scored.where)}; {_over_seeds(scored)}"
    return Table(caption, head, _best_marked(columns, scored.methods, higher=True))


def _by_method(rows: pd.DataFrame, methods: Sequence[str]) -> Rows:
    """Return the first row of each method."""
    found = {method: rows_of(rows, method).to_dict("records") for method in methods}
    return {method: own[0] for method, own in found.items() if own}


def _best_marked(columns: Mapping[str, Rows], methods: Sequence[str], *, higher: bool) -> tuple[tuple[Cell, ...], ...]:
    """Return the cells of each method, its name first; the best of a column is marked."""
    best = {name: _best(rows, higher=higher) for name, rows in columns.items()}
    return tuple(
        (Cell(name_of(method)), *(interval_cell(rows.get(method), best=best[name]) for name, rows in columns.items()))
        for method in methods
    )


def _best(rows: Rows, *, higher: bool) -> float:
    """Return the best mean over all methods, as it is shown."""
    return best_value(pd.Series({method: row["mean"] for method, row in rows.items()}), higher=higher)


def interval_cell(row: Mapping[Any, Any] | None, *, best: float = np.nan, sign: str = "") -> Cell:
    """Return a cell with a mean and its interval; a dash if there is none.

    Parameters
    ----------
    row : mean, low and high; None if there are none.
    best : best mean of the column.
    sign : "+" shows the sign of positive numbers.
    """
    if row is None or not np.isfinite(row["mean"]):
        return NOTHING
    mean, low, high = row["mean"], row["low"], row["high"]
    note = f"[{low:{sign}.{DIGITS}f}, {high:{sign}.{DIGITS}f}]" if np.isfinite([low, high]).all() else ""
    text = f"{mean:{sign}.{DIGITS}f}"
    return Cell(_minus(text), note=_minus(note), best=bool(round(mean, DIGITS) == best), number=True)


def _minus(text: str) -> str:
    """Replace hyphens by minus signs."""
    return text.replace("-", "\N{MINUS SIGN}")


def calibration_table(scored: Scored, per_class: str) -> Table:
    """Return the table of calibration scores; lower is better.

    Parameters
    ----------
    scored : scores of one split and regime.
    per_class : labels per class.
    """
    chosen = scored.summary[scored.summary["per_class"] == per_class]
    shown = calibration_scores()
    columns = {score: _by_method(chosen[chosen["score"] == score], scored.methods) for score in shown}
    head = (("method", ""), *((f"{row.short} {DOWN}", row.words) for row in shown.values()))
    caption = f"Calibration with {per_class_words(per_class)}: {where_words(scored.where)}; {_over_seeds(scored)}"
    return Table(caption, head, _best_marked(columns, scored.methods, higher=False))


def shown_methods(scored: Scored, per_class: str) -> list[str]:
    """Return our models, and the baseline with the highest mean macro-F1.

    Parameters
    ----------
    scored : scores of one split and regime.
    per_class : labels per class.
    """
    ours = [method for method in scored.methods if METHODS[method].ours]
    best = best_control(wide_scores(scored.scores[scored.scores["per_class"] == per_class]))
    return ours if best is None else [*ours, best]


def class_table(scored: Scored, per_class: str) -> Table:
    """Return F1 of each class, for our models and the best baseline; the best of a row is bold.

    Parameters
    ----------
    scored : scores of one split and regime.
    per_class : labels per class.
    """
    rows = scored.class_summary[
        (scored.class_summary["score"] == "f1") & (scored.class_summary["per_class"] == per_class)
    ]
    methods = shown_methods(scored, per_class)
    columns = {method: rows_of(rows, method).set_index("label") for method in methods}
    truth = scored.classes[scored.classes["per_class"] == per_class].groupby("label")["truth"].max()
    body = []
    for label, name in enumerate(scored.class_names):
        own = {method: column.loc[label].to_dict() for method, column in columns.items()}
        best = _best(own, higher=True)
        body.append((Cell(name), number(int(truth[label])), *(interval_cell(own[m], best=best) for m in methods)))
    head = (("class", ""), ("test pixels", "of one seed, at most"), *((name_of(method), "") for method in methods))
    caption = (
        f"F1 of each class {UP} with {per_class_words(per_class)}: {where_words(scored.where)}; {_over_seeds(scored)}"
    )
    return Table(caption, head, tuple(body))


def cost_table(scored: Scored) -> Table:
    """Return time and memory of each method; the time of methods on latents includes M1.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    rows = []
    for method in scored.methods:
        own = rows_of(scored.scores, method)
        seconds, memory = own["seconds"].astype(float), own["peak_mb"].astype(float)
        figures = (f"{seconds.median():.3g}", f"{seconds.max():.3g}", f"{memory.max():.0f}")
        rows.append((Cell(name_of(method)), number(len(own)), *(Cell(text, number=True) for text in figures)))
    head = ("method", "fits", "one fit, median (s)", "slowest (s)", "peak memory of the process (MB)")
    caption = f"Time and memory of the fits, the time of M1 included: {where_words(scored.where)}"
    return Table(caption, tuple((text, "") for text in head), tuple(rows))
