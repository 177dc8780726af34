"""Formulas of indices: arithmetic of numbers and named values, parsed and never executed as code."""

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from semispectral.errors import ConfigError
from semispectral.study.names import quoted
from semispectral.study.suggestions import hint

LONGEST = 300  # letters
DEEPEST = 30  # brackets and signs within each other
LETTERS = re.compile(r"[A-Za-z0-9_.+\-*/() \t]*")
ALLOWED = "numbers, names of values and + - * / ( )"
OPERATIONS: dict[type[ast.operator], Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
}
SIGNS: dict[type[ast.unaryop], Callable[[np.ndarray], np.ndarray]] = {ast.UAdd: np.positive, ast.USub: np.negative}


@dataclass(frozen=True)
class Arithmetic:
    """Formula that was checked.

    Attributes
    ----------
    tree : ast.expr, its tree: numbers, names and the four operations only.
    names : frozenset of str, names of the values in it.
    """

    tree: ast.expr
    names: frozenset[str]

    def of(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the formula's result; NaN where it is not a number, such as after a division by 0.

        Parameters
        ----------
        values : float [pixel] by name.

        Returns
        -------
        float64 [pixel].
        """
        pixels = len(next(iter(values.values())))
        with np.errstate(all="ignore"):
            result = np.broadcast_to(_result(self.tree, values), (pixels,))
        return np.where(np.isfinite(result), result, np.nan)


def parse(text: str, known: Collection[str], *, where: str) -> Arithmetic:
    """Parse a formula.

    Parameters
    ----------
    text : str, the formula.
    known : collection of str, names of the values that may occur.
    where : str, key of the configuration, for errors.

    Raises
    ------
    ConfigError : anything but numbers, known names, the four operations and brackets.

    Examples
    --------
    >>> ratio = parse("2 * a / b", ["a", "b"], where="an example")
    >>> ratio.of({"a": np.array([1.0, 1.0]), "b": np.array([4.0, 0.0])}).tolist()
    [0.5, nan]
    """
    if len(text) > LONGEST or not LETTERS.fullmatch(text):
        raise ConfigError(f"{where}: a formula has {ALLOWED}, at most {LONGEST} letters; got {quoted(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ConfigError(f"{where}: a formula of {ALLOWED} is needed, got {quoted(text)}; correct it") from None
    names = frozenset(_checked(tree, text, where))
    unknown = sorted(names - set(known))
    if unknown:
        raise ConfigError(f"{where}: {quoted(unknown[0])} is no value of a feature; {hint(unknown[0], known)}")
    if not names:
        raise ConfigError(f"{where}: a formula needs the value of a feature, got {quoted(text)}; name one")
    return Arithmetic(tree, names)


def _checked(node: ast.expr, text: str, where: str, depth: int = 0) -> Iterator[str]:
    """Yield the names below a node; refuse what is no arithmetic."""
    if depth > DEEPEST:
        raise ConfigError(
            f"{where}: at most {DEEPEST} brackets or signs within each other, got {quoted(text)}; shorten it"
        )
    match node:
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            yield from _checked(left, text, where, depth + 1)
            yield from _checked(right, text, where, depth + 1)
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in SIGNS:
            yield from _checked(operand, text, where, depth + 1)
        case ast.Name(id=name):
            yield name
        case ast.Constant(value=int() | float() as number) if type(number) is not bool and abs(number) < 1e12:
            return
        case _:
            raise ConfigError(f"{where}: a formula has only {ALLOWED}, got {quoted(text)}")


def _result(node: ast.expr, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Compute a node that `_checked` has let pass."""
    match node:
        case ast.BinOp(left=left, op=operation, right=right):
            return OPERATIONS[type(operation)](_result(left, values), _result(right, values))
        case ast.UnaryOp(op=sign, operand=operand):
            return SIGNS[type(sign)](_result(operand, values))
        case ast.Name(id=name):
            return values[name].astype(np.float64)
        case ast.Constant(value=number):
            return np.asarray(float(number))  # type: ignore[arg-type]  # `_checked` lets numbers pass only
    raise AssertionError(ast.dump(node))
