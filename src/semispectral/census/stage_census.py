"""The stage `census`: what one scan holds, whatever its labels."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import write_census
from semispectral.census.look import look_at_scan
from semispectral.census.mask_files import read_mask
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_census(census_file: str | Path, codes_file: str | Path, *, masks: Sequence[str | Path] = (), cfg: str) -> None:
    """Look at the data of a scene, sparsely; its labels are not looked at.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    census_file : str or Path
        Parquet file to write: the facts of the scan, and how many of its pixels can be used.
    codes_file : str or Path
        NumPy file to write: 0 for pixels that can be used, a mark for those that are masked or hold no data,
        int32 [line, sample].
    masks : sequence of str or Path
        Mask of the scene, from the stage ``mask``; empty: nothing is masked.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv) and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    core = None
    for mask in masks:
        with open_scene(scene) as cube:
            core = read_mask(Path(mask), cube.shape[:2])
    write_census(look_at_scan(scene, core=core, cleaning=cleaning), Path(census_file), Path(codes_file))
