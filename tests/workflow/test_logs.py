"""How a stage speaks: to its log file and the terminal, and in words when it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = "from semispectral.workflow import logs\nlogs.start({path!r}, gpu={gpu})\nimport logging, os, sys\n"


def run(tmp_path: Path, body: str, *, gpu: int = 0, **environment: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a few lines as a stage; what the process gave, and its log file."""
    path = tmp_path / "logs/census/DH1.log"
    done = subprocess.run(
        [sys.executable, "-c", BEGIN.format(path=str(path), gpu=gpu) + body],
        capture_output=True,
        text=True,
        check=False,
        env={"CUDA_VISIBLE_DEVICES": "0", "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )
    return done, path.read_text()


def test_a_line_goes_to_both(tmp_path: Path) -> None:
    """The terminal and the file get the same line, with the stage's name."""
    done, log = run(tmp_path, "logging.getLogger('semispectral.x').info('three scenes')")
    assert done.returncode == 0
    assert done.stderr == log
    assert log.endswith(" census DH1: three scenes\n")


def test_our_error_is_one_line(tmp_path: Path) -> None:
    """The terminal shows the message, the file the traceback as well, and the status is not zero."""
    done, log = run(tmp_path, "from semispectral.errors import DataError\nraise DataError('a.h5: is empty; refill it')")
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("census DH1: a.h5: is empty; refill it\n")
    assert "Traceback" in log


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("OSError(28, 'No space left', 'x.parquet')", "no space is left on the disk"),
        ("OSError(30, 'Read-only file system', 'x.parquet')", "x.parquet: cannot be opened or written (Read-only file"),
        ("PermissionError(13, 'Permission denied', 'x.npy')", "x.npy: cannot be opened or written (Permission denied)"),
        ("MemoryError()", "mem_mb"),
    ],
)
def test_the_machine_s_limits_are_said_in_words(tmp_path: Path, error: str, words: str) -> None:
    """A full disk, one that is not to be written to, and a lack of memory come with what to do."""
    done, _ = run(tmp_path, f"raise {error}")
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unforeseen_error_keeps_its_traceback(tmp_path: Path) -> None:
    """Nothing is hidden of an error that is not ours."""
    done, _ = run(tmp_path, "raise ZeroDivisionError('oh')")
    assert done.returncode != 0
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(("gpu", "seen"), [(0, ""), (1, "0")])
def test_only_gpu_stages_see_the_gpu(tmp_path: Path, gpu: int, seen: str) -> None:
    """A stage without a GPU has it hidden; one with a GPU keeps what the scheduler gave it."""
    done, _ = run(tmp_path, "print(repr(os.environ['CUDA_VISIBLE_DEVICES']))", gpu=gpu)
    assert done.stdout.strip() == repr(seen)


def test_native_output_can_be_set_aside(tmp_path: Path) -> None:
    """What C code writes to stderr meanwhile is in the file and not on the terminal; afterwards it is back."""
    body = f"""
with logs.set_aside({str(tmp_path / "logs/census/DH1.log")!r}):
    os.write(2, b'noise from below\\n')
os.write(2, b'after\\n')
"""
    done, log = run(tmp_path, body)
    assert done.stderr == "after\n"
    assert log == "noise from below\n"


def test_the_terminal_can_be_left_to_others(tmp_path: Path) -> None:
    """Where progress bars are drawn on it, lines go to the file alone, also those of errors."""
    body = "logging.getLogger('semispectral.x').info('three scenes')\nfrom semispectral.errors import DataError\n"
    done, log = run(tmp_path, body + "raise DataError('is empty')", SEMISPECTRAL_TERMINAL="off")
    assert done.returncode != 0
    assert done.stderr == ""
    assert "three scenes" in log
    assert "is empty" in log


def test_ctrl_c_is_said_to_be_that(tmp_path: Path) -> None:
    """The terminal shows one word, the file where it was; the process still ends as by Ctrl-C."""
    done, log = run(tmp_path, "raise KeyboardInterrupt")
    assert done.returncode == -2
    assert done.stderr.endswith("census DH1: interrupted\n")
    assert done.stderr.count("\n") == 1
    assert "Traceback" in log


def test_a_line_from_a_file_harms_no_terminal(tmp_path: Path) -> None:
    """ESC, a carriage return and what turns the direction of writing are written out; line breaks of ours stay."""
    done, log = run(tmp_path, r"logging.getLogger('semispectral').info('two\nlines of \x1b[2J\r\u202e é')")
    assert done.stderr.endswith("census DH1: two\nlines of \\x1b[2J\\r\\u202e é\n")
    assert done.stderr == log
