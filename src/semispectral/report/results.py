"""Read the results of a study for the report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from semispectral.census.census_files import Census, read_censuses
from semispectral.census.mask_files import read_image
from semispectral.evaluation.learning_curve import Expected, expected
from semispectral.evaluation.score_files import Scored, read_scored
from semispectral.features.feature_files import read_facts
from semispectral.figures.methods import per_class_order
from semispectral.library.judged import Judged, read_judged
from semispectral.sampling.quota_files import read_quotas
from semispectral.sampling.split_files import read_notes, stored_parts
from semispectral.sampling.split_names import CLASSES, QUOTAS
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling import Scaler, normalise, read_scaler
from semispectral.spectra.scaling_choice import Choice, read_choice
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.storage.read_later import ReadLater
from semispectral.storage.seal import read_json
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.names import natural

CURVE_SEED = 1  # of the bootstrap of the learning curve
MOST_PER_CLASS = 300  # spectra of a class that are read from each part of a scene
MOST_SPECTRA = 40_000  # in all: hundreds of scenes have more than a GB of them
NAMES = ["method", "features", "per_class", "scene", "hole"]  # of a prediction; many rows have the same ones
PREDICTION = [*NAMES, "seed", "line", "sample", "label", "predicted"]
T = TypeVar("T")
Paths = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Kept:
    """Saved model with its history.

    Attributes
    ----------
    arrays : arrays of the model, by name.
    description : description of the model.
    history : DataFrame, one row per epoch.
    """

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame

    @classmethod
    def read(cls, directory: Path) -> "Kept":
        """Read a model.

        Parameters
        ----------
        directory : directory of the model.
        """
        return cls(*load_model(directory), read_table(directory / "history.parquet"))


@dataclass(frozen=True)
class Study:
    """Results of a study, as the report needs them.

    Attributes
    ----------
    census : one per scene, in the order of their names (`natural`: 2 before 10), without its codes.
    codes : codes by scene, int32 [line, sample].
    classes : classes that occur, in label order, with the names and colours of classes.tsv.
    images : uint8 [line, sample] by scene, the brightness of the scenes whose tray is masked, likewise read later.
    parts : uint8 [line, sample] by scene: 0 not used, 1 train, 2 valid, 3 test; each is read when it is asked for.
    quotas : scene, hole, label, part, available, drawn, quota.
    split : method, buffer (in pixels) and warnings of the split.
    sample : some labelled pixels of each class and scene, normalised for classifiers on bands.
    sample_m1 : the same pixels, normalised for M1.
    wavelengths_nm : float64 [band], or None.
    scaler : scaler for classifiers on bands.
    scaler_m1 : scaler for M1.
    m1 : M1 by seed.
    classifiers : M2 and q(y|x) by (method, features, per_class, seed).
    predictions : predictions of the test part, by the models with the most labels per class.
    class_scores : class scores of the test part, from `semispectral.evaluation.scores.class_scores`.
    scores : scores of the test part, from `semispectral.evaluation.scores.scores`.
    scored : all that was scored, of both parts, as the benchmark has it of each of its splits.
    validation : scores of the validation part, by which models are chosen for figures.
    summary : means and intervals over seeds of the test part, from `semispectral.evaluation.intervals.summary`.
    curve : points of the learning curve: labels, draw and score; empty if it cannot be drawn.
    foretold : what more labels are expected to bring; None if nothing can be said.
    alerts : alerts, each the fields of a `semispectral.evaluation.alerts.Alert`.
    judged : what the mineral library has to say; None where it was not asked.
    choices : how the normalisations that the configuration leaves open were chosen, by their scale: bands, m1.
    config : sections of the configuration that the results depend on.
    maps : pictures of the mapped scenes; their other files lie beside them.
    logs : pictures of the logged holes; their other files lie beside them.
    interval_labels : labels of intervals that M2 saw, from the stage `interval_labels`; None: there are none.
    share_labels : shares of classes in labelled pixels, from the stage `share_labels`; None: there are none.
    composites : intervals of the logged holes, from the stage `downhole`; their pictures lie beside them.
    effects : what cleaning mends in each scene, `semispectral.spectra.cleaning_effect`; empty: nothing.
    absorption : content of ``features.json`` of each scene, by the folder that holds it; empty: none were measured.
    """

    census: tuple[Census, ...]
    codes: Mapping[str, np.ndarray]
    classes: ClassMap
    images: Mapping[str, np.ndarray]
    parts: Mapping[str, np.ndarray]
    quotas: pd.DataFrame
    split: dict[str, Any]
    sample: Pixels
    sample_m1: Pixels
    wavelengths_nm: np.ndarray | None
    scaler: Scaler
    scaler_m1: Scaler
    m1: dict[int, Kept]
    classifiers: dict[tuple[str, str, str, int], Kept]
    predictions: pd.DataFrame
    class_scores: pd.DataFrame
    scores: pd.DataFrame
    scored: Scored
    validation: pd.DataFrame
    summary: pd.DataFrame
    curve: pd.DataFrame
    foretold: Expected | None
    alerts: tuple[dict[str, Any], ...]
    judged: Judged | None
    choices: Mapping[str, Choice]
    config: dict[str, Any]
    maps: tuple[Path, ...]
    logs: tuple[Path, ...]
    interval_labels: pd.DataFrame | None
    share_labels: pd.DataFrame | None
    composites: tuple[Path, ...]
    absorption: dict[Path, dict[str, Any]]
    effects: tuple[dict[str, Any], ...]

    def test_first(self, scenes: Iterable[str]) -> list[str]:
        """Return names of scenes in their order, those with scored test pixels first.

        Parameters
        ----------
        scenes : names of scenes.
        """
        tested = set(self.predictions["scene"].unique())
        return sorted(scenes, key=lambda scene: scene not in tested)

    @property
    def labels_per_class(self) -> list[str]:
        """Labels per class that were scored; the most are last."""
        return labels_per_class(self.scores)

    @property
    def headline(self) -> str:
        """Labels per class of single figures: the most."""
        return self.labels_per_class[-1]

    @property
    def seed(self) -> int:
        """Seed of single figures: the first."""
        return int(self.scores["seed"].min())

    def score(self, name: str, per_class: str) -> pd.DataFrame:
        """Return mean and interval of one score for each method, in descending order of the mean.

        Parameters
        ----------
        name : name of the score.
        per_class : labels per class.
        """
        rows = self.summary[(self.summary["score"] == name) & (self.summary["per_class"].astype(str) == per_class)]
        return rows.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)


def read_study(paths: Paths, config: dict[str, Any]) -> Study:
    """Read the results of a study.

    Parameters
    ----------
    paths : input files, by the names in the rule.
    config : sections of the configuration.
    """
    counted, codes = read_censuses(paths["census"])
    census = tuple(sorted(counted, key=lambda found: natural(found.scene)))
    split_directory = paths["known"][0].parent
    scored = read_scored(paths["scores"][0])
    scores, by_class, intervals = scored.scores, scored.classes, scored.summary
    tested = scores[scores["part"] == "test"]
    curve = read_table(paths["curve"][0])
    scaler, scaler_m1 = (read_scaler(paths[name][0]) for name in ("scaler", "scaler_m1"))
    quotas = read_quotas(split_directory / QUOTAS)
    cleaned = _sample(paths["samples"], quotas)
    sample, sample_m1 = (normalise(cleaned, each) for each in (scaler, scaler_m1))
    return Study(
        census=census,
        codes=codes,
        classes=ClassMap.read(paths["classes"][0]).in_order(read_classes(split_directory / CLASSES).codes),
        images=_images(paths["masks"], {found.scene: (found.lines, found.samples) for found in census}),
        parts=stored_parts(split_directory, quotas["scene"].unique().tolist()),
        quotas=quotas,
        split=read_notes(paths["warnings"][0].parent),
        sample=sample,
        sample_m1=sample_m1,
        wavelengths_nm=_wavelengths(sample, census[0], bands=scaler.bands),
        scaler=scaler,
        scaler_m1=scaler_m1,
        m1={int(path.name): Kept.read(path) for path in paths["m1"]},
        classifiers={_identity(path): Kept.read(path) for path in paths["networks"]},
        predictions=read_tested(sorted(paths["predictions"]), per_class=labels_per_class(tested)[-1]),
        class_scores=by_class[by_class["part"] == "test"],
        scores=tested,
        scored=scored,
        validation=scores[scores["part"] == "valid"],
        summary=intervals[intervals["part"] == "test"],
        curve=curve,
        foretold=expected(curve, seed=CURVE_SEED),
        alerts=scored.alerts,
        judged=_only(paths.get("judged", ()), read_judged),
        choices={path.stem: read_choice(path) for path in paths.get("choices", ())},
        config=config,
        maps=tuple(in_natural_order(paths["maps"])),
        logs=tuple(in_natural_order(paths["logs"])),
        interval_labels=_only(paths.get("interval_labels", ()), read_table),
        share_labels=_only(paths.get("share_labels", ()), read_table),
        composites=tuple(in_natural_order(paths.get("composites", ()))),
        effects=tuple(map(read_json, in_natural_order(paths["effects"]))),
        absorption={path.parent: read_facts(path.parent) for path in in_natural_order(paths["absorption"])},
    )


def in_natural_order(paths: Iterable[Path]) -> list[Path]:
    """Return files in the order of the names of their scenes or holes, 2 before 10.

    Parameters
    ----------
    paths : files.
    """
    return sorted(paths, key=lambda path: natural(str(path)))


def _images(paths: Sequence[Path], shapes: Mapping[str, tuple[int, ...]]) -> Mapping[str, np.ndarray]:
    """Return the pictures of the scenes whose tray is masked, by their names."""
    names = {path.parent.name: path for path in paths}
    return ReadLater(names, lambda path: read_image(path, (shapes[path.parent.name][0], shapes[path.parent.name][1])))


def labels_per_class(scores: pd.DataFrame) -> list[str]:
    """Return the labels per class that were scored; the most are last.

    Parameters
    ----------
    scores : scores, with a column ``per_class``.
    """
    return sorted((str(per_class) for per_class in scores["per_class"].unique()), key=per_class_order)


def read_tested(paths: Sequence[Path], *, per_class: str) -> pd.DataFrame:
    """Read what runs predict of the test part, without their probabilities; of those with so many labels alone.

    With ten seeds, three numbers of labels and twenty methods, all runs have tens of millions of rows.

    Parameters
    ----------
    paths : Parquet files of predictions, each of one run.
    per_class : labels per class, as the files name them.

    Returns
    -------
    Rows of all runs in the order of the files; method, features, per_class, scene and hole are categories.
    """
    wanted = [("part", "==", "test"), ("per_class", "==", per_class)]
    kinds = dict.fromkeys(NAMES, "category")
    runs = [read_table(path, columns=PREDICTION, filters=wanted).astype(kinds) for path in paths]
    there = [run for run in runs if len(run)] or runs[:1]  # names in a table without rows are of no kind
    columns = {name: [run[name] for run in there] for name in PREDICTION}
    return pd.DataFrame(
        {name: union_categoricals(each) if name in NAMES else np.concatenate(each) for name, each in columns.items()}
    )


def _only(paths: Sequence[Path], read: Callable[[Path], T]) -> T | None:
    """Read the one file of a result that a study may have; None where it does not."""
    return read(paths[0]) if paths else None


def _wavelengths(sample: Pixels, found: Census, *, bands: int) -> np.ndarray | None:
    """Return the wavelengths of the cleaned bands.

    If columns were added to the bands, return those of the scans, provided that cleaning left the bands alone.
    """
    if sample.wavelengths_nm is not None:
        return sample.wavelengths_nm
    return found.wavelengths_nm if found.bands == bands else None


def _identity(directory: Path) -> tuple[str, str, str, int]:
    """Return method, features, per_class and seed of a model, the last components of its path."""
    method, features, per_class, seed = directory.parts[-4:]
    return method, features, per_class, int(seed)


def _sample(paths: Sequence[Path], quotas: pd.DataFrame) -> Pixels:
    """Read some labelled pixels of all scenes, one scene after the other."""
    most = most_of_each(quotas.loc[quotas["label"] >= 0, "quota"].to_numpy())
    return Pixels.concat([_some(read_shard(path), most) for path in sorted(paths)])


def most_of_each(quotas: np.ndarray) -> int:
    """Return how many pixels of a class are read from a part of a scene, so that they are not too many in all.

    Parameters
    ----------
    quotas : int [class of a part of a scene], numbers of sampled pixels.
    """
    allowed = (most for most in range(MOST_PER_CLASS, 1, -1) if np.minimum(quotas, most).sum() <= MOST_SPECTRA)
    return next(allowed, 1)


def _some(pixels: Pixels, most: int) -> Pixels:
    """Return at most so many labelled pixels of each class and part, evenly spread."""
    keep = []
    for _, rows in pixels.table[pixels.label >= 0].groupby(["label", "part"]):
        step = max(1, -(-len(rows) // most))
        keep.append(rows.index.to_numpy()[::step])
    return pixels.where(np.sort(np.concatenate([np.zeros(0, np.int64), *keep])))
