"""Let Snakemake look up once what it looks up for every job and file, so that hundreds of scans are planned sooner.

Snakemake asks, for each file that a job needs, which rules could make it and whether it is an input of the job that
does. It goes through all outputs of a rule and all inputs of a job for that, so that a rule with a file of each scene
costs the square of their number. Answers that cannot change while a plan is made are kept here; what is planned is the
same. Python's searches for garbage among the objects of a plan, which all stay, are made rarer.
"""

import gc
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from typing import Any

RARELY = (20_000, 20, 50)  # Python's own thresholds are 700, 10 and 10: a plan of 500 scans takes a sixth longer
MANY = 50  # files of a job from which on they are looked up in a set
KEPT = "_kept_by_semispectral"


def search_rarely_for_garbage() -> None:
    """Let this process search for garbage less often: a plan makes many objects, and frees few."""
    gc.set_threshold(*RARELY)


def remember_lookups() -> None:
    """Let this process remember what Snakemake looks up while it plans; only once, if it is asked again.

    A Snakemake without one of the functions looks that up as it does.
    """
    from snakemake import common, iocontainers, output_index, rules, sourcecache

    for module, name, remembering in (
        (iocontainers.InputFiles, "__contains__", _in_set),
        (output_index.OutputIndex, "match_producers", _by_file),
        (sourcecache, "parse_uri", cache),
        (common, "get_function_params", _by_function),
        (rules, "get_function_params", _by_function),
    ):
        asked = getattr(module, name, None)
        if asked is not None and not hasattr(asked, KEPT):
            remembered = remembering(asked)
            setattr(remembered, KEPT, True)
            setattr(module, name, remembered)


def _in_set(asked: Callable[[Any, object], bool]) -> Callable[[Any, object], bool]:
    """Return whether a file is among the inputs of a job, from a set where they are many."""
    sets: dict[int, tuple[Any, int, frozenset[str]]] = {}

    def contains(files: Any, file: object) -> bool:
        if len(files) < MANY:
            return asked(files, file)
        known = sets.get(id(files))  # the list is held, so that no other one has its number
        if known is None or known[1] != len(files):
            known = sets[id(files)] = (files, len(files), frozenset(map(str, files)))
        return str(file) in known[2]

    return contains


def _by_file(asked: Callable[[Any, str], set[Any]]) -> Callable[[Any, str], set[Any]]:
    """Return the rules that make a file, found once for each file."""

    def match_producers(index: Any, file: str) -> set[Any]:
        known: dict[str, set[Any]] = vars(index).setdefault(KEPT, {})
        if str(file) not in known:
            known[str(file)] = asked(index, file)
        return known[str(file)]

    return match_producers


def _by_function(asked: Callable[[Any], Mapping[str, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    """Return the parameters of a function, read once; those of a method are of its function, without the first."""
    known: dict[Any, Mapping[str, Any]] = {}

    def parameters(function: Any) -> Mapping[str, Any]:
        if inspect.ismethod(function):
            return dict(islice(parameters(function.__func__).items(), 1, None))
        if not inspect.isfunction(function):
            return asked(function)
        if function not in known:
            known[function] = asked(function)
        return known[function]

    return parameters
