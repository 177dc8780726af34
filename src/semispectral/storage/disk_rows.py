"""Keep spectra that do not fit in memory in a temporary file, and read them row by row.

A batch is a random draw from all pixels of all scenes. Parquet gives whole row groups, which are pixels of one scene. A
file of plain rows gives any pixels, so training sees the same batches as from memory.
"""

import math
import resource
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]

from semispectral.storage.atomic import in_words

SHARE_OF_MEMORY = 1 / 3  # of what is free, for the spectra: selecting and training each take a copy


class StoredRows:
    """Rows of a float32 array on disk, with shape, length and indexing like an array.

    Parameters
    ----------
    rows : float32 [row, column], mapped from a file.
    index : int [pixel], numbers of the rows, in order.
    """

    def __init__(self, rows: np.ndarray, index: np.ndarray) -> None:
        self.rows, self.index = rows, index

    def __len__(self) -> int:
        return len(self.index)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of pixels and of columns."""
        return len(self.index), self.rows.shape[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the values, float32."""
        return self.rows.dtype

    def __getitem__(self, chosen: Any) -> np.ndarray:
        """Return some rows, in memory: float32 [chosen, column]."""
        return np.asarray(self.rows[self.index[chosen]])

    def where(self, keep: np.ndarray) -> "StoredRows":
        """Select the rows of a mask; they stay on disk.

        Parameters
        ----------
        keep : bool [pixel].
        """
        return StoredRows(self.rows, self.index[keep])

    def columns(self, first: int, last: int) -> "StoredRows":
        """Select the columns first..last-1; they stay on disk.

        Parameters
        ----------
        first : int, first column, from 0.
        last : int, column after the last one.
        """
        return StoredRows(self.rows[:, first:last], self.index)


Rows = np.ndarray | StoredRows


def columns(x: Rows, first: int, last: int) -> Rows:
    """Select the columns first..last-1 of rows in memory or on disk.

    Parameters
    ----------
    x : float32 [pixel, column], or StoredRows.
    first : int, first column, from 0.
    last : int, column after the last one.
    """
    return x.columns(first, last) if isinstance(x, StoredRows) else np.ascontiguousarray(x[:, first:last])


def store(parts: Iterable[np.ndarray], directory: Path, *, needed: int = 0) -> StoredRows:
    """Write arrays one after the other as rows of a temporary file without a name.

    The file is deleted when the process ends.

    Parameters
    ----------
    parts : arrays [pixel, column].
    directory : Path, folder on the disk that is to hold the file.
    needed : int, size of the file, in bytes, for the error; 0 where it is not known.

    Raises
    ------
    NoSpaceError : the disk is full; nothing of the file is left.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rows, columns = 0, 0
    spectra = directory / "spectra"  # what an error calls the nameless file
    with in_words(spectra, spectra, needed=needed), tempfile.TemporaryFile(dir=directory) as file:
        for part in parts:
            file.write(np.ascontiguousarray(part, np.float32).data)
            rows, columns = rows + len(part), part.shape[1]
        file.flush()
        mapped = np.memmap(file, np.float32, "r", shape=(rows, columns))  # keeps the file when its handle is closed
    return StoredRows(mapped, np.arange(rows))


def fits(needed: int) -> bool:
    """Return whether spectra of a size may be held in memory.

    Parameters
    ----------
    needed : int, size of the spectra, in bytes.
    """
    return needed <= SHARE_OF_MEMORY * free_memory()


def free_memory() -> float:
    """Return the memory that this process may still use, in bytes, by the machine and its own limits."""
    process = psutil.Process().memory_info()
    limits = (
        (resource.RLIMIT_DATA, getattr(process, "data", 0)),
        (resource.RLIMIT_AS, process.vms),
    )
    own = [_limit(kind) - taken for kind, taken in limits]
    return max(min(float(psutil.virtual_memory().available), _free_of_group(), *own), 0.0)


def _limit(kind: int) -> float:
    soft, _ = resource.getrlimit(kind)
    return math.inf if soft == resource.RLIM_INFINITY else float(soft)


def _free_of_group() -> float:
    """Return the memory that the control group of a container or batch job still has, in bytes."""
    for limit, taken in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            text = Path(limit).read_text(encoding="ascii").strip()
            return math.inf if text == "max" else float(text) - float(Path(taken).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return math.inf
