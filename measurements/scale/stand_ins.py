"""Memory and seconds of what reads something of every scan or of a whole hole, with stand-ins for hundreds of scans.

    python measurements/scale/stand_ins.py --configfile FOLDER/full_size.yaml --scans 500 --output MANY

The study is a finished one, of full-size scans for instance (`full_size.py --run all`). In MANY stands a study of so
many scans whose files of a scan or hole are links to those of that study's scans, under names of their own. In it,
each rule that reads files of several scans is run once, by its own script in a process of its own, and in the order of
the workflow: its peak is the kernel's, its seconds are of the processor, and beside them stands what the rule asks of a
cluster. The rule's other jobs, which are as this one, have links to what this one wrote.
"""

import argparse
import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from forecasts import MB
from full_size import ROOT, Taken, measured, say
from stand_in_job import names_of

from semispectral.study.config_file import read_config

PROGRAM = str(Path(__file__).with_name("stand_in_job.py"))
LEFT_OUT = ("logs", "resources", "checkpoints", "scenes")  # folders of results to which nothing is linked
SEVERAL = 2  # scans or holes that a rule reads files of, at least


def many_rows(seed: pd.DataFrame, tested: Sequence[str], *, scans: int, per_hole: int) -> pd.DataFrame:
    """Rows of scenes.tsv of so many stand-ins, each with the row of the scan that it stands for in ``of``.

    The last hole is tested, and its scans stand for those of the tested holes in turn; all others for the other ones.
    """
    is_tested = seed["hole"].isin(tested)
    last = (scans - 1) // per_hole
    rows = []
    for number in range(scans):
        hole, place = divmod(number, per_hole)
        source = seed[is_tested] if hole == last and is_tested.any() else seed[~is_tested]
        row = source.iloc[number % len(source)]
        names = {"scene": f"N{number + 1}", "hole": f"H{hole + 1}", "of": row["scene"], "hole_of": row["hole"]}
        if row.get("depth_from_m"):
            length = float(row["depth_to_m"]) - float(row["depth_from_m"])
            names |= {"depth_from_m": f"{place * length:g}", "depth_to_m": f"{(place + 1) * length:g}"}
        rows.append(row.to_dict() | names)
    return pd.DataFrame(rows)


def link(source: Path, target: Path, rows: pd.DataFrame) -> None:
    """Link the results of the study under the names of its stand-ins; what belongs to no scan or hole, as it is."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in (("of", "scene"), ("hole_of", "hole")):
        for name, own in rows[[old, new]].drop_duplicates().itertuples(index=False):
            named[name].append(own)
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_dir() or relative.parts[0] in LEFT_OUT:
            continue
        places = [place for place, part in enumerate(relative.parts) if part.partition(".")[0] in named]
        for place in (target / each for each in _renamed(relative.parts, places[:1], named)):
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                os.link(path, place)


def _renamed(parts: Sequence[str], places: Sequence[int], named: Mapping[str, Sequence[str]]) -> Iterator[Path]:
    """The path under the name of each stand-in; as it is, where it names no scan or hole."""
    if not places:
        yield Path(*parts)
    for place in places:
        name, dot, end = parts[place].partition(".")
        for own in named[name]:
            yield Path(*parts[:place], f"{own}{dot}{end}", *parts[place + 1 :])


def make(asked: argparse.Namespace) -> tuple[Path, pd.DataFrame]:
    """Make the study of stand-ins; its configuration and its rows of scenes.tsv. Each scan is one file, as of HDF5."""
    folder = asked.output.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    study = read_config(asked.configfile)
    results = Path(study.get("pathvars", {}).get("results", "results")).absolute()
    root = Path(study.get("data_root", ".")).absolute()
    seed = pd.read_csv(study["scenes"], sep="\t", dtype=str, keep_default_na=False)
    tested = study.get("split", {}).get("test_groups", [])
    rows = many_rows(seed, tested, scans=asked.scans, per_hole=asked.per_hole)
    for scene, own in zip(rows["scene"], rows["data"], strict=True):
        place = folder / f"{scene}{Path(own).suffix}"
        if not place.exists():
            os.link(root / own, place)
    rows["data"] = [f"{scene}{Path(own).suffix}" for scene, own in zip(rows["scene"], rows["data"], strict=True)]
    rows.drop(columns=["of", "hole_of"]).to_csv(folder / "scenes.tsv", sep="\t", index=False)
    own = {
        "scenes": str(folder / "scenes.tsv"),
        "classes": str(Path(study.get("classes", "config/classes.tsv")).absolute()),
        "data_root": str(folder),
        "pathvars": {"results": str(folder / "results")},
        "simulate": {"enabled": False},
        "split": study.get("split", {}) | ({"test_groups": [rows["hole"].iloc[-1]]} if tested else {}),
    }
    (folder / "many.yaml").write_text(yaml.safe_dump(study | own), encoding="utf-8")
    link(results, folder / "results", rows)
    return folder / "many.yaml", rows


def chosen(jobs: Sequence[Mapping[str, Any]], names: Mapping[str, object]) -> Iterator[int]:
    """The numbers of the jobs to run: of each rule that reads files of several scans or holes, the largest one."""
    most: dict[str, tuple[int, int]] = {}
    for number, job in enumerate(jobs):
        if job["script"]:
            inputs = [Path(path) for path in job["input"]["items"]]
            several = names.keys() & {part for path in inputs for part in (path.stem, path.parent.name)}
            if len(several) >= SEVERAL and len(inputs) > most.get(job["rule"], (0, 0))[0]:
                most[job["rule"]] = (len(inputs), number)
    yield from sorted(number for _, number in most.values())


def run(path: Path, number: int, outputs: Sequence[str]) -> Taken:
    """Run a job in a process of its own, with nothing where it is going to write."""
    for output in map(Path, outputs):
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.is_dir():
            shutil.rmtree(output)
        output.unlink(missing_ok=True)
    took = measured(sys.executable, PROGRAM, "run", str(path), str(number), cwd=ROOT)
    if took.status:
        return took
    return replace(took, memory_mb=int(took.said.splitlines()[-1]) * 1024 / MB)


def share(jobs: Sequence[Mapping[str, Any]], number: int) -> None:
    """Link what a job wrote in the place of what the rule's other jobs would write."""
    source = jobs[number]["output"]["items"]
    for other, job in enumerate(jobs):
        if job["rule"] == jobs[number]["rule"] and other != number:
            for old, new in zip(source, job["output"]["items"], strict=True):
                if Path(old).is_file():
                    Path(new).parent.mkdir(parents=True, exist_ok=True)
                    Path(new).unlink(missing_ok=True)
                    os.link(old, new)


def of_the_few(jobs: Sequence[Mapping[str, Any]], many: Sequence[int], number: int, ran: Collection[str]) -> list[str]:
    """Rules that read several scans and have not run on the stand-ins, and whose results a job reads nevertheless."""
    inputs = set(jobs[number]["input"]["items"])
    rules = {jobs[each]["rule"] for each in many} - {jobs[number]["rule"], *ran}
    return sorted({job["rule"] for job in jobs if job["rule"] in rules and inputs & set(job["output"]["items"])})


def main(asked: argparse.Namespace) -> None:
    """Make the study, run the rules, and print a line for each."""
    config, rows = make(asked)
    path = asked.output.absolute() / "jobs.json"
    of_study = ("--configfile", str(config), "--snakefile", str(ROOT / "Snakefile"), "--directory", str(ROOT))
    given = (*asked.targets, "--cores", "2", "--forceall", *of_study)
    planned = measured(sys.executable, PROGRAM, "plan", str(path), *given, cwd=ROOT)
    if planned.status:
        raise SystemExit("the dry run failed, as said above")
    jobs, names = json.loads(path.read_text(encoding="utf-8"))["jobs"], names_of(rows)
    path.write_text(
        json.dumps({"jobs": jobs, "names": names, "stand_ins": rows.groupby("of")["scene"].agg(list).to_dict()}),
        encoding="utf-8",
    )
    say(f"{asked.scans} scans, {len(jobs)} jobs; dry run: {planned.processor:.0f} CPU s, {planned.memory_mb:.0f} MB")
    say("| rule | inputs | asked: MB | used: MB | CPU s |\n|---|---|---|---|---|")
    log = asked.output.absolute() / "ran.json"
    ran = json.loads(log.read_text(encoding="utf-8")) if log.exists() else []
    failed, few = [], []
    many = list(chosen(jobs, names))
    for number in many:
        job = jobs[number]
        if job["rule"] in asked.leave_out or (asked.rules and job["rule"] not in asked.rules):
            continue
        of_few = of_the_few(jobs, many, number, ran)
        few += [f"{job['rule']} reads what {', '.join(of_few)} wrote"] if of_few else []
        took = run(path, number, job["output"]["items"])
        if took.status:
            failed.append(job["rule"])
        else:
            share(jobs, number)
            ran.append(job["rule"])
            log.write_text(json.dumps(ran), encoding="utf-8")
        files, asked_mb = len(job["input"]["items"]), job["mem_mb"]
        ended = " failed |" if took.status else ""
        say(f"| {job['rule']} | {files} | {asked_mb} | {took.memory_mb:.0f} | {took.processor:.1f} |{ended}")
    if few:
        say(f"For the few scans of the finished study, and not for their stand-ins: {'; '.join(few)}")
    if failed:
        raise SystemExit(f"these rules failed, as said above: {', '.join(failed)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configfile", type=Path, required=True, help="configuration of the finished study")
    parser.add_argument("--scans", type=int, required=True)
    parser.add_argument("--per-hole", type=int, default=25, help="scans of each hole; the last hole is tested")
    parser.add_argument("--output", type=Path, required=True, help="folder of the study of stand-ins")
    parser.add_argument("--targets", nargs="+", default=["all"], help="of the workflow, as the finished study has them")
    parser.add_argument("--rules", nargs="*", default=[], help="only these")
    parser.add_argument("--leave-out", nargs="*", default=[], help="all but these")
    main(parser.parse_args())
