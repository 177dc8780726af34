"""What was found in a folder: scans with cells that say where they come from, and files that were left out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """A cell of scenes.tsv.

    Attributes
    ----------
    text : str, its text; of a path, the path as found.
    source : str, where it comes from, in words.
    """

    text: str
    source: str


@dataclass(frozen=True)
class FoundSensor:
    """A file of a scan that another sensor measured of the same spectra: a row of sensors.tsv.

    Attributes
    ----------
    name : str, name of the sensor.
    data : Path, file for the column ``data``.
    source : str, why it belongs to the scan, in words.
    """

    name: str
    data: Path
    source: str


@dataclass(frozen=True)
class FoundScan:
    """A scan that was found.

    Attributes
    ----------
    data : Path, file for the column ``data``.
    name : str, name that the camera or the user gave it: file names and tables are matched with it.
    layout : str, kind of folder it was found in.
    cells : dict of Cell, by column of scenes.tsv.
    claimed : frozenset of Path, files that belong to it.
    notes : tuple of str, sentences about it that a person should read.
    sensors : tuple of FoundSensor, its files of further sensors.
    """

    data: Path
    name: str
    layout: str
    cells: dict[str, Cell] = field(default_factory=dict)
    claimed: frozenset[Path] = frozenset()
    notes: tuple[str, ...] = ()
    sensors: tuple[FoundSensor, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A file that could be a scan or belong to one, and was not placed.

    Attributes
    ----------
    path : Path, the file.
    reason : str, why, and what to do.
    claimed : frozenset of Path, files that belong to it.
    """

    path: Path
    reason: str
    claimed: frozenset[Path] = frozenset()


Layout = Callable[[frozenset[Path]], tuple[list[FoundScan], list[LeftOut]]]
