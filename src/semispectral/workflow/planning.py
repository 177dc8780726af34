"""Let Snakemake look up once what it looks up for every job and file, so that hundreds of scans are planned sooner.

Snakemake asks, for each file that a job needs, which rules could make it and whether it is an input of the job that
does. It goes through all outputs of a rule and all inputs of a job for that, so that a rule with a file of each scene
costs the square of their number. And for each file it asks some fifty times whether it has a flag, such as that of a
folder. Answers that cannot change while a plan is made are kept here, and flags are looked at in a few steps; what is
planned is the same. Python's searches for garbage among the objects of a plan, which all stay, are made rarer.
"""

import gc
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from typing import Any

RARELY = (20_000, 20, 50)  # Python's own thresholds are 700, 10 and 10: a plan of 500 scans takes a sixth longer
MANY = 50  # files of a job from which on they are looked up in a set
ANY = re.compile(".*", re.DOTALL)
KEPT = "_kept_by_semispectral"


def search_rarely_for_garbage() -> None:
    """Let this process search for garbage less often: a plan makes many objects, and frees few."""
    gc.set_threshold(*RARELY)


def remember_lookups() -> None:
    """Let this process remember what Snakemake looks up while it plans; only once, if it is asked again.

    A Snakemake without one of the functions looks that up as it does.
    """
    import snakemake.api  # noqa: F401  it imports those below in the order that they need
    from snakemake import common, dag, io, iocontainers, jobs, output_index, rules, sourcecache
    from snakemake.io import fmt

    kept: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
        (iocontainers.InputFiles, "__contains__", _in_set),
        (output_index.OutputIndex, "match_producers", _by_file),
        (rules.Rule, "is_producer", _by_ends),
        (io._IOFile, "match", _by_name),
        (sourcecache, "parse_uri", cache),
        (common, "get_function_params", _by_function),
        (rules, "get_function_params", _by_function),
        *((module, "is_flagged", _at_once) for module in (dag, fmt, io, jobs, rules)),
    )
    for module, name, remembering in kept:
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


def _by_ends(asked: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    """Return whether a rule makes a file: of its own files, those that end as this one does are compared with it."""

    def is_producer(rule: Any, file: str) -> bool:
        if KEPT not in vars(rule):
            by_end: defaultdict[str, list[Any]] = defaultdict(list)
            for made in rule.products():
                by_end[str(made.constant_suffix())].append(made)
            vars(rule)[KEPT] = dict(by_end), {len(end) for end in by_end}
        made_by_end, sizes = vars(rule)[KEPT]
        ends = (str(file)[max(0, len(file) - size) :] for size in sizes)
        try:
            return any(made.match(file) for end in ends for made in made_by_end.get(end, ()))
        except (re.error, ValueError):  # which Snakemake says in words
            return asked(rule, file)

    return is_producer


def _by_name(asked: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return the match of a file with a pattern: one without wildcards is compared with it, and no expression made."""

    def match(pattern: Any, file: str) -> Any:
        if pattern.contains_wildcard():
            return asked(pattern, file)
        return ANY.match(file) if str(pattern) == str(file) else None

    return match


def _at_once(asked: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    """Return whether a file has a flag: Snakemake asks of each whether it is a text that can have flags at all."""
    from snakemake.io import AnnotatedString, _IOFile

    def is_flagged(value: Any, flag: str) -> bool:
        if type(value) is _IOFile and type(value._file) in (str, AnnotatedString):
            value = value._file
        if type(value) is AnnotatedString:
            return bool(value.flags.get(flag))
        return type(value) is not str and asked(value, flag)

    return is_flagged


def _by_function(asked: Callable[[Any], Mapping[str, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    """Return the parameters of a function, read once; those of a method are of its function, without the first."""
    known: dict[Any, Mapping[str, Any]] = {}

    def parameters(function: Any) -> Mapping[str, Any]:
        method = inspect.ismethod(function)
        if not method and not inspect.isfunction(function):
            return asked(function)
        own = function.__func__ if method else function
        if (own, method) not in known:
            read = asked(own)
            known[own, method] = dict(islice(read.items(), 1, None)) if method else read
        return known[own, method]

    return parameters
