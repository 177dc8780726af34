"""Describe the instrument of a scene: scale, wavelengths, references, dead detector elements."""

from dataclasses import dataclass

import numpy as np

from semispectral.errors import DataError, ShapeError
from semispectral.scans.cube import Cube
from semispectral.scans.facts.stated_values import Conversion, Time, from_attributes, integration_time
from semispectral.scans.quality import sparse_blocks
from semispectral.scans.readers import read_array, read_attributes
from semispectral.study.scene import Scene

EMPTY_SHARE = 0.1  # a band in which fewer pixels than this have a value is taken as a bad one


@dataclass(frozen=True, eq=False)
class Sensor:
    """Instrument of one scene.

    Attributes
    ----------
    scale : float, reflectance = value x scale, where no references are used.
    wavelengths_nm : float64 [band] in nm, or None.
    bad_bands : tuple of int, numbers of the bands that the file marks as bad, and of those without a value in this
        scene.
    gaps : tuple of int, numbers of bad bands that are bridged and not left out, because the model has them.
    dark, white : float32 [sample, band], references in counts, or None.
    dead : bool [sample, band], detector elements without signal, or None.
    exposure : float, integration time of the scan divided by that of the white reference.
    """

    scale: float = 1.0
    wavelengths_nm: np.ndarray | None = None
    bad_bands: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    dark: np.ndarray | None = None
    white: np.ndarray | None = None
    dead: np.ndarray | None = None
    exposure: float = 1.0


def sensor_of(scene: Scene, cube: Cube, *, look_for_dead: bool = True, header_bad_bands: bool = True) -> Sensor:
    """Describe the instrument of a scene from its row and its open file.

    Dead elements, and bands without a value, are found in a sparse sample.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    look_for_dead : bool, whether to look for dead detector elements.
    header_bad_bands : bool, whether to leave out the bands that the file marks as bad.
    """
    nm = cube.wavelengths_nm
    nowhere = () if nm is None else np.flatnonzero(~np.isfinite(nm)).tolist()
    marked = (*nowhere, *(marked_bands(cube) if header_bad_bands else ()))
    return Sensor(
        scale=scene.factor,
        wavelengths_nm=cube.wavelengths_nm,
        bad_bands=tuple(sorted({*marked, *empty_bands(cube)})),
        dark=_reference(scene, scene.dark_key, cube),
        white=_reference(scene, scene.white_key, cube),
        dead=dead_elements(np.concatenate(list(sparse_blocks(cube)))) if look_for_dead else None,
        exposure=exposure(scene, cube) or 1.0,
    )


def marked_bands(cube: Cube) -> tuple[int, ...]:
    """Return the numbers of the bands that the file marks as bad.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    return tuple(cube.extra.get("bad_bands", ()))


def empty_bands(cube: Cube) -> tuple[int, ...]:
    """Return the numbers of the bands in which almost no pixel with data has a value, by a sparse sample.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    if cube.dtype.kind != "f":
        return ()
    seen, good = 0, np.zeros(cube.shape[2], int)
    for values in sparse_blocks(cube):
        finite = np.isfinite(values).reshape(-1, cube.shape[2])
        seen += int(finite.any(axis=1).sum())
        good += finite.sum(axis=0)
    return tuple(int(band) for band in np.flatnonzero(good < EMPTY_SHARE * seen))


def reference_time(scene: Scene, key: str) -> Time | None:
    """Return the integration time that the file states for a reference, or None.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    key : str, name of the reference in the file; empty: none.
    """
    return integration_time(read_attributes(scene.data, key=key)) if key else None


def exposure(scene: Scene, cube: Cube) -> float | None:
    """Return the integration time of the scan divided by that of the white reference; None if one is not stated.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    cube : Cube, open scene.
    """
    scan: Time | None = cube.extra.get("integration_time")
    white = reference_time(scene, scene.white_key)
    return None if scan is None or white is None else scan.over(white)


def dead_elements(values: np.ndarray) -> np.ndarray:
    """Return a mask of the detector elements that give the same value on every line, bool [sample, band].

    Parameters
    ----------
    values : [line, sample, band], as stored.
    """
    if len(values) < 2:
        return np.zeros(values.shape[1:], bool)
    return np.asarray(values.min(axis=0) == values.max(axis=0))


def _reference(scene: Scene, key: str, cube: Cube) -> np.ndarray | None:
    """Return a reference measurement [sample, band]: the mean of its lines; a single spectrum serves all samples."""
    if not key:
        return None
    shape = cube.shape[1:]
    values = _in_units_of_the_scan(np.asarray(read_array(scene.data, key=key), np.float32), scene, key, cube)
    if values.ndim == 3 and values.shape[1:] == shape:
        values = values.mean(axis=0)
    if values.shape not in (shape, shape[1:]):
        raise ShapeError(
            f"{scene.data}: the reference {key} must be [sample, band] {shape} like the data, or [line, sample, band], "
            f"or [band], got {values.shape}; check the columns white_key and dark_key of scenes.tsv"
        )
    return np.broadcast_to(values, shape)


def _in_units_of_the_scan(values: np.ndarray, scene: Scene, key: str, cube: Cube) -> np.ndarray:
    """Apply the reference's own gain and offset where the scan's are applied; refuse where only the scan has any."""
    of_scan: Conversion | None = cube.extra.get("applied")
    if of_scan is None:
        return values
    own = from_attributes(read_attributes(scene.data, key=key), bands=values.shape[-1], where=f"{scene.data}, {key}")
    stated: Conversion | None = own.get("conversion")
    if stated is None:
        raise DataError(
            f"{scene.data}: the scan and its references must be in one unit, but the scan has {of_scan.words} and "
            f"{key} has none; write it to both, or give the scale, so that all are taken as they are stored"
        )
    return np.asarray(values * stated.gain + stated.offset, np.float32)
