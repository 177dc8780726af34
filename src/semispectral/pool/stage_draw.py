"""The stage `draw`: the pool of one scene."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.pool.draw import draw_labelled, draw_unlabelled
from semispectral.pool.pool_files import LABELLED_DRAW, UNLABELLED_DRAW
from semispectral.pool.sample_settings import SampleConfig
from semispectral.spectra.cleaned_scans import data_holder
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.several_sensors import open_sensors
from semispectral.spectra.shards import write_shard
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings

DRAWS = {UNLABELLED_DRAW: draw_unlabelled, LABELLED_DRAW: draw_labelled}


def run_draw(
    shard_file: str | Path, *, scans: Sequence[str | Path], codes_file: str | Path, kind: str, cfg: str
) -> None:
    """Draw pixels of a scene, in one pass over its blocks of lines.

    Parameters
    ----------
    shard_file : str or Path
        Parquet file to write: spectra as they are stored in the scan, and where each lies.
    scans : sequence of str or Path
        Files of the scene, which must be those that the census looked at.
    codes_file : str or Path
        Codes of the labels; those of the census where labels are not looked at.
    kind : str
        "unlabelled" or "labelled".
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``sample`` and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    sample = stage_settings(SampleConfig, cfg, "sample")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    codes = read_codes(Path(codes_file), scans=scans)
    with open_sensors(scene, cleaning) as cube:
        holds_data = data_holder(scene, cube, cleaning)
        pixels = DRAWS[kind](cube, codes, scene, settings=sample, holds_data=holds_data)
    write_shard(Path(shard_file), pixels)
