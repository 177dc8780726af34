"""Whether a run is alive: said as long as one of its processes lives, whatever becomes of the others, and no longer."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from semispectral.workflow import running

ROOT = Path(__file__).resolve().parents[2]
HOLDER = (
    "import sys; from semispectral.workflow import running; running.hold(); print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory that a run has been in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "_held", [])
    (tmp_path / ".snakemake/scripts").mkdir(parents=True)
    (tmp_path / ".snakemake/scripts/tmp1.map.py").write_text("a copy of an adapter")
    yield tmp_path
    for held in running._held:
        held.close()


def holder() -> "subprocess.Popen[str]":
    """A process that holds the lock of the current folder until it is ended."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def asked() -> tuple[int, str]:
    """What make resume asks: the exit status, and what is said."""
    done = subprocess.run(
        [sys.executable, "-m", "semispectral.workflow.running"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_a_living_run_is_named_and_left_alone(folder: Path) -> None:
    """Also where only one of its processes is left; once the last has been killed, nothing is in the way."""
    both = [holder(), holder()]
    status, said = asked()
    assert status == 1
    assert [pid for pid in (both[0].pid, both[1].pid) if f"process {pid}: " not in said] == []
    assert "wait until it has ended, or stop it" in said
    assert "Traceback" not in said
    for process in both:
        assert asked()[0] == 1
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert asked() == (0, "")


def test_what_killed_jobs_left_is_swept_once_nobody_lives(folder: Path) -> None:
    """Snakemake's copies of adapters stay while a run may use them."""
    process = holder()
    assert asked()[0] == 1
    assert list((folder / ".snakemake/scripts").iterdir())
    process.communicate("")
    assert asked() == (0, "")
    assert not (folder / ".snakemake/scripts").exists()


def test_nothing_is_made_where_nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh folder has no run."""
    monkeypatch.chdir(tmp_path)
    assert asked() == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("operation", ["hold", "require_none"])
def test_a_disk_without_locks_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    """As some network file systems are: then nobody can tell."""
    (folder / running.LOCK).touch()

    def refuses(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(running.fcntl, "flock", refuses)
    getattr(running, operation)()
    assert running._held == []


def test_where_the_system_lists_no_locks_it_is_said_without_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other systems than Linux."""
    monkeypatch.setattr(running, "LISTED", folder / "none")
    process = holder()
    with pytest.raises(running.RunningError, match=r"still at work here; wait"):
        running.require_none()
    process.communicate("")


@pytest.mark.parametrize("argument", ["/usr/bin/snakemake", ".snakemake/scripts/tmp1.map.py"])
def test_a_job_that_has_just_begun_counts(folder: Path, argument: str) -> None:
    """By its command, before it holds a lock; the same command in another folder does not."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", argument]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    (folder / "other").mkdir()
    other = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder / "other")
    status, said = asked()
    assert status == 1
    assert f"process {process.pid}: " in said
    assert f"process {other.pid}: " not in said
    for one in (process, other):
        one.communicate(b"")
    assert asked() == (0, "")


def test_make_asks_before_it_runs() -> None:
    """In `make resume`, the question comes before the run."""
    said = subprocess.run(
        ["make", "-n", "-o", ".venv/.installed", "resume"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"semispectral\.workflow\.running.* demo$", said, flags=re.DOTALL | re.MULTILINE)


def test_snakemakes_lock_goes_once_nobody_lives(folder: Path) -> None:
    """A killed Snakemake leaves its lock; it stays while a process of its run is at work."""
    lock = folder / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir()
    lock.write_text("results/m1")
    process = holder()
    assert asked()[0] == 1
    assert lock.exists()
    process.communicate("")
    assert asked() == (0, "")
    assert not lock.exists()
