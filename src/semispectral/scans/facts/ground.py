"""Where the pixels of a scene lie: its lines and samples, and the ground under them if the file knows it."""

from dataclasses import dataclass

from rasterio.crs import CRS
from rasterio.errors import CRSError

from semispectral.scans.cube import Cube

Transform = tuple[float, float, float, float, float, float]
PIXELS: Transform = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def on_earth(crs: str) -> bool:
    """Whether a coordinate system has a place on Earth; undefined ones, and ENVI's "Arbitrary", have none."""
    try:
        found = CRS.from_user_input(crs) if crs else None
    except CRSError:
        return False
    return found is not None and bool(found.is_geographic or found.is_projected)


@dataclass(frozen=True)
class Grid:
    """The raster that labels are laid on.

    Parameters
    ----------
    shape : (lines, samples).
    transform : x = a sample + b line + c, y = d sample + e line + f, as (a, b, c, d, e, f).
    crs : coordinate reference system as WKT; empty where none is known.
    pixel_mm : size of a pixel, or None.
    """

    shape: tuple[int, int]
    transform: Transform = PIXELS
    crs: str = ""
    pixel_mm: float | None = None

    @classmethod
    def of(cls, cube: Cube, *, pixel_mm: float | None = None) -> "Grid":
        """The grid of an open scene."""
        return cls(cube.shape[:2], cube.extra.get("transform", PIXELS), cube.extra.get("crs", ""), pixel_mm)

    @property
    def located(self) -> bool:
        """Whether its coordinates are more than samples and lines: on Earth, in a mine's grid, in a laboratory."""
        return self.transform != PIXELS
