"""The stages `sample` and `sample_tested`: the pixels of the split as classifiers see them, not yet normalised."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_censuses
from semispectral.census.compatibility import bad_bands_of_all
from semispectral.sampling.dealt_spectra import read_dealt
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import write_shard
from semispectral.storage.parquet import read_table
from semispectral.study.stage_settings import settings


def run_sample(
    directory: str | Path,
    *,
    censuses: Sequence[str | Path],
    shards: Sequence[str | Path],
    pixels_file: str | Path,
    cfg: str,
) -> None:
    """Take the pixels of the split from the pool and clean them.

    Parameters
    ----------
    directory : str or Path
        Folder to write to: for each scene a Parquet file of cleaned spectra, with their label and part.
    censuses : sequence of str or Path
        Census of every scene that is learnt from, for the bands that are bad in any.
    shards : sequence of str or Path
        Pool of the scenes whose pixels are taken, both draws.
    pixels_file : str or Path
        Pixels of the split.
    cfg : str
        JSON of the sections ``cleaning`` and ``scenes`` (rows of the scenes that are cleaned, by name).
    """
    given = json.loads(cfg)
    cleaning = settings(CleanConfig, given["cleaning"], where="cleaning")
    bad_bands = bad_bands_of_all(read_censuses(censuses)[0], cleaning.steps)
    dealt = read_table(pixels_file)
    for scene, pixels in read_dealt(shards, dealt, scenes=given["scenes"], cleaning=cleaning, bad_bands=bad_bands):
        write_shard(Path(directory) / f"{scene}.parquet", pixels)
