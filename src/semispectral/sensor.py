"""What is known of the instrument behind a scene: scale, wavelengths, references, dead detector elements."""

from dataclasses import dataclass

import numpy as np

from semispectral.errors import ShapeError
from semispectral.io import read_array
from semispectral.pixels import Cube
from semispectral.quality import sparse_blocks
from semispectral.scene import Scene


@dataclass(frozen=True, eq=False)
class Sensor:
    """The instrument of one scene.

    Parameters
    ----------
    scale : reflectance = counts x scale, where no references are used.
    wavelengths_nm : float64 [band], or None.
    bad_bands : numbers of the bands that the file marks as bad.
    dark, white : float32 [sample, band], counts, or None.
    dead : bool [sample, band], detector elements without signal, or None.
    """

    scale: float = 1.0
    wavelengths_nm: np.ndarray | None = None
    bad_bands: tuple[int, ...] = ()
    dark: np.ndarray | None = None
    white: np.ndarray | None = None
    dead: np.ndarray | None = None


def sensor_of(scene: Scene, cube: Cube, *, look_for_dead: bool = True) -> Sensor:
    """Read what the scene's row and its open file say about the instrument; dead elements from a sparse sample."""
    return Sensor(
        scale=scene.scale,
        wavelengths_nm=cube.wavelengths_nm,
        bad_bands=tuple(cube.extra.get("bad_bands", ())),
        dark=_reference(scene, scene.dark_key, cube),
        white=_reference(scene, scene.white_key, cube),
        dead=dead_elements(np.concatenate(list(sparse_blocks(cube)))) if look_for_dead else None,
    )


def dead_elements(values: np.ndarray) -> np.ndarray:
    """Detector elements that give one and the same value on every line, bool [sample, band].

    Parameters
    ----------
    values : [line, sample, band], as stored.
    """
    if len(values) < 2:
        return np.zeros(values.shape[1:], bool)
    return np.asarray(values.min(axis=0) == values.max(axis=0))


def _reference(scene: Scene, key: str, cube: Cube) -> np.ndarray | None:
    """A reference measurement [sample, band]; one of several lines is averaged over them, one spectrum serves all."""
    if not key:
        return None
    values = np.asarray(read_array(scene.data, key=key), np.float32)
    shape = cube.shape[1:]
    if values.ndim == 3 and values.shape[1:] == shape:
        values = values.mean(axis=0)
    if values.shape not in (shape, shape[1:]):
        raise ShapeError(
            f"{scene.data}: the reference {key} must be [sample, band] {shape} like the data, or [line, sample, band], "
            f"or [band], got {values.shape}; check the columns white_key and dark_key of scenes.tsv"
        )
    return np.broadcast_to(values, shape)
