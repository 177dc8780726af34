"""The stage `learn_tray`: what the trained model has to know of the tray."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.census.census_files import read_codes
from semispectral.pool.pixel_ranks import left_out
from semispectral.scans.cube import Cube
from semispectral.scans.quality import valid_spectra
from semispectral.spectra.cleaned_scans import open_as_trained, with_bad_bands
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import read_shard
from semispectral.storage.model_files import save_model
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings
from semispectral.tray.learn import learn_tray

log = logging.getLogger(__name__)

SEED = 0
LINES = 12  # of a scene, spread evenly, are read
PIXELS = 400  # of a scene, left out and core each
MOST = 20_000  # pixels of each in a study


def run_learn_tray(
    directory: str | Path,
    *,
    samples: Sequence[str | Path],
    codes_files: Sequence[str | Path],
    scans: Sequence[str | Path],
    cfg: str,
) -> None:
    """Learn to tell what was left out, tray and background, from core. Some lines of each scan are read.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    samples : sequence of str or Path
        Cleaned pixels of M1, of the scenes in which pixels are left out.
    codes_files : sequence of str or Path
        Codes of each of these scenes, named as they are: of the labels, or of the census alone.
    scans : sequence of str or Path
        Files of these scenes, which must be those that the census looked at.
    cfg : str
        JSON of ``scenes``, their rows of scenes.tsv by name, and of ``cleaning``.
    """
    given = json.loads(cfg)
    rows = {name: settings(Scene, row, where="scenes.tsv") for name, row in given["scenes"].items()}
    cleaning = with_bad_bands(
        settings(CleanConfig, given["cleaning"], where="cleaning"), read_shard(Path(samples[0])).bad_bands
    )
    most = min(PIXELS, max(1, MOST // max(len(rows), 1)))
    tray, core = [], [_some(read_shard(Path(path)).x, most) for path in samples]
    for path in map(Path, codes_files):
        scene = rows[path.stem]
        codes = read_codes(path, scans=scans)
        with open_as_trained(scene, cleaning) as cube:
            tray.append(_some(_spectra(cube, left_out(codes, ignore=scene.ignore)), most))
    found = learn_tray(np.concatenate(tray), np.concatenate(core), seed=SEED)
    pixels = found.facts["pixels"]
    if found.facts["used"]:
        log.info(
            "tray: %.1f %% of other pixels that were left out are told from core; %.1f %% of core are taken for such",
            *(100 * found.facts["told"], 100 * found.facts["false_alarm"]),
        )
    else:
        log.warning(
            "tray: what was left out (%d pixels) cannot be told from core (%d pixels) by its spectra: scans without a "
            "mask are mapped whole, tray and all",
            *(pixels["tray"], pixels["core"]),
        )
    save_model(Path(directory), found.arrays, found.facts)


def _spectra(cube: Cube, wanted: np.ndarray) -> np.ndarray:
    """Return cleaned spectra of wanted pixels on some lines of a scan, float32 [pixel, band]."""
    lines = np.flatnonzero(wanted.any(axis=1))
    chosen = lines[np.unique(np.linspace(0, len(lines) - 1, LINES).astype(int))] if len(lines) else lines
    found = [np.empty((0, cube.shape[2]), np.float32)]
    for line in chosen.tolist():
        x = cube.read_lines(line, line + 1)[0][wanted[line]].astype(np.float32)
        found.append(x[valid_spectra(x, cube.sensors)])
    return np.concatenate(found)


def _some(x: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many rows, spread evenly."""
    return np.asarray(x[:: max(1, -(-len(x) // most))], np.float32)
