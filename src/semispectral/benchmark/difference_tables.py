"""The tables of paired differences: by seed, and by McNemar's test within each seed."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from semispectral.benchmark.differences import CONTROL, mcnemar_wins
from semispectral.benchmark.score_files import Scored
from semispectral.benchmark.tables import NOTHING, interval_cell, name_of, where_words
from semispectral.figures.methods import budget_words
from semispectral.report.table_cells import Cell, Table


def difference_table(scored: Scored, *, said: Callable[[Mapping[Any, Any]], str] | None = None) -> Table:
    """Paired differences of macro-F1: a row per pair, a column per budget.

    Parameters
    ----------
    said : of a row, what else stands beneath its difference.
    """
    pairs: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for row in scored.differences.to_dict("records"):
        pairs.setdefault(_pair(row), {})[row["budget"]] = difference_cell(row, more=said(row) if said else "")
    over = (
        f"mean over {len(scored.seeds)} seeds, 95 % bootstrap interval over seeds"
        if len(scored.seeds) > 1
        else "one seed"
    )
    test = "p of Wilcoxon's test with Holm's correction over the column"
    return _pairs_table(scored, pairs, f"Paired differences of macro-F1 ({over}, {test})")


def _in_order(cells: Mapping[str, Cell], scored: Scored) -> list[Cell]:
    return [cells.get(budget, NOTHING) for budget in scored.budgets]


def difference_cell(row: Mapping[Any, Any], *, more: str = "") -> Cell:
    """A paired difference: its interval, p, the control where it was chosen, and more."""
    cell = interval_cell(row, sign="+")
    against = f"against {name_of(str(row['second']))}" if row["kind"] == CONTROL else ""
    corrected = f"p {row['probability_holm']:.3f}" if np.isfinite(row["probability_holm"]) else ""
    note = ", ".join(part for part in (cell.note, corrected, against, more) if part)
    return Cell(cell.text, note=note, number=True)


def mcnemar_table(scored: Scored) -> Table:
    """In how many seeds McNemar's test finds the first method of a pair better, and worse."""
    pairs: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for row in scored.differences.to_dict("records"):
        rows = scored.mcnemar[scored.mcnemar["budget"] == row["budget"]]
        more, fewer, seeds = mcnemar_wins(rows, row["first"], row["second"])
        against = f"against {name_of(row['second'])}" if row["kind"] == CONTROL else ""
        cell = Cell(f"better in {more}, worse in {fewer} of {seeds}", note=against, number=True)
        pairs.setdefault(_pair(row), {})[row["budget"]] = cell
    return _pairs_table(
        scored, pairs, "McNemar's test by seed, p < 0.05 after Holm's correction over the pairs of methods"
    )


def _pair(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """Kind, first and second method; the best control is another one in each budget, so it has no name here."""
    return row["kind"], row["first"], "" if row["kind"] == CONTROL else row["second"]


def _pairs_table(scored: Scored, pairs: Mapping[tuple[str, str, str], Mapping[str, Cell]], words: str) -> Table:
    """A row per pair, a column per budget."""
    rows = [
        (Cell(f"{name_of(first)} \N{MINUS SIGN} {name_of(second) if second else kind}"), *_in_order(cells, scored))
        for (kind, first, second), cells in pairs.items()
    ]
    head = (("pair", ""), *((budget_words(budget), "") for budget in scored.budgets))
    return Table(f"{words}: {where_words(scored.where)}", head, tuple(rows))
