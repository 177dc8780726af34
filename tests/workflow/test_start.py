"""How the workflow starts: from elsewhere, in somebody else's workflow, and with a mistake in its configuration."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from forks import Forks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
module core:
    snakefile:
        "{snakefile}"
    config:
        {{"simulate": {{"enabled": True}}, "split": {{"test_groups": ["DH3"]}}}}


use rule * from core as core_*


rule mine:
    default_target: True
    input:
        rules.core_report.output.index,
"""


DryRun = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def dry_run(forks: Forks) -> DryRun:
    """A function that makes a dry run in a folder that is not the project's: status and what was said."""
    return partial(_dry_run, forks)


def _dry_run(forks: Forks, folder: Path, *arguments: str) -> tuple[int, str]:
    return forks.call(folder, "--cores", "2", "-n", "--quiet", "rules", *arguments)


def jobs(text: str, rule: str) -> int:
    """Jobs of a rule in what a dry run said."""
    found = re.search(rf"^{rule}\s+(\d+)$", text, flags=re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_it_runs_from_another_folder(dry_run: DryRun, tmp_path: Path, snakefile: str) -> None:
    """The Snakefile can be named from elsewhere; the built-in demo is then what is configured."""
    status, text = dry_run(tmp_path, "--snakefile", str(ROOT / snakefile))
    assert status == 0, text
    assert jobs(text, "simulate") == 6
    assert jobs(text, "report") == 1


def test_it_is_a_module_in_somebody_else_s_workflow(dry_run: DryRun, tmp_path: Path) -> None:
    """Another Snakefile takes the rules with a configuration of its own; what that leaves out has its default."""
    (tmp_path / "Snakefile").write_text(MODULE.format(snakefile=ROOT / "Snakefile"))
    status, text = dry_run(tmp_path)
    assert status == 0, text
    assert jobs(text, "core_train_m1") == 1


@pytest.mark.parametrize("name", ["indian_pines", "salinas_a"])
def test_a_public_scene_that_is_absent_is_fetched(dry_run: DryRun, tmp_path: Path, name: str) -> None:
    """Without its two files the overlay begins with two downloads; a file that is there is left alone."""
    arguments = ("--snakefile", str(ROOT / "Snakefile"), "--configfile", str(ROOT / f"config/{name}.yaml"))
    assert jobs(dry_run(tmp_path, *arguments)[1], "fetch") == 2
    labels = {"indian_pines": "Indian_pines_gt.mat", "salinas_a": "SalinasA_gt.mat"}[name]
    (tmp_path / f"mine/{name}").mkdir(parents=True)
    (tmp_path / f"mine/{name}/{labels}").touch()
    assert jobs(dry_run(tmp_path, *arguments, "--config", "data_root=mine")[1], "fetch") == 1


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("m1: {latent: 3}", "m1: unknown key 'latent'; did you mean 'latents'?"),
        ("scenes: nowhere.tsv", "nowhere.tsv"),
    ],
)
def test_a_mistake_is_said_in_words_before_anything_runs(
    dry_run: DryRun, tmp_path: Path, config: str, message: str
) -> None:
    """One plain message, a status that is not zero, no traceback."""
    (tmp_path / "mine.yaml").write_text(config)
    status, text = dry_run(tmp_path, "--snakefile", str(ROOT / "Snakefile"), "--configfile", "mine.yaml")
    assert status != 0
    assert message in text
    assert "Traceback" not in text


@pytest.mark.parametrize("results", ["file", "nowhere", "/proc/sys"])
def test_results_that_cannot_be_written_are_said_before_any_job(forks: Forks, tmp_path: Path, results: str) -> None:
    """A file, a link to nowhere, a folder that takes nothing: one sentence with what to do, and no job starts."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "results").symlink_to(results)
    status, text = forks.call(tmp_path, "--cores", "1", "--snakefile", str(ROOT / "Snakefile"))
    assert status != 0
    assert "results: a folder for the results (pathvars.results) is needed, but" in text
    assert "name another folder" in text
    assert "Traceback" not in text
    assert (tmp_path / "file").read_text() == "mine"


def test_no_handler_hides_another() -> None:
    """Of two blocks onstart, Snakemake forgets the first without a word."""
    texts = [path.read_text(encoding="utf-8") for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]]
    for name in ("onstart", "onsuccess", "onerror"):
        assert sum(len(re.findall(rf"^{name}:", text, flags=re.MULTILINE)) for text in texts) <= 1
