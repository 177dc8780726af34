"""Files of the benchmark beside its page: one tidy table of all scores, and all tables as text."""

from collections.abc import Iterator, Sequence

import pandas as pd

from semispectral.evaluation.predictions import RUN
from semispectral.evaluation.score_files import Scored
from semispectral.evaluation.score_names import accuracy_scores
from semispectral.evaluation.scores import CLASS_SCORES
from semispectral.report.benchmark import difference_tables, tables
from semispectral.report.benchmark.table_markup import PREAMBLE, latex, markdown, markdown_text
from semispectral.report.table_cells import Table

OVERALL = -1
COLUMNS = ["split", "regime", *(name for name in RUN if name != "part"), "part", "label", "class", "score", "value"]


def tidy(scored: Sequence[Scored]) -> pd.DataFrame:
    """Return all scores of all splits and regimes, one value per row.

    Parameters
    ----------
    scored : scores of each split and regime.

    Returns
    -------
    DataFrame: split, regime, method, features, per_class, seed, part, label (-1 for overall), class (its name, empty
    for overall), score, value (float64). Seconds, peak_mb, pixels and classes are scores too.
    """
    return pd.concat([_tidy(one) for one in scored], ignore_index=True)


def _tidy(scored: Scored) -> pd.DataFrame:
    """Return the scores of one split and regime, one value per row."""
    overall = scored.scores.melt(RUN, var_name="score", value_name="value")
    overall["label"] = OVERALL
    by_class = scored.classes.melt([*RUN, "label"], list(CLASS_SCORES), var_name="score", value_name="value")
    both = pd.concat([overall, by_class], ignore_index=True)
    names: dict[int, str] = {**dict(enumerate(scored.class_names)), OVERALL: ""}
    both["class"], both["split"], both["regime"] = both["label"].map(names), scored.where.split, scored.where.regime
    return both.astype({"label": "int16", "value": "float64", "class": "str", "score": "str"})[COLUMNS]


def all_tables(scored: Scored) -> Iterator[tuple[str, Table]]:
    """Yield every table of one split and regime, with its name.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    for score in accuracy_scores():
        yield score, tables.score_table(scored, score)
    if len(scored.differences):
        yield "differences", difference_tables.difference_table(scored)
        yield "mcnemar", difference_tables.mcnemar_table(scored)
    for per_class in scored.labels_per_class:
        yield f"calibration {per_class}", tables.calibration_table(scored, per_class)
    for per_class in scored.labels_per_class:
        yield f"classes {per_class}", tables.class_table(scored, per_class)
    yield "cost", tables.cost_table(scored)


def as_markdown(scored: Sequence[Scored]) -> str:
    """Return all tables in Markdown.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    parts = ["# Results of the benchmark"]
    for one in scored:
        title = tables.where_words(one.where)
        parts.append(f"## {markdown_text(title[:1].upper() + title[1:])}")
        parts += [markdown(table) for _, table in all_tables(one)]
    return "\n\n".join(parts) + "\n"


def as_latex(scored: Sequence[Scored]) -> str:
    """Return all tables in LaTeX.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    parts = [PREAMBLE]
    for one in scored:
        start = f"{one.where.split} {one.where.regime}"
        parts += [latex(table, label=f"{start} {name}") for name, table in all_tables(one)]
    return "\n\n".join(parts) + "\n"
