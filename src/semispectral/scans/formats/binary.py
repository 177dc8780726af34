"""Map a plain binary array inside a file anew for each block, so that memory holds only the block."""

from pathlib import Path
from typing import IO, Any

import numpy as np

from semispectral.errors import UnreadableError


class FlatArray:
    """Numbers that lie one after another in a file, in C order.

    Parameters
    ----------
    source : path, or an open binary file.
    dtype : dtype of the values, in the file's byte order.
    shape : tuple of int, shape of the array.
    offset : int, bytes before the first value.
    """

    def __init__(
        self, source: Path | IO[bytes], *, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int = 0
    ) -> None:
        self.source = source
        self.dtype = dtype
        self.shape = shape
        self.offset = offset

    def __getitem__(self, selection: Any) -> np.ndarray:
        """Return a view of a new map; copy the values to keep (`axes.native`), so that the map is released."""
        # a map kept open would count every page ever read as this process's memory; a file that was cut since it
        # was opened would kill the process, so its size is looked at each time (numpy does, before it maps)
        mapped = np.memmap(self.source, dtype=self.dtype, mode="r", offset=self.offset, shape=self.shape)
        view: np.ndarray = mapped[selection]
        return view


def require_size(path: Path, *, needed: int, why: str) -> None:
    """Refuse a file that is shorter than its header says.

    Parameters
    ----------
    path : Path, file to check.
    needed : int, smallest size, in bytes.
    why : str, reason for that size, for the error.
    """
    found = path.stat().st_size
    if found < needed:
        raise UnreadableError(
            f"{path}: at least {needed} bytes are needed ({why}), got {found}; the file is cut or its header is wrong: "
            "copy it again or correct the header"
        )
