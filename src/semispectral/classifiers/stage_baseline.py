"""The stage `baseline`: one simpler method, fitted and applied."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.classifiers.baselines import BASELINES, BaselineConfig
from semispectral.evaluation.queries import answers, asked, every_label
from semispectral.sampling.quota_files import read_quotas, training_shares
from semispectral.sampling.training_set import read_bands, training_set
from semispectral.spectra.scaling import read_scaler
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.stage_settings import settings


def run_baseline(
    predictions_file: str | Path,
    *,
    feature_files: Sequence[str | Path],
    scaler_directory: str | Path,
    labels_file: str | Path,
    quotas_file: str | Path,
    method: str,
    features: str,
    per_class: str,
    seed: int,
    cfg: str,
) -> None:
    """Fit a simpler method on the labels of one run and predict the pixels that every method is asked.

    Parameters
    ----------
    predictions_file : str or Path
        Parquet file to write: probabilities of the classes and the true class, one row per pixel.
    feature_files : sequence of str or Path
        Cleaned sample of every scene.
    scaler_directory : str or Path
        Scale of what the method sees: of the bands, or their noise-whitened components.
    labels_file : str or Path
        Labels that the run may see.
    quotas_file : str or Path
        Quotas of the split, which know how frequent each class is in the training part.
    method : str
        Name in `semispectral.classifiers.baselines.BASELINES`.
    features : str
        "bands" or "mnf".
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the method.
    cfg : str
        JSON of the section ``baselines`` and, for methods that contain an SVM, ``svm``.
    """
    given = json.loads(cfg)
    config = settings(BaselineConfig, {"svm": given["svm"]} | given["baselines"], where="baselines")
    inputs = read_bands([Path(path) for path in sorted(feature_files, key=str)], read_scaler(scaler_directory))
    data = training_set(inputs, read_table(labels_file), per_class=per_class, seed=seed)
    shares = training_shares(read_quotas(Path(quotas_file)))
    query = asked(inputs)
    x, label = every_label(data)
    fit = BASELINES[method]
    probability = fit(
        x, label, data.unlabelled.mean, query.mean, classes=len(shares), shares=shares, seed=seed, settings=config
    )
    table = answers(probability, query, method=method, features=features, per_class=per_class, seed=seed)
    write_table(predictions_file, table)
