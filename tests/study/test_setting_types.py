"""Classes of settings: what they take, what they refuse, and in which words."""

import ast
from dataclasses import asdict, replace
from typing import Annotated, Any

import pytest
from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.models.settings_m1 import M1Config
from semispectral.study.setting_types import (
    Count,
    NumberOr,
    OneOf,
    PerClass,
    Positive,
    Unique,
    Windows,
    settings_class,
)
from semispectral.study.stage_settings import settings
from semispectral.workflow import rerun


@settings_class("oven")
class Oven:
    """A section with one setting of every kind of rule."""

    shelves: Count = 2
    """Number of shelves."""
    heat: Positive = 180.0
    """Temperature in degrees."""
    fuel: Annotated[str, OneOf(("gas", "wood"), also=("sun",))] = "gas"
    """What it burns."""
    cakes: Annotated[tuple[str, ...], Field(min_length=1), Unique()] = ("tart",)
    """What is baked."""
    minutes: PerClass = 20
    """How long."""


@settings_class("kitchen")
class Kitchen:
    """A section with sections in it."""

    oven: Oven = Oven(shelves=3)
    """The oven."""
    ovens: Annotated[tuple[Oven, ...], Unique("fuel")] = ()
    """Further ovens, one for each fuel."""
    door: Annotated[int | str, NumberOr("first", "last", least=0)] = "first"
    """Which door."""


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "text for a number": ({"heat": "200"}, "oven.heat must be a number, got '200'"),
    "text that Python reads": ({"shelves": "1_000"}, "oven.shelves must be a whole number, got '1_000'"),
    "a truth value": ({"shelves": True}, "oven.shelves must be a whole number, got True"),
    "too little": ({"shelves": 0}, "oven.shelves must be 1 or more, got 0"),
    "nothing above": ({"heat": 0}, "oven.heat must be above 0, got 0"),
    "endless": ({"heat": float("inf")}, "oven.heat must be a finite number, got inf"),
    "a misspelt choice": ({"fuel": "gass"}, "oven.fuel must be one of 'gas', 'wood', got 'gass'; did you mean 'gas'?"),
    "twice": ({"cakes": ("tart", "tart")}, "oven.cakes must not repeat a value, got ('tart', 'tart')"),
    "none": ({"cakes": ()}, "oven.cakes must be a list of at least 1 value(s), got ()"),
    "a word for a number": ({"minutes": "long"}, "oven.minutes must be a whole number from 1, or all, got 'long'"),
    "a misspelt key": ({"shelfes": 1}, "oven: unknown key 'shelfes'; did you mean 'shelves'?"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_fit_is_named(kind: str) -> None:
    """The section and key, what is needed, what came, and the nearest name."""
    given, message = REFUSED[kind]
    with pytest.raises(ConfigError) as caught:
        Oven(**given)
    assert str(caught.value) == message


def test_every_mistake_has_a_line() -> None:
    """Two wrong settings are named at once, and by their names where they were given by place."""
    with pytest.raises(ConfigError) as caught:
        Oven(0, -1.0)
    assert str(caught.value).splitlines() == [
        "oven.shelves must be 1 or more, got 0",
        "oven.heat must be above 0, got -1.0",
    ]


def test_a_mistake_in_an_inner_section_has_its_whole_path() -> None:
    """Inner sections and rows of lists are named from the outermost on; so is the nearest key of an inner section."""
    cases = {
        "kitchen.oven.shelves must be 1 or more, got 0": {"oven": {"shelves": 0}},
        "kitchen.oven: unknown key 'heet'; did you mean 'heat'?": {"oven": {"heet": 1}},
        "kitchen.ovens[1].fuel must be one of 'gas', 'wood', got 'coal'": {
            "ovens": [{"fuel": "gas"}, {"fuel": "coal"}]
        },
        "kitchen.door must be a whole number from 0, or first or last, got -1": {"door": -1},
    }
    for message, given in cases.items():
        with pytest.raises(ConfigError) as caught:
            settings(Kitchen, given, where="kitchen")
        assert str(caught.value) == message
    with pytest.raises(ConfigError, match="must not repeat a fuel"):
        settings(Kitchen, {"ovens": [{"fuel": "gas"}, {"fuel": "gas", "shelves": 9}]}, where="kitchen")


def test_settings_are_dataclasses() -> None:
    """They are copied with a change, written out, compared and used as keys, and a change is checked as well."""
    oven = Oven(3, cakes=["tart", "pie"], fuel="sun")  # type: ignore[arg-type]  # as YAML gives it
    assert asdict(oven) == {"shelves": 3, "heat": 180.0, "fuel": "sun", "cakes": ("tart", "pie"), "minutes": 20}
    assert replace(oven, shelves=2) != oven
    assert hash(replace(oven, shelves=3)) == hash(oven)
    with pytest.raises(ConfigError, match="shelves must be 1 or more"):
        replace(oven, shelves=0)
    with pytest.raises(AttributeError):
        oven.shelves = 4  # type: ignore[misc]


def test_a_mapping_and_a_constructor_build_the_same() -> None:
    """Whole numbers stand for floats and 2.0 for 2, whichever way settings are made."""
    built = settings(Oven, {"shelves": 2.0, "heat": 200, "cakes": ["pie"]})
    assert built == Oven(heat=200.0, cakes=("pie",))
    assert type(built.heat) is type(Oven(heat=200).heat) is float
    assert type(built.shelves) is int


def test_the_text_of_a_setting_changes_no_hash_of_code() -> None:
    """What is said below a setting is no code: a better word retrains nothing. A changed limit does."""
    source = "class A:\n    x: Count = 1\n    {text}\n"
    trees = {text: rerun._read(source.format(text=text).encode()).tree for text in ('"""One."""', '"""Two."""')}
    assert len(set(trees.values())) == 1
    assert rerun._read(source.format(text='"""One."""').replace("= 1", "= 2").encode()).tree not in trees.values()
    assert ast.parse(source.format(text='"""One."""')).body


def test_defaults_of_the_models_are_written_as_ever() -> None:
    """Checkpoints are named by the settings written out: names and order of M1's are part of that."""
    assert list(asdict(M1Config())) == ["latents", "likelihood", "sigma_floor", "kl_warm_up", "dead_std", "net", "fit"]
    assert asdict(M1Config())["net"] == {"hidden": (256, 256), "activation": "softplus"}


def test_windows_rise() -> None:
    """A window is two numbers, the smaller one first."""

    @settings_class("house")
    class House:
        """Settings of a house."""

        windows: Windows = ((1.0, 2.0),)
        """Left and right edge of each."""

    assert House(windows=[[2, 3.5]]).windows == ((2, 3.5),)  # type: ignore[arg-type]  # as YAML gives it
    for wrong in ([[3, 2]], [[2, 2]], [[2]], [], [[-1, 2]]):
        with pytest.raises(ConfigError, match=r"house\.windows"):
            House(windows=wrong)  # type: ignore[arg-type]
