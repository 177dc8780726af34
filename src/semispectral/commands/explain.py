"""``semispectral explain PATH``: describe how a result was made, or what a folder of results holds."""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from semispectral.commands.trace import Origin, ancestors, content, origin, root_of, within
from semispectral.errors import DataError
from semispectral.storage import provenance
from semispectral.study.names import printable_lines

WORDS = "describe how a result was made: stage, inputs, time, commit, settings, versions, seeds"

EPILOG = """examples:
  semispectral explain results/maps/DH3_1/class.tif
  semispectral explain results

Exit status: 0 explained, 1 nothing is known of it, 2 wrong usage."""


def add(commands: Any) -> None:
    """Add the command to the command line.

    Parameters
    ----------
    commands : subparsers of the command line.
    """
    as_written = argparse.RawDescriptionHelpFormatter
    described = {"help": WORDS, "description": f"{WORDS.capitalize()}.", "epilog": EPILOG}
    explain = commands.add_parser("explain", **described, formatter_class=as_written)
    explain.add_argument("path", type=Path, nargs="+", help="a result, a model, or a folder of results")
    explain.add_argument("--all", action="store_true", help="explain what it was made from too, back to the sources")
    explain.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    """Explain each path on stdout.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    MissingFileError : a path does not exist.
    DataError : nothing is known about how it was made.
    """
    for path in wanted.path:
        found, root = origin(path), root_of(path)
        if not found.known:
            sys.stdout.write(printable_lines(in_folder(path)))
            continue
        sys.stdout.write(printable_lines(in_words(found, root, content=content(path))))
        earlier = list(ancestors(found, root))
        for other in earlier if wanted.all else []:
            sys.stdout.write(printable_lines("\n" + in_words(other, root)))
        if not wanted.all:
            sys.stdout.write(printable_lines(_line(earlier)))


def in_folder(path: Path) -> str:
    """Describe the results in a folder: number of files by stage, with an example.

    Parameters
    ----------
    path : path of the folder.

    Raises
    ------
    DataError : the path is not a folder, or nothing is known about its files.
    """
    if not path.is_dir():
        raise DataError(
            f"{path}: nothing is known of its making: it carries no note of this package, and Snakemake has no record "
            "of it; name a result, such as a map, a model, or a folder of results"
        )
    found = list(within(path))
    by_stage: dict[str, list[Path]] = {}
    for each in found:
        by_stage.setdefault(each.rule, []).append(each.path)
    others = len(by_stage.pop("", []))
    if not by_stage:
        raise DataError(
            f"{path}: a folder of results is needed, but "
            f"{f'of none of its {others} files is anything known' if others else 'this one is empty'}; name another"
        )
    width = max(map(len, by_stage))
    lines = [f"  {stage:<{width}}  {len(paths):>5}  {_example(paths)}" for stage, paths in sorted(by_stage.items())]
    known = len(found) - others
    rest = f"; of {others} more nothing is known" if others else ""
    return "\n".join([f"{path}: a folder with {known} results, by stage{rest}", *lines, ""])


def _example(paths: list[Path]) -> str:
    """Return the first of several paths."""
    return f"{paths[0]}{' ...' * (len(paths) > 1)}"


def _line(earlier: list[Origin]) -> str:
    """List the stages and sources that a result goes back to, one line each."""
    stages = list(dict.fromkeys(found.record.get("rule") or found.made.get("stage", "") for found in earlier))
    sources = [str(found.path) for found in earlier if not found.known]
    rows = [("after", ", ".join(filter(None, stages))), ("sources", ", ".join(sources))]
    return "".join(f"  {name:<9}{text}\n" for name, text in rows if text)


def in_words(found: Origin, root: Path, *, content: str = "") -> str:
    """Describe how a result was made.

    Parameters
    ----------
    found : origin of the result.
    root : folder that the workflow ran in.
    content : state of its checksums, from `content`.
    """
    made, record = found.made, found.record
    rows = [("stage", found.stage or "not known"), ("made", _when(record)), ("content", content)]
    commit = made.get("commit") or ("not known: it was no Git checkout" if made else "")
    rows += [("commit", commit), ("code", made.get("code", ""))]
    rows += [("seeds", ", ".join(f"{name} {value}" for name, value in made.get("seeds", {}).items()))]
    rows += [("config", json.dumps({name: value}, ensure_ascii=False)) for name, value in found.config.items()]
    rows += [("input", f"{name}  {_compared(root / name, before)}") for name, before in found.inputs.items()]
    rows += [("versions", ", ".join(f"{name} {number}" for name, number in made.get("versions", {}).items()))]
    rows += [("changed", provenance.other_versions(made))]
    rows += [("log", name) for name in record.get("log") or []]
    lines = [f"  {name:<9}{text}" for name, text in rows if text]
    return "\n".join([str(found.path), *lines, ""])


def _when(record: dict[str, Any]) -> str:
    """Describe end and duration of a job."""
    if not (record.get("starttime") and record.get("endtime")):
        return ""
    ended = datetime.fromtimestamp(record["endtime"]).astimezone()
    return f"{ended:%Y-%m-%d %H:%M:%S %z}, in {record['endtime'] - record['starttime']:.1f} s"


def _compared(path: Path, before: str) -> str:
    """Return the checksum that an input had, and whether it still has it."""
    if not before:
        return ""
    if not path.exists():
        return f"{before} (not there any more)"
    return f"{before} ({'unchanged' if provenance.checksum(path) == before else 'CHANGED since'})"
