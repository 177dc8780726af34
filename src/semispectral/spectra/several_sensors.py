"""Make one cube of the data that several sensors measured of a scene, and clean the bands of each by itself.

What belongs to a detector (references, dead elements, lost lines, stripes, smile) is applied on the sensor's own lines
and samples; then its values are laid on the grid of the scene's own data, and all bands stand side by side. What works
on spectra (bad bands, gaps, smoothing) comes after that, for each sensor alone. So census, draw, maps and features read
a scene of several sensors as they read any other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from semispectral.errors import ConfigError, DataError, about
from semispectral.scans.cube import Cube
from semispectral.scans.instrument import Sensor
from semispectral.scans.placing import fit_affine, placed
from semispectral.scans.quality import without_repeats
from semispectral.scans.readers import open_scene
from semispectral.scans.sensor_bands import OWN_SENSOR, SensorBands, columns_of, within
from semispectral.spectra.cleaning import STEPS, Spectra, bridged, clean
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.remarks import remarks
from semispectral.spectra.scene_sensor import sensor_for
from semispectral.study.names import some
from semispectral.study.scene import OtherSensor, Remark, Scene

OF_DETECTOR = (
    "references",
    "dropped_lines",
    "repeated_lines",
    "dead_columns",
    "stripes",
    "smile",
)  # steps before a sensor is placed
OWN, PARTS = "own", "parts"  # facts of a cube of several sensors: the scene's own data, and each sensor
OF_VALUES = (
    "bad_bands",
    "conversion",
    "applied",
    "nodata",
    "nodata_of_file",
    "marks",
    "unclear",
    "saturated",
)  # not of joined spectra


@dataclass(frozen=True, eq=False)
class Part:
    """One sensor of an open scene.

    Attributes
    ----------
    other : OtherSensor, its row.
    cube : Cube, its data as values, on its own lines and samples.
    sensor : Sensor, its references, bad bands and faults; none where the scene lacks it.
    settings : CleanConfig, its cleaning.
    """

    other: OtherSensor
    cube: Cube
    sensor: Sensor
    settings: CleanConfig


def open_sensors(scene: Scene, settings: CleanConfig) -> Cube:
    """Open a scene; of several sensors, with the bands of all, on the grid of its own data.

    A scene of one sensor is opened as `semispectral.scans.readers.open_scene` does. Otherwise values are float32, times
    the scale of each sensor, and NaN where a sensor sees nothing or the scene lacks it.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.

    Raises
    ------
    ConfigError : cleaning names a sensor that the study does not have.
    DataError, ShapeError : a sensor cannot be read, or does not lie on the scene.
    """
    if not scene.others:
        return open_scene(scene)
    _require_known(scene, settings)
    parts: list[Part] = []
    try:
        for other in _all_sensors(scene):
            with about(f"{scene.name}, {other.name}", str(other.row.data)):
                parts.append(_opened(other, settings.of_sensor(other.name)))
        return _joined(scene, parts)
    except BaseException:
        _close(parts)
        raise


def _require_known(scene: Scene, settings: CleanConfig) -> None:
    known = [other.name for other in _all_sensors(scene)]
    unknown = [name for name in settings.sensors if name not in known]
    if unknown:
        raise ConfigError(
            f"cleaning.sensors: must name sensors of the study, {some(known)}, got {some(unknown)}; names stand in the "
            "column sensor of sensors.tsv and of scenes.tsv"
        )


def _all_sensors(scene: Scene) -> tuple[OtherSensor, ...]:
    """Return all sensors of the study, that of the scene's own data among them, in the order of their bands."""
    own = OtherSensor(scene.sensor, scene.alone)
    return (*scene.others[: scene.own_place], own, *scene.others[scene.own_place :])


def _close(parts: Sequence[Part]) -> None:
    for part in parts:
        part.cube.close()


def _opened(other: OtherSensor, settings: CleanConfig) -> Part:
    """Open the data of one sensor; of one that the scene lacks, only the header of another scene is looked at."""
    cube = open_scene(other.row)
    try:
        sensor = Sensor(wavelengths_nm=cube.wavelengths_nm) if other.absent else sensor_for(other.row, cube, settings)
    except BaseException:
        cube.close()
        raise
    return Part(other, cube, sensor, settings)


def _joined(scene: Scene, parts: Sequence[Part]) -> Cube:
    """Return the cube of all bands."""
    own = parts[scene.own_place].cube
    nm = _wavelengths(scene, parts)
    sensors = tuple(SensorBands(part.other.name, part.cube.shape[2]) for part in parts)
    columns = columns_of(sensors)
    cubes = [None if part.other.absent else placed(_calibrated(part), part.other, own) for part in parts]
    bands = columns[-1].stop
    bad = [first.start + band for first, part in zip(columns, parts, strict=True) for band in part.sensor.bad_bands]

    def read_lines(first: int, last: int) -> np.ndarray:
        values = np.full((last - first, own.shape[1], bands), np.nan, np.float32)
        for cube, place in zip(cubes, columns, strict=True):
            if cube is not None:
                values[:, :, place] = cube.read_lines(first, last)
        return values

    facts = {name: value for name, value in own.extra.items() if name not in OF_VALUES}
    return replace(
        own,
        shape=(*own.shape[:2], bands),
        dtype=np.dtype(np.float32),
        read_lines=read_lines,
        wavelengths_nm=nm,
        band_names=(),
        nodata=None,
        close=lambda: _close(parts),
        extra={"stored": own.dtype}
        | facts
        | {"bad_bands": tuple(bad), OWN: own, PARTS: tuple(parts), OWN_SENSOR: scene.sensor},
        sensors=sensors,
    )


def _wavelengths(scene: Scene, parts: Sequence[Part]) -> np.ndarray | None:
    """Return the wavelengths of all bands, or None where no sensor has any."""
    known = [part.cube.wavelengths_nm for part in parts if part.cube.wavelengths_nm is not None]
    if known and len(known) < len(parts):
        lacking = [part.other.name for part in parts if part.cube.wavelengths_nm is None]
        raise DataError(
            f"{scene.name}: the wavelengths of all sensors are needed where one has some, but {some(lacking)} has "
            "none; give them in the column wavelengths of scenes.tsv or sensors.tsv"
        )
    return np.concatenate(known) if known else None


@contextmanager
def calibrated_data(row: Scene, settings: CleanConfig) -> Iterator[Cube]:
    """Open the data of one sensor as values after the steps that belong to its detector, on its own lines and samples.

    Parameters
    ----------
    row : Scene, row of the data.
    settings : CleanConfig, steps of cleaning.

    Yields
    ------
    Cube of float32, closed at the end; NaN where there is no value.
    """
    part = _opened(OtherSensor("", row), settings)
    try:
        yield _calibrated(part)
    finally:
        part.cube.close()


def _calibrated(part: Part) -> Cube:
    """Return the data of a sensor after the steps that belong to its detector, times its scale; NaN are gaps."""
    cube = without_repeats(part.cube) if "repeated_lines" in part.settings.steps else part.cube
    scale = np.float32(part.other.row.factor)
    samples, bands = cube.shape[1:]

    def read_lines(first: int, last: int) -> np.ndarray:
        sample = np.tile(np.arange(samples), last - first)
        x = cube.read_lines(first, last).reshape(-1, bands)
        values = of_detector(x, sample=sample, sensor=part.sensor, settings=part.settings)
        return (values * scale).reshape(last - first, samples, bands)

    return replace(cube, read_lines=read_lines, dtype=np.dtype(np.float32))


def of_detector(x: np.ndarray, *, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> np.ndarray:
    """Apply the steps of cleaning that belong to a detector to all its bands, float32 [pixel, band]; gaps are NaN.

    Parameters
    ----------
    x : [pixel, band], values as stored; NaN where there is none.
    sample : int [pixel], column of the detector.
    sensor : Sensor, its references and faults.
    settings : CleanConfig, its cleaning.
    """
    found = Spectra(np.array(x, np.float32), sample, sensor)
    if "dropped_lines" in settings.steps:
        found = STEPS["dropped_lines"](found, settings)
    if settings.uses_references(named=sensor.dark is not None and sensor.white is not None):
        found = STEPS["references"](found, settings)
    if "dead_columns" in settings.steps:
        found = STEPS["dead_columns"](found, settings)
    missing = ~np.isfinite(found.x)
    for name in [step for step in settings.steps if step in ("stripes", "smile")]:
        found = STEPS[name](_without_gaps(found), settings)
    return np.where(missing, np.float32(np.nan), found.x)


def _without_gaps(found: Spectra) -> Spectra:
    """Return spectra with their gaps bridged, however large; 0 where there is nothing to bridge between."""
    whole = replace(found.sensor, bad_bands=(), gaps=(), dark=None, white=None)
    return replace(found, x=bridged(found.x, sample=found.sample, sensor=whole, settings=CleanConfig())[0].x)


def _of_spectra(settings: CleanConfig, name: str, bad_bands: Sequence[int]) -> CleanConfig:
    """Return the cleaning of one sensor without the steps of its detector, which are behind it."""
    own = settings.of_sensor(name)
    if own.drops_last and bad_bands:
        raise ConfigError(
            "cleaning.bad_bands: numbers of bands after resampling cannot be given for several sensors; name the "
            "ranges in cleaning.bad_ranges_nm"
        )
    steps = tuple(step for step in own.steps if step not in OF_DETECTOR)
    return replace(own, steps=steps, references="none", bad_bands=tuple(bad_bands))


def _each(sensor: Sensor, settings: CleanConfig) -> Iterator[tuple[slice, Sensor, CleanConfig]]:
    """Yield the columns, the sensor and the cleaning of each sensor of a scene."""
    nm = sensor.wavelengths_nm
    for each, place in zip(sensor.sensors, columns_of(sensor.sensors), strict=True):
        own = Sensor(
            wavelengths_nm=None if nm is None else nm[place],
            bad_bands=within(sensor.bad_bands, place),
            gaps=within(sensor.gaps, place),
        )
        yield place, own, _of_spectra(settings, each.name, within(settings.bad_bands, place))


def clean_each(x: np.ndarray, *, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> Spectra:
    """Clean spectra of several sensors, the bands of each by themselves, as `clean` does those of one.

    Parameters
    ----------
    x : [pixel, band], values; NaN where there is none.
    sample : int [pixel], column of the grid.
    sensor : Sensor, sensor of the scene, with the bands of each.
    settings : CleanConfig, steps of cleaning.

    Returns
    -------
    Spectra with float32 x, NaN in all bands of a sensor that has no data of a pixel, and the bands that are left.
    """
    found = [
        clean(x[:, place], sample=sample, sensor=own, settings=steps) for place, own, steps in _each(sensor, settings)
    ]
    known = [part.sensor.wavelengths_nm for part in found if part.sensor.wavelengths_nm is not None]
    sensors = tuple(SensorBands(each.name, part.x.shape[1]) for each, part in zip(sensor.sensors, found, strict=True))
    joined = Sensor(wavelengths_nm=np.concatenate(known) if known else None, sensors=sensors)
    return Spectra(np.concatenate([part.x for part in found], axis=1), sample, joined)


def lost_in_each(x: np.ndarray, *, sample: np.ndarray, sensor: Sensor, settings: CleanConfig) -> np.ndarray:
    """Return of which pixels each sensor has no data after cleaning, bool [pixel, sensor].

    Parameters
    ----------
    x, sample, sensor, settings : as in `clean_each`.
    """
    lost = [
        bridged(x[:, place], sample=sample, sensor=own, settings=steps)[1]
        for place, own, steps in _each(sensor, settings)
    ]
    return np.stack(lost, axis=1)


def own_data(cube: Cube) -> Cube:
    """Return the scene's own data as values: those of the sensor on whose grid it lies.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    own: Cube = cube.extra.get(OWN, cube)
    return own


def remarks_of_scene(
    scene: Scene, cube: Cube, sensor: Sensor, settings: CleanConfig, *, fate: str, table: str
) -> list[Remark]:
    """Describe the statements of the files of a scene about its values, as `remarks` does, sensor by sensor.

    Parameters
    ----------
    scene, cube, sensor, settings, fate, table : as in `semispectral.spectra.remarks.remarks`.
    """
    if PARTS not in cube.extra:
        return remarks(scene, cube, sensor, settings, fate=fate, table=table)
    said = []
    for part in cube.extra[PARTS]:
        of_sensor: list[Remark] = (
            [Remark("the scene lacks it")]
            if part.other.absent
            else [
                *_residual(part.other),
                *remarks(part.other.row, part.cube, part.sensor, part.settings, fate=fate, table=table),
            ]
        )
        said += [Remark(f"{part.other.name}: {each.text}", each.odd) for each in of_sensor]
    return said


def _residual(other: OtherSensor) -> Iterator[Remark]:
    """Yield how well the tie points of a sensor fit together."""
    if other.tie_points:
        off = fit_affine(other.tie_points).residuals
        yield Remark(
            f"it lies on the scene by {len(off)} tie points, which fit one affine to {np.median(off):.2f} pixels "
            f"(median; the largest residual is {off.max():.2f} pixels of this sensor)"
        )
