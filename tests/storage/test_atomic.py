"""Writing that is never half done: killed at any point, on a full disk, after another that was killed."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from semispectral.errors import NoSpaceError
from semispectral.scans.cube import Pixels
from semispectral.spectra.shards import read_shard, write_shard
from semispectral.storage import atomic
from semispectral.storage import model_files as weights
from semispectral.storage.atomic import replacing, replacing_directory, replacing_files, write_atomically
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import read_table, write_table

TABLE = pd.DataFrame(
    {"scene": "a", "hole": "h", "line": range(6), "sample": 0, "code": 1, "label": 0, "part": "train"}
).astype({"line": np.int32, "sample": np.int32, "code": np.int32, "label": np.int16})


def pixels(value: float) -> Pixels:
    return Pixels(np.full((6, 3), value, np.float32), TABLE)


def files(directory: Path, value: float) -> None:
    """Three files of one number, the last of which says that the others are there."""
    with replacing_files(directory, last="last") as unfinished:
        for name in ("a", "b", "last"):
            write_atomically(unfinished / name, str(value).encode())


def numbers(directory: Path) -> set[float]:
    return {float((directory / name).read_text()) for name in ("a", "b", "last")}


# how a result is written, and how its one number is read
KINDS: dict[str, tuple[Callable[[Path, float], Any], Callable[[Path], float]]] = {
    "file": (lambda path, value: write_atomically(path, str(value).encode()), lambda path: float(path.read_text())),
    "shard": (lambda path, value: write_shard(path, pixels(value)), lambda path: float(read_shard(path).x.mean())),
    "table": (
        lambda path, value: write_table(path, pd.DataFrame({"x": [value]})),
        lambda path: float(read_table(path)["x"][0]),
    ),
    "model": (
        lambda path, value: save_model(path, {"w": np.full(4, value, np.float32)}, {"kind": "toy"}, {"more": b"x"}),
        lambda path: float(load_model(path)[0]["w"].mean()),
    ),
}
OURS = (atomic.__file__, weights.__file__)


def killed_at_line(number: int, act: Callable[[], Any]) -> bool:
    """Act in a child process that is killed (-9) before the n-th line of what writes; whether it was."""
    child = os.fork()
    if not child:
        left = number

        def count(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in OURS:
                return None
            left -= event == "line"
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return count

        sys.settrace(count)
        act()
        sys.settrace(None)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.slow  # some hundred forks of a process that may be large
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_line_a_result_is_as_before_absent_or_complete(kind: str, tmp_path: Path) -> None:
    """Before each line in turn, -9; what can be read is the old or the new one, and the next writing sweeps up."""
    write, read = KINDS[kind]
    path = tmp_path / "result"
    kills, seen = 0, set()
    while True:
        write(path, 1)
        died = killed_at_line(kills, lambda: write(path, 2))
        seen.add(read(path) if path.exists() else None)
        if not died:
            break
        kills += 1
    assert kills >= 20
    assert seen <= ({1, 2, None} if kind == "model" else {1, 2})
    assert {1, 2} <= seen
    write(path, 3)
    assert [found.name for found in tmp_path.iterdir()] == ["result"]


@pytest.mark.slow
def test_killed_at_any_line_files_that_belong_together_are_of_one_run(tmp_path: Path) -> None:
    """Where the last file is, the others are of the same run."""
    kills = 0
    while True:
        files(tmp_path, 1)
        died = killed_at_line(kills, lambda: files(tmp_path, 2))
        if (tmp_path / "last").exists():
            assert numbers(tmp_path) in ({1}, {2})
        if not died:
            break
        kills += 1
    assert kills >= 20
    assert numbers(tmp_path) == {2}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "last"]


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
