"""What the mineral library had to say in a study: the entries of each class, and the labels that it doubts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from semispectral.storage.seal import read_json, write_json


@dataclass(frozen=True)
class Judged:
    """Facts about the library in a study.

    Attributes
    ----------
    entries : number of entries of each class that has any, by the name of the class.
    without : names of the classes without an entry, which are never predicted.
    left_out : names of entries that do not cover the windows.
    doubts : sentences about labels that look more like another class.
    why : reason why the library has nothing to say; empty if it has.
    """

    entries: dict[str, int]
    without: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    why: str = ""

    @classmethod
    def nothing(cls, names: Sequence[str], *, why: str) -> "Judged":
        """Return the facts where the library has nothing to say.

        Parameters
        ----------
        names : names of the classes.
        why : reason.
        """
        return cls({}, tuple(names), why=why)


def write_judged(path: Path, judged: Judged) -> None:
    """Write the facts as JSON.

    Parameters
    ----------
    path : Path, file to write.
    judged : Judged.
    """
    write_json(path, asdict(judged))


def read_judged(path: Path) -> Judged:
    """Read the facts that `write_judged` wrote.

    Parameters
    ----------
    path : Path, file to read.
    """
    found = read_json(path)
    lists = {name: tuple(found[name]) for name in ("without", "left_out", "doubts")}
    return Judged(dict(found["entries"]), **lists, why=str(found["why"]))
