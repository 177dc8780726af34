"""The stage `shard`: the sample of one scene."""

from collections.abc import Sequence
from pathlib import Path

from semispectral.census.census_files import read_codes
from semispectral.sampling.draw import shard
from semispectral.sampling.quota_files import bad_bands_of, read_quotas
from semispectral.sampling.quotas import SampleConfig
from semispectral.scans.readers import open_scene
from semispectral.spectra.cleaned_scans import data_holder
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import write_shard
from semispectral.storage.seal import read_array
from semispectral.study.classes import read_classes
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import stage_settings

BLOCK_BYTES = 8_000_000


def run_shard(
    shard_file: str | Path,
    *,
    scans: Sequence[str | Path],
    codes_file: str | Path,
    parts_file: str | Path,
    quotas_file: str | Path,
    classes_file: str | Path,
    cfg: str,
) -> None:
    """Draw the pixels of a scene that models see, in one pass over its blocks of lines.

    Parameters
    ----------
    shard_file : str or Path Parquet file to write: spectra as they are stored in the scan, and where each lies.
    scans : sequence of str or Path Files of the scene, which must be those that the census looked at.
    codes_file : str or Path Codes of the census.
    parts_file : str or Path Parts of the plan, uint8 [line, sample].
    quotas_file : str or Path Quotas of the plan, of all scenes.
    classes_file : str or Path Classes of the plan, classes.json.
    cfg : str JSON of the sections ``scene`` (its row of scenes.tsv), ``sample`` and ``cleaning``.
    """
    scene = stage_settings(Scene, cfg, "scene")
    sample = stage_settings(SampleConfig, cfg, "sample")
    cleaning = stage_settings(CleanConfig, cfg, "cleaning")
    quotas = read_quotas(Path(quotas_file))
    codes = read_codes(Path(codes_file), scans=scans)
    parts = read_array(Path(parts_file))
    classes = read_classes(Path(classes_file))
    with open_scene(scene) as cube:
        pixels = shard(
            cube,
            codes,
            parts,
            quotas,
            scene,
            classes,
            holds_data=data_holder(scene, cube, cleaning, bad_bands_of(quotas)),
            block_bytes=BLOCK_BYTES,
            **sample.drawing,
        )
    write_shard(Path(shard_file), pixels)
