"""List the TSG datasets of a folder as scenes, and the classes of their scalars, in the words of the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.scans.formats.scene_files import TSG_HEADER, tsg_pair
from semispectral.scans.formats.tsg import read_scalar
from semispectral.scans.formats.tsg_header import read_header

USUAL_SCALAR = "Grp1 "  # TSA's first group of minerals, of any sensor: "Grp1 sTSAS", "Grp1 sTSAT"
NO_ROCK = ("NOTAROK",)  # group of wood, markers and plastic: to be ignored
NO_MINERAL = ("INVALID", "Aspectral", "NotInLibrary", "Dark", "Noisy", "HighError", "MaskedOff")  # left unlabelled
NO_ROCK_MINERALS = (
    *("Vegetation-Dry", "Vegetation-Green", "IsaWhite", "IsaYellow", "PlasticChipTray", "Teflon", "WhiteMarker"),
    *("Wood", "YellowMarker", "GalvanisedIron", "ODZincalume"),
)


@dataclass(frozen=True)
class Dataset:
    """A TSG dataset as a row of scenes.tsv.

    Attributes
    ----------
    header : Path, the file ``.tsg``, for the column data.
    hole : str, name of the drill hole; that of the file where the header has none.
    depth_from_m, depth_to_m : float or None, depth of the first and of the last spectrum.
    scalars : tuple of str, scalars whose values are classes; ``name:`` before one makes a ``labels_key``.
    """

    header: Path
    hole: str
    depth_from_m: float | None
    depth_to_m: float | None
    scalars: tuple[str, ...]

    @property
    def usual_scalar(self) -> str:
        """First group of minerals that TSA found; empty where the dataset has none."""
        return next((name for name in self.scalars if name.startswith(USUAL_SCALAR)), "")


@dataclass(frozen=True)
class FoundClasses:
    """Classes that occur in scalars.

    Attributes
    ----------
    rows : tuple of (code, name, colour), for classes.tsv.
    use, ignore : str, codes of rock classes, and of what is no rock, for scenes.tsv; spectra in which no mineral was
        found are in neither, and so unlabelled.
    """

    rows: tuple[tuple[int, str, str], ...]
    use: str
    ignore: str


def dataset_of(header: Path) -> Dataset:
    """Describe a dataset.

    Parameters
    ----------
    header : Path, file ``.tsg``.
    """
    found = read_header(header)
    known = found.depth_m[np.isfinite(found.depth_m)]
    downwards = known.size > 1 and known[-1] > known[0]
    return Dataset(
        header,
        found.hole or header.stem,
        float(known[0]) if downwards else None,
        float(known[-1]) if downwards else None,
        tuple(name for name, table in found.tables.items() if table.names),
    )


def datasets(folder: Path) -> tuple[Path, ...]:
    """Return the headers of the complete datasets in a folder, sorted by name.

    Parameters
    ----------
    folder : Path, folder to look at; folders in it are not searched.
    """
    headers = (path for path in folder.iterdir() if path.suffix.lower() == TSG_HEADER)
    return tuple(sorted(path for path in headers if all(tsg_pair(path))))


def classes_of(scalars: Sequence[tuple[Path, str]]) -> FoundClasses:
    """Return the classes that occur in scalars of one or several datasets; a name in two of them is one class.

    Parameters
    ----------
    scalars : sequence of (header, name of a scalar).
    """
    colours: dict[str, str] = {}
    for path, scalar in scalars:
        table, values = read_header(path).tables[scalar], read_scalar(path, scalar)
        inside = np.unique(values[(values >= 0) & (values < len(table.names))]).astype(int)
        for place in inside.tolist():
            colours.setdefault(table.names[place], table.colours[place])
    rock = [name for name in colours if name not in (*NO_ROCK, *NO_ROCK_MINERALS, *NO_MINERAL)]
    other = [name for name in colours if name in (*NO_ROCK, *NO_ROCK_MINERALS)]
    none = [name for name in colours if name in NO_MINERAL]
    rows = tuple((code, name, colours[name]) for code, name in enumerate((*rock, *other, *none), start=1))
    return FoundClasses(rows, _codes(1, len(rock)), _codes(len(rock) + 1, len(rock) + len(other)))


def _codes(first: int, last: int) -> str:
    return "" if last < first else f"{first}-{last}" if last > first else str(first)
