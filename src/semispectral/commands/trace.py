"""Find out how a result was made: from its own metadata, Snakemake's record of the job, and the job's log."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from semispectral.errors import MisplacedError, MissingFileError, SemispectralError
from semispectral.spectra.shards import read_latents, read_shard
from semispectral.storage import provenance
from semispectral.storage.model_files import DESCRIPTION, MADE, load_model
from semispectral.storage.parquet import METADATA, read_table
from semispectral.storage.seal import made_of_array, require

RECORDS = Path(".snakemake/metadata")
LONGEST_NAME = 254
PACKED = b"semispectral"
NOTES = "map.json"
# Files of a map, beside which map.json lies; and those that semispectral predict puts there too.
WITH_NOTES = ("class.tif", "class.img", "class.hdr", "probability.tif", "confidence.tif", "map.png")
PREDICTED = ("page.html", "downhole.csv", "downhole.las", "downhole.png")
# What a file may say of its making, and of which type; whatever else a stranger's file holds is left out.
SAID = {
    "stage": str,
    "commit": str,
    "code": str,
    "config": dict,
    "seeds": dict,
    "inputs": dict,
    "versions": dict,
    "wildcards": dict,
}
READERS: dict[str, Callable[[Path], Any]] = {"spectrum": read_shard, "mean": read_latents}


@dataclass(frozen=True)
class Origin:
    """Facts about how a file was made.

    Attributes
    ----------
    path : output in its rule: the file, or a directory that it lies in.
    made : stage, commit, code, config, seeds, inputs, versions, as far as known.
    record : Snakemake's record of the job, or empty.
    """

    path: Path
    made: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """True if anything is known."""
        return bool(self.made or self.record)

    @property
    def rule(self) -> str:
        """Name of the rule or command; empty if unknown."""
        return str(self.record.get("rule") or self.made.get("stage", ""))

    @property
    def stage(self) -> str:
        """Name of the rule with its wildcards."""
        wildcards = ", ".join(f"{name} {value}" for name, value in self.made.get("wildcards", {}).items())
        return f"{self.rule} ({wildcards})" if wildcards else self.rule

    @property
    def inputs(self) -> dict[str, str]:
        """Checksums of the inputs by path, at the time; empty if only the path is known."""
        recorded = dict.fromkeys(self.record.get("input") or [], "")
        known: dict[str, str] = recorded | (self.record.get("input_checksums") or {}) | self.made.get("inputs", {})
        return known

    @property
    def config(self) -> dict[str, Any]:
        """Sections of the configuration that the stage used."""
        if self.made.get("config"):
            return dict(self.made["config"])
        found = (_json(text.strip("'")) for text in self.record.get("params") or [])
        return next((config for config in found if isinstance(config, dict)), {})


def origin(path: Path) -> Origin:
    """Find out how a file or directory was made.

    Parameters
    ----------
    path : file or directory of the results.

    Raises
    ------
    MissingFileError : it does not exist.
    """
    if not path.exists():
        raise MissingFileError(f"{path}: is not there; name a file or a model's directory under results")
    output, record = _record(path)
    return Origin(output, _logged(record, root_of(path)) | _carried(path), record)


def ancestors(first: Origin, root: Path) -> Iterator[Origin]:
    """Yield the origins of the inputs, of their inputs, and so on, each once, nearest first.

    Parameters
    ----------
    first : origin of a result.
    root : folder that the workflow ran in.
    """
    waiting, seen = [*first.inputs], {str(first.path)}
    while waiting:
        path = Path(waiting.pop(0))
        if str(path) in seen:
            continue
        seen.add(str(path))
        there = root / path
        found = origin(there) if there.exists() else Origin(path)
        yield Origin(path, found.made, found.record)
        waiting += [name for name in found.inputs if name not in seen]


def root_of(path: Path) -> Path:
    """Return the folder that the workflow ran in: the nearest parent with Snakemake's records, or the current folder.

    Parameters
    ----------
    path : file or directory of the results.
    """
    above = (folder for folder in path.absolute().parents if (folder / RECORDS).is_dir())
    return next(above, Path())


def _record(path: Path) -> tuple[Path, dict[str, Any]]:
    """Return the path of the output that a file belongs to, and Snakemake's record of it."""
    root, place = root_of(path), path.absolute()
    while root.absolute() in place.parents:
        name = place.relative_to(root.absolute())
        file = root / RECORDS / _record_name(name.as_posix())
        if file.is_file():
            record = _json(file.read_text(encoding="utf-8"))
            return name, record if isinstance(record, dict) else {}
        place = place.parent
    return path, {}


def _record_name(output: str) -> Path:
    """Return the name of Snakemake's record of an output."""
    coded = urlsafe_b64encode(output.encode()).decode()
    pieces = [coded[place : place + LONGEST_NAME] for place in range(0, len(coded), LONGEST_NAME)]
    return Path(*(f"@{piece}" for piece in pieces[:-1]), pieces[-1])


def _json(text: str) -> Any:
    """Parse JSON; None if it is invalid."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _logged(record: dict[str, Any], root: Path) -> dict[str, Any]:
    """Return the provenance in the job's log, for files that cannot hold it."""
    for name in record.get("log") or []:
        if (root / name).is_file():
            lines = (root / name).read_text(encoding="utf-8", errors="replace").splitlines()
            said = [line.partition(provenance.LOGGED)[2] for line in lines if provenance.LOGGED + "{" in line]
            found = _json(said[-1]) if said else None
            return found if isinstance(found, dict) else {}
    return {}


def _carried(path: Path) -> dict[str, Any]:
    """Return the provenance in the metadata of a result."""
    if model := _model(path):
        return _made_in(model / DESCRIPTION)
    if path.suffix == ".npy":
        return _made_behind(path)
    if path.suffix == ".parquet":
        description, metadata = _described(path)
        return _sound(description.get(MADE) or _mapping(metadata.get(METADATA, b"{}")))
    if path.suffix == ".json":
        return _made_in(path) if path.is_file() else {}
    notes = path / NOTES if path.is_dir() else path.with_name(NOTES)
    if not notes.is_file():
        return {}
    made = _made_in(notes)
    of_map = path.is_dir() or path.name.removesuffix(".aux.xml") in WITH_NOTES
    return made if of_map or (path.name in PREDICTED and made.get("stage") == "predict") else {}


def _made_behind(path: Path) -> dict[str, Any]:
    """Return the provenance at the end of an array file."""
    try:
        return made_of_array(path)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _model(path: Path) -> Path | None:
    """Return the model directory that a path is or lies in."""
    return next((place for place in (path, path.parent) if (place / DESCRIPTION).is_file()), None)


def _made_in(notes: Path) -> dict[str, Any]:
    """Return the provenance in a JSON file."""
    return _sound(_mapping(notes.read_bytes()).get(MADE))


def _sound(made: Any) -> dict[str, Any]:
    """Keep the known entries with the right type; files may come from anybody."""
    found = made if isinstance(made, dict) else {}
    return {name: found[name] for name, kind in SAID.items() if isinstance(found.get(name), kind)}


def within(folder: Path) -> Iterator[Origin]:
    """Yield the origins of files and models below a folder, sorted by path. A model counts once.

    Files of unknown origin have only a path.

    Parameters
    ----------
    folder : path of the folder.
    """
    for place, folders, files in os.walk(folder):
        folders.sort()
        if DESCRIPTION in files:
            folders.clear()
            files = [DESCRIPTION]
        for name in sorted(files):
            path = Path(place) if name == DESCRIPTION else Path(place, name)
            try:
                found = origin(path)
            except (SemispectralError, OSError):  # a link to nowhere, a file of somebody else
                found = Origin(path)
            yield Origin(path, found.made, found.record)


def _mapping(text: bytes) -> dict[str, Any]:
    """Parse a JSON object; empty if it is none."""
    found = _json(text.decode(errors="replace"))
    return found if isinstance(found, dict) else {}


def _described(path: Path) -> tuple[dict[str, Any], dict[bytes, bytes]]:
    """Return the metadata of a Parquet file: those of shards and latents, and all of them; empty if unreadable."""
    try:
        metadata = (pq.read_schema(path).metadata or {}) if path.is_file() else {}
    except (OSError, ValueError, pa.ArrowException):
        return {}, {}
    return _mapping(metadata.get(PACKED, b"{}")), metadata


def content(path: Path) -> str:
    """Describe whether the checksums of a result are right; empty if it has none.

    Parameters
    ----------
    path : file or directory of the results.
    """
    if model := _model(path):
        return _checked(load_model, model)
    if path.suffix in (".json", ".npy"):
        return _checked(require, path) if _carried(path) else ""
    if path.suffix != ".parquet":
        return ""
    arrays = [name for name in READERS if name in _described(path)[0].get("arrays", {})]
    return _checked(READERS[arrays[0]] if arrays else read_table, path)


def _checked(read: Callable[[Path], Any], path: Path) -> str:
    """Read a file, and describe whether it is intact."""
    try:
        read(path)
    except MisplacedError as error:
        return f"as it was written, but {error}"
    except SemispectralError as error:
        return f"DAMAGED: {error}"
    return "as it was written"
