"""Chapter of the absorption features: tables, also beside the classes, the figure of positions, links to files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from semispectral.evaluation.predictions import PIXEL
from semispectral.features.feature_files import position_of
from semispectral.features.feature_settings import TABLE
from semispectral.figures import feature_positions as figures
from semispectral.figures.methods import method_name
from semispectral.report.deliverables import Piece, address_of
from semispectral.report.results import NAMES, Study
from semispectral.report.table_cells import Cell, Table, number
from semispectral.storage.parquet import read_table

LIBRARY = "library"
MOST_WINDOWS = 5  # beside the classes: the features that are deepest, over all pixels
LINKS = (
    ("GeoTIFF", "features.tif"),
    ("ENVI data", "features.img"),
    ("and header", "features.hdr"),
    ("table (Parquet)", "features.parquet"),
    ("facts", "features.json"),
)


def table(study: Study) -> Table:
    """Return one row per window: where it lies, in how many pixels its feature is, its position and depth.

    Parameters
    ----------
    study : results of the study.
    """
    head = (
        ("feature", ""),
        ("window, nm", "the hull is made over this window"),
        ("pixels", "with the feature, and their share of all measured pixels"),
        ("position, nm", "median over all pixels"),
        ("depth", "median of the scenes' medians, weighted by their pixels; shallow pixels included"),
    )
    windows = _windows(study)
    return Table("Absorption features", head, tuple(_row(study, windows[name]) for name in windows))


def _windows(study: Study) -> dict[str, dict[str, Any]]:
    """Return every window by name, with the positions of all scenes."""
    found: dict[str, dict[str, Any]] = {}
    for facts in study.absorption.values():
        for window in facts["windows"]:
            known = found.setdefault(window["name"], window | {"positions": np.zeros(len(window["positions"]), int)})
            known["positions"] = known["positions"] + window["positions"]
    return found


def _row(study: Study, window: dict[str, Any]) -> tuple[Cell, ...]:
    name = window["name"]
    depths = [row for facts in study.absorption.values() for row in facts["values"] if row["name"] == f"{name}_depth"]
    pixels, measured = int(window["positions"].sum()), sum(row["pixels"] for row in depths)
    position = position_of(window["positions"], window["from_nm"], window["to_nm"])
    known = [row for row in depths if row["pixels"]]
    depth = _weighted_median([row["median"] for row in known], [row["pixels"] for row in known])
    return (
        Cell(name),
        Cell(f"{window['from_nm']:g} to {window['to_nm']:g}"),
        Cell(number(pixels).text, note=f"{pixels / max(measured, 1):.1%}", number=True),
        Cell(f"{position:.0f}" if np.isfinite(position) else "none", number=True),
        Cell(f"{depth:.3f}" if np.isfinite(depth) else "none", number=True),
    )


def _weighted_median(values: list[float], weights: list[int]) -> float:
    order = np.argsort(values)
    total = np.cumsum(np.asarray(weights)[order]) if values else np.zeros(0)
    return float(np.asarray(values)[order][np.searchsorted(total, total[-1] / 2)]) if values else float("nan")


def beside_classes(study: Study) -> Table:
    """Return one row per class that the maps' method gives tested pixels: their labels, the library, and features.

    Where that method was not scored, the one with the highest macro-F1 stands for it. No rows without features.

    Parameters
    ----------
    study : results of the study.
    """
    method, features = _of_maps(study)
    found = _run(study, method, features)
    others = _run(study, LIBRARY, None)
    windows = _deepest(study, set(found["scene"]))
    head = (
        ("class", f"by {method_name(method, features)}, on labelled pixels of the test part"),
        ("pixels", "and how many of them are labelled so"),
        *((("mineral library", "the class that it names most often among them"),) if len(others) else ()),
        *((f"{name}, nm", "median position, and median depth") for name in windows),
    )
    if not windows or not len(found):
        return Table("Classes, mineral library and features side by side", head, ())
    pixels = found.merge(_measured(study, found, windows), how="left", on=PIXEL)
    if len(others):
        pixels = pixels.merge(others[[*PIXEL, "predicted"]], how="left", on=PIXEL, suffixes=("", "_library"))
    of_class = pixels["predicted"].value_counts()
    rows = tuple(_of_class(study, label, pixels[pixels["predicted"] == label], windows) for label in of_class.index)
    return Table("Classes, mineral library and features side by side", head, rows)


def _of_maps(study: Study) -> tuple[str, str]:
    """Return method and features of the maps, or of the best method where these were not scored."""
    own = study.config["map"]["method"], study.config["map"]["features"]
    if len(_run(study, *own)):
        return own
    best = study.score("macro_f1", study.headline).iloc[0]
    return str(best["method"]), str(best["features"])


def _run(study: Study, method: str, features: str | None) -> pd.DataFrame:
    """Return the tested pixels of one run of a method, with most labels and the first seed."""
    rows = study.predictions
    wanted = (rows["method"] == method) & (rows["seed"] == study.seed)
    if features is not None:
        wanted &= rows["features"] == features
    return rows[wanted].astype(dict.fromkeys(NAMES, "str"))


def _deepest(study: Study, scenes: set[str]) -> list[str]:
    """Return the names of the features that are deepest over all pixels of some scenes, by wavelength."""
    mine = {folder: facts for folder, facts in study.absorption.items() if folder.name in scenes}
    of_scenes = _windows(replace(study, absorption=mine))
    windows = {name: window for name, window in of_scenes.items() if window["positions"].sum()}
    rows = [row for facts in mine.values() for row in facts["values"] if row["pixels"]]

    def depth(name: str) -> float:
        depths = [row["pixels"] * row["median"] for row in rows if row["name"] == f"{name}_depth"]
        return float(np.sum(depths))

    most = sorted(windows, key=depth, reverse=True)[:MOST_WINDOWS]
    return sorted(most, key=lambda name: float(windows[name]["from_nm"]))


def _measured(study: Study, pixels: pd.DataFrame, windows: list[str]) -> pd.DataFrame:
    """Return scene, line, sample, position and depth of features in some pixels; NaN where the sensor sees none."""
    columns = [f"{name}_{value}" for name in windows for value in ("position_nm", "depth")]
    none = pixels[PIXEL].iloc[:0].assign(**dict.fromkeys(columns, np.nan))
    found = []
    for folder, facts in study.absorption.items():
        mine = pixels.loc[pixels["scene"] == folder.name, PIXEL]
        known = [column for column in columns if any(row["name"] == column for row in facts["values"])]
        if len(mine) and known:
            table = read_table(folder / TABLE, columns=["line", "sample", *known])
            found.append(mine.merge(table, on=["line", "sample"]))
    return pd.concat([part for part in found if len(part)] or [none], ignore_index=True)


def _of_class(study: Study, label: int, pixels: pd.DataFrame, windows: list[str]) -> tuple[Cell, ...]:
    """Return the row of the pixels that are given one class."""
    names, colours = study.classes.names, study.classes.colours
    right = int((pixels["label"] == label).sum())
    cells = [
        Cell(names[label], colour=colours[label]),
        Cell(number(len(pixels)).text, note=f"{right / len(pixels):.0%} labelled so", number=True),
    ]
    if "predicted_library" in pixels:
        most = pixels["predicted_library"].value_counts(normalize=True)
        cells.append(Cell(names[int(most.index[0])], note=f"{most.iloc[0]:.0%}") if len(most) else Cell("none"))
    for name in windows:
        position, depth = (pixels.get(f"{name}_{value}", pd.Series(dtype=float)) for value in ("position_nm", "depth"))
        median = position.median()
        said = Cell(f"{median:.1f}", note=f"depth {depth.median():.3f}", number=True)
        cells.append(said if np.isfinite(median) else Cell("none", number=True))
    return tuple(cells)


def left_out(study: Study) -> str:
    """Return the usual windows and formulas that are left out in some scene, as text; empty: none.

    Parameters
    ----------
    study : results of the study.
    """
    scenes: dict[str, list[str]] = {}
    for directory, facts in study.absorption.items():
        for name in facts["left_out"]:
            scenes.setdefault(name, []).append(directory.name)
    everywhere = len(study.absorption)
    return "; ".join(
        name if len(where) == everywhere else f"{name} in {len(where)} of {everywhere} scenes"
        for name, where in scenes.items()
    )


def pieces(study: Study, *, index: Path) -> list[Piece]:
    """Return links to the files of each scene.

    Parameters
    ----------
    study : results of the study.
    index : path of the page, for relative links.
    """
    return [
        Piece(folder.name, "", tuple((text, address_of(folder / name, index)) for text, name in LINKS))
        for folder, facts in study.absorption.items()
        if facts["windows"]
    ]


def positions(study: Study) -> Figure | None:
    """Draw the positions of each feature by hole; None if no scene has any.

    Parameters
    ----------
    study : results of the study.
    """
    hole = {found.scene: found.hole for found in study.census}
    counts: dict[str, dict[str, np.ndarray]] = {name: {} for name in _windows(study)}
    for directory, facts in study.absorption.items():
        for window in facts["windows"]:
            of_window, name = counts[window["name"]], hole[directory.name]
            of_window[name] = of_window.get(name, np.zeros(len(window["positions"]), int)) + window["positions"]
    limits = {name: (window["from_nm"], window["to_nm"]) for name, window in _windows(study).items()}
    shown = {name: holes for name, holes in counts.items() if any(each.sum() for each in holes.values())}
    return figures.positions(shown, limits) if shown else None
