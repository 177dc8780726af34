"""Read tables of labelled pixels: a row for each pixel, such as the answered queue of pixels to label."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from semispectral.errors import DataError
from semispectral.study import tsv
from semispectral.study.names import plain, quoted, some
from semispectral.study.scene import LABEL_TABLES, Scene

WHAT = "a table of labels"
COLUMNS = ("scene", "line", "sample", "class")
PLACES = COLUMNS[:3]


@dataclass(frozen=True)
class LabelRow:
    """Labelled pixel of a table.

    Attributes
    ----------
    number : int, its row in the file; the header is row 1.
    scene : str, name of the scan.
    line, sample : str, place of the pixel, as written.
    of_class : str, name or code of its class.
    """

    number: int
    scene: str
    line: str
    sample: str
    of_class: str


def answered(path: Path) -> Iterator[LabelRow]:
    """Yield the rows of a table whose cell ``class`` is filled; further columns do not matter.

    Parameters
    ----------
    path : Path, table with the columns scene, line, sample and class, as a spreadsheet saves it.

    Raises
    ------
    DataError : a column is missing, or a row has too few or too many cells.
    """
    header, rows = _cells_of(path, COLUMNS, what=WHAT)
    wrong = [name for name in COLUMNS if header.count(name) != 1]
    if wrong:
        raise DataError(
            f"{path}: {WHAT} needs the columns {', '.join(COLUMNS)}, each once; missing or twice: {', '.join(wrong)}; "
            f"got {some(header, show=quoted)}; take the first row of the queue, and save it as CSV or text with tabs"
        )
    place = [header.index(name) for name in COLUMNS]
    for number, row in rows:
        scene, line, sample, of_class = (row[at] for at in place)
        if of_class:
            yield LabelRow(number, scene, line, sample, of_class)


@dataclass(frozen=True)
class ShareRow:
    """Pixel of a table of shares.

    Attributes
    ----------
    number : int, its row in the file; the header is row 1.
    scene : str, name of the scan.
    line, sample : str, place of the pixel, as written.
    shares : mapping of str to str, what is written in the column of each class, by the name of the column.
    """

    number: int
    scene: str
    line: str
    sample: str
    shares: Mapping[str, str]


def share_rows(path: Path) -> Iterator[ShareRow]:
    """Yield the rows of a table of shares: scene, line, sample, and a column for each class.

    Parameters
    ----------
    path : Path, the table, as a spreadsheet saves it.

    Raises
    ------
    DataError : a column is missing or there twice, or a row has too few or too many cells.
    """
    what = "a table of shares"
    header, rows = _cells_of(path, PLACES, what=what)
    twice = [name for name in header if header.count(name) > 1]
    wrong = [name for name in PLACES if name not in header]
    if wrong or twice or len(header) == len(PLACES):
        raise DataError(
            f"{path}: {what} needs the columns {', '.join(PLACES)} and one for each class, each once; missing or "
            f"twice: {some([*wrong, *twice] or ['a class'])}; got {some(header, show=quoted)}; save it as CSV or "
            "text with tabs"
        )
    for number, row in rows:
        cell = dict(zip(header, row, strict=True))
        scene, line, sample = (cell.pop(name) for name in PLACES)
        yield ShareRow(number, scene, line, sample, cell)


def _cells_of(path: Path, columns: Sequence[str], *, what: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header of a table, and its rows with their numbers, without blanks and quotes.

    Of these columns capitals do not matter.
    """
    rows = tsv.read_saved_rows(path, what=what, key="scenes")
    header = [plain(name) if plain(name) in columns else name for name in rows[0]] if rows else []

    def numbered() -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(rows[1:], start=2):
            if not any(row):
                continue
            if len(row) != len(header):
                raise DataError(
                    f"{path}, row {number}: {len(header)} cells are needed, one per column, got {len(row)}; correct "
                    "the row"
                )
            yield number, row

    return header, numbered()


def require_rows_of_scenes(scenes: Iterable[Scene]) -> None:
    """Refuse answered rows that no scene reads: of an unknown scene, or of one whose labels do not name the table.

    Tables that do not exist are left to the reading of their scenes.

    Parameters
    ----------
    scenes : iterable of Scene, rows of ``scenes.tsv``.

    Raises
    ------
    DataError : a row would be left out everywhere.
    """
    readers: dict[tuple[Path, bool], set[str]] = {}
    for scene in scenes:
        for source in scene.label_sources:
            if source.path.suffix.lower() in LABEL_TABLES and source.path.is_file():
                readers.setdefault((source.path, source.has_shares), set()).add(scene.name)
    for (path, has_shares), names in readers.items():
        for row in share_rows(path) if has_shares else answered(path):
            if row.scene not in names:
                raise DataError(
                    f"{path}, row {row.number}: {quoted(row.scene)} is no scene that has this table in its column "
                    f"labels of scenes.tsv, so that its label would be lost; {some(sorted(names))} have it; correct "
                    "the name, name the table in the row of that scene too, or leave this row out"
                )
