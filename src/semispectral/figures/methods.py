"""Names and colours of the methods in figures, tables and pages."""

from typing import Any

from semispectral.figures.colours import GREY, INK, LINES, MIXED, PALETTE
from semispectral.inference.feature_names import BANDS
from semispectral.study.methods import METHODS, row_of


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


def method_in_text(method: str, features: str) -> str:
    """Return the name of a method as a sentence has it: a mean with its article.

    Parameters
    ----------
    method : key of the method.
    features : bands or latents.

    Examples
    --------
    >>> method_in_text("mean_of_two", "predictions")
    'the mean of M1+M2 and MNF + SVM'
    """
    name = method_name(method, features)
    return f"the {name}" if name.startswith("mean of") else name


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


def per_class_order(per_class: str) -> float:
    """Return a sort key for labels per class; ``all`` is last.

    Parameters
    ----------
    per_class : labels per class, or "all".
    """
    return float("inf") if per_class == "all" else float(per_class)


def per_class_words(per_class: str) -> str:
    """Describe the labels per class.

    Parameters
    ----------
    per_class : labels per class, or "all".

    Examples
    --------
    >>> per_class_words("50")
    '50 labels per class'
    """
    if per_class == "all":
        return "all labels"
    return "1 label per class" if per_class == "1" else f"{per_class} labels per class"
