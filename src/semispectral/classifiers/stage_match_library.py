"""The stage `match_library`: what the mineral library says of the labelled pixels, with no label to learn from."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.evaluation.queries import answers, asked
from semispectral.inference.feature_names import SPECTRA
from semispectral.library.class_entries import (
    LibraryClassifier,
    classifier_for,
    doubt_sentences,
    doubts,
    probabilities,
)
from semispectral.library.judged import Judged, write_judged
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.sensor_widths import stated_widths
from semispectral.sampling.training_set import Features
from semispectral.scans.cube import Pixels
from semispectral.scans.quality import valid_spectra
from semispectral.spectra.hull_windows import sensor_of_windows
from semispectral.spectra.shards import read_shard
from semispectral.storage.parquet import write_table
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_match_library(
    predictions: Sequence[str | Path],
    judged_file: str | Path,
    *,
    samples: Sequence[str | Path],
    known_file: str | Path,
    cfg: str,
) -> None:
    """Predict by the mineral library the pixels that every method is asked, and look for labels that it doubts.

    It learns from no label, so that its predictions are the same for every number of labels and every seed.

    Parameters
    ----------
    predictions : sequence of str or Path
        Parquet files to write, ``.../<labels per class>/<seed>.parquet``; without rows where the library has nothing
        to say.
    judged_file : str or Path
        JSON file to write: the entries of each class, the classes without, and the labels in doubt.
    samples : sequence of str or Path
        Cleaned sample of every scene.
    known_file : str or Path
        Classes of the split, classes.json.
    cfg : str
        JSON of the section ``library``, of ``minerals``, the mineral of each class by its code, and of ``scene``, a row
        of scenes.tsv whose file may state the widths of the bands.
    """
    given, classes = json.loads(cfg), read_classes(Path(known_file))
    pixels = Pixels.concat([read_shard(Path(path)) for path in sorted(samples, key=str)])
    labelled = pixels.where(pixels.label >= 0)
    scores, judged = judge(labelled, classes, given)
    write_judged(Path(judged_file), judged)
    known = np.array([name in judged.entries for name in classes.names])
    found = probabilities(scores, known) if judged.entries else np.zeros_like(scores)
    query = asked(Features(found, np.zeros((len(found), 1), np.float32), labelled.table))
    silent = query.where(np.full(len(query), bool(judged.entries)))
    for path in map(Path, predictions):
        table = answers(
            np.asarray(silent.mean),
            silent,
            method="library",
            features=SPECTRA,
            per_class=path.parent.name,
            seed=int(path.stem),
        )
        write_table(path, table)


def judge(labelled: Pixels, classes: ClassMap, given: Mapping[str, Any]) -> tuple[np.ndarray, Judged]:
    """Return the score of each class for labelled pixels, float32 [pixel, class], and what the library has to say.

    Parameters
    ----------
    labelled : cleaned pixels with labels.
    classes : classes of the study.
    given : ``library``, ``minerals`` and ``scene``, as in `run_match_library`.

    Raises
    ------
    SemispectralError : as in `semispectral.library.class_entries.classifier_for`.
    """
    config, nm = settings(LibraryConfig, given["library"], where="library"), labelled.wavelengths_nm
    bands = sensor_of_windows(nm, config.windows, sensors=labelled.sensors)
    nm = None if nm is None else nm[bands]
    classifier, why = classifier_for(
        nm,
        config,
        names=classes.names,
        minerals=[given["minerals"].get(str(code), "") for code in classes.codes],
        where="the scans",
        fwhm_nm=stated_widths(settings(Scene, given["scene"], where="scenes.tsv"), nm),
    )
    if classifier is None:
        log.warning("the mineral library has nothing to say: %s", why)
        return np.zeros((len(labelled), len(classes)), np.float32), Judged.nothing(classes.names, why=why)
    x = labelled.x[:, bands]
    there = valid_spectra(x)  # a pixel without data of the sensor is like no entry
    scores = np.zeros((len(x), len(classes)), np.float32)
    scores[there] = classifier.scores(x[there])
    counts = doubts(scores, labelled.label, known=classifier.known, least_score=config.least_score)
    judged = _said(classifier, classes.names, counts)
    for sentence in judged.doubts:
        log.warning("%s", sentence)
    return scores, judged


def _said(classifier: LibraryClassifier, names: Sequence[str], counts: np.ndarray) -> Judged:
    """Return the facts of a classifier that had something to say; counts are of `doubts`, int64 [label, class]."""
    entries = {name: len(places) for name, places in zip(names, classifier.places, strict=True) if places}
    without = tuple(name for name in names if name not in entries)
    return Judged(entries, without, classifier.matcher.left_out, tuple(doubt_sentences(counts, names)))
