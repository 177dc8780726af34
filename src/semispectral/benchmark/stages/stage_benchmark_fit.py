"""The stages `benchmark_fit` and `benchmark_train`: one method of the benchmark, fitted and applied."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from semispectral.benchmark.jobs import Fit, Job, Weigh, fit_all
from semispectral.benchmark.pool import Pool
from semispectral.storage.parquet import write_table


def run_benchmark_fit(
    predictions_file: str | Path,
    *,
    fits: Mapping[str, Fit],
    shards: Sequence[str | Path],
    splits: Sequence[str],
    latents: Sequence[str | Path],
    chosen: Sequence[str | Path],
    cfg: str,
    code: str,
    weigh: Weigh | None = None,
) -> None:
    """Fit a method with some seeds and all labels per class, and predict the test pixels.

    Parameters
    ----------
    predictions_file : str or Path
        Parquet file to write; its path names the split, the regime, the method and the seeds.
    fits : mapping of str to Fit
        How to fit, by the method's name: with TensorFlow, or without.
    shards : sequence of str or Path
        Pool of every scene.
    splits : sequence of str
        Folder of each seed's parts and labels.
    latents : sequence of str or Path
        Folder of the latents that the method sees; empty on bands.
    chosen : sequence of str or Path
        Folder of the normalisation that was chosen for each seed; empty where the configuration names one.
    cfg : str
        JSON of the sections ``cleaning``, ``scenes``, ``labels_per_class``, ``normalise`` and of the method's own.
    code : str
        Hash of the code: what other code finished is fitted again.
    weigh : Weigh or None
        How much a method counts in an average, where the job names another input to weigh it against.
    """
    job = Job.of(predictions_file, splits, cfg=cfg, code=code)
    pool = Pool.of(shards, job.settings)
    write_table(predictions_file, fit_all(pool, job, fits, latents=latents, chosen=chosen, weigh=weigh))
