"""Write classes.tsv from the names that labels have, where a study has names and no table of classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from semispectral.errors import ConfigError, DataError
from semispectral.scans.facts import tsg_holes
from semispectral.scans.formats.first_bytes import TSG
from semispectral.scans.formats.known import LABEL_TABLE, format_of
from semispectral.scans.labels import label_rows, page_files
from semispectral.storage.atomic import write_atomically
from semispectral.study.classes import COLOUR, COLUMNS, WHOLE, ClassMap
from semispectral.study.names import plain, quoted, require_name, some
from semispectral.study.scene import NAMED

WHAT = "labels with names of classes"
HEAD = tuple(column.encode() for column in COLUMNS)
LARGEST_HEAD = 100  # bytes of a table without classes
COLOURS = (  # told apart by people who do not see all colours: Okabe and Ito (2008), Paul Tol's bright and light
    *("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#4477aa", "#66ccee", "#228833"),
    *("#ccbb44", "#ee6677", "#aa3377", "#77aadd", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00", "#eedd88", "#ee8866"),
)


@dataclass(frozen=True)
class Named:
    """Class as labels name it.

    Attributes
    ----------
    name : str, its name.
    where : str, file and row, for errors.
    colour : str, its colour like ``#1f77b4``; empty: none is said.
    """

    name: str
    where: str
    colour: str = ""


def classes_of(paths: Sequence[Path]) -> ClassMap:
    """Return the classes that labels name, in the order in which they occur first, with codes from 1.

    A class has the colour that its first file says; else the next one of a table. Names that differ in capitals or
    blanks alone are one class, called as it is first.

    Parameters
    ----------
    paths : tables of labels, labels from pages, and TSG datasets.

    Raises
    ------
    DataError : a file names no class, or has a code where a name is needed.
    """
    found: dict[str, str] = {}
    called: dict[str, str] = {}
    for named in (named for path in paths for named in _named(path)):
        if WHOLE.fullmatch(named.name):
            raise DataError(
                f"{named.where}: the name of a class is needed, got the code {quoted(named.name)}, whose name is not "
                "known; write the name, or write classes.tsv by hand (code, name, colour)"
            )
        require_name(named.name, where=named.where)
        name = called.setdefault(plain(named.name), named.name)
        found.setdefault(name, named.colour if COLOUR.fullmatch(named.colour) else "")
    if not found:
        raise DataError(
            f"{paths[0]}: {WHAT} are needed, but no class is named; fill the column class, or draw on a page"
        )
    colours = [colour or COLOURS[number % len(COLOURS)] for number, colour in enumerate(found.values())]
    return ClassMap(tuple(range(1, len(found) + 1)), tuple(found), tuple(colours))


def _named(path: Path) -> Iterator[Named]:
    """Yield the classes that a file names, in its order; of a TSG dataset, the groups of minerals that occur."""
    kind = format_of(path, what=WHAT)
    if kind == LABEL_TABLE:
        for row in label_rows.answered(path):
            yield Named(row.of_class, f"{path}, row {row.number}")
        return
    if kind == TSG:
        yield from _groups(path)
        return
    for number, (name, colour) in enumerate(page_files.named_classes(path), start=1):
        yield Named(name, f"{path}, feature {number}", colour)


def _groups(path: Path) -> Iterator[Named]:
    """Yield the groups of minerals of a TSG dataset: rock first, then what is no rock, and what has no mineral."""
    scalar = tsg_holes.dataset_of(path).usual_scalar
    if not scalar:
        raise DataError(
            f"{path}: groups of minerals are needed, but TSG wrote none into this dataset; name another one"
        )
    for _, name, colour in tsg_holes.classes_of([(path, scalar)]).rows:
        yield Named(name, f"{path}, {scalar}", colour)


def write_classes_table(path: Path, classes: ClassMap) -> None:
    """Write classes.tsv; a table that is there is never overwritten, unless it has no class yet.

    Parameters
    ----------
    path : file to write.
    classes : the classes.

    Raises
    ------
    ConfigError : the file exists, and holds more than the names of its columns.
    """
    if path.exists() and not _is_empty(path):
        raise ConfigError(f"{path}: is there already, and is not overwritten; name another file with --out")
    rows = [COLUMNS, *zip(map(str, classes.codes), classes.names, classes.colours, strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join("\t".join(row) + "\n" for row in rows).encode())


def _is_empty(path: Path) -> bool:
    """Return whether a table holds the names of its columns alone, as ``semispectral new`` writes it."""
    return path.is_file() and path.stat().st_size < LARGEST_HEAD and path.read_bytes().split() == list(HEAD)


def cells_for(paths: Sequence[Path], classes: ClassMap) -> str:
    """Return what to write into scenes.tsv for these labels.

    Parameters
    ----------
    paths : the files that `classes_of` read.
    classes : the classes that it found.
    """
    scalars = {tsg_holes.dataset_of(path).usual_scalar for path in paths if format_of(path, what=WHAT) == TSG}
    if not scalars:
        named = "; ".join(path.name for path in paths)
        return (
            "In scenes.tsv, write for each scan that they label, with a path from data_root (copy files there that lie "
            f"elsewhere):\n  labels: {named}\n  use: {classes.codes[0]}-{classes.codes[-1]}\n"
        )
    code = dict(zip(classes.names, classes.codes, strict=True))
    ignored = [name for name in classes.names if name in (*tsg_holes.NO_ROCK, *tsg_holes.NO_ROCK_MINERALS)]
    none = [name for name in classes.names if name in tsg_holes.NO_MINERAL]
    used = [name for name in classes.names if name not in (*ignored, *none)]
    cells = [("labels_key", " or ".join(f"{NAMED}{scalar}" for scalar in sorted(scalars)), "labels stays empty")]
    cells += [
        (column, ",".join(str(code[name]) for name in names), some(names))
        for column, names in (("use", used), ("ignore", ignored))
        if names
    ]
    lines = [f"  {column}: {text}  ({why})" for column, text, why in cells]
    left = f"\n  in neither: {some(none)}, which leaves them unlabelled" if none else ""
    return "In scenes.tsv, write for these datasets:\n" + "\n".join(lines) + left + "\n"
