"""Rasters compressed in memory, for what needs those of all scenes of a large study and looks at one at a time."""

import zlib
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np

FASTEST = 1  # level of compression: rasters of labels and parts shrink to a fiftieth with it


@dataclass(frozen=True)
class PackedRaster:
    """One raster, compressed.

    Attributes
    ----------
    content : its values, compressed.
    shape : its shape.
    dtype : its dtype, as text.
    """

    content: bytes
    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def of(cls, raster: np.ndarray) -> "PackedRaster":
        """Compress a raster.

        Parameters
        ----------
        raster : array of plain numbers.
        """
        return cls(zlib.compress(np.ascontiguousarray(raster).data, FASTEST), raster.shape, raster.dtype.str)

    def unpacked(self) -> np.ndarray:
        """Return the raster, read-only."""
        return np.frombuffer(zlib.decompress(self.content), self.dtype).reshape(self.shape)


class PackedRasters(MutableMapping[str, np.ndarray]):
    """Rasters by scene, each compressed; it is unpacked, read-only, when it is asked for.

    Parameters
    ----------
    packed : mapping from scene to PackedRaster, the first ones.

    Examples
    --------
    >>> rasters = PackedRasters()
    >>> rasters["DH1"] = np.zeros((2, 3), np.uint8)
    >>> rasters["DH1"].shape
    (2, 3)
    """

    def __init__(self, packed: Mapping[str, PackedRaster] | None = None) -> None:
        self._packed = dict(packed or {})

    def __getitem__(self, scene: str) -> np.ndarray:
        return self._packed[scene].unpacked()

    def __setitem__(self, scene: str, raster: np.ndarray) -> None:
        self._packed[scene] = PackedRaster.of(raster)

    def __delitem__(self, scene: str) -> None:
        del self._packed[scene]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
