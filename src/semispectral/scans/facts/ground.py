"""Describe the position of the pixels of a scene: lines and samples, and coordinates where they are known."""

from dataclasses import dataclass

from rasterio.crs import CRS
from rasterio.errors import CRSError

from semispectral.scans.cube import Cube

Transform = tuple[float, float, float, float, float, float]
PIXELS: Transform = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def on_earth(crs: str) -> bool:
    """Return whether a coordinate system lies on Earth; undefined ones, and ENVI's "Arbitrary", do not.

    Parameters
    ----------
    crs : str, coordinate reference system as WKT.
    """
    try:
        found = CRS.from_user_input(crs) if crs else None
    except CRSError:
        return False
    return found is not None and bool(found.is_geographic or found.is_projected)


@dataclass(frozen=True)
class Grid:
    """Raster that labels are laid on.

    Attributes
    ----------
    shape : (lines, samples).
    transform : (a, b, c, d, e, f) of x = a sample + b line + c, y = d sample + e line + f.
    crs : str, coordinate reference system as WKT; empty where none is known.
    pixel_mm : float or None, size of a pixel, in mm, or None.
    """

    shape: tuple[int, int]
    transform: Transform = PIXELS
    crs: str = ""
    pixel_mm: float | None = None

    @classmethod
    def of(cls, cube: Cube, *, pixel_mm: float | None = None) -> "Grid":
        """Return the grid of an open scene.

        Parameters
        ----------
        cube : Cube, open scene.
        pixel_mm : float or None, size of a pixel, in mm, or None.
        """
        return cls(cube.shape[:2], cube.extra.get("transform", PIXELS), cube.extra.get("crs", ""), pixel_mm)

    @property
    def located(self) -> bool:
        """Whether its coordinates are more than samples and lines: on Earth, in a mine's grid, or in a laboratory."""
        return self.transform != PIXELS
