"""The known name that is nearest to an unknown one, for the end of a message."""

import difflib
from collections.abc import Iterable

CUTOFF = 0.5  # of `difflib`'s similarity, 0 to 1
MOST_NAMED = 30


def nearest(name: str, known: Iterable[str], *, cutoff: float = CUTOFF) -> str:
    """The known name most like this one, whatever its case; empty where none is like it."""
    by_lower = {str(each).lower(): str(each) for each in known}
    found = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else ""


def hint(name: str, known: Iterable[str]) -> str:
    """What to say of an unknown name: the nearest one, or all that are known."""
    names = sorted(map(str, known))
    near = nearest(name, names)
    if near:
        return f"did you mean {near!r}?"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"known are: {', '.join(names[:MOST_NAMED]) or 'none'}{more}"
