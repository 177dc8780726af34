"""The stage `train_svm`: an SVM on the labels of one run."""

import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.classifiers.by_sensor import fit_by_sensor
from semispectral.classifiers.readers import SILENT
from semispectral.classifiers.svm import SvmConfig, fit_svm
from semispectral.evaluation.queries import every_label
from semispectral.sampling.training_set import read_features, training_set
from semispectral.storage.model_files import save_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings

log = logging.getLogger(__name__)


def run_train_svm(
    directory: str | Path,
    *,
    feature_files: Sequence[str | Path],
    scaler_directory: str | Path,
    pixels_file: str | Path,
    labels_file: str | Path,
    classes_file: str | Path,
    features: str,
    per_class: str,
    seed: int,
    cfg: str,
) -> None:
    """Fit an SVM on all labels of a run, on bands (one for each sensor) or on the latents of M1.

    On hull quotients of windows that no sensor sees there is nothing to fit: the model has no say.

    Parameters
    ----------
    directory : str or Path
        Folder to write the model to.
    feature_files : sequence of str or Path
        Cleaned sample of every scene that is learnt from, or the latents of its pool.
    scaler_directory : str or Path
        Scale of the bands; not used on latents.
    pixels_file : str or Path
        Pixels of the split, by which latents are chosen; not used on bands.
    labels_file : str or Path
        Labels that the run may see.
    classes_file : str or Path
        Classes of the split, classes.json.
    features : str
        "bands", "latents", "mnf" or "hull".
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the folds by which it is tuned.
    cfg : str
        JSON of the section ``svm``.
    """
    seen = read_features(feature_files, features=features, scaler_directory=scaler_directory, pixels_file=pixels_file)
    x, label = every_label(training_set(seen, read_table(labels_file), per_class=per_class, seed=seed))
    settings = stage_settings(SvmConfig, cfg, "svm")
    classes = len(read_classes(Path(classes_file)))
    if not x.shape[1]:
        log.warning("no sensor sees the windows of the hull quotients (normalise.windows): the SVM on them has no say")
        save_model(Path(directory), {}, {"kind": SILENT, "class_count": classes})
        return
    svm = fit_by_sensor(fit_svm, x, label, sensors=seen.sensors, classes=classes, settings=settings, seed=seed)
    save_model(Path(directory), *svm.to_saved())
