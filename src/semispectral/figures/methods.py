"""Names and colours of the methods in figures, tables and pages."""

from typing import Any

from semispectral.figures.style import GREY, INK, LINES, MIXED, PALETTE
from semispectral.study.methods import BANDS, METHODS, row_of


def method_name(method: str, features: str) -> str:
    """Return the name of a method for display, or its key if it has none.

    Parameters
    ----------
    method : key of the method.
    features : bands or latents.

    Examples
    --------
    >>> method_name("m2", "latents")
    'M1+M2'
    """
    row = row_of(method, features)
    if row is not None:
        return row.title
    return method if features == BANDS else f"{method} on {features}"


def method_colour(method: str) -> str:
    """Return the colour of a method: one each for M2, the SVM and q(y|x), grey for other baselines.

    Parameters
    ----------
    method : key of the method.
    """
    row = next((row for row in METHODS.values() if row.method == method and row.model), None)
    return PALETTE[row.colour] if row else GREY


def method_look(name: str) -> tuple[str, Any, str]:
    """Return colour, line style and marker of a method, which differ from those of all others.

    Parameters
    ----------
    name : key of the row in the table of methods.
    """
    if name not in METHODS:
        return INK, MIXED, "x"
    row = METHODS[name]
    return PALETTE[row.colour], LINES[row.line], row.marker


def budget_order(budget: str) -> float:
    """Return a sort key for labels per class; ``all`` is last.

    Parameters
    ----------
    budget : labels per class, or "all".
    """
    return float("inf") if budget == "all" else float(budget)


def budget_words(budget: str) -> str:
    """Describe the labels per class.

    Parameters
    ----------
    budget : labels per class, or "all".

    Examples
    --------
    >>> budget_words("50")
    '50 labels per class'
    """
    if budget == "all":
        return "all labels"
    return "1 label per class" if budget == "1" else f"{budget} labels per class"
