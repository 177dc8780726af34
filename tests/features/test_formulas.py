"""Formulas: arithmetic by Python's own rules, and nothing else."""

import numpy as np
import pytest

from semispectral.errors import ConfigError
from semispectral.features.feature_settings import FeaturesConfig, Formula, Window
from semispectral.features.formulas import parse

KNOWN = ("a_depth", "b_depth")


@pytest.mark.parametrize(
    "text",
    ["a_depth / b_depth", "2*(a_depth-b_depth)/(a_depth+b_depth)", "-a_depth + +3.5", " 1e-3 * a_depth\t", "a_depth"],
)
def test_formulas_follow_the_rules_of_arithmetic(text: str) -> None:
    """The result is that of Python for the same expression."""
    a, b = np.array([0.1, 0.7]), np.array([0.4, 0.2])
    expected = [eval(text.strip(), {"a_depth": x, "b_depth": y}) for x, y in zip(a, b, strict=True)]  # noqa: S307
    np.testing.assert_allclose(parse(text, KNOWN, where="test").of({"a_depth": a, "b_depth": b}), expected)


def test_a_division_by_zero_has_no_result() -> None:
    """Where a formula has no number as a result, the pixel has no value."""
    found = parse("a_depth / b_depth", KNOWN, where="test").of(
        {"a_depth": np.ones(3), "b_depth": np.array([2, 0, np.nan])}
    )
    np.testing.assert_array_equal(found, [0.5, np.nan, np.nan])


@pytest.mark.parametrize(
    "text",
    [
        "a_depth ** 2",
        "a_depth // 2",
        "a_depth % 2",
        "__import__('os').system('true')",
        "a_depth.real",
        "a_depth(1)",
        "a_depth if b_depth else 1",
        "a_depth = 1",
        "lambda: a_depth",
        "a_depth and b_depth",
        "[a_depth]",
        "a_depth, b_depth",
        "True + a_depth",
        "1j * a_depth",
        "a_depth > 1",
        "'a_depth'",
        "a_depth; b_depth",
        "a_depth\nb_depth",
        "(a_depth",
        "",
        "   ",
        "3 + 4",
        "1e999 * a_depth",
        "9" * 250,
        "-" * 200 + "a_depth",
        "a_depth + " * 40 + "a_depth",
        "a" * 400,
        "é_depth",
        "a\u202e_depth",
    ],
)
def test_anything_else_is_one_clear_error(text: str) -> None:
    """Code, other operators, comparisons, text and endless formulas are refused, and the key is named."""
    with pytest.raises(ConfigError, match=r"^features.formulas, x: ") as caught:
        parse(text, KNOWN, where="features.formulas, x")
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    """A misspelt value is named with the one that may be meant."""
    with pytest.raises(ConfigError, match="'a_dpeth' is no value of a feature; did you mean 'a_depth'"):
        parse("a_dpeth / 2", KNOWN, where="x")


def test_settings_check_their_formulas() -> None:
    """A formula of the user is checked when the configuration is read."""
    with pytest.raises(ConfigError, match=r"features.formulas, x: 'y' is no value"):
        FeaturesConfig(formulas=(Formula("x", "y + 1"),))
    assert FeaturesConfig(windows=(Window("w", 2100, 2300),)).values[1] == "w_depth"


@pytest.mark.parametrize(
    ("windows", "formulas", "match"),
    [
        ([("w", 2300, 2100)], [], "must begin before it ends"),
        ([("w", 2100, 2300), ("w", 2200, 2400)], [], "must not repeat a name"),
        ([("2200", 2100, 2300)], [], "name"),
        ([("w", 2100, 2300)], [("w_depth", "w_depth")], "w_depth twice"),
        ([("w", 2100, 2300)], [("line", "w_depth")], "line twice"),
        ([("w", 0, 2300)], [], "from_nm"),
    ],
)
def test_windows_that_cannot_be_are_refused(
    windows: list[tuple[str, float, float]], formulas: list[tuple[str, str]], match: str
) -> None:
    """A window begins before it ends, and every value has a name of its own."""
    with pytest.raises(ConfigError, match=match):
        FeaturesConfig(
            windows=tuple(Window(*each) for each in windows), formulas=tuple(Formula(*each) for each in formulas)
        )
