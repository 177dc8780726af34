"""What was found, at the beginning of the report: the tested holes in a picture and a sentence each."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from semispectral.downhole.log import NOVEL, SHARE
from semispectral.figures.methods import method_name
from semispectral.report.deliverables import address_of
from semispectral.report.pictures import embedded
from semispectral.report.results import Study
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap

MOST_HOLES = 3  # in pictures
MOST_CLASSES = 4  # in the sentence


@dataclass(frozen=True)
class Found:
    """A hole at the beginning of the report.

    Attributes
    ----------
    hole : its name.
    sentence : what it is made of.
    source : its picture as a data address.
    links : (text, address relative to the page).
    """

    hole: str
    sentence: str
    source: str
    links: tuple[tuple[str, str], ...]


def opening(study: Study, *, index: Path) -> list[Found]:
    """Return the first tested holes that have depths; none without.

    Parameters
    ----------
    study : results of the study.
    index : path of the page, for relative links.
    """
    by_hole = {path.stem: path for path in study.composites}
    tested = sorted(hole for hole in map(str, study.predictions["hole"].unique()) if hole in by_hole)
    return [_found(by_hole[hole], study.classes, index) for hole in tested[:MOST_HOLES]]


def _found(path: Path, classes: ClassMap, index: Path) -> Found:
    """Return what is said of one hole."""
    table, results = read_table(path), path.parents[2]
    links = (
        ("The whole hole on one page", results / "holes" / path.stem / "index.html"),
        ("strip log (PDF)", path.parents[1] / f"{path.stem}.pdf"),
        ("table of intervals", path.parents[1] / "intervals.csv"),
    )
    shown = tuple((text, address_of(target, index)) for text, target in links)
    return Found(path.stem, made_of(table, classes), embedded(path.with_suffix(".png")), shown)


def made_of(table: pd.DataFrame, classes: ClassMap) -> str:
    """Return what a hole is made of, as a sentence: the commonest classes by length of core, and what is unknown.

    Parameters
    ----------
    table : its intervals, from `semispectral.downhole.composites.composite`.
    classes : classes in label order.
    """
    core = table["Core"].to_numpy()
    total = float(core.sum())
    share = {name: float((core * table[SHARE + name].fillna(0)).sum() / total) for name in classes.names}
    most = sorted(share, key=lambda name: -share[name])[:MOST_CLASSES]
    said = ", ".join(f"{name} {100 * share[name]:.0f} %" for name in most if share[name] >= 0.005)
    unknown = float((core * table[NOVEL].fillna(0)).sum() / total)
    return (
        f"Hole {table['HoleID'].iloc[0]}, {table['From'].min():g} to {table['To'].max():g} m, {total:.3g} m of core: "
        f"{said}; {100 * unknown:.1f} % is unlike all known classes."
    )


def trust(study: Study) -> str:
    """Return how far the maps can be trusted, as a sentence: the score of the best method and its interval.

    Parameters
    ----------
    study : results of the study.
    """
    best = study.score("macro_f1", study.headline).iloc[0]
    alerts = sum(1 for alert in study.alerts if alert["severity"] == "error")
    shaken = f" {alerts} alert{'s' if alerts != 1 else ''} say that scores must not be used." if alerts else ""
    return (
        "How far to trust it: on labelled pixels that training never saw, "
        f"{method_name(best['method'], best['features'])} reaches macro-F1 {best['mean']:.2f} (0 to 1; each class "
        f"counts the same); the downhole logs have bounds by depth.{shaken}"
    )
