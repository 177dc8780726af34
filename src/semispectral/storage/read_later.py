"""Files that are read when they are asked for: of a study of hundreds of scenes, memory holds one."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class ReadLater(Mapping[str, T]):
    """What is in files, by scene, each read whenever it is asked for.

    Parameters
    ----------
    files : mapping from scene to its file.
    read : function that reads one.

    Examples
    --------
    >>> found = ReadLater({"DH1": Path("dh1.txt")}, lambda path: path.stem)
    >>> found["DH1"]
    'dh1'
    """

    def __init__(self, files: Mapping[str, Path], read: Callable[[Path], T]) -> None:
        self._files, self._read = dict(files), read

    def __getitem__(self, scene: str) -> T:
        return self._read(self._files[scene])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
