"""Write the page of the benchmark, with figures, tables as text, and all scores beside it."""

import logging
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from semispectral.evaluation.score_files import Scored
from semispectral.evaluation.score_names import accuracy_scores
from semispectral.figures.methods import per_class_words
from semispectral.figures.style import save
from semispectral.report.benchmark import difference_tables, figures, tables
from semispectral.report.benchmark import wording as words
from semispectral.report.benchmark.exports import as_latex, as_markdown, tidy
from semispectral.report.pictures import embedded
from semispectral.report.table_cells import Cell, Table, number
from semispectral.report.template import config_words, fill
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically
from semispectral.storage.parquet import write_table
from semispectral.study.names import some

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
MOST_NOTES = 4  # at the head of the page and of a chapter; all are in the chapter of alerts
TOGETHER = "all"
CAPTIONS = {
    "overview": "Macro-F1 on the test pixels against labels per class: means over seeds, with 95 % intervals.",
    "leaky": "Macro-F1 of each method on splits that do not leak (blue) and on the leaky one (red): means over seeds.",
    "against_labels": (
        "Macro-F1 of every method against labels per class, with 95 % intervals; points are moved sideways so that "
        "their bars do not overlap. The axis does not begin at 0."
    ),
    "reliability": (
        "Accuracy against confidence in bins of equally many pixels, all seeds together. Below the diagonal, "
        "a method is overconfident."
    ),
    "risk_coverage": (
        "Share of errors among the pixels with the highest confidence, mean over seeds. Lower is better."
    ),
    "class_f1": "F1 of each class in percent, mean over seeds. A dash means undefined.",
    "confusion": (
        "Confusion matrices over all seeds: percentage of the pixels of a class (row) that are predicted as each class "
        "(column), for our models and the baseline with the highest macro-F1."
    ),
}


@dataclass(frozen=True)
class Shown:
    """Figure on the page.

    Attributes
    ----------
    source : its picture as a data address.
    caption : its caption.
    """

    source: str
    caption: str


def write_report(index: Path, scored: Sequence[Scored], *, config: Mapping[str, Any], root: Path) -> None:
    """Write the page, and beside it ``figures``, ``results.md``, ``results.tex`` and ``scores.parquet``.

    Parameters
    ----------
    index : file of the page.
    scored : scores of each split and regime; honest splits come first on the page.
    config : sections of the configuration that the page shows.
    root : folder of the workflow, whose commit the page names.
    """
    scored = sorted(scored, key=lambda one: (one.where.leaky, one.where.regime, one.where.split))
    folder = index.parent / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    drawn: dict[str, Shown] = {}
    for key, figure in figures_of(scored):
        save(figure, folder / f"{key}.png")
        drawn[key] = Shown(embedded(folder / f"{key}.png"), caption_of(key))
        log.info("drew %s", folder / f"{key}.png")
    write_table(index.parent / "scores.parquet", tidy(scored))
    write_atomically(index.parent / "results.md", as_markdown(scored).encode())
    write_atomically(index.parent / "results.tex", as_latex(scored).encode())
    write_atomically(index, render(scored, drawn, config=config, root=root).encode())
    log.info("the report is %s", index)


def figures_of(scored: Sequence[Scored]) -> Iterator[tuple[str, Figure]]:
    """Yield all figures: (chapter/name, figure).

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    for regime in dict.fromkeys(one.where.regime for one in scored):
        panels = {one.where.split: one for one in scored if one.where.regime == regime}
        titled = {f"{name}, {regime}{' (LEAKY)' if one.where.leaky else ''}": one for name, one in panels.items()}
        yield f"{TOGETHER}/overview_{regime}", figures.against_labels(titled, every=False)
        if len({one.where.leaky for one in panels.values()}) == 2:
            yield f"{TOGETHER}/leaky_{regime}", figures.leaky_against_honest(panels)
    for one in scored:
        for name, figure in figures.figures_of(one):
            yield f"{anchor_of(one)}/{name}", figure


def anchor_of(scored: Scored) -> str:
    """Return the name of a chapter in addresses and folders: letters, digits and dashes.

    Parameters
    ----------
    scored : scores of one split and regime.
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{scored.where.split}-{scored.where.regime}")


def caption_of(key: str) -> str:
    """Return the caption of a figure, with the labels per class.

    Parameters
    ----------
    key : chapter and name of the figure: ``chapter/name``.
    """
    name = key.partition("/")[2]
    kind = next(kind for kind in CAPTIONS if name.startswith(kind))
    per_class = name.removeprefix(kind).lstrip("_") if kind in ("class_f1", "confusion") else ""
    return f"{CAPTIONS[kind]} {per_class_words(per_class).capitalize()}." if per_class else CAPTIONS[kind]


def render(scored: Sequence[Scored], drawn: Mapping[str, Shown], *, config: Mapping[str, Any], root: Path) -> str:
    """Return the page as text; text from files is escaped.

    Parameters
    ----------
    scored : scores of each split and regime.
    drawn : figures by chapter and name.
    config : sections of the configuration that the page shows.
    root : folder of the workflow.
    """
    return fill(
        HERE / "page.html",
        errors=words.errors(scored),
        outcome=words.outcome(scored),
        alerts=words.alerts(scored),
        most_notes=MOST_NOTES,
        asked=asked(scored),
        overview=[figure for key, figure in drawn.items() if key.startswith(f"{TOGETHER}/overview")],
        leak=[figure for key, figure in drawn.items() if key.startswith(f"{TOGETHER}/leaky")],
        leak_words=leak_words(scored),
        chapters=[chapter(one, drawn) for one in scored],
        config=config_words(dict(config)),
        commit=provenance.commit(root),
        uncommitted=provenance.uncommitted(root),
        versions=provenance.versions(),
        inputs=provenance.current().get("inputs", {}),
    )


def chapter(scored: Scored, drawn: Mapping[str, Shown]) -> dict[str, Any]:
    """Return the content of the chapter of one split and regime. Figures of classes show the fewest labels per class.

    Parameters
    ----------
    scored : scores of one split and regime.
    drawn : figures by chapter and name.
    """
    anchor, title = anchor_of(scored), tables.where_words(scored.where)
    own = {key.partition("/")[2]: figure for key, figure in drawn.items() if key.startswith(f"{anchor}/")}
    few = scored.labels_per_class[0]
    return {
        "anchor": anchor,
        "short": f"{scored.where.split}, {scored.where.regime}{' (leaky)' if scored.where.leaky else ''}",
        "title": title[:1].upper() + title[1:],
        "errors": words.said(scored, wrong=True),
        "main": tables.score_table(scored),
        "main_pictures": [own[name] for name in ("against_labels",) if name in own],
        "differences": difference_tables.difference_table(scored),
        "mcnemar": difference_tables.mcnemar_table(scored),
        "difference_words": words.difference_words(scored),
        "others": [tables.score_table(scored, score) for score in accuracy_scores()[1:]],
        "class_pictures": [own[name] for name in (f"class_f1_{few}", f"confusion_{few}") if name in own],
        "classes": [tables.class_table(scored, per_class) for per_class in scored.labels_per_class],
        "trust_pictures": [own[name] for name in ("reliability", "risk_coverage") if name in own],
        "calibration": [tables.calibration_table(scored, per_class) for per_class in scored.labels_per_class],
        "cost": tables.cost_table(scored),
    }


def asked(scored: Sequence[Scored]) -> Table:
    """Return the table of splits and regimes, and what was run on each.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    head = ("split", "regime", "labels per class", "seeds", "methods", "classes", "test pixels per seed", "runs")
    rows = tuple(
        (
            Cell(f"{one.where.split} ({tables.SPLITS.get(one.where.method, one.where.method)})"),
            Cell(one.where.regime),
            Cell(", ".join(one.labels_per_class)),
            Cell(some([str(seed) for seed in one.seeds], most=12)),
            number(len(one.methods)),
            number(len(one.class_names)),
            Cell(_from_to(one.scores["pixels"].min(), one.scores["pixels"].max()), number=True),
            number(len(one.scores)),
        )
        for one in scored
    )
    return Table("What was run", tuple((name, "") for name in head), rows)


def _from_to(low: int, high: int) -> str:
    """Format a range of counts."""
    texts = [number(int(value)).text for value in (low, high)]
    return texts[0] if low == high else " to ".join(texts)


def leak_words(scored: Sequence[Scored]) -> str:
    """Explain why leaky and honest splits are not compared.

    Parameters
    ----------
    scored : scores of each split and regime.
    """
    if any(one.where.leaky for one in scored):
        return "Only leaky splits were run: nothing here may be quoted. Add an honest split to the benchmark."
    return "No leaky split was run, so there is nothing to set beside the honest ones."
