"""The stage `choose_input`: the normalisation that labels of the training part speak for, of the bands or for M1."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from semispectral.classifiers.input_choice import best_input, normalisation_scores
from semispectral.classifiers.svm import SvmConfig
from semispectral.sampling.training_set import from_pixels, training_set
from semispectral.scans.cube import Pixels
from semispectral.spectra.scaling_choice import write_choice
from semispectral.spectra.shards import read_shard
from semispectral.storage.parquet import read_table
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)


def run_choose_input(
    choice_file: str | Path,
    *,
    samples: Sequence[str | Path],
    samples_m1: Sequence[str | Path],
    labels_file: str | Path,
    per_class: str,
    seed: int,
    cfg: str,
) -> None:
    """Choose among the candidates by nested validation on the labels that one run may see; no test label takes part.

    Parameters
    ----------
    choice_file : str or Path
        JSON file to write: the chosen normalisation, and the scores of all candidates.
    samples : sequence of str or Path
        Cleaned sample of every scene.
    samples_m1 : sequence of str or Path
        Cleaned pixels of M1, of every scene: scales are fitted on its training part.
    labels_file : str or Path
        Labels that the run may see.
    per_class : str
        Labels per class, or "all".
    seed : int
        Seed of the labels, and of the folds.
    cfg : str
        JSON of the sections ``normalise`` and ``svm``.
    """
    given = json.loads(cfg)
    of_m1 = Pixels.concat([read_shard(Path(path)) for path in sorted(samples_m1, key=str)])
    pixels = Pixels.concat([read_shard(Path(path)) for path in sorted(samples, key=str)])
    data = training_set(from_pixels(pixels), read_table(labels_file), per_class=per_class, seed=seed)
    scores = normalisation_scores(
        of_m1.where((of_m1.table["part"] == "train").to_numpy()),
        data.labelled.joined(data.valid),
        candidates=given["normalise"]["candidates"],
        windows=given["normalise"]["windows"],
        settings=settings(SvmConfig, given["svm"], where="svm"),
        seed=seed,
    )
    chosen = best_input(scores)
    log.info("%s was chosen\n%s", chosen, scores.to_string(index=False))
    write_choice(Path(choice_file), chosen, scores, labels_per_class=per_class)
