"""Chapter of the absorption features: their table, the figure of their positions, and links to their files."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from semispectral.features.feature_files import position_of
from semispectral.figures import feature_positions as figures
from semispectral.report.deliverables import Piece, address_of
from semispectral.report.results import Study
from semispectral.report.table_cells import Cell, Table, number

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
