"""Describe the dependencies of a result besides its files: sections of the configuration, and code."""

import ast
import atexit
import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from semispectral.storage.atomic import write_atomically

PACKAGE = "semispectral"
PACKAGE_ROOT = Path(__file__).parents[1]
# They say or show what happens, or put a file in its place, and change no result; nor does what only they import.
NEUTRAL = frozenset(
    f"{PACKAGE}.{name}"
    for name in (
        "storage.atomic",
        "errors",
        "workflow.logs",
        "study.setting_words",
        "study.suggestions",
        "workflow.progress",
        "storage.provenance",
        "figures.live_files",
        "workflow.units",
    )
)
NAME = re.compile(rf"[\w. -]{{1,200}}|{PACKAGE}\.[^\n]{{1,200}}")  # of a data file or a module
_new: list[str] = []  # what no earlier run had read
AS_THEY_ARE = frozenset({str, int, bool, type(None)})
NOT_DATA = frozenset({".py", ".pyc", ".pyi", ".typed"})


def stage_cfg(config: Mapping[str, Any], *sections: str) -> str:
    """Return the sections that a stage uses as JSON text that does not depend on how they were written.

    Keys are sorted and 1.0 is written as 1. The defaults are in ``config`` already (`config.complete`), so writing a
    default out changes nothing.

    Parameters
    ----------
    config : mapping, complete configuration.
    *sections : str, names of the sections.

    Returns
    -------
    JSON of ``{section: value}``.
    """
    chosen = {section: _plain(config[section]) for section in sections}
    return json.dumps(chosen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if type(value) in AS_THEY_ARE:  # nearly all: asked first, for a study of hundreds of scans has millions of them
        return value
    if type(value) is dict or isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, Path) else value


class Code:
    """The code of the package as it is while a run starts: each file is read once, for all stages that use it.

    Parameters
    ----------
    root : Path, the folder of the package.
    """

    def __init__(self, *, root: Path = PACKAGE_ROOT) -> None:
        self.root = root
        self._hashes: dict[str, str] = {}
        self._imported: dict[str, frozenset[str]] = {}

    def hash_of(self, script: Path) -> str:
        """Return the hash of an adapter and of all modules of the package that it uses, directly or through others.

        Only what runs counts: comments, docstrings and layout do not. A data file counts for the modules beside it that
        name it: the template of a page is none of the fits that lie in the same folder.

        Parameters
        ----------
        script : Path, the adapter.

        Returns
        -------
        64 hexadecimal digits.
        """
        digest = hashlib.sha256(_read(script.read_bytes()).tree.encode())
        for module in sorted(self.modules_used(script)):
            if module not in self._hashes:
                self._hashes[module] = _module_hash(module, self.root)
            digest.update(f"{module} {self._hashes[module]}\n".encode())
        return digest.hexdigest()

    def modules_used(self, script: Path) -> set[str]:
        """Return the dotted names of the package's modules that a script imports, directly or through others.

        Those in `NEUTRAL` are left out.

        Parameters
        ----------
        script : Path, the adapter.
        """
        used: set[str] = set()
        waiting = _imports(script.read_bytes(), "", self.root) - NEUTRAL
        while waiting:
            used |= waiting
            waiting = frozenset().union(*map(self._imports_of, waiting)) - used - NEUTRAL
        return used

    def _imports_of(self, module: str) -> frozenset[str]:
        if module not in self._imported:
            self._imported[module] = _imports(module_file(module, self.root).read_bytes(), module, self.root)
        return self._imported[module]


def module_file(module: str, root: Path) -> Path:
    """Return the file of a module of the package; that of a folder is its ``__init__.py``.

    Parameters
    ----------
    module : str, dotted name.
    root : Path, folder of the package.
    """
    folder = root.joinpath(*module.split(".")[1:])
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


class Source(NamedTuple):
    """What counts of a file of code, read once for all rules that use it.

    Attributes
    ----------
    tree : str, hash of its tree: comments, docstrings and layout are not in it.
    imports : what it imports, wherever that stands: how many folders up, the module, and the names; for ``import a.b``,
        no module.
    texts : its strings that may name a module, imported when it is needed, or a data file.
    """

    tree: str
    imports: list[tuple[int, str, list[str]]]
    texts: list[str]


@cache
def _read(source: bytes) -> Source:
    """Return what counts of a file, from what earlier runs have read where they did."""
    digest = hashlib.sha256(source).hexdigest()
    known = _known()
    if digest not in known:
        known[digest] = _parse(source)
        _new.append(digest)
    return known[digest]


@cache
def _known() -> dict[str, Source]:
    """Return what earlier runs of this very module have read, by the hash of the file."""
    atexit.register(_keep)
    try:
        return {digest: Source(*read) for digest, read in json.loads(_kept_file().read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep() -> None:
    """Keep what this run has read beside Python's own compiled files, where that can be written."""
    if _new and not sys.dont_write_bytecode:
        with suppress(OSError):
            write_atomically(_kept_file(), json.dumps(_known()).encode())


def _kept_file() -> Path:
    """Return the file of this Python and of this module, whose code says what counts."""
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return PACKAGE_ROOT / "__pycache__" / f"code.{sys.implementation.cache_tag}.{version}.json"


def _parse(source: bytes) -> Source:
    told: list[str] = []
    imports: list[tuple[int, str, list[str]]] = []
    texts: set[str] = set()

    def tell(value: Any) -> None:
        """Note a part of the tree and all that is in it, in one pass: every dry run reads hundreds of files."""
        if isinstance(value, ast.AST):
            if isinstance(value, ast.Import | ast.ImportFrom):
                imports.append(_imported(value))
            elif isinstance(value, ast.Constant) and isinstance(value.value, str) and NAME.fullmatch(value.value):
                texts.add(value.value)
            told.append(type(value).__name__)
            for name in value._fields:
                if name != "ctx":  # whether a name is read or set shows in its place
                    tell(getattr(value, name, None))
            told.append("end")
        elif isinstance(value, list):
            told.append("list")
            for each in value:
                if not _is_text(each):
                    tell(each)
            told.append("end")
        else:
            told.append(repr(value))

    tell(ast.parse(source))
    return Source(hashlib.sha256("\n".join(told).encode()).hexdigest(), imports, sorted(texts))


def _imported(statement: ast.Import | ast.ImportFrom) -> tuple[int, str, list[str]]:
    names = [alias.name for alias in statement.names]
    return (statement.level, statement.module or "", names) if isinstance(statement, ast.ImportFrom) else (0, "", names)


def _is_text(node: Any) -> bool:
    """Return whether a statement is a text that stands alone: a docstring, or what is said below a setting."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _module_hash(module: str, root: Path) -> str:
    source = module_file(module, root).read_bytes()
    digest = hashlib.sha256(_read(source).tree.encode())
    for path in data_files(module, root):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def data_files(module: str, root: Path) -> list[Path]:
    """Return the data files beside a module that it names in a string of its own: ``"page.html"``.

    Parameters
    ----------
    module : str, dotted name.
    root : Path, folder of the package.
    """
    file = module_file(module, root)
    named = _read(file.read_bytes()).texts
    with os.scandir(file.parent) as beside:
        names = sorted(entry.name for entry in beside if entry.name in named and entry.is_file())
    return [file.with_name(name) for name in names if Path(name).suffix not in NOT_DATA]


@cache
def _imports(source: bytes, module: str, root: Path) -> frozenset[str]:
    """Return the modules of the package that one file imports.

    A package's ``__init__`` counts where it is imported by name, not where only a module inside it is: our
    ``__init__`` files re-export and do nothing else.
    """
    read = _read(source)
    names = {name for imported in read.imports for name in _names(*imported, module, root)} | set(read.texts)
    return frozenset(filter(None, (_module_of(name, root) for name in names)))


def _names(level: int, base: str, names: list[str], module: str, root: Path) -> list[str]:
    """Return the dotted names that a statement of a module imports."""
    if level:
        parts = module.split(".")
        above = level - 1 if module_file(module, root).name == "__init__.py" else level
        base = ".".join([*parts[: len(parts) - above], *([base] if base else [])])
    return [f"{base}.{name}" if base else name for name in names]


def _module_of(name: str, root: Path) -> str | None:
    """Return the module that a dotted name lies in: its longest part that is a module."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return None
    candidates = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((module for module in candidates if module_file(module, root).is_file()), None)
