"""The stage `sample_m1`: the pixels that M1 sees, chosen without labels."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_censuses
from semispectral.census.compatibility import bad_bands_of_all, check_scans
from semispectral.pool.pool_files import PoolTables
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.dealt_spectra import read_dealt
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.study_split import DEALT, deal_for_m1, rasters_of_codes
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import write_shard
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings


def run_sample_m1(
    directory: str | Path, *, censuses: Sequence[str | Path], shards: Sequence[str | Path], cfg: str
) -> None:
    """Deal the unlabelled draw to training and validation of M1, and clean it; refuse scans that do not fit together.

    Parameters
    ----------
    directory : str or Path
        Folder to write to: for each scene a Parquet file of cleaned spectra, with their part.
    censuses : sequence of str or Path
        Census of every scene that M1 may see, with its labels only where they decide what is tested.
    shards : sequence of str or Path
        Unlabelled draw of every scene that M1 may see.
    cfg : str
        JSON of the sections ``study`` (their rows of scenes.tsv), ``split``, ``sample``, ``cleaning`` and ``scenes``
        (rows of those that are cleaned, by name).
    """
    given = json.loads(cfg)
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["study"]]
    cleaning = settings(CleanConfig, given["cleaning"], where="cleaning")
    counted, codes = read_censuses(censuses)
    check_scans(counted, scale={scene.name: scene.factor for scene in scenes}, steps=cleaning.steps)
    dealt = deal_for_m1(
        rasters_of_codes(scenes, codes),
        scenes,
        PoolTables(shards),
        split_settings=settings(SplitConfig, given["split"]).of_other_holes,
        sample_settings=settings(SampleConfig, given["sample"]),
    )
    bad_bands = bad_bands_of_all(counted, cleaning.steps)
    for scene, pixels in read_dealt(
        shards, dealt[DEALT], scenes=given["scenes"], cleaning=cleaning, bad_bands=bad_bands
    ):
        write_shard(Path(directory) / f"{scene}.parquet", pixels)
