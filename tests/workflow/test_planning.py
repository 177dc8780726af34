"""What Snakemake looks up while it plans is remembered, and the answers are those that it finds itself."""

import gc
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from snakemake import common, iocontainers, output_index, sourcecache

from semispectral.workflow.planning import KEPT, MANY, remember_lookups, search_rarely_for_garbage


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snakemake with its lookups remembered, for one test."""
    for module, name in (
        (iocontainers.InputFiles, "__contains__"),
        (output_index.OutputIndex, "match_producers"),
        (sourcecache, "parse_uri"),
        (common, "get_function_params"),
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
