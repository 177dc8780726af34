"""A study without labels: it runs up to the latents, says what else it can do, and keeps its M1 when labels come."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from checkout import TINY, copy_sources, environment

pytestmark = pytest.mark.slow

SCENES = ("DH1_1", "DH2_1", "DH3_1")
LATENTS = [f"results/latents/1/{scene}.parquet" for scene in SCENES]


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run snakemake in a copy of the project, on its own table of scenes."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", "own.yaml", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)


def write_scenes(folder: Path, *, labels_key: str, use: str) -> None:
    """The table of the tiny collection with other labels; no code is ignored."""
    header, *rows = (folder / "tests/workflow/scenes.tsv").read_text().splitlines()
    names = header.split("\t")
    written = [header]
    for row in rows:
        cells = dict(zip(names, row.split("\t"), strict=True))
        written.append("\t".join((cells | {"labels_key": labels_key, "use": use, "ignore": ""}).values()))
    (folder / "own.tsv").write_text("\n".join(written) + "\n")


def would_run(folder: Path, *arguments: str) -> dict[str, int]:
    """Jobs of each rule in a dry run."""
    done = snakemake(folder, "-n", *arguments)
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    stats = (done.stdout + done.stderr).partition("Job stats:")[2].partition("\ntotal")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)\s*$", stats, flags=re.MULTILINE)}


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project without labels and without a table of classes, run up to the latents."""
    folder = tmp_path_factory.mktemp("unlabelled")
    copy_sources(folder)
    (folder / "config/classes.tsv").unlink()
    config = yaml.safe_load((folder / TINY).read_text()) | {"scenes": "own.tsv"}
    (folder / "own.yaml").write_text(yaml.safe_dump(config))
    write_scenes(folder, labels_key="", use="")
    done = snakemake(folder, "--", *LATENTS)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return folder


def test_no_rule_of_labels_ran(unlabelled: Path) -> None:
    """Neither labels nor a split are made of nothing."""
    assert all((unlabelled / path).is_file() for path in LATENTS)
    made = {path.name for path in (unlabelled / "results").iterdir()}
    assert made.isdisjoint({"labels", "split", "sample", "labels_per_class"})
    assert would_run(unlabelled, "--", *LATENTS) == {}


def test_all_names_what_can_be_done(unlabelled: Path) -> None:
    """The report needs labels: one sentence says so, and no job starts."""
    done = snakemake(unlabelled, "-n")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "no scene has labels" in said
    assert "snakemake explore" in said


def test_labels_that_come_train_no_m1(unlabelled: Path) -> None:
    """Once the table names labels, they are read and drawn; the scans' census, their unlabelled draw and M1 stay."""
    (unlabelled / "config/classes.tsv").write_bytes((Path(__file__).parents[2] / "config/classes.tsv").read_bytes())
    write_scenes(unlabelled, labels_key="/hsimage/labels", use="1-99")
    counts = would_run(unlabelled)
    assert counts["labels"] == counts["draw"] == counts["encode"] == len(SCENES)
    assert {"census", "sample_m1", "train_m1"}.isdisjoint(counts)
    assert {"split", "sample", "train_m2", "report"} <= set(counts)
