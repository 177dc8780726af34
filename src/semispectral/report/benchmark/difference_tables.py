"""Tables of paired differences: by seed, and by McNemar's test within each seed."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from semispectral.evaluation.differences import CONTROL, mcnemar_wins
from semispectral.evaluation.score_files import Scored
from semispectral.figures.methods import per_class_words
from semispectral.report.benchmark.tables import NOTHING, interval_cell, name_of, where_words
from semispectral.report.table_cells import Cell, Table


def difference_table(scored: Scored, *, said: Callable[[Mapping[Any, Any]], str] | None = None) -> Table:
    """Return the table of paired differences of macro-F1: a row per pair, a column for each number of labels per class.

    Parameters
    ----------
    scored : scores of one split and regime.
    said : function of a row that returns a further note.
    """
    pairs: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for row in scored.differences.to_dict("records"):
        pairs.setdefault(_pair(row), {})[row["per_class"]] = difference_cell(row, more=said(row) if said else "")
    over = (
        f"mean over {len(scored.seeds)} seeds, 95 % bootstrap interval over seeds"
        if len(scored.seeds) > 1
        else "one seed"
    )
    test = "p of Wilcoxon's test with Holm's correction over the column"
    return _pairs_table(scored, pairs, f"Paired differences of macro-F1 ({over}, {test})")


def _in_order(cells: Mapping[str, Cell], scored: Scored) -> list[Cell]:
    """Return the cells of a row in the order of labels per class."""
    return [cells.get(per_class, NOTHING) for per_class in scored.labels_per_class]


def difference_cell(row: Mapping[Any, Any], *, more: str = "") -> Cell:
    """Return the cell of a paired difference: mean, interval, p, and the baseline that was chosen.

    Parameters
    ----------
    row : row of the differences.
    more : further note.
    """
    cell = interval_cell(row, sign="+")
    against = f"against {name_of(str(row['second']))}" if row["kind"] == CONTROL else ""
    corrected = f"p {row['probability_holm']:.3f}" if np.isfinite(row["probability_holm"]) else ""
    note = ", ".join(part for part in (cell.note, corrected, against, more) if part)
    return Cell(cell.text, note=note, number=True)


def mcnemar_table(scored: Scored) -> Table:
    """Return the number of seeds in which McNemar's test finds the first method of a pair better, and worse.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    pairs: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for row in scored.differences.to_dict("records"):
        rows = scored.mcnemar[scored.mcnemar["per_class"] == row["per_class"]]
        more, fewer, seeds = mcnemar_wins(rows, row["first"], row["second"])
        against = f"against {name_of(row['second'])}" if row["kind"] == CONTROL else ""
        cell = Cell(f"better in {more}, worse in {fewer} of {seeds}", note=against, number=True)
        pairs.setdefault(_pair(row), {})[row["per_class"]] = cell
    return _pairs_table(
        scored, pairs, "McNemar's test by seed, p < 0.05 after Holm's correction over the pairs of methods"
    )


def _pair(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """Return kind, first and second method. The best baseline differs between columns, so it has no name here."""
    return row["kind"], row["first"], "" if row["kind"] == CONTROL else row["second"]


def _pairs_table(scored: Scored, pairs: Mapping[tuple[str, str, str], Mapping[str, Cell]], words: str) -> Table:
    """Return a table with a row per pair and a column for each number of labels per class."""
    rows = [
        (Cell(f"{name_of(first)} \N{MINUS SIGN} {name_of(second) if second else kind}"), *_in_order(cells, scored))
        for (kind, first, second), cells in pairs.items()
    ]
    head = (("pair", ""), *((per_class_words(per_class), "") for per_class in scored.labels_per_class))
    return Table(f"{words}: {where_words(scored.where)}", head, tuple(rows))
