"""Write the report: one HTML file with its style and pictures, without network or scripts."""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semispectral.report import cleaning_chapter, feature_chapter, networks, tables
from semispectral.report import deliverables as takehome
from semispectral.report import wording as words
from semispectral.report.benchmark.difference_tables import difference_table
from semispectral.report.captions import caption_of
from semispectral.report.draw import MOST_MAPS, draw_figures, test_scenes
from semispectral.report.library_words import choice_table, choice_words, doubted_labels, hull_words, library_words
from semispectral.report.pictures import embedded
from semispectral.report.results import Study
from semispectral.report.template import config_words, fill
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
MOST_NOTES = 5  # at the head of the page; the rest is folded
MOST_ROWS = 20  # of the table of scenes; more are folded
MOST_NOTES_HERE = 3  # in the chapter of the data or the split; all stand in the chapter of warnings


@dataclass(frozen=True)
class Shown:
    """Figure on the page.

    Attributes
    ----------
    name : name of the figure in its chapter.
    source : its picture as a data address.
    caption : its caption.
    """

    name: str
    source: str
    caption: str


def write_report(index: Path, study: Study, *, root: Path, processes: int = 1) -> None:
    """Write the report, and its figures to the folder ``figures`` beside it.

    Parameters
    ----------
    index : file to write, ``index.html``.
    study : results of the study.
    root : folder of the workflow, whose commit the page names.
    processes : number of processes that draw figures at once.
    """
    directory = index.parent / "figures"
    shutil.rmtree(directory, ignore_errors=True)
    shown: dict[str, list[Shown]] = {}
    for key in draw_figures(study, directory, processes=processes):
        chapter, _, name = key.partition("/")
        shown.setdefault(chapter, []).append(Shown(name, embedded(directory / f"{key}.png"), caption_of(key)))
    index.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(index, render(study, shown, index=index, root=root).encode())
    log.info("the report is %s", index)


def render(study: Study, shown: dict[str, list[Shown]], *, index: Path, root: Path) -> str:
    """Return the page as text; text from files is escaped.

    Parameters
    ----------
    study : results of the study.
    shown : figures by chapter.
    index : path of the page.
    root : folder of the workflow.
    """
    return fill(HERE / "report.html", figures=shown, **content(study, index=index, root=root))


def content(study: Study, *, index: Path, root: Path) -> dict[str, Any]:
    """Return what the template shows besides figures.

    Parameters
    ----------
    study : results of the study.
    index : path of the page.
    root : folder of the workflow.
    """
    return {
        "opening": takehome.opening(study, index=index),
        "trust": takehome.trust(study),
        "outcome": words.outcome(study),
        "errors": words.errors(study),
        "warnings": words.warnings(study),
        "most_notes": MOST_NOTES,
        "most_rows": MOST_ROWS,
        "most_here": MOST_NOTES_HERE,
        "simulated": bool(study.config.get("simulate", {}).get("enabled")),
        "bands": words.bands_words(study),
        "sensor_notes": words.sensor_notes(study),
        "census_warnings": words.census_warnings(study),
        "everything_odd": words.everything_odd(study),
        "scenes": tables.scenes(study),
        "interval_sources": tables.interval_sources(study),
        "share_sources": tables.share_sources(study),
        "classes": tables.classes(study),
        "holes": len({found.hole for found in study.census}),
        "split": words.split_words(study),
        "split_warnings": study.split["warnings"],
        "parts": tables.parts(study),
        "normalisation": study.scaler.method,
        "choices": [(choice_words(scale, each), choice_table(scale, each)) for scale, each in study.choices.items()],
        "library": [*library_words(study.judged), *hull_words(study.config, study.scores)],
        "doubted": doubted_labels(study.judged),
        "normalisation_m1": study.scaler_m1.method,
        "trained": networks.trained(study),
        "results": tables.results(study),
        "differences": difference_table(study.scored),
        "effects": cleaning_chapter.table(study),
        "absorption": feature_chapter.table(study),
        "beside_classes": feature_chapter.beside_classes(study),
        "absorption_left_out": feature_chapter.left_out(study),
        "absorption_files": feature_chapter.pieces(study, index=index),
        "learning": words.learning_words(study),
        "taken_maps": takehome.maps(study, index=index),
        "smoothing": takehome.smoothing_words(study),
        "taken_logs": takehome.logs(study, index=index),
        "maps_left_out": max(0, len(test_scenes(study)) - MOST_MAPS),
        "config": config_words(study.config),
        "seeds": sorted(int(seed) for seed in study.scores["seed"].unique()),
        "versions": provenance.versions(),
        "other_versions": provenance.other_versions_read(),
        "commit": provenance.commit(root),
        "uncommitted": provenance.uncommitted(root),
        "study": index.parent.parent.as_posix(),
        "date": words.date_words(),
        "inputs": provenance.current().get("inputs", {}),
    }
