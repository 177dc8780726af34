"""Draw the figures of the report from the study; a figure without content is None."""

import logging
import sys
from collections.abc import Callable
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from semispectral.census.census_files import Census
from semispectral.errors import DataError
from semispectral.evaluation.scores import confusion_matrix
from semispectral.figures import accuracy as scores
from semispectral.figures import labels as census
from semispectral.figures import learning, maps, spectra
from semispectral.figures.methods import method_name
from semispectral.figures.style import save
from semispectral.figures.units import scale_of
from semispectral.report import cleaning_chapter, feature_chapter
from semispectral.report import draw_training as training
from semispectral.report.chosen_models import Chosen, best_of_each_family
from semispectral.report.results import Study
from semispectral.study.classes import MASKED
from semispectral.study.names import natural

log = logging.getLogger(__name__)

Drawing = Callable[[], Figure | None]

MOST_SCENES = 24
MOST_MAPS = 6  # of test scenes


def labels(study: Study) -> Figure:
    """Draw labelled pixels by class and scene; by hole if there are many scenes.

    Parameters
    ----------
    study : results of the study.
    """
    counts = study.quotas[study.quotas["label"] >= 0]
    rows = "scene" if len(study.census) <= census.MOST_ROWS else "hole"
    codes = pd.concat([found.counts.assign(scene=found.scene, hole=found.hole) for found in study.census])
    of_class = codes[codes["role"] == "class"]
    table = of_class.pivot_table(index=rows, columns="code", values="pixels", aggfunc="sum", fill_value=0)
    table = table.reindex(
        index=sorted(counts[rows].unique(), key=natural), columns=list(study.classes.codes), fill_value=0
    )
    return census.label_histogram(table.set_axis(list(study.classes.names), axis=1))


def parts(study: Study) -> Figure:
    """Draw the parts of the scenes; of many, of some with test pixels and some without.

    Parameters
    ----------
    study : results of the study.
    """
    by_name = {found.scene: found for found in study.census if found.scene in study.parts}
    tested = [scene for scene in test_scenes(study) if scene in by_name]
    others = [scene for scene in by_name if scene not in set(tested)]
    half = max(MOST_SCENES // 2, MOST_SCENES - len(others))
    first = tested[:half]
    shown = [by_name[scene] for scene in [*first, *others[: MOST_SCENES - len(first)]]]
    known = {found.scene: np.isin(study.codes[found.scene], list(study.classes.codes)) for found in shown}
    return maps.parts({found.scene: study.parts[found.scene] for found in shown}, known)


def masks(study: Study) -> Figure | None:
    """Draw the masked pixels over the brightness of their scenes, if any scene is masked.

    Parameters
    ----------
    study : results of the study.
    """
    shown = [found for found in study.census if found.scene in study.images][:MOST_SCENES]
    if not shown:
        return None
    kinds = {found.scene: _mask_kind(found, study.codes[found.scene]) for found in shown}
    return maps.masks({scene: (study.images[scene], kind) for scene, kind in kinds.items()})


def _mask_kind(found: Census, codes: np.ndarray) -> np.ndarray:
    """Return uint8 [line, sample]: 0 kept, 1 masked, 2 ignored by its code."""
    ignored = found.counts.loc[found.counts["role"] == "ignored", "code"].to_numpy()
    return np.where(codes == MASKED, 1, np.where(np.isin(codes, ignored), 2, 0)).astype(np.uint8)


def class_means(study: Study) -> Figure | None:
    """Draw the mean spectra of the classes.

    Parameters
    ----------
    study : results of the study.
    """
    if not len(study.sample):
        return None
    scale = scale_of(study.scaler, study.wavelengths_nm)
    return spectra.class_means(study.sample.x, study.sample.label, study.classes.names, scale)


def macro_f1(study: Study) -> Figure:
    """Draw macro-F1 of all methods at the most labels per class.

    Parameters
    ----------
    study : results of the study.
    """
    rows = study.scores[study.scores["per_class"].astype(str) == study.headline]
    return scores.macro_f1(rows, study.score("macro_f1", study.headline))


def against_labels(study: Study) -> Figure | None:
    """Draw macro-F1 against labels per class, if there are several.

    Parameters
    ----------
    study : results of the study.
    """
    rows = study.summary[(study.summary["score"] == "macro_f1") & (study.summary["method"] != "majority")]
    if len(study.labels_per_class) < 2 or not len(rows):
        return None
    return scores.against_labels(rows.assign(per_class=rows["per_class"].astype(str)))


def learning_curve(study: Study) -> Figure | None:
    """Draw the learning curve, if it has more than one number of labels.

    Parameters
    ----------
    study : results of the study.
    """
    if len(study.curve["labels"].unique()) < 2:
        return None
    found = study.foretold
    if found is None:
        return learning.learning_curve(study.curve, pd.DataFrame(), ())
    then = found.now + found.gain
    ends = (then, found.now + found.low, found.now + found.high)
    return learning.learning_curve(study.curve, found.line(int(study.curve["labels"].min())), ends)


def confusion(study: Study) -> Figure:
    """Draw the confusion of the chosen models, over all seeds.

    Parameters
    ----------
    study : results of the study.
    """
    names = study.classes.names
    return scores.confusion(
        {
            method_name(*best): confusion_matrix(
                rows["label"].to_numpy(), rows["predicted"].to_numpy(), classes=len(names)
            )
            for best in best_of_each_family(study)
            for rows in [_predictions(study, best)]
        },
        names,
    )


def class_f1(study: Study) -> Figure:
    """Draw F1 of every class and method at the most labels per class, for the classes of the test part.

    Parameters
    ----------
    study : results of the study.
    """
    rows = study.class_scores[study.class_scores["per_class"].astype(str) == study.headline]
    table = rows.pivot_table(index=["method", "features"], columns="label", values="f1", dropna=False, observed=True)
    order = [(row["method"], row["features"]) for row in study.score("macro_f1", study.headline).to_dict("records")]
    truth = rows.groupby("label")["truth"].max()
    present = [int(label) for label in truth.index[truth > 0]]
    table = table.reindex(index=pd.MultiIndex.from_tuples(order), columns=present)
    shown = table.set_axis([method_name(*method) for method in order], axis=0)
    return scores.class_f1(
        shown.set_axis([study.classes.names[label] for label in present], axis=1), truth[present].to_list()
    )


def scene_map(study: Study, scene: str) -> Figure:
    """Draw true and predicted classes of one test scene, for the first seed.

    Parameters
    ----------
    study : results of the study.
    scene : name of the scene.
    """
    chosen = best_of_each_family(study)
    tables = [_predictions(study, best) for best in chosen]
    tables = [table[(table["scene"] == scene) & (table["seed"] == study.seed)] for table in tables]
    place = ["line", "sample"]
    pixels = tables[0][[*place, "label"]]
    for best, table in zip(chosen, tables, strict=True):
        predicted = table[[*place, "predicted"]].rename(columns={"predicted": method_name(*best)})
        pixels = pixels.merge(predicted, on=place)
    names = [method_name(*best) for best in chosen]
    return maps.truth_and_predictions(
        study.parts[scene], pixels, study.classes.names, study.classes.colours, shown=names
    )


def test_scenes(study: Study) -> list[str]:
    """Return the names of the scenes with scored pixels.

    Parameters
    ----------
    study : results of the study.
    """
    return sorted(map(str, study.predictions["scene"].unique()), key=natural)


FIGURES: dict[str, Callable[[Study], Figure | None]] = {
    "data/labels": labels,
    "data/mask": masks,
    "split/parts": parts,
    "spectra/class_means": class_means,
    "training/m1_curves": training.m1_curves,
    "training/latents": training.latents,
    "training/reconstructions": training.reconstructions,
    "training/prior": training.prior,
    "training/classifier_curves": training.classifier_curves,
    "training/class_draws": training.class_draws,
    "results/macro_f1": macro_f1,
    "results/against_labels": against_labels,
    "results/learning_curve": learning_curve,
    "results/confusion": confusion,
    "results/class_f1": class_f1,
    "detector/faults": cleaning_chapter.faults,
    "absorption/positions": feature_chapter.positions,
}


def draw_figures(study: Study, directory: Path, *, processes: int) -> list[str]:
    """Draw all figures of the report into a folder, and return those that have content: chapter/name.

    Where Python may fork, several processes draw at once, each every so many-th of the figures.

    Parameters
    ----------
    study : results of the study.
    directory : folder to write to.
    processes : number of processes.

    Raises
    ------
    DataError : a process could not draw; it has said why.
    """
    drawings: dict[str, Drawing] = {key: partial(draw, study) for key, draw in FIGURES.items()}
    drawings |= {f"maps/{scene}": partial(scene_map, study, scene) for scene in test_scenes(study)[:MOST_MAPS]}
    at_once = processes if sys.platform.startswith("linux") else 1
    shares = [dict(islice(drawings.items(), place, None, at_once)) for place in range(at_once)]
    others = [get_context("fork").Process(target=_draw, args=(share, directory)) for share in shares[1:]]
    for process in others:
        process.start()
    _draw(shares[0], directory)
    for process in others:
        process.join()
    if any(process.exitcode for process in others):
        raise DataError(f"{directory}: a figure of the report could not be drawn, for the reason above")
    return [key for key in drawings if (directory / f"{key}.png").exists()]


def _draw(drawings: dict[str, Drawing], directory: Path) -> None:
    """Draw some figures into a folder; a figure without content is left out."""
    for key, draw in drawings.items():
        figure = draw()
        if figure is not None:
            path = directory / f"{key}.png"
            save(figure, path)
            log.info("drew %s", path)


def _predictions(study: Study, best: Chosen) -> pd.DataFrame:
    """Return the predictions of a model at the most labels per class."""
    rows = study.predictions
    return rows[(rows["method"] == best.method) & (rows["features"] == best.features)]
