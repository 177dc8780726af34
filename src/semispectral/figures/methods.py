"""How methods are called and coloured wherever people read of them: the table of methods, in a figure's words."""

from typing import Any

from semispectral.figures.style import GREY, INK, LINES, MIXED, PALETTE
from semispectral.study.methods import BANDS, METHODS, row_of


def method_name(method: str, features: str) -> str:
    """The name of a method for people; its own where it is not known."""
    row = row_of(method, features)
    if row is not None:
        return row.title
    return method if features == BANDS else f"{method} on {features}"


def method_colour(method: str) -> str:
    """The colour of a method: of a model its own, of every baseline grey, so that the models stand out."""
    row = next((row for row in METHODS.values() if row.method == method and row.model), None)
    return PALETTE[row.colour] if row else GREY


def method_look(name: str) -> tuple[str, Any, str]:
    """Colour, line style and marker by which a row of the table of methods is told from all others."""
    if name not in METHODS:
        return INK, MIXED, "x"
    row = METHODS[name]
    return PALETTE[row.colour], LINES[row.line], row.marker


def budget_order(budget: str) -> float:
    """Where a label budget stands among others; ``all`` is last."""
    return float("inf") if budget == "all" else float(budget)


def budget_words(budget: str) -> str:
    """A label budget in words."""
    if budget == "all":
        return "all labels"
    return "1 label per class" if budget == "1" else f"{budget} labels per class"
