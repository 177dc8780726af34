"""The stage `learning_curve`: scores with more and more of the labels that were given."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.classifiers.learning import COLUMNS, learning_curve
from semispectral.classifiers.svm import SvmConfig
from semispectral.sampling.training_set import read_features
from semispectral.storage.parquet import write_table
from semispectral.study.stage_settings import stage_settings


def run_learning_curve(
    curve_file: str | Path,
    *,
    feature_files: Sequence[str | Path],
    scaler_directory: str | Path,
    pixels_file: str | Path,
    features: str,
    cfg: str,
) -> None:
    """Score an SVM on the labels of the test part with nested parts of all labels that were given.

    Parameters
    ----------
    curve_file : str or Path
        Parquet file to write: one row per number of labels and draw. It has no row where labels of the training or of
        the test part are missing.
    feature_files : sequence of str or Path
        Cleaned sample of every scene, or the latents of its pool.
    scaler_directory : str or Path
        Scale of the bands; not used on latents.
    pixels_file : str or Path
        Pixels of the split, by which latents are chosen; not used on bands.
    features : str
        "bands" or "latents".
    cfg : str
        JSON of the section ``svm``, and of ``evaluation``: its seed.
    """
    found = read_features(feature_files, features=features, scaler_directory=scaler_directory, pixels_file=pixels_file)
    part, label = found.table["part"].to_numpy(str), found.label.astype(np.int64)
    given, held = (
        found.where((label >= 0) & np.isin(part, parts)).loaded() for parts in (["train", "valid"], ["test"])
    )
    curve = pd.DataFrame(columns=list(COLUMNS), dtype=float)
    if len(given) and len(held):
        curve = learning_curve(
            given.mean[:],
            given.label.astype(np.int64),
            held.mean[:],
            held.label.astype(np.int64),
            settings=stage_settings(SvmConfig, cfg, "svm"),
            seed=json.loads(cfg)["evaluation"]["seed"],
        )
    write_table(curve_file, curve)
