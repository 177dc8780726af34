"""Suggest the known name nearest to an unknown one."""

import difflib
from collections.abc import Iterable

CUTOFF = 0.5  # of `difflib`'s similarity, 0 to 1
MOST_NAMED = 30


def nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str:
    """Return the known name most similar to this one, ignoring case; empty where none is similar.

    Parameters
    ----------
    name : str, unknown name.
    known : iterable of str, known names.
    cutoff : float, least similarity, 0 to 1, as in `difflib`.

    Examples
    --------
    >>> nearest("sede", ["seed", "method"])
    'seed'
    """
    by_lower = {str(each).lower(): str(each) for each in known}
    found = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else ""


def hint(name: str, known: Iterable[str]) -> str:
    """Return the end of a message on an unknown name: the nearest known one, or all that are known.

    Parameters
    ----------
    name : str, unknown name.
    known : iterable of str, known names.
    """
    names = sorted(map(str, known))
    near = nearest(name, names)
    if near:
        return f"did you mean {near!r}?"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"known are: {', '.join(names[:MOST_NAMED]) or 'none'}{more}"
