"""The stage `mixtures`: shares of the classes in every pixel of one scene."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.maps.bundle import read_bundle
from semispectral.maps.numbers import read_numbers
from semispectral.maps.rasters import write_bands
from semispectral.maps.scene_map import Ground
from semispectral.maps.stream import BLOCK_BYTES
from semispectral.mixtures.endmembers import Endmembers, read_endmembers
from semispectral.mixtures.unmix import shares_with_errors
from semispectral.scans.cube import Cube
from semispectral.spectra.cleaned_scans import open_as_trained
from semispectral.storage.atomic import replacing_files
from semispectral.storage.seal import file_sha256, write_json
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

log = logging.getLogger(__name__)

RASTER, FACTS = "shares.tif", "mixtures.json"


def run_mixtures(
    directory: str | Path,
    *,
    scans: Sequence[str | Path],
    model_directory: str | Path,
    numbers_file: str | Path,
    endmembers_file: str | Path,
    cfg: str,
) -> None:
    """Unmix the classified pixels of a scene, in one pass over its blocks of lines.

    Parameters
    ----------
    directory : str or Path
        Folder to write ``shares.tif`` (a share of each class, then their standard errors; classes are known by their
        codes) and ``mixtures.json`` to.
    scans : sequence of str or Path
        Files of the scene; it is opened by its row.
    model_directory : str or Path
        Trained model of the maps, which says how scans are cleaned.
    numbers_file : str or Path
        Numbers of the scene's map, which say which pixels are classified.
    endmembers_file : str or Path
        Means of the classes, from the stage `endmembers`.
    cfg : str
        JSON of ``scene``, its row of scenes.tsv.
    """
    scene = settings(Scene, json.loads(cfg)["scene"], where="scenes.tsv")
    log.info("%s: unmixing %s", scene.name, ", ".join(str(path) for path in scans))
    numbers, found = read_numbers(Path(numbers_file)), read_endmembers(Path(endmembers_file))
    with open_as_trained(scene, read_bundle(Path(model_directory)).cleaning) as cube:
        bands = unmix_scan(cube, found, wanted=numbers.drawn.map.valid)
        ground = Ground.of(cube).sized(scene.pixel_mm)
    names = (*(f"share_{code}" for code in found.codes), *(f"error_{code}" for code in found.codes))
    with replacing_files(Path(directory), last=FACTS, needed=bands.nbytes) as unfinished:
        write_bands(unfinished / RASTER, bands, names=names, ground=ground, tags={"SCENE": scene.name})
        means = np.nanmean(bands[: len(found.codes)].reshape(len(found.codes), -1), axis=1)
        facts = {
            "scene": scene.name,
            "codes": list(found.codes),
            "resamples": len(found.means) - 1,
            "mean_shares": [round(float(mean), 6) for mean in means],
            "files": {RASTER: file_sha256(unfinished / RASTER)},
        }
        write_json(unfinished / FACTS, facts)


def unmix_scan(cube: Cube, found: Endmembers, *, wanted: np.ndarray) -> np.ndarray:
    """Return shares and errors of a scan; memory holds a block of lines and the result.

    Parameters
    ----------
    cube : the scan, cleaned.
    found : means of the classes.
    wanted : bool [line, sample], pixels to unmix.

    Returns
    -------
    float32 [2 class, line, sample], NaN elsewhere.
    """
    result = np.full((2 * len(found.codes), *wanted.shape), np.nan, np.float32)
    for first, block in cube.blocks(max_bytes=BLOCK_BYTES):
        lines = slice(first, first + len(block))
        mask = wanted[lines] & np.isfinite(block).all(axis=2)
        if mask.any():
            shares, errors = shares_with_errors(block[mask].astype(np.float64), found.means, found.whitening)
            result[:, lines][:, mask] = np.concatenate([shares, errors], axis=1).T
    return result
