"""What Snakemake looks up while it plans is remembered, and the answers are those that it finds itself."""

import gc
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import snakemake.api  # noqa: F401  before those below, which it imports in the order that they need
from snakemake import common, dag, io, iocontainers, jobs, output_index, rules, sourcecache
from snakemake.exceptions import IOFileException
from snakemake.io import AnnotatedString, IOFile, fmt

from semispectral.workflow.planning import KEPT, MANY, remember_lookups, search_rarely_for_garbage


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snakemake with its lookups remembered, for one test."""
    for module, name in (
        (iocontainers.InputFiles, "__contains__"),
        (output_index.OutputIndex, "match_producers"),
        (sourcecache, "parse_uri"),
        (common, "get_function_params"),
        (rules.Rule, "is_producer"),
        (io._IOFile, "match"),
        *((module, "is_flagged") for module in (dag, fmt, io, jobs, rules)),
        (rules, "get_function_params"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name), raising=False)
    remember_lookups()


class Asked:
    """A rule that counts how often it is asked for its files."""

    def __init__(self) -> None:
        self.times = 0

    def is_producer(self, file: str) -> bool:
        """Whether it makes a file."""
        self.times += 1
        return file.endswith("1.txt")

    def products(self) -> list[SimpleNamespace]:
        """Its files: any that ends so."""
        return [SimpleNamespace(constant_prefix=lambda: "some", constant_suffix=lambda: ".txt")]


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("number", [3, MANY, 4 * MANY])
def test_a_file_is_found_among_few_and_many(number: int) -> None:
    """Also after a file has been added."""
    files = iocontainers.InputFiles([f"{place}.txt" for place in range(number)])
    assert f"{number - 1}.txt" in files
    assert f"{number}.txt" not in files
    files.append(f"{number}.txt")
    assert f"{number}.txt" in files


@pytest.mark.usefixtures("remembered")
def test_a_rule_is_asked_once_for_each_file() -> None:
    """The rules of one plan are not those of another."""
    first, second = Asked(), Asked()
    index, other = (output_index.OutputIndex([rule]) for rule in (first, second))
    assert [index.match_producers(name) for name in ("some1.txt", "some2.txt", "some1.txt")] == [
        {first},
        set(),
        {first},
    ]
    assert first.times == 2
    assert other.match_producers("some1.txt") == {second}


MADE = ("a/one.txt", "a/{scene}.npy", "b/{seed}/two.txt", "b/{seed}/three.txt", "c{x}", "d.e")


@pytest.mark.parametrize(
    ("file", "made"),
    [
        ("a/one.txt", True),
        ("a/one_txt", False),
        ("a/one.txt.npy", True),
        ("b/7/three.txt", True),
        ("b/7/one.txt", False),
        ("c", False),
        ("c1", True),
        ("d.e", True),
        ("d_e", False),
        ("txt", False),
    ],
)
def test_a_rule_makes_what_snakemake_says(request: pytest.FixtureRequest, file: str, made: bool) -> None:
    """A file with wildcards or without is told by its end and by its name, as by all patterns of the rule."""

    def answers() -> tuple[bool, list[dict[str, str] | None]]:
        patterns = [IOFile(pattern, rule=None) for pattern in MADE]
        rule = SimpleNamespace(products=lambda: patterns)
        matches = [pattern.match(file) for pattern in patterns]
        return rules.Rule.is_producer(rule, file), [match and match.groupdict() for match in matches]

    plain = answers()
    request.getfixturevalue("remembered")
    assert answers() == plain
    assert plain[0] == made


@pytest.mark.usefixtures("remembered")
def test_a_pattern_that_is_none_is_said_in_words() -> None:
    """As Snakemake says it, with the file and the line of the rule."""
    patterns = [IOFile("a/{scene,(}.npy", rule=None)]
    rule = SimpleNamespace(products=lambda: patterns, snakefile="rules/scans.smk", lineno=3)
    with pytest.raises(IOFileException, match="wildcard statement"):
        rules.Rule.is_producer(rule, "a/1.npy")


@pytest.mark.usefixtures("remembered")
def test_flags_are_those_of_the_file() -> None:
    """Of a text without flags, of one with them, and of a file that was made of either."""
    flagged, off = AnnotatedString("a"), AnnotatedString("b")
    flagged.flags["temp"], off.flags["temp"] = True, False
    for module in (dag, fmt, io, jobs, rules):
        asked = [module.is_flagged(value, "temp") for value in (flagged, off, "c", str.upper, AnnotatedString("d"))]
        assert asked == [True, False, False, False, False]
    assert [IOFile(value, rule=None).is_temp for value in (flagged, off, "c")] == [True, False, False]
    assert not IOFile(flagged, rule=None).is_storage


class Methods:
    """Functions of each kind that rules pass to Snakemake."""

    def bound(self, wildcards: object, attempt: int) -> None:
        """A method."""

    @staticmethod
    def loose(wildcards: object) -> None:
        """A function."""

    def __call__(self, threads: int) -> None:
        """An object that can be called."""


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize(
    ("function", "names"),
    [
        (Methods().bound, ["wildcards", "attempt"]),
        (Methods.loose, ["wildcards"]),
        (Methods(), ["threads"]),
        (lambda files, *more, **rest: None, ["files", "more", "rest"]),
    ],
)
def test_parameters_are_those_of_the_function(function: Callable[..., None], names: list[str]) -> None:
    """For a method those without the object, for whoever asks again as well."""
    for _ in range(2):
        assert list(common.get_function_params(function)) == names
    known = common.get_input_function_aux_params(function, {"attempt": 1, "other": 2})
    assert known == ({"attempt": 1, "other": 2} if "rest" in names else {"attempt": 1} if "attempt" in names else {})


@pytest.mark.usefixtures("remembered")
def test_asked_again_nothing_is_wrapped_twice() -> None:
    """A process may read the rules more than once."""
    once = common.get_function_params
    remember_lookups()
    assert common.get_function_params is once
    assert getattr(once, KEPT)


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    """Python's thresholds, as they are before and after a test."""
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_garbage_is_still_searched_for(thresholds: tuple[int, int, int]) -> None:
    """Rarely, but not never: a run of days would else grow."""
    search_rarely_for_garbage()
    assert gc.isenabled()
    assert all(rarely > usual for rarely, usual in zip(gc.get_threshold(), thresholds, strict=True))
