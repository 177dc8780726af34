"""Hold the arrays that stages exchange: a lazy `Cube`, and the `Pixels` and `Latents` drawn from it.

Shapes and dtypes are validated only here, when one of them is created; other code relies on them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from semispectral.errors import ShapeError
from semispectral.scans.sensor_bands import OWN_SENSOR, Sensors, columns_of

COLUMNS = ("scene", "line", "sample", "code")
PARTS = ("train", "valid", "test")
MOST_PIXELS = 2**30  # of a scene
HoldData = Callable[[np.ndarray, np.ndarray], np.ndarray]  # values [pixel, band], sample int [pixel] -> bool [pixel]


@dataclass(frozen=True)
class Cube:
    """Scene on disk, read by blocks of lines and never whole.

    Attributes
    ----------
    path : Path, the file.
    shape : (lines, samples, bands).
    dtype : dtype of the values as stored.
    read_lines : function ``read_lines(first, last)`` that returns the values of lines first..last-1, [line, sample,
        band].
    chunk_lines : int, number of lines that the file stores together; blocks are multiples of it.
    wavelengths_nm : float64 [band] in nm, or None where the file has none.
    band_names : tuple of str, names of the bands, or empty.
    nodata : float or None, value that means no data, or None.
    close : function that releases the file.
    extra : dict, further facts of the format (bad-band list, georeference, conversion), by name.
    sensors : tuple of SensorBands, which bands are of which sensor; empty: all are of one.

    Examples
    --------
    >>> values = np.zeros((5, 3, 4), np.float32)
    >>> cube = Cube(Path("scan.npy"), (5, 3, 4), values.dtype, lambda first, last: values[first:last])
    >>> [first for first, block in cube.blocks(max_bytes=100)]
    [0, 2, 4]
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    read_lines: Callable[[int, int], np.ndarray]
    chunk_lines: int = 1
    wavelengths_nm: np.ndarray | None = None
    band_names: tuple[str, ...] = ()
    nodata: float | None = None
    close: Callable[[], None] = field(default=lambda: None)
    extra: dict[str, Any] = field(default_factory=dict)
    sensors: Sensors = ()

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ShapeError(
                f"{self.path}: a scene needs the axes [line, sample, band], none of them empty, got shape "
                f"{self.shape}; "
                "name another array"
            )
        if self.shape[0] * self.shape[1] > MOST_PIXELS:
            raise ShapeError(
                f"{self.path}: a scene may have at most {MOST_PIXELS} pixels, because its labels and its map are kept "
                f"in memory, got {self.shape[0]} lines of {self.shape[1]} samples; cut the scan, or correct its header"
            )
        if self.dtype.kind not in "uif":
            raise ShapeError(
                f"{self.path}: a scene must hold real numbers, got dtype {self.dtype}; name another array, or "
                "convert it"
            )
        if self.wavelengths_nm is not None and self.wavelengths_nm.shape != (self.shape[2],):
            raise ShapeError(
                f"{self.path}: one wavelength per band is needed ({self.shape[2]}), got shape "
                f"{self.wavelengths_nm.shape}; correct the wavelengths, or leave them out"
            )

    def __enter__(self) -> "Cube":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def line_bytes(self) -> int:
        """Size of a line as stored, not compressed, in bytes."""
        return self.shape[1] * self.shape[2] * self.dtype.itemsize

    @property
    def own_bands(self) -> slice:
        """Bands of the sensor on whose grid the scene lies, before or after cleaning."""
        columns = zip(self.sensors, columns_of(self.sensors), strict=True)
        found = [place for each, place in columns if each.name == self.extra.get(OWN_SENSOR)]
        return found[0] if found else slice(0, self.shape[2])

    def block_lines(self, *, max_bytes: int) -> int:
        """Return the height of a block: the largest multiple of the file's chunk height within ``max_bytes``.

        Parameters
        ----------
        max_bytes : int, largest size of a block, in bytes.
        """
        height = max(1, max_bytes // self.line_bytes)
        return max(height // self.chunk_lines, 1) * self.chunk_lines

    def blocks(self, *, max_bytes: int) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (first line, values [line, sample, band]) over the whole scene, in order.

        Parameters
        ----------
        max_bytes : int, largest size of a block, in bytes.
        """
        height = self.block_lines(max_bytes=max_bytes)
        for first in range(0, self.shape[0], height):
            yield first, self.read_lines(first, min(first + height, self.shape[0]))


def _checked_table(table: pd.DataFrame, pixels: int, what: str) -> pd.DataFrame:
    absent = [column for column in COLUMNS if column not in table.columns]
    if absent:
        raise ShapeError(f"{what}.table needs the columns {', '.join(COLUMNS)}; missing: {', '.join(absent)}")
    if len(table) != pixels:
        raise ShapeError(f"{what}.table must have one row per pixel ({pixels}), got {len(table)}")
    return table.reset_index(drop=True)


@dataclass(frozen=True)
class Pixels:
    """Spectra of chosen pixels, and their positions.

    Attributes
    ----------
    x : [pixel, band], of the file's dtype in samples, float32 after normalisation.
    table : DataFrame, one row per pixel: scene, line, sample, code; once they are dealt to a split also hole, label
        (-1: unlabelled) and part (train, valid, test).
    wavelengths_nm : float64 [band] in nm, or None.
    bad_bands : tuple of int, numbers, among the bands of the file, of those that are left out of all scenes.
    sensors : tuple of SensorBands, which bands are of which sensor; empty: all are of one.
    """

    x: np.ndarray
    table: pd.DataFrame
    wavelengths_nm: np.ndarray | None = None
    bad_bands: tuple[int, ...] = ()
    sensors: Sensors = ()

    def __post_init__(self) -> None:
        if self.x.ndim != 2:
            raise ShapeError(f"Pixels.x must be [pixel, band], got shape {self.x.shape}")
        if self.wavelengths_nm is not None and self.wavelengths_nm.shape != (self.x.shape[1],):
            raise ShapeError(
                f"Pixels.wavelengths_nm must be [{self.x.shape[1]}], got shape {self.wavelengths_nm.shape}"
            )
        object.__setattr__(self, "table", _checked_table(self.table, len(self.x), "Pixels"))

    def __len__(self) -> int:
        return len(self.x)

    @property
    def label(self) -> np.ndarray:
        """Label of each pixel, int16 [pixel]; -1 where unlabelled."""
        return self.table["label"].to_numpy(np.int16)

    def where(self, keep: np.ndarray) -> "Pixels":
        """Select pixels by a mask or an array of indices.

        Parameters
        ----------
        keep : bool [pixel], or int [chosen pixel].
        """
        return replace(
            self, x=self.x[keep], table=self.table.loc[keep] if keep.dtype == bool else self.table.iloc[keep]
        )

    @classmethod
    def concat(cls, parts: Sequence["Pixels"]) -> "Pixels":
        """Join the pixels of several scenes; their bands must agree.

        Parameters
        ----------
        parts : sequence of Pixels, one per scene.

        Raises
        ------
        ShapeError : the scenes have different bands.
        """
        bands = {part.x.shape[1] for part in parts}
        if len(bands) != 1:
            raise ShapeError(
                f"scenes of one number of bands are needed to join them, got {sorted(bands)}; give all scenes the same "
                "bands (cleaning.steps: resample)"
            )
        table = pd.concat([part.table for part in parts], ignore_index=True)
        bad_bands = tuple(sorted({band for part in parts for band in part.bad_bands}))
        first = parts[0]
        return cls(np.concatenate([part.x for part in parts]), table, first.wavelengths_nm, bad_bands, first.sensors)


@dataclass(frozen=True)
class Latents:
    """Distribution q(z|x) of chosen pixels: mean and log-variance of each latent in use.

    Attributes
    ----------
    mean : float32 [pixel, latent].
    log_variance : float32 [pixel, latent], natural logarithm.
    table : DataFrame, one row per pixel, as in `Pixels`.
    """

    mean: np.ndarray
    log_variance: np.ndarray
    table: pd.DataFrame

    def __post_init__(self) -> None:
        if self.mean.ndim != 2 or self.mean.shape != self.log_variance.shape:
            raise ShapeError(
                "Latents.mean and .log_variance must both be [pixel, latent], "
                f"got shapes {self.mean.shape} and {self.log_variance.shape}"
            )
        object.__setattr__(self, "table", _checked_table(self.table, len(self.mean), "Latents"))

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def label(self) -> np.ndarray:
        """Label of each pixel, int16 [pixel]; -1 where unlabelled."""
        return self.table["label"].to_numpy(np.int16)

    @classmethod
    def concat(cls, parts: Sequence["Latents"]) -> "Latents":
        """Join the latents of several scenes.

        Parameters
        ----------
        parts : sequence of Latents, one per scene.
        """
        table = pd.concat([part.table for part in parts], ignore_index=True)
        return cls(
            np.concatenate([part.mean for part in parts]),
            np.concatenate([part.log_variance for part in parts]),
            table,
        )
