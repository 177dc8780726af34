"""Recognise a scan by its content."""

import hashlib

import numpy as np

from semispectral.scans.cube import Cube
from semispectral.scans.facts.wavelengths import NO_WAVELENGTHS
from semispectral.scans.identity import Identity
from semispectral.scans.readers import open_cube
from semispectral.study.scene import Scene

LINES_READ = 4  # at even distances, the first and the last line included
DIGITS = 16


def identify(scene: Scene) -> Identity:
    """Return the identity of a scan. What scenes.tsv says of its values (scale, nodata) does not change it.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    """
    with open_cube(scene.data, key=scene.data_key, axes=scene.axes, wavelengths=NO_WAVELENGTHS) as cube:
        lines, samples, _ = cube.shape
        return Identity(scene.name, lines, samples, content_of(cube))


def content_of(cube: Cube) -> str:
    """Return the hash of a few lines of an open scan, the same whatever the format, byte order and chunks.

    Parameters
    ----------
    cube : Cube, open scan, as its reader returns it.
    """
    digest = hashlib.sha256()
    for line in np.unique(np.linspace(0, cube.shape[0] - 1, LINES_READ).round().astype(int)).tolist():
        values = np.asarray(cube.read_lines(line, line + 1), "<f8") + 0.0  # -0 becomes 0
        values[np.isnan(values)] = np.nan  # there is one NaN
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:DIGITS]
