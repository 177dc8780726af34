"""Say before a run what it will train again, and why."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semispectral.study.names import some as some_of

TRAINS = "train_"  # with which the names of rules that train begin
HASH = re.compile(r"[0-9a-f]{64}")
MOST = 8  # names or keys in one sentence
READ_BY_SCENE = ("sample_m1", "split")  # rules that write a file for each scene that is learnt from
OF_SCENES = ("scenes", "scene", "study")  # sections that hold rows of scenes.tsv


@dataclass(frozen=True)
class Planned:
    """Job that is to run.

    Attributes
    ----------
    rule : name of its rule.
    has_run : whether its outputs are there.
    missing : outputs that are needed and not there.
    updated : files that changed since, and no job of this run changes.
    by_jobs : files that jobs of this run make.
    before, now : texts of its parameters that were recorded, and those that are not the same now.
    other_inputs : whether other files are its inputs than before.
    forced : whether the user asked for it.
    needs : jobs of this run that change its inputs.
    """

    rule: str
    has_run: bool = True
    missing: frozenset[str] = frozenset()
    updated: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    other_inputs: bool = False
    forced: bool = False
    needs: tuple["Planned", ...] = field(default=())


def planned_jobs(dag: Any) -> list[Planned]:
    """Return the jobs of a run that train again, with the jobs that they follow from.

    Parameters
    ----------
    dag : Snakemake's graph of jobs.
    """
    known: dict[Any, Planned] = {}

    def of(job: Any) -> Planned:
        if job not in known:
            reason = dag.reason(job)
            made = set(map(str, reason.updated_input_run))
            needs = [
                of(other)
                for other, files in dag.dependencies[job].items()
                if dag.needrun(other) and made & set(map(str, files))
            ]
            known[job] = Planned(
                rule=job.rule.name,
                has_run=all(Path(str(file)).exists() for file in job.output),
                missing=frozenset(map(str, reason.missing_output)),
                updated=frozenset(set(map(str, reason.updated_input)) - made),
                before=frozenset(getattr(reason.params_changed, "only_old", ())),
                now=frozenset(getattr(reason.params_changed, "only_new", ())),
                other_inputs=bool(reason.input_changed),
                forced=bool(reason.forced),
                needs=tuple(needs),
            )
        return known[job]

    return [of(job) for job in dag.needrun_jobs() if job.rule.name.startswith(TRAINS)]


def trained_again(jobs: Iterable[Planned]) -> list[str]:
    """Return lines that say what trains again and why; none where nothing that was trained does.

    Parameters
    ----------
    jobs : jobs that train, from `planned_jobs`.
    """
    again = [job for job in jobs if job.has_run]
    if not again:
        return []
    counts: dict[str, int] = {}
    for job in again:
        counts[job.rule] = counts.get(job.rule, 0) + 1
    trained = ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items()))
    lines = [f"what was trained is trained again ({trained}), for", *(f"  - {why}" for why in _reasons(_all(again)))]
    if _new_scenes(_all(again)):
        lines.append("To map new scans without training, give them yes in the column map_only of scenes.tsv.")
    return lines


def _all(jobs: Iterable[Planned]) -> list[Planned]:
    """Return jobs and all that they follow from, each once."""
    found: dict[int, Planned] = {}
    left = list(jobs)
    while left:
        job = left.pop()
        if id(job) not in found:
            found[id(job)] = job
            left += job.needs
    return list(found.values())


def _new_scenes(jobs: Iterable[Planned]) -> list[str]:
    """Return the scenes of which no file is there yet that training reads."""
    return sorted({Path(file).stem for job in jobs if job.rule in READ_BY_SCENE for file in job.missing})


def _reasons(jobs: list[Planned]) -> list[str]:
    """Return the causes, each once: scans and files that changed, then settings, then the rest."""
    said = []
    if new := _new_scenes(jobs):
        said.append(f"new among the scans that are learnt from: {_some(new)}")
    if files := sorted({file for job in jobs for file in job.updated}):
        said.append(f"changed files: {_some(files)}")
    if keys := sorted({key for job in jobs for key in _changed_keys(job)} - {f"scan {name} is new" for name in new}):
        said.append(f"changed settings or rows: {_some(keys)}")
    if code := sorted({job.rule for job in jobs if any(map(HASH.fullmatch, map(_bare, job.now)))}):
        said.append(f"another version of the program, in the stages {_some(code)}")
    if forced := sorted({job.rule for job in jobs if job.forced}):
        said.append(f"asked for: {_some(forced)}")
    if lost := sorted({file for job in jobs for file in job.missing if Path(file).stem not in new}):
        said.append(f"results that are missing: {_some(lost)}")
    return said or ["other files are learnt from than before"]


def _bare(text: str) -> str:
    """Return a recorded parameter without the quotes around it."""
    return str(text).strip("'\"")


def _changed_keys(job: Planned) -> Iterator[str]:
    """Yield the keys of the configuration, and the rows and columns of scenes.tsv, in which the parameters differ."""
    before, now = (_sections(texts) for texts in (job.before, job.now))
    if before and now:
        yield from _differences(before, now, "")


def _sections(texts: Iterable[str]) -> dict[str, Any]:
    """Return the sections of the parameters that are JSON."""
    found: dict[str, Any] = {}
    for text in map(str, texts):
        try:
            content = json.loads(text[1:-1] if text[:1] in "'\"" else text)
        except ValueError:
            continue
        found |= content if isinstance(content, dict) else {}
    return found


def _differences(before: Any, now: Any, key: str) -> Iterator[str]:
    """Yield where two values differ: of scenes by their names, of all else by the keys."""
    if before == now:
        return
    first, second = _by_scene(before, key), _by_scene(now, key)
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)):
        yield key
        return
    of_scenes = key in OF_SCENES
    for name in sorted({*first, *second}):
        if name in first and name in second:
            where = f"{name}, column" if of_scenes else f"{key} {name}" if key.endswith("column") else f"{key}.{name}"
            yield from _differences(first[name], second[name], where.lstrip("."))
        elif of_scenes:
            yield f"scan {name} is {'new' if name in second else 'gone'}"
        else:
            yield f"{key}.{name}".lstrip(".")


def _by_scene(value: Any, key: str) -> Any:
    """Return rows of scenes by the names of these, and other values as they are."""
    if key == "scene" and isinstance(value, Mapping):
        return {str(value.get("name", "")): value}
    rows = key in OF_SCENES and isinstance(value, list)
    return {str(row["name"]): row for row in value} if rows else value


def _some(names: list[str]) -> str:
    return some_of(names, most=MOST)
