"""The stage `predict`: what one trained model says of the pixels that every method is asked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.classifiers.readers import READERS
from semispectral.evaluation.queries import answers, asked, of_classes
from semispectral.inference.average import SILENT, WEIGHT
from semispectral.sampling.training_set import read_features
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import write_table
from semispectral.study.classes import read_classes


def run_predict(
    predictions_file: str | Path,
    *,
    feature_files: Sequence[str | Path],
    scaler_directory: str | Path,
    pixels_file: str | Path,
    model_directory: str | Path,
    classes_file: str | Path,
    method: str,
    features: str,
    per_class: str,
    seed: int,
) -> None:
    """Predict the labelled pixels of the validation and test parts with a trained model.

    Parameters
    ----------
    predictions_file : str or Path
        Parquet file to write: probabilities of the classes and the true class, one row per pixel; no row where the
        model has no say.
    feature_files : sequence of str or Path
        Cleaned sample of every scene that is learnt from or tested, or the latents of its pool.
    scaler_directory : str or Path
        Scale of the bands; not used on latents.
    pixels_file : str or Path
        Pixels of the split, by which latents are chosen; not used on bands.
    model_directory : str or Path
        Trained model.
    classes_file : str or Path
        Classes of the split, classes.json: those of the model, and after them those that only test holes have.
    method : str
        Name in `semispectral.classifiers.readers.READERS`.
    features : str
        "bands" or "latents".
    per_class : str
        Labels per class that it was trained with, or "all".
    seed : int
        Seed that it was trained with.
    """
    query = asked(
        read_features(feature_files, features=features, scaler_directory=scaler_directory, pixels_file=pixels_file)
    )
    arrays, description = load_model(Path(model_directory))
    classes = len(read_classes(Path(classes_file)))
    if description["kind"] == SILENT:
        query, probability = query.where(np.zeros(len(query), bool)), np.zeros((0, classes), np.float32)
    else:
        model = READERS[method](arrays, description)
        probability = of_classes(model.predict_proba(query.mean[:]), classes)
    table = answers(probability, query, method=method, features=features, per_class=per_class, seed=seed)
    if WEIGHT in description:
        table[WEIGHT] = np.float32(description[WEIGHT])
    write_table(predictions_file, table)
