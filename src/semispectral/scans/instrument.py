"""What is known of the instrument behind a scene: scale, wavelengths, references, dead detector elements."""

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
    """The instrument of one scene.

    Parameters
    ----------
    scale : reflectance = value x scale, where no references are used.
    wavelengths_nm : float64 [band], or None.
    bad_bands : numbers of the bands that the file marks as bad, and of those without a value in this scene.
    gaps : numbers of the bands that are bridged and not left out: bad ones of a scan whose model has them.
    dark, white : float32 [sample, band], counts, or None.
    dead : bool [sample, band], detector elements without signal, or None.
    exposure : integration time of the scan over that of the white reference.
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
    """Read what the scene's row and its open file say about the instrument.

    Dead elements, and bands without a value, are found in a sparse sample.
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
    """Numbers of the bands that the file marks as bad."""
    return tuple(cube.extra.get("bad_bands", ()))


def empty_bands(cube: Cube) -> tuple[int, ...]:
    """Numbers of the bands in which hardly one of the pixels that hold anything has a value, by a sparse sample."""
    if cube.dtype.kind != "f":
        return ()
    seen, good = 0, np.zeros(cube.shape[2], int)
    for values in sparse_blocks(cube):
        finite = np.isfinite(values).reshape(-1, cube.shape[2])
        seen += int(finite.any(axis=1).sum())
        good += finite.sum(axis=0)
    return tuple(int(band) for band in np.flatnonzero(good < EMPTY_SHARE * seen))


def reference_time(scene: Scene, key: str) -> Time | None:
    """The integration time that the file states of a reference."""
    return integration_time(read_attributes(scene.data, key=key)) if key else None


def exposure(scene: Scene, cube: Cube) -> float | None:
    """Integration time of the scan over that of the white reference; None where the file does not state both."""
    scan: Time | None = cube.extra.get("integration_time")
    white = reference_time(scene, scene.white_key)
    return None if scan is None or white is None else scan.over(white)


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
