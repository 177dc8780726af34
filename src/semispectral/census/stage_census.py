"""The stage `census`: what one scan holds, whatever its labels."""

from pathlib import Path

from semispectral.census.census_files import write_census
from semispectral.census.look import look_at_scan
from semispectral.scans.tray_mask import MaskConfig
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings


def run_census(census_file: str | Path, codes_file: str | Path, *, cfg: str) -> None:
    """Look at the data of a scene, sparsely; its labels are not looked at.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    census_file : str or Path
        Parquet file to write: the facts of the scan, and how many of its pixels can be used.
    codes_file : str or Path
        NumPy file to write: 0 for pixels that can be used, a mark for those that are masked or hold no data,
        int32 [line, sample].
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``mask`` and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    mask = stage_settings(MaskConfig, cfg, "mask")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    write_census(look_at_scan(scene, mask=mask, cleaning=cleaning), Path(census_file), Path(codes_file))
