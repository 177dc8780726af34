"""``semispectral run``: Snakemake's command line with the workflow of this package."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from semispectral.commands import run_workflow
from semispectral.commands.main import main
from semispectral.commands.run_workflow import snakemake_command
from semispectral.models.versions import KNOWN
from semispectral.workflow.home import workflow_folder

HOME = Path("/home")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration."""
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/config.yaml").write_text("data_root: .\n")
    return tmp_path


def test_options_are_passed_on(study: Path, tmp_path: Path) -> None:
    """The Snakefile, the package's profile and all cores, unless the user names another profile or a number."""
    begin = [sys.executable, "-m", "snakemake", "--snakefile", "/home/Snakefile"]
    profile = ["--workflow-profile", "/home/profiles/default"]
    assert snakemake_command([], HOME) == [*begin, *profile, "--cores", "all"]
    assert snakemake_command(["explore", "-c4", "-n"], HOME) == [*begin, *profile, "explore", "-c4", "-n"]
    assert snakemake_command(["--cores=2"], HOME)[-1] == "--cores=2"
    theirs = ["--workflow-profile", "p", "-j", "3"]
    assert snakemake_command(theirs, HOME) == [*begin, *theirs]
    (tmp_path / "home/profiles/slurm").mkdir(parents=True)
    packaged = str(tmp_path / "home/profiles/slurm")
    assert snakemake_command(["--profile", "slurm"], tmp_path / "home")[-1] == packaged
    assert snakemake_command(["--profile", "mine"], tmp_path / "home")[-1] == "mine"


def test_the_profile_of_the_study_is_used(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the place of the package's and says how many cores; a profile that is named takes its place."""
    profile = study / "profiles/default/config.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text("resources: {gpu: 2}\n")
    begin = [sys.executable, "-m", "snakemake", "--snakefile", "/home/Snakefile"]
    own, packaged = (["--workflow-profile", f"{place}profiles/default"] for place in ("", "/home/"))
    assert snakemake_command([], HOME) == [*begin, *own, "--cores", "all"]
    profile.write_text("cores: 4\n")
    assert snakemake_command(["-n"], HOME) == [*begin, *own, "-n"]
    assert snakemake_command(["--executor", "slurm"], HOME) == [*begin, *packaged, "--executor", "slurm"]
    (study / "profiles/slurm").mkdir()
    assert snakemake_command(["--profile", "slurm"], HOME) == [*begin, *packaged, "--profile", "profiles/slurm"]
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "everywhere")
    assert snakemake_command([], HOME) == [*begin, *packaged]


def test_a_profile_with_code_is_refused(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither `run` nor `check` gives Snakemake a profile whose code it would run."""
    profile = study / "profiles/default/config.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text("__use_yte__: true\n")
    for command in ("run", "check"):
        caplog.clear()
        assert main([command]) == 1
        assert f"{profile.relative_to(study)}: plain values are needed" in caplog.text


def test_snakemake_takes_the_place_of_the_command(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process becomes Snakemake's, so that a signal to it ends the jobs, too; its status is the command's."""
    became: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: became.append((path, command)))
    assert main(["run", "-n", "explore"]) == 0
    command = snakemake_command(["-n", "explore"], workflow_folder())
    assert became == [(sys.executable, command)]
    refused = [sys.executable, "-c", "from semispectral.commands.main import main; main()", "run", "--no-such-option"]
    ended = subprocess.run(refused, cwd=study, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "unrecognized arguments: --no-such-option" in ended.stderr


def test_what_is_refused_before(study: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A configuration with code, also in an overlay; a training without TensorFlow; a folder without a study."""
    code = "__definitions__: [import os]\n"
    (study / "overlay.yaml").write_text(code)
    assert main(["run", "--configfile", "overlay.yaml", "-n"]) == 1
    assert "overlay.yaml: plain values are needed" in caplog.text
    monkeypatch.setattr(run_workflow, "installed", lambda: dict.fromkeys(KNOWN, ""))
    assert main(["run"]) == 1
    assert "pip install 'semispectral[train]'" in caplog.text
    (study / "config/config.yaml").write_text(code)
    assert main(["run", "-n"]) == 1
    assert "config.yaml: plain values are needed" in caplog.text
    monkeypatch.chdir(study / "config")
    assert main(["run"]) == 1
    assert "semispectral new FOLDER" in caplog.text


def test_a_killed_run_goes_on(study: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The lock that a dead Snakemake left goes, and Snakemake starts; while a process of a run lives, neither."""
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: became.append(command))
    left = study / ".snakemake/locks/0.input.lock"
    left.parent.mkdir(parents=True)
    left.touch()
    with (study / ".snakemake/semispectral.lock").open("w") as alive:
        fcntl.flock(alive, fcntl.LOCK_SH)
        assert main(["resume", "-n"]) == 1
        assert "go on with semispectral resume" in caplog.text
        assert left.exists()
    assert became == []
    assert main(["resume", "explore", "-n"]) == 0
    assert not left.exists()
    assert became == [snakemake_command(["explore", "-n"], workflow_folder())]


def test_help_is_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` explains the command and does not start Snakemake."""
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    assert "semispectral run explore" in capsys.readouterr().out
