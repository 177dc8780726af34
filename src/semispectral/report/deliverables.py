"""Deliverables beside the report: map and page of every scene, log of every hole, the trained model."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.maps.classify import smoothing_effect
from semispectral.maps.map_files import read_facts, require_file
from semispectral.report.pictures import embedded
from semispectral.report.results import Study
from semispectral.report.table_cells import some

MAP_LINKS = (
    ("look into it", "page.html"),
    ("GeoTIFF", "class.tif"),
    ("ENVI data", "class.img"),
    ("and header", "class.hdr"),
    ("facts", "map.json"),
)
MOST_PICTURES = 12  # of maps, and of logs; the others are linked only


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
    tested = set(study.predictions["hole"].astype(str).unique())
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
