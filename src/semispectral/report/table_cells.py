"""Tables of the page: text and layout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Cell of a table.

    Attributes
    ----------
    text : text of the cell.
    note : smaller text below.
    best : True if it is the best of its column.
    number : True if it is aligned to the right.
    colour : ``#rrggbb`` of a swatch before the text, or empty.
    """

    text: str
    note: str = ""
    best: bool = False
    number: bool = False
    colour: str = ""


@dataclass(frozen=True)
class Table:
    """Table of the page.

    Attributes
    ----------
    caption : title.
    head : text and explanation of each column.
    rows : cells of each row.
    """

    caption: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]


def number(value: int) -> Cell:
    """Return a cell with a count, with thin spaces between thousands.

    Parameters
    ----------
    value : the count.
    """
    return Cell(f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), number=True)
