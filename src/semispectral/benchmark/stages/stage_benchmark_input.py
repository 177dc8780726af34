"""The stage `benchmark_input`: the normalisation, of bands or for M1, that the training labels of a seed speak for."""

import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.benchmark.jobs import Job
from semispectral.benchmark.pool import Pool
from semispectral.classifiers.input_choice import best_input, normalisation_scores
from semispectral.classifiers.svm import SvmConfig
from semispectral.spectra.scaling_choice import write_choice
from semispectral.storage.atomic import replacing_directory

log = logging.getLogger(__name__)


def run_benchmark_input(
    directory: str | Path, *, shards: Sequence[str | Path], splits: Sequence[str], cfg: str, code: str
) -> None:
    """Choose among the candidates for every seed, on the largest number of labels per class of the benchmark.

    Parameters
    ----------
    directory : str or Path
        Folder to write, with a JSON file per seed; its path names the split, the regime and the seeds.
    shards : sequence of str or Path
        Pool of every scene.
    splits : sequence of str
        Folder of each seed's parts and labels.
    cfg : str
        JSON of the sections ``cleaning``, ``scenes``, ``labels_per_class`` and ``normalise``.
    code : str
        Hash of the code.
    """
    job = Job.of(directory, splits, cfg=cfg, code=code)
    pool, normalise = Pool.of(shards, job.settings), job.settings["normalise"]
    most = max(job.labels_per_class, key=lambda per_class: float("inf") if per_class == "all" else int(per_class))
    with replacing_directory(Path(directory)) as unfinished:
        for seed, split in job.splits.items():
            data = pool.dealt(split, regime=job.regime)
            known = data.training_set(data.features(data.pixels.x), per_class=most, seed=seed)
            scores = normalisation_scores(
                data.seen_by_m1,
                known.labelled.joined(known.valid),
                candidates=normalise["candidates"],
                windows=normalise["windows"],
                settings=SvmConfig(),
                seed=seed,
            )
            chosen = best_input(scores)
            log.info("seed %d: %s was chosen\n%s", seed, chosen, scores.to_string(index=False))
            write_choice(unfinished / f"{seed}.json", chosen, scores, labels_per_class=most)
