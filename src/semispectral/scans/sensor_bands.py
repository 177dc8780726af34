"""Say which bands of joined spectra are of which sensor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SensorBands:
    """Bands of one sensor, beside those of others.

    Attributes
    ----------
    name : str, name of the sensor.
    bands : int, number of its bands.
    """

    name: str
    bands: int


OWN_SENSOR = "own_sensor"  # key of what a cube says of its scene: the sensor on whose grid it lies
Sensors = tuple[SensorBands, ...]  # in the order of their bands; empty: all bands are of one sensor


def columns_of(sensors: Iterable[SensorBands]) -> list[slice]:
    """Return the columns of each sensor.

    Parameters
    ----------
    sensors : iterable of SensorBands, in the order of their bands.

    Examples
    --------
    >>> columns_of([SensorBands("vnir", 3), SensorBands("swir", 2)])
    [slice(0, 3, None), slice(3, 5, None)]
    """
    found, first = [], 0
    for each in sensors:
        found.append(slice(first, first + each.bands))
        first += each.bands
    return found


def within(bands: Sequence[int], columns: slice) -> tuple[int, ...]:
    """Return those of some bands that lie in the columns of a sensor, numbered from its first one.

    Parameters
    ----------
    bands : sequence of int, numbers of bands.
    columns : slice, columns of the sensor.
    """
    return tuple(band - columns.start for band in bands if columns.start <= band < columns.stop)
