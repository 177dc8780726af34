"""Describe the instrument of a scene: scale, wavelengths, references, dead detector elements."""

from dataclasses import dataclass

import numpy as np

from semispectral.scans.cube import Cube
from semispectral.scans.quality import sparse_blocks
from semispectral.scans.references import References, references_of
from semispectral.scans.sensor_bands import Sensors
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
    dark, white : float32 [sample, band], references in counts, or None; white is NaN at elements of no use.
    panel : float32 [band], reflectance of the white panel, or None: as the settings of cleaning say.
    dead : bool [sample, band], detector elements without signal, or None.
    stripes : float32 [sample, band], factor of each element beside its neighbours, or None where it is not asked for.
    smile : float64 [sample], shift of the bands of each sample, in bands, or None where it is not asked for.
    exposure : float, or float64 [band], integration time of the scan divided by that of the white reference.
    references : References, what was measured and found of the references, or None.
    sensors : tuple of SensorBands, which bands are of which sensor, where a scene has several; all else that belongs to
        a detector has then been applied.
    """

    scale: float = 1.0
    wavelengths_nm: np.ndarray | None = None
    bad_bands: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    dark: np.ndarray | None = None
    white: np.ndarray | None = None
    dead: np.ndarray | None = None
    stripes: np.ndarray | None = None
    smile: np.ndarray | None = None
    exposure: float | np.ndarray = 1.0
    panel: np.ndarray | None = None
    references: References | None = None
    sensors: Sensors = ()


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
    references = references_of(scene, cube)
    exposure = references.exposure if references else None
    marked = (*nowhere, *(marked_bands(cube) if header_bad_bands else ()))
    return Sensor(
        scale=scene.factor,
        wavelengths_nm=cube.wavelengths_nm,
        bad_bands=tuple(sorted({*marked, *empty_bands(cube)})),
        dark=references.dark if references else None,
        white=references.white if references else None,
        dead=dead_elements(np.concatenate(list(sparse_blocks(cube)))) if look_for_dead else None,
        exposure=1.0 if exposure is None else exposure,
        panel=references.panel if references else None,
        references=references,
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


def dead_elements(values: np.ndarray) -> np.ndarray:
    """Return a mask of the detector elements that give the same value on every line, bool [sample, band].

    Lines that hold one value everywhere are lost ones, and do not count.

    Parameters
    ----------
    values : [line, sample, band], as stored.
    """
    lost = np.fmin.reduce(values, axis=(1, 2)) == np.fmax.reduce(values, axis=(1, 2))
    kept = values[~lost]
    if len(kept) < 2:
        return np.zeros(values.shape[1:], bool)
    return np.asarray(np.fmin.reduce(kept) == np.fmax.reduce(kept))  # which pass over NaN
