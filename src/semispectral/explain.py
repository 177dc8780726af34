"""``semispectral explain FILE``: where a file of the results came from, in words."""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from semispectral import provenance
from semispectral.origin import Origin, ancestors, content, origin, root_of

WORDS = "say where a file of the results came from: stage, inputs, time, commit, settings, versions, seeds"


def add(commands: Any) -> None:
    """Add the command to those of the command line."""
    explain = commands.add_parser("explain", help=WORDS, description=WORDS.capitalize() + ".")
    explain.add_argument("path", type=Path, nargs="+", help="a file under results, or a model's directory")
    explain.add_argument("--all", action="store_true", help="explain what it was made from too, back to the sources")
    explain.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    """Explain each file on stdout."""
    for path in wanted.path:
        found, root = origin(path), root_of(path)
        sys.stdout.write(in_words(found, root, content=content(path)))
        earlier = list(ancestors(found, root))
        for other in earlier if wanted.all else []:
            sys.stdout.write("\n" + in_words(other, root))
        if not wanted.all:
            sys.stdout.write(_line(earlier))


def _line(earlier: list[Origin]) -> str:
    """The stages and the sources that a result goes back to, in one line each."""
    stages = list(dict.fromkeys(found.record.get("rule") or found.made.get("stage", "") for found in earlier))
    sources = [str(found.path) for found in earlier if not found.known]
    rows = [("after", ", ".join(filter(None, stages))), ("sources", ", ".join(sources))]
    return "".join(f"  {name:<9}{text}\n" for name, text in rows if text)


def in_words(found: Origin, root: Path, *, content: str = "") -> str:
    """An origin as text, for people."""
    made, record = found.made, found.record
    rows = [("stage", found.stage or "not known"), ("made", _when(record)), ("content", content)]
    commit = made.get("commit") or ("not known: it was no Git checkout" if made else "")
    rows += [("commit", commit), ("code", made.get("code", ""))]
    rows += [("seeds", ", ".join(f"{name} {value}" for name, value in made.get("seeds", {}).items()))]
    rows += [("config", json.dumps({name: value}, ensure_ascii=False)) for name, value in found.config.items()]
    rows += [("input", f"{name}  {_compared(root / name, before)}") for name, before in found.inputs.items()]
    rows += [("versions", ", ".join(f"{name} {number}" for name, number in made.get("versions", {}).items()))]
    rows += [("log", name) for name in record.get("log") or []]
    lines = [f"  {name:<9}{text}" for name, text in rows if text]
    return "\n".join([str(found.path), *lines, ""])


def _when(record: dict[str, Any]) -> str:
    if not (record.get("starttime") and record.get("endtime")):
        return ""
    ended = datetime.fromtimestamp(record["endtime"]).astimezone()
    return f"{ended:%Y-%m-%d %H:%M:%S %z}, in {record['endtime'] - record['starttime']:.1f} s"


def _compared(path: Path, before: str) -> str:
    """The checksum that an input had, and whether it still has it."""
    if not before:
        return ""
    if not path.exists():
        return f"{before} (not there any more)"
    return f"{before} ({'unchanged' if provenance.checksum(path) == before else 'CHANGED since'})"
