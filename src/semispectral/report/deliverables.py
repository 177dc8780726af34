"""Deliverables beside the report: what was found in tested holes, map and page of every scene, log of every hole."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.downhole.log import NOVEL, SHARE
from semispectral.figures.methods import method_in_text
from semispectral.maps.classify import smoothing_effect
from semispectral.maps.map_files import read_facts, require_file
from semispectral.report.pictures import embedded
from semispectral.report.results import Study
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap
from semispectral.study.methods import averages
from semispectral.study.names import natural, some

MAP_LINKS = (
    ("look into it", "page.html"),
    ("GeoTIFF", "class.tif"),
    ("ENVI data", "class.img"),
    ("and header", "class.hdr"),
    ("facts", "map.json"),
)
MOST_HOLES = 3  # in pictures at the beginning
MOST_CLASSES = 4  # in a sentence
MOST_PICTURES = 6  # of maps, and of logs; the others are linked only


@dataclass(frozen=True)
class Piece:
    """Map of a scene, or log of a hole, on the page.

    Attributes
    ----------
    name : name of the scene or the hole.
    source : its picture as a data address; empty: only links are shown.
    links : (text, address relative to the page).
    note : a sentence, or empty.
    """

    name: str
    source: str
    links: tuple[tuple[str, str], ...]
    note: str = ""


def maps(study: Study, *, index: Path) -> list[Piece]:
    """Return one piece for each mapped scene.

    Parameters
    ----------
    study : results of the study.
    index : path of the page, for relative links.
    """
    by_name = {path.parent.name: path for path in study.maps}
    ordered = [by_name[scene] for scene in study.test_first(by_name)]
    return [_map(path, index, shown=number < MOST_PICTURES) for number, path in enumerate(ordered)]


def _map(png: Path, index: Path, *, shown: bool) -> Piece:
    """Return the piece of one map."""
    facts = read_facts(png.parent)
    require_file(png.parent, png.name)
    links = tuple((text, address_of(png.parent / name, index)) for text, name in MAP_LINKS)
    note = f"{100 * facts['novel_share']:.1f} % of its pixels are unknown."
    return Piece(png.parent.name, embedded(png) if shown else "", links, note)


def smoothing_words(study: Study) -> str:
    """Describe the effect of smoothing on the test scores of all scenes; empty if no mapped scene has test pixels.

    Parameters
    ----------
    study : results of the study.
    """
    facts = [read_facts(png.parent) for png in study.maps]
    confusions = [{k: np.asarray(v) for k, v in found["confusion"].items()} for found in facts if found["confusion"]]
    if not confusions:
        return ""
    effect = smoothing_effect(confusions)
    figures = [f"{name}: OA {found['oa']:.3f}, macro-F1 {found['macro_f1']:.3f}" for name, found in effect.items()]
    used = some(sorted({found["smoothing"] for found in facts}))
    return (
        f"On the labelled test pixels, by smoothing of the probabilities within the test part: {'; '.join(figures)}. "
        f"These maps have smoothing {used}; the setting map.smoothing (none or guided) changes it, and only the maps "
        "are made again."
    )


def logs(study: Study, *, index: Path) -> list[Piece]:
    """Return one piece for each logged hole, those that were tested first.

    Parameters
    ----------
    study : results of the study.
    index : path of the page, for relative links.
    """
    tested = set(study.predictions["hole"].unique())
    ordered = sorted(study.logs, key=lambda path: path.stem not in tested)
    return [_log(path, index, shown=number < MOST_PICTURES) for number, path in enumerate(ordered)]


def _log(png: Path, index: Path, *, shown: bool) -> Piece:
    """Return the piece of one log."""
    kinds = (("table (CSV)", ".csv"), ("LAS 2.0", ".las"), ("strip log (PDF)", ".pdf"))
    page = png.parents[1] / "holes" / png.stem / "index.html"
    files = (("page of the hole", page), *((text, png.with_suffix(suffix)) for text, suffix in kinds))
    links = tuple((text, address_of(path, index)) for text, path in files)
    return Piece(png.stem, embedded(png) if shown else "", links)


def address_of(path: Path, index: Path) -> str:
    """Return the address of a file relative to the page.

    Parameters
    ----------
    path : the file.
    index : path of the page.
    """
    return Path(os.path.relpath(path, index.parent)).as_posix()


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
    tested = sorted(by_hole.keys() & set(study.predictions["hole"].unique()), key=natural)
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
    classes : classes in label order. One that only the test part has is in no map, and has no column.
    """
    core = table["Core"].to_numpy()
    total = float(core.sum())
    mapped = [name for name in classes.names if SHARE + name in table]
    share = {name: float((core * table[SHARE + name].fillna(0)).sum() / total) for name in mapped}
    most = sorted(share, key=lambda name: -share[name])[:MOST_CLASSES]
    said = ", ".join(f"{name} {100 * share[name]:.0f} %" for name in most if share[name] >= 0.005)
    unknown = float((core * table[NOVEL].fillna(0)).sum() / total)
    return (
        f"Hole {table['HoleID'].iloc[0]}, {table['From'].min():g} to {table['To'].max():g} m, {total:.3g} m of core: "
        f"{said}; {100 * unknown:.1f} % is unlike all that training saw."
    )


def trust(study: Study) -> str:
    """Return how far the maps can be trusted, as a sentence: the score of the method that makes them, and its interval.

    Parameters
    ----------
    study : results of the study.
    """
    of_maps = study.config["map"]
    method, features = of_maps["method"], of_maps["features"]
    scores = study.score("macro_f1", str(of_maps["labels_per_class"]))
    own = scores[(scores["method"] == method) & (scores["features"] == features)]
    name = method_in_text(method, features)
    if not len(own):
        sees = "" if method in averages() else f" and {features} in compare.features"
        return (
            f"How far to trust it: {name}, which makes the maps, was not scored on labelled pixels. To score it, name "
            f"{method} in compare.models{sees}."
        )
    mean, low, high = (float(own[column].iloc[0]) for column in ("mean", "low", "high"))
    between = f", between {low:.2f} and {high:.2f}" if low < high else ""
    wrong = any(
        alert["severity"] == "error" and (alert["method"], alert["features"]) == (method, features)
        for alert in study.alerts
    )
    return (
        f"How far to trust it: on labelled pixels that training never saw, {name}, which makes the maps, reaches "
        f"macro-F1 {mean:.2f}{between} (0 to 1; each class counts the same); the downhole logs have bounds by depth."
        + (" An alert says that its scores must not be used." if wrong else "")
    )
