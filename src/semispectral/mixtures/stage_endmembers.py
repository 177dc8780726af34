"""The stage `endmembers`: the means of the classes, to unmix scans with."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.mixtures.endmembers import endmembers_of, write_endmembers
from semispectral.mixtures.mixture_settings import MixtureConfig
from semispectral.sampling.training_set import KEY
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import read_shard
from semispectral.storage.parquet import read_table
from semispectral.study.classes import read_classes
from semispectral.study.stage_settings import stage_settings


def run_endmembers(
    endmembers_file: str | Path,
    *,
    samples: Sequence[str | Path],
    labels_file: str | Path,
    known_file: str | Path,
    cfg: str,
) -> None:
    """Average the labelled training pixels of each class that the model of the maps was trained on.

    Parameters
    ----------
    endmembers_file : str or Path
        Parquet file to write.
    samples : sequence of str or Path
        Cleaned sample of every scene.
    labels_file : str or Path
        Labels that the model of the maps saw.
    known_file : str or Path
        Classes of the split, classes.json.
    cfg : str
        JSON of the section ``mixtures``.
    """
    config = stage_settings(MixtureConfig, cfg, "mixtures")
    codes = np.asarray(read_classes(Path(known_file)).codes)
    labels = read_table(labels_file)
    seen = pd.MultiIndex.from_frame(labels.loc[labels["part"] == "train", KEY].astype({"scene": str}))
    pixels = Pixels.concat([read_shard(Path(path)) for path in samples])
    mine = np.asarray(pd.MultiIndex.from_frame(pixels.table[KEY].astype({"scene": str})).isin(seen)) & (
        pixels.label >= 0
    )
    found = endmembers_of(pixels.x[mine], codes[pixels.label[mine]], resamples=config.resamples, seed=config.seed)
    write_endmembers(Path(endmembers_file), found)
