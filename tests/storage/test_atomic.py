"""Writing that is never half done: killed at any point, on a full disk, after another that was killed."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semispectral.errors import NoSpaceError
from semispectral.storage.atomic import replacing, replacing_directory, sweep, write_atomically

WRITERS = Path(__file__).with_name("killed_writers.py")


def killed_writers(kind: str, folder: Path) -> dict[str, Any]:
    """What is found of a result whose writers were killed (-9) before each of their lines in turn."""
    command = [sys.executable, str(WRITERS), kind, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["kills"] >= 20
    assert found["at the end"] == 3
    return found


@pytest.mark.slow  # some hundred forks
@pytest.mark.parametrize("kind", ["file", "table", "shard", "model"])
def test_killed_at_any_line_a_result_is_as_before_absent_or_complete(kind: str, tmp_path: Path) -> None:
    """What can be read is the old or the new one, and the next writing sweeps up."""
    found = killed_writers(kind, tmp_path)
    assert set(found["seen"]) <= ({1, 2, None} if kind == "model" else {1, 2})
    assert {1, 2} <= set(found["seen"])
    assert found["left"] == ["result"]


@pytest.mark.slow
def test_killed_at_any_line_files_that_belong_together_are_of_one_run(tmp_path: Path) -> None:
    """Where the last file is, the others are of the same run."""
    found = killed_writers("files", tmp_path)
    assert {2} <= set(found["seen"]) <= {1, 2, None}
    assert found["left"] == ["a", "b", "last"]


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path) -> None:
    """Only the leavings of processes that are gone are swept."""
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for process in (other, gone):
        (tmp_path / f".result.new.{process.pid}.tmp").write_bytes(b"half")
    write_atomically(tmp_path / "result", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".result.new.{other.pid}.tmp", "result"]
    other.communicate(b"\n")


def fill_up(way: Callable[..., Any], path: Path, number: int) -> None:
    """Write a little, and then meet the end of the disk."""
    with way(path) as unfinished:
        (unfinished if way is replacing else unfinished / "x").write_bytes(b"1234")
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("way", [replacing, replacing_directory])
def test_a_full_disk_is_said_in_words(way: Callable[..., Any], number: int, tmp_path: Path) -> None:
    """File, what was needed, what is free and what to do; the old one stays and nothing else is left."""
    if way is replacing:
        (tmp_path / "result").write_bytes(b"old")
    with pytest.raises(
        NoSpaceError, match=r"result: .* needed to write it.* free on its disk.*make room and run again"
    ):
        fill_up(way, tmp_path / "result", number)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([b"old"] if way is replacing else [])


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    """An error that has nothing to do with space is not called one of space."""
    with pytest.raises(PermissionError), replacing(tmp_path / "result"):
        raise PermissionError(errno.EACCES, "no", "another file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux says the state of a process there")
def test_what_a_process_left_that_nobody_waited_for_is_removed(tmp_path: Path) -> None:
    """A killed process keeps its number until its parent asks how it ended; its hidden file is no longer written."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        left = tmp_path / f".a.parquet.new.{process.pid}.tmp"
        left.write_bytes(b"half")
        sweep(tmp_path / "a.parquet")
        assert left.exists()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and still has its number
        sweep(tmp_path / "a.parquet")
        assert not left.exists()
