"""The stage `baseline`: the simpler methods of a run, fitted and applied one after the other."""

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
from semispectral.workflow.progress import timed


def run_baseline(
    predictions: Sequence[str | Path],
    *,
    feature_files: Sequence[str | Path],
    scaler_directories: Sequence[str | Path],
    labels_file: str | Path,
    quotas_file: str | Path,
    per_class: str,
    seed: int,
    cfg: str,
) -> None:
    """Fit the simpler methods on the labels of one run and predict the pixels that every method is asked.

    Parameters
    ----------
    predictions : sequence of str or Path
        Parquet files to write, ``METHOD/FEATURES/LABELS_PER_CLASS/SEED.parquet``: probabilities of the classes and the
        true class, one row per pixel. The methods are names in `semispectral.classifiers.baselines.BASELINES`.
    feature_files : sequence of str or Path
        Cleaned sample of every scene.
    scaler_directories : sequence of str or Path
        Scales of what the methods see, named by it: of the bands, and of their noise-whitened components.
    labels_file : str or Path
        Labels that the run may see.
    quotas_file : str or Path
        Quotas of the split, which know how frequent each class is in the training part.
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the methods.
    cfg : str
        JSON of the section ``baselines`` and, for methods that contain an SVM, ``svm``.
    """
    given = json.loads(cfg)
    config = settings(BaselineConfig, {"svm": given["svm"]} | given["baselines"], where="baselines")
    labels, shares = read_table(labels_file), training_shares(read_quotas(Path(quotas_file)))
    chosen = {"classes": len(shares), "shares": shares, "seed": seed, "settings": config}
    for scaler_directory in map(Path, scaler_directories):
        features = scaler_directory.name
        inputs = read_bands([Path(path) for path in sorted(feature_files, key=str)], read_scaler(scaler_directory))
        data, query = training_set(inputs, labels, per_class=per_class, seed=seed), asked(inputs)
        x, label = every_label(data)
        for path in (path for path in map(Path, predictions) if path.parts[-3] == features):
            method = path.parts[-4]
            with timed(method, pixels=len(query), size_mb=len(query) * x.shape[1] * x.itemsize / 1e6):
                probability = BASELINES[method](x, label, data.unlabelled.mean, query.mean, **chosen)
            table = answers(probability, query, method=method, features=features, per_class=per_class, seed=seed)
            write_table(path, table)
