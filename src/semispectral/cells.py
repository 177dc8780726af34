"""Cells of ``scenes.tsv``: each function reads the text of one cell, or says where and what is wrong with it."""

import math
import re
from collections.abc import Callable

from semispectral.errors import ConfigError
from semispectral.labels import CodeSet
from semispectral.scene import AXES, axis_order

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def plain(text: str, where: str) -> str:
    return text


def name(text: str, where: str) -> str:
    if not NAME.fullmatch(text):
        raise ConfigError(f"{where}: a name of letters, digits, '_', '-', '.' is needed (it names files), got {text!r}")
    return text


def group(text: str, where: str) -> str:
    if not text:
        raise ConfigError(f"{where}: is empty; name the hole (or other group) that the scene belongs to")
    if not text.isprintable() or text.startswith(".") or any(letter in "/\\" for letter in text):
        raise ConfigError(
            f"{where}: a name without '/', '\\' and control characters, not beginning with '.', is needed (it names "
            f"files), got {text!r}"
        )
    return text


def path(text: str, where: str) -> str:
    if not text:
        raise ConfigError(f"{where}: is empty; give the path of the scene's file, relative to data_root")
    return text


def axes(text: str, where: str) -> str:
    return ",".join(axis_order(text or ",".join(AXES), where=where))


def label_axes(text: str, where: str) -> str:
    return ",".join(axis_order(text, names=AXES[:2], where=where)) if text else ""


def number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ConfigError(f"{where}: a number is needed, got {text!r}") from error


def positive(text: str, where: str) -> float:
    value = number(text, where)
    if not (math.isfinite(value) and value > 0):
        raise ConfigError(f"{where}: a number above 0 is needed, got {text!r}")
    return value


def optional(parse: Callable[[str, str], float]) -> Callable[[str, str], float | None]:
    return lambda text, where: parse(text, where) if text else None


def codes(text: str, where: str) -> CodeSet:
    return CodeSet.parse(text, where=where)
