"""Tables as the page takes them: text, and how it is set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text, note : what it says, and what stands smaller beneath.
    best : whether it is the best of its column.
    number : whether it is set to the right.
    colour : ``#rrggbb`` of a swatch before the text, or empty.
    """

    text: str
    note: str = ""
    best: bool = False
    number: bool = False
    colour: str = ""


@dataclass(frozen=True)
class Table:
    """A table: its caption, the heads of its columns (text, explanation), and its rows."""

    caption: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]


def number(value: int) -> Cell:
    """A count, with thin spaces between thousands."""
    return Cell(f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), number=True)


def some(names: list[str], *, most: int = 6) -> str:
    """A list of names, cut where it is long."""
    shown = ", ".join(map(str, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"
