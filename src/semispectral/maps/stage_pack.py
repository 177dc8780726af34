"""The stage `pack`: the trained model as people take it elsewhere, with names and colours of its classes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.evaluation.scores import score
from semispectral.maps.bundle import Bundle, read_bundle
from semispectral.maps.bundle_build import write_bundle
from semispectral.storage.model_files import load_model
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap


def run_pack(directory: str | Path, *, model_directory: str | Path, predictions_file: str | Path, cfg: str) -> None:
    """Copy a trained model, with names and colours of its classes and its scores, and write its card.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it: its classes are known by their codes.
    predictions_file : str or Path
        Predictions of the model.
    cfg : str
        JSON of ``classes``: codes, names and colours of all classes.
    """
    source = Path(model_directory)
    bundle = read_bundle(source)
    classes = ClassMap.from_dict(json.loads(cfg)["classes"]).in_order(bundle.classes.codes)
    parts = {name: load_model(source / name) for name in bundle.facts["parts"]}
    scored = with_scores(replace(bundle, classes=classes), read_table(predictions_file))
    write_bundle(Path(directory), scored, parts)


def with_scores(bundle: Bundle, predictions: pd.DataFrame) -> Bundle:
    """Return a trained model whose card says how it scored on the test part, and in which holes.

    Parameters
    ----------
    bundle : the trained model.
    predictions : its predictions.
    """
    test = predictions[predictions["part"] == "test"]
    scores = {name: float(value) for name, value in score(test).items()} if len(test) else {}
    finite = {name: value for name, value in scores.items() if np.isfinite(value)}
    holes = {**bundle.facts["holes"], **({"test": sorted(test["hole"].unique())} if len(test) else {})}
    return replace(bundle, facts={**bundle.facts, "scores": finite, "holes": holes})
