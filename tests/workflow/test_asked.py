"""What jobs ask of a cluster, beside what they used: on a finished study, and on hundreds of scans of full size."""

import json
import re
import shutil
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from checkout import ROOT, TINY, copy_study

from forks import Forks

PROGRAM = ROOT / "measurements/scale/asked_jobs.py"
MB = 1 << 20
LIBRARIES_MB = 350  # of their pages a fresh process, as on a cluster, holds more than the fork of a warm one
# Sizes of the results of one scan of 2848 x 384 x 268, in MB, rounded up; what is not here is small.
OF_A_SCAN = {
    r"scenes/": 587,
    r"shards/unlabelled/": 11,
    r"shards/labelled/": 30,
    r"results/latents": 25,
    r"predictions/": 8,
    r"(census|labels)/.*npy": 5,
    r"parts/.*npy": 2,
    r"numbers.parquet": 45,
    r"features.tif": 95,
    r"features.(img|parquet)": 170,
    r"(probability|confidence).tif": 30,
}
OF_ALL = {
    r"sample/": 180,
    r"sample_m1/": 14,
    r"splits/main/pixels": 3,
}  # divided by the scenes: the sample has its own size
SCANS, HOLES = 48, 3
# The most that jobs of a rule held, in MB, in a run of 12 such scans to the report (measurements/scale/full_size.py).
USED = {
    "census": 244,
    "labels": 175,
    "draw": 691,
    "compare_scans": 141,
    "split": 326,
    "split_tested": 314,
    "sample_m1": 254,
    "sample": 414,
    "sample_tested": 472,
    "estimate_noise": 291,
    "fit_scaler": 304,
    "choose_labels": 225,
    "baseline": 1040,
    "train_svm": 608,
    "learning_curve": 950,
    "train_m1": 892,
    "train_m2": 1062,
    "encode": 691,
    "encode_tested": 658,
    "match_library": 970,
    "predict": 794,
    "learn_tray": 283,
    "bundle": 598,
    "pack": 351,
    "evaluate": 416,
    "map": 618,
    "pixels": 794,
    "paint": 799,
    "features": 631,
    "downhole": 998,
    "intervals": 290,
    "hole_page": 876,
    "report": 978,
}
MOST_TIMES = 15  # what may be asked for beyond that: a base for the libraries, and room


def asked(folder: Path, forks: Forks, *given: str) -> list[dict[str, object]]:
    """The jobs of a dry run in a folder of the project."""
    jobs = folder / "jobs.jsonl"
    status, said = forks.call(folder, str(jobs), "--cores", "8", "--forceall", *given, program=str(PROGRAM))
    assert status == 0, said[-3000:]
    return [json.loads(line) for line in jobs.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
def test_every_job_asks_for_what_it_used(finished_study: Path, tmp_path: Path, forks: Forks) -> None:
    """No job of a finished study used more memory than its rule asks for, and every rule says what that is."""
    copy_study(finished_study, tmp_path / "study")
    largest: defaultdict[str, list[int]] = defaultdict(list)
    for job in asked(tmp_path / "study", forks, "--configfile", TINY):
        if job["rule"] != "all":
            largest[str(job["rule"])].append(int(str(job["mem_mb"])))
    for rule, memory in largest.items():
        files = list((tmp_path / "study/results/resources").glob(f"{rule}*.tsv"))
        files += (tmp_path / "study/results/resources" / rule).rglob("*.tsv")
        used = [pd.read_csv(path, sep="\t", na_values="-")["max_rss"].max() for path in files]
        assert all(not each + LIBRARIES_MB > min(memory) for each in used), (rule, used, memory)


@pytest.mark.slow
def test_scans_of_full_size_ask_for_what_they_use(finished_study: Path, tmp_path: Path, forks: Forks) -> None:
    """With 48 scans in 3 holes each job of a rule asks for what 12 such scans used, and not for many times as much.

    No job of the benchmark asks for more than 12 GB or two days, either.
    """
    folder = tmp_path / "study"
    copy_study(finished_study, folder)
    shutil.rmtree(folder / "results")
    rows = (folder / "tests/workflow/scenes.tsv").read_text(encoding="utf-8").splitlines()
    names = [f"DH{number % HOLES + 1}_{number // HOLES + 1}" for number in range(SCANS)]
    cells = [[name, name.partition("_")[0], f"results/scenes/{name}.h5", *rows[1].split("\t")[3:]] for name in names]
    (folder / "many.tsv").write_text("\n".join([rows[0], *("\t".join(row) for row in cells)]) + "\n", encoding="utf-8")
    (folder / "many.yaml").write_text(f"scenes: many.tsv\nsimulate: {{scenes_per_hole: {SCANS // HOLES}}}\n")
    given = ("all", "benchmark", "--configfile", TINY, "many.yaml")
    for job in asked(folder, forks, *given):
        for path in (folder / str(name) for name in job["output"]):  # type: ignore[attr-defined]
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.suffix:
                path.mkdir(exist_ok=True)
            elif not path.is_dir():
                with path.open("wb") as file:
                    file.truncate(size_of(str(path)))
    memory: defaultdict[str, list[int]] = defaultdict(list)
    for job in asked(folder, forks, *given):
        assert int(str(job.get("mem_mb", 0))) <= 12_000, job
        assert int(str(job.get("runtime", 0))) <= 48 * 60, job
        memory[str(job["rule"])].append(int(str(job.get("mem_mb", 0))))
    odd = {
        rule: (used, memory[rule])
        for rule, used in USED.items()
        if rule in memory and not used + LIBRARIES_MB <= min(memory[rule]) <= MOST_TIMES * used
    }
    assert odd == {}


@pytest.mark.slow
def test_a_forecast_stands_beside_what_was_used(finished_study: Path, tmp_path: Path, forks: Forks) -> None:
    """measurements/scale/forecasts.py has a row for each rule that ran, with its jobs, and says that a study is new."""
    copy_study(finished_study, tmp_path / "study")
    given = ("--configfile", TINY)
    program = str(ROOT / "measurements/scale/forecasts.py")
    status, said = forks.call(tmp_path / "study", *given, program=program)
    assert status == 0, said[-3000:]
    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \| [\d.]+ \| [\d.]+ \| \d+ \| \d* \|$", said, flags=re.MULTILINE))
    ran = {path.stem if path.is_file() else path.name for path in (finished_study / "results/resources").iterdir()}
    assert rows.keys() == ran
    assert (rows["census"], rows["split"], rows["report"]) == ("3", "1", "1")
    assert "seconds of all jobs: forecast" in said
    shutil.rmtree(tmp_path / "study/results/resources")
    status, said = forks.call(tmp_path / "study", *given, program=program)
    assert status != 0
    assert "nothing of this study has run" in said


@pytest.mark.slow
def test_rules_run_on_stand_ins_of_a_finished_study(finished_study: Path, tmp_path: Path, forks: Forks) -> None:
    """measurements/scale/stand_ins.py runs rules, by stand_in_job.py, on nine scans of three holes that are links.

    Every one ends well with less memory than it asks for, and what it writes is of the stand-ins, none of them a copy.
    """
    copy_study(finished_study, tmp_path / "study")
    program = str(ROOT / "measurements/scale/stand_ins.py")
    wanted = ("split", "split_tested", "downhole", "intervals", "report")
    many = tmp_path / "many"
    given = ("--configfile", TINY, "--scans", "9", "--per-hole", "3", "--output", str(many), "--rules", *wanted)
    status, said = forks.call(tmp_path / "study", *given, program=program)
    assert status == 0, said[-3000:]
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| [\d.]+ \|$", said, flags=re.MULTILINE)
    assert [rule for rule, *_ in rows] == list(wanted)
    assert all(0 < int(used) < int(asked_mb) for _, _, asked_mb, used in rows)
    table = pd.read_parquet(many / "results/downhole/intervals.parquet")
    assert sorted(table["HoleID"].unique()) == ["H1", "H2", "H3"]
    quotas = pd.read_parquet(many / "results/splits/main/quotas.parquet")
    assert sorted(quotas["scene"].unique()) == [f"N{number}" for number in range(1, 10)]
    assert set(quotas.loc[quotas["part"] == "test", "hole"]) >= {"H3"}
    few = re.search(r"report reads what (.+) wrote", said)
    assert few is not None
    assert "compare_scans" in few[1].split(", ")
    assert "split" not in few[1].split(", ")
    assert "9 scenes from 3 holes" in " ".join((many / "results/report/index.html").read_text().split())


def size_of(path: str) -> int:
    """The bytes of a file of the results, if the scans were of full size."""
    for sizes, scans in ((OF_A_SCAN, 1), (OF_ALL, SCANS)):
        for pattern, megabytes in sizes.items():
            if re.search(pattern, path):
                return megabytes * MB // scans
    return 1000
