"""Settings dataclasses from plain values."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from semispectral.errors import ConfigError
from semispectral.study.stage_settings import settings


@dataclass(frozen=True)
class Net:
    """A nested part."""

    hidden: tuple[int, ...] = (8,)


@dataclass(frozen=True)
class Config:
    """One field of every kind that the package's settings use."""

    seed: int
    rate: float = 0.1
    on: bool = False
    name: str = "a"
    kind: Literal["x", "y"] = "x"
    depth: float | None = None
    labels_per_class: tuple[int | str, ...] = ()
    span: tuple[float, float] = (0.0, 1.0)
    path: Path = Path()
    counts: dict[str, int] = field(default_factory=dict)
    net: Net = field(default_factory=Net)


def test_builds_from_json() -> None:
    """Lists become tuples, whole numbers floats, texts paths, mappings nested dataclasses."""
    given = {
        "seed": 1,
        "rate": 2,
        "labels_per_class": [5, "all"],
        "span": [1, 2],
        "path": "a/b",
        "counts": {"7": 3},
        "net": {"hidden": [4, 2]},
    }
    built = settings(Config, json.dumps(given))
    expected = Config(
        1, 2.0, labels_per_class=(5, "all"), span=(1.0, 2.0), path=Path("a/b"), counts={"7": 3}, net=Net((4, 2))
    )
    assert built == expected
    assert type(built.rate) is float


def test_what_is_left_out_keeps_its_default() -> None:
    """Only what is given differs from the defaults."""
    assert settings(Config, {"seed": 3}) == Config(3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": 1, "ratte": 2}, "m1: unknown key 'ratte'; did you mean 'rate'?"),
        ({"seed": 1, "zzzzzz": 2}, "m1: unknown key 'zzzzzz'; known are: counts, depth"),
        ({}, "m1: needs a value for seed"),
        ({"seed": 1.5}, "m1.seed must be a whole number, got 1.5"),
        ({"seed": True}, "m1.seed must be a whole number, got True"),
        ({"seed": 1, "rate": "fast"}, "m1.rate must be a number, got 'fast'"),
        ({"seed": 1, "on": 1}, "m1.on must be true or false, got 1"),
        ({"seed": 1, "name": 3}, "m1.name must be text, got 3"),
        ({"seed": 1, "kind": "z"}, "m1.kind must be one of 'x', 'y', got 'z'"),
        ({"seed": 1, "depth": "deep"}, "m1.depth must be a number or null, got 'deep'"),
        ({"seed": 1, "labels_per_class": 5}, "m1.labels_per_class must be a list, got 5"),
        ({"seed": 1, "labels_per_class": "all"}, "m1.labels_per_class must be a list, got 'all'"),
        ({"seed": 1, "span": [1]}, r"m1.span must be a list of more values, got \[1\]"),
        ({"seed": 1, "counts": [1]}, r"m1.counts must be keys with values, got \[1\]"),
        ({"seed": 1, "net": 3}, "m1.net must be keys with values, got 3"),
        ({"seed": 1, "net": {"hidden": ["wide"]}}, r"m1.net.hidden\[0\] must be a whole number, got 'wide'"),
    ],
)
def test_says_what_is_wrong(given: dict[str, Any], message: str) -> None:
    """Every mistake is named with its place, what was needed and what came."""
    with pytest.raises(ConfigError, match=f"^{message}"):
        settings(Config, given, where="m1")
