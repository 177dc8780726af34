"""Read numbers as people write them in tables and settings: plain ASCII digits.

Python's own ``float`` also takes ``1_000``, the digits of other scripts, and turns ``1e999`` into infinity.
"""

import math
import re

WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,6})?")
WITH_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+([eE][+-]?[0-9]{1,6})?")
LONGEST = 100


def whole(text: str) -> int:
    """Read a whole number.

    Parameters
    ----------
    text : str, text of the number.

    Raises
    ------
    ValueError : it is written in another way.
    """
    if not WHOLE.fullmatch(text):
        raise ValueError("no whole number")
    return int(text)


def decimal(text: str) -> float:
    """Read a finite number, such as ``-9999``, ``0.0001`` or ``2.5e-05``.

    Parameters
    ----------
    text : str, text of the number.

    Raises
    ------
    ValueError : it is written in another way, or too large or too small for 64 bits.

    Examples
    --------
    >>> decimal("2.5e-05")
    2.5e-05
    """
    if len(text) > LONGEST or not DECIMAL.fullmatch(text):
        raise ValueError("no number")
    value = float(text)
    lost = value == 0 and any(digit in "123456789" for digit in text.lower().partition("e")[0])
    if lost or not math.isfinite(value):
        raise ValueError("beyond 64 bits")
    return value


def has_comma(text: str) -> bool:
    """Return whether a text is a number with a comma: 1,500 is one and a half here, and fifteen hundred there.

    Parameters
    ----------
    text : str, text of a cell.

    Examples
    --------
    >>> has_comma("1,5"), has_comma("1.5"), has_comma("talc, calcite")
    (True, False, False)
    """
    return WITH_COMMA.fullmatch(text) is not None
