"""One job of a study of stand-ins, in this process; or a list of all jobs of a dry run, with all that they are given.

python stand_in_job.py plan JOBS.json ARGUMENTS OF SNAKEMAKE...
python stand_in_job.py run JOBS.json NUMBER

A stand-in is a link to the file of another scene or hole. Where a job reads one, it gets the content under the name of
the place where it lies, and with hashes of spectra of its own: else it would refuse the file as misplaced, and the
scans as copies of each other. What a table of the whole study says of a scene is spread over its stand-ins.
"""

import json
import re
import runpy
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from snakemake.iocontainers import Namedlist, Snakemake

GIVEN = ("input", "output", "params", "wildcards", "resources", "log")  # lists of what a job is given
NAMED = {"scene": 0, "hole": 1, "HoleID": 1}  # columns and facts that say what a file belongs to: its scene, its hole
Names = Mapping[str, tuple[str, str]]  # what a scene or a hole is called, by its name in a path


def plan(path: Path, arguments: list[str]) -> None:
    """Write all jobs of a dry run with these arguments of Snakemake: rule, script, what it asks for and is given."""
    from snakemake.cli import main
    from snakemake.jobs import Job

    jobs: list[dict[str, Any]] = []

    def keep(job: Any, *_: object, **__: object) -> None:
        base = str(job.rule.basedir)
        asked = {name: job.resources.get(name) for name in ("mem_mb", "runtime")}
        script = str(Path(base) / str(job.rule.script)) if job.rule.script else ""
        given = {name: packed(getattr(job, name)) for name in GIVEN}
        jobs.append({"rule": job.rule.name, "script": script, "threads": job.threads} | asked | given)

    Job.log_info = keep
    try:
        main([*arguments, "--dry-run"])
    finally:
        path.write_text(json.dumps({"jobs": jobs}, default=str), encoding="utf-8")


def packed(items: Any) -> dict[str, Any]:
    """A list of Snakemake's with its names, as JSON."""
    return {"items": list(items), "names": {name: list(places) for name, places in items._get_names()}}


def unpacked(content: Mapping[str, Any]) -> Namedlist:
    """The list that was packed."""
    found = Namedlist(content["items"])
    for name, (first, end) in content["names"].items():
        found._set_name(name, first, end=end)
    return found


def names_of(scenes: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """The scene and the hole that a name in a path stands for."""
    pairs = list(zip(scenes["scene"], scenes["hole"], strict=True))
    return {hole: (scene, hole) for scene, hole in pairs} | {scene: (scene, hole) for scene, hole in pairs}


def owner(path: Path, names: Names) -> tuple[str, str] | None:
    """The scene and the hole of a file of the results; None of one that belongs to none."""
    return next((names[part] for part in (path.stem, *reversed(path.parts)) if part in names), None)


def spread(table: pd.DataFrame, names: Names, stand_ins: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A table of the study whose rows of a scene belong to its stand-ins in turn; as it is, where it names none."""
    if "scene" not in table or not table["scene"].astype(str).isin(stand_ins.keys()).any():
        return table
    scene = [
        stand_ins[each][number % len(stand_ins[each])] if each in stand_ins else each
        for number, each in enumerate(table["scene"].astype(str))
    ]
    more = {"hole": [names[each][1] for each in scene]} if "hole" in table else {}
    return table.assign(scene=scene, **more)


def renamed(table: pd.DataFrame, path: Path, names: Names) -> pd.DataFrame:
    """A table of one scene or hole under the names of its place, with other hashes of spectra."""
    own = owner(path, names)
    columns = [name for name in NAMED if name in table]
    if own is None or not len(table) or any((table[name] != table[name].iloc[0]).any() for name in columns):
        return table
    said: dict[str, Any] = {name: own[NAMED[name]] for name in columns}
    if "hash" in table:
        said["hash"] = other_hashes(table["hash"].to_numpy(), own[0])
    return table.assign(**said)


def other_hashes(values: np.ndarray, scene: str) -> np.ndarray:
    """Hashes of the spectra of a scene of its own; 0, a spectrum without shape, stays."""
    return np.where(values == 0, values, values ^ values.dtype.type(zlib.crc32(scene.encode()) << 1))


def read_by_place(names: Names, stand_ins: Mapping[str, Sequence[str]]) -> None:
    """Let all readers of results give what lies in a place the names of that place."""
    from semispectral.census import census_files
    from semispectral.storage import arrays, parquet, provenance, seal

    def facts(content: dict[str, Any], path: Path) -> dict[str, Any]:
        own = owner(path, names)
        return content | {name: own[place] for name, place in NAMED.items() if own and name in content}

    def after(module: Any, name: str, change: Callable[[Any, Path], Any]) -> None:
        read = getattr(module, name)

        @wraps(read)
        def changed(path: Path | str, *given: Any, **more: Any) -> Any:
            return change(read(Path(path), *given, **more), Path(path))

        setattr(module, name, changed)

    def census(found: Any, path: Path) -> Any:
        own = owner(path, names)
        if own is None:
            return found
        prints = {
            kind: tuple(sorted(other_hashes(np.array(values, np.uint64), own[0]).tolist()))
            for kind, values in found.fingerprint.items()
        }
        return replace(found, scene=own[0], hole=own[1], fingerprint=prints)

    seal.require_place = lambda path, place: None
    provenance.require_unchanged = lambda paths, made, *, by: None

    def table(found: pd.DataFrame, path: Path) -> pd.DataFrame:
        return renamed(spread(found, names, stand_ins) if owner(path, names) is None else found, path, names)

    after(arrays, "read_table", table)
    after(arrays, "read", lambda found, path: (found[0], table(found[1], path), facts(found[2], path)))
    after(parquet, "read_table", table)
    after(seal, "read_json", facts)
    after(census_files, "read_census", census)


def run(path: Path, number: int) -> None:
    """Run the script of a job, and print its largest memory in kB as the last line.

    The memory is this process's own, as the kernel counts it since the start of this program: what `wait4` tells of a
    child counts what its parent held.
    """
    jobs = json.loads(path.read_text(encoding="utf-8"))
    job = jobs["jobs"][number]
    read_by_place(jobs["names"], jobs["stand_ins"])
    inputs, outputs, params, wildcards, resources, log = (unpacked(job[name]) for name in GIVEN)
    given = (inputs, outputs, params, wildcards, job["threads"], resources, log, {}, job["rule"], None)
    runpy.run_path(job["script"], {"snakemake": Snakemake(*given, str(Path(job["script"]).parent))}, "__main__")
    print(re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))[0])


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    if what == "plan":
        plan(Path(where), rest)
    else:
        run(Path(where), int(rest[0]))
