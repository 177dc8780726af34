"""Find the tie points of the sensors of a study, and write their table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.errors import ConfigError, about
from semispectral.scans.alignment import Aligned, band_image, find_tie_points, scaled_to
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.several_sensors import calibrated_data
from semispectral.storage.atomic import write_atomically
from semispectral.study.scene import OtherSensor, Scene

COLUMNS = ("scene", "sensor", "line", "sample", "grid_line", "grid_sample")
FEW = 0.1  # of the bands of each sensor, that are compared where none is shared


def align(scenes: Sequence[Scene], output: Path, *, wavelength_nm: float | None, size: float | None) -> str:
    """Find the tie points of all sensors that have no place, write their table, and say in words how they fit.

    Parameters
    ----------
    scenes : rows of the scenes with their sensors.
    output : table to write.
    wavelength_nm : wavelength to compare, in nm; None: the bands that two sensors share, or the nearest ones.
    size : size of a pixel of each sensor, in pixels of its scene; None: both see the same ground.

    Raises
    ------
    ConfigError : every sensor has its place.
    DataError : too few windows of a sensor and its scene agree.
    """
    rows, said = ["\t".join(COLUMNS)], []
    for scene in scenes:
        for other in scene.others:
            if other.absent or other.affine or other.tie_points:
                continue
            with about(f"{scene.name}, {other.name}", str(other.row.data)):
                found = _aligned(scene, other, wavelength_nm, size)
            off = found.fitted.residuals
            said.append(
                f"{scene.name}, {other.name}: {len(found.points)} tie points, of {found.windows} windows; an affine "
                f"fits them to {np.median(off):.2f} pixels of it (median; the largest residual is {off.max():.2f})"
            )
            for point in found.points:
                places = (point.line, point.sample, point.grid_line, point.grid_sample)
                rows.append("\t".join([scene.name, other.name, *(f"{place:.3f}" for place in places)]))
    if not said:
        raise ConfigError(
            "sensors.tsv, column 'place': every sensor has its place; empty the cells that are to be found"
        )
    write_atomically(output, ("\n".join(rows) + "\n").encode())
    return "\n".join([*said, f"Wrote {output}: name it in the column place of sensors.tsv.", ""])


def _aligned(scene: Scene, other: OtherSensor, wavelength_nm: float | None, size: float | None) -> Aligned:
    settings = CleanConfig()
    with calibrated_data(scene.alone, settings) as grid, calibrated_data(other.row, settings) as sensor:
        shown = bands_to_compare(
            grid.wavelengths_nm, sensor.wavelengths_nm, (grid.shape[2], sensor.shape[2]), wavelength_nm
        )
        images = [band_image(cube, bands) for cube, bands in zip((grid, sensor), shown, strict=True)]
        start = scaled_to(grid.shape[:2], sensor.shape[:2], size)
    return find_tie_points(*images, start=start, where=f"{scene.name}, {other.name}")


def bands_to_compare(
    grid_nm: np.ndarray | None, sensor_nm: np.ndarray | None, counts: tuple[int, int], wavelength_nm: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bands of both sensors whose mean is compared, int [some band] of each.

    Parameters
    ----------
    grid_nm, sensor_nm : float64 [band] in nm, or None.
    counts : number of bands of each.
    wavelength_nm : wavelength to compare, or None.
    """
    if grid_nm is None or sensor_nm is None:
        return np.arange(counts[0]), np.arange(counts[1])
    low, high = max(np.nanmin(grid_nm), np.nanmin(sensor_nm)), min(np.nanmax(grid_nm), np.nanmax(sensor_nm))
    both = tuple(np.flatnonzero((nm >= low) & (nm <= high)) for nm in (grid_nm, sensor_nm))
    if wavelength_nm is None and all(len(bands) for bands in both):
        return both[0], both[1]
    at = (low + high) / 2 if wavelength_nm is None else wavelength_nm
    shares = [1 if wavelength_nm is not None else max(1, round(FEW * len(nm))) for nm in (grid_nm, sensor_nm)]
    nearest = [
        np.argsort(np.abs(np.where(np.isfinite(nm), nm, np.inf) - at))[:few]
        for nm, few in zip((grid_nm, sensor_nm), shares, strict=True)
    ]
    return nearest[0], nearest[1]
