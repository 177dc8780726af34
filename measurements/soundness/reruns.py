"""What runs again when one key or cell of a table changes: every key of a finished tiny study, by dry runs.

    python measurements/soundness/reruns.py                       # runs tests/workflow/tiny.yaml first, some minutes
    python measurements/soundness/reruns.py --study FOLDER        # a copy of the project in which that study has run
    python measurements/soundness/reruns.py --keys cleaning mask  # those that begin so

For each key it prints the rules that would run again where they are not those of `reruns_cases.py`: too many cost
hours, too few are a wrong result. The last line is tried / good.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from reruns_cases import CASES, CELLS, NOT_TRIED
from semispectral.study.config import complete, read_schema

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/workflow")]
from checkout import TINY, copy_sources, start  # noqa: E402  helpers of the tests

from forks import Forks  # noqa: E402


def keys_of(config: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The keys of a configuration, written like ``m1.fit.epochs``."""
    for name, value in config.items():
        if isinstance(value, Mapping) and value and f"{before}{name}" not in NOT_TRIED:
            yield from keys_of(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def every_key() -> set[str]:
    """The keys of the tiny study, defaults included."""
    given = yaml.safe_load((ROOT / TINY).read_text(encoding="utf-8"))
    return set(keys_of(complete(given, read_schema(ROOT / "config/config.schema.yaml"))))


def overlay(key: str, value: Any) -> dict[str, Any]:
    """A configuration of one key."""
    for name in reversed(key.split(".")):
        value = {name: value}
    return dict(value)


def finished(folder: Path) -> Path:
    """A copy of the project in which the tiny study has run."""
    copy_sources(folder)
    if start(folder, "--configfile", TINY).wait() != 0:
        raise SystemExit(f"the tiny study failed in {folder}; run it there by hand to see why")
    return folder


def rerun_by(key: str, value: Any, study: Path, forks: Forks) -> set[str]:
    """The rules that a dry run would run once the key has that value."""
    path = study / "changed.yaml"
    path.write_text(yaml.safe_dump(overlay(key, value)), encoding="utf-8")
    return dry_run(f"{key}: {value}", study, forks, path.name)


def rerun_by_cell(where: tuple[str, str, str, str], study: Path, forks: Forks) -> set[str]:
    """The rules that a dry run would run once a cell of a table has another value."""
    name, first, column, value = where
    path = study / name
    before, stamp = path.read_text(encoding="utf-8"), path.stat()
    header, *rows = (line.split("\t") for line in before.splitlines())
    if column not in header:
        header.append(column)
        rows = [[*row, ""] for row in rows]
    for row in rows:
        if row[0] == first:
            row[header.index(column)] = value
    path.write_text("".join("\t".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")
    try:
        return dry_run(f"{name}, {first}, {column}: {value}", study, forks)
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def dry_run(change: str, study: Path, forks: Forks, *overlays: str) -> set[str]:
    """The rules that a dry run would run."""
    status, text = forks.call(study, "--cores", "2", "-n", "--configfile", TINY, *overlays)
    if status:
        raise SystemExit(f"the dry run with {change} failed:\n{text[-2000:]}")
    stats = text.partition("Job stats:")[2].partition("\ntotal")[0]
    return set(re.findall(r"^(\w+)\s+\d+\s*$", stats, flags=re.MULTILINE)) - {"all"}


def judged(key: str, found: set[str], expected: set[str]) -> str:
    """One line on what is not as it should be; empty where all is."""
    more, less = sorted(found - expected), sorted(expected - found)
    said = [*([f"too many: {', '.join(more)}"] if more else ()), *([f"too few: {', '.join(less)}"] if less else ())]
    return f"{key}: {'; '.join(said)}" if said else ""


def main() -> None:
    """Try the keys, and print what is wrong and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", type=Path, help="a copy of the project in which the tiny study has run")
    parser.add_argument("--keys", nargs="*", default=[""], help="beginnings of the keys to try; by default all")
    wanted = parser.parse_args()
    cases = {key: case for key, case in CASES.items() if key.startswith(tuple(wanted.keys))}
    with tempfile.TemporaryDirectory() as scratch:
        study = (wanted.study or finished(Path(scratch) / "project")).resolve()
        forks = Forks(Path(scratch))
        wrong = []
        for key, (value, expected) in cases.items():
            line = judged(key, rerun_by(key, value, study, forks), expected)
            if line:
                wrong.append(line)
                print(line, flush=True)
        cells = {name: case for name, case in CELLS.items() if name.startswith(tuple(wanted.keys))}
        for name, (*where, expected) in cells.items():
            line = judged(name, rerun_by_cell(tuple(where), study, forks), expected)
            if line:
                wrong.append(line)
                print(line, flush=True)
        forks.close()
    tried = len(cases) + len(cells)
    print(f"keys and cells changed one by one: {tried} tried, {tried - len(wrong)} good; {len(NOT_TRIED)} not tried")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
