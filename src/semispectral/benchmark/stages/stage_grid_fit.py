"""The stages `grid_fit` and `grid_train`: one method of the benchmark, fitted and applied."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.benchmark.jobs import Fit, Job, fit_all
from semispectral.benchmark.pool import read_pool
from semispectral.storage.parquet import write_table
from semispectral.study.classes import read_classes


def run_grid_fit(
    predictions_file: str | Path,
    *,
    fits: Mapping[str, Fit],
    shards: Sequence[str | Path],
    deals: Sequence[str],
    classes_file: str | Path,
    latents: Sequence[str | Path],
    cfg: str,
    code: str,
) -> None:
    """Fit a method with some seeds and all label budgets, and predict the test pixels.

    Parameters
    ----------
    predictions_file : str or Path
        Parquet file to write; its path names the split, the regime, the method and the seeds.
    fits : mapping of str to Fit
        How to fit, by the method's name: with TensorFlow, or without.
    shards : sequence of str or Path
        Pool of every scene.
    deals : sequence of str
        Folder of each seed's parts and label budgets.
    classes_file : str or Path
        Classes of the pool, classes.json.
    latents : sequence of str or Path
        Folder of the latents that the method sees; empty on bands.
    cfg : str
        JSON of the sections ``cleaning``, ``scenes``, ``budgets``, ``normalise`` and of the method's own.
    code : str
        Hash of the code: what other code finished is fitted again.
    """
    job = Job.of(predictions_file, deals, cfg=cfg, code=code)
    pool = read_pool(shards, job.settings)
    classes = len(read_classes(Path(classes_file)))
    write_table(predictions_file, fit_all(pool, job, fits, classes=classes, latents=latents))
