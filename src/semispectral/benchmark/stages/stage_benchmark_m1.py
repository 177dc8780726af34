"""The stage `benchmark_m1`: the M1 of each seed of a benchmark job, and its latents."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.benchmark.fits_m1 import latents
from semispectral.benchmark.jobs import Job, encode_all
from semispectral.benchmark.pool import Pool
from semispectral.training.run import use_threads


def run_benchmark_m1(
    directory: str | Path,
    *,
    shards: Sequence[str | Path],
    splits: Sequence[str],
    chosen: Sequence[str | Path],
    threads: int,
    cfg: str,
    code: str,
) -> None:
    """Train the M1 of each seed, and write the latents of all its pixels.

    Parameters
    ----------
    directory : str or Path
        Folder to write; its path names the split, the regime and the seeds.
    shards : sequence of str or Path
        Pool of every scene.
    splits : sequence of str
        Folder of each seed's parts and labels.
    chosen : sequence of str or Path
        Folder of the normalisation chosen for each seed; empty if the configuration names one.
    threads : int
        Number of processors to train with.
    cfg : str
        JSON of the sections ``cleaning``, ``scenes``, ``labels_per_class``, ``normalise`` and ``m1``.
    code : str
        Hash of the code: what other code finished is trained again.
    """
    use_threads(threads)
    job = Job.of(directory, splits, cfg=cfg, code=code)
    encode_all(Pool.of(shards, job.settings), job, latents, Path(directory), chosen=chosen)
