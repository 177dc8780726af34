"""Progress in words: times, sizes, rates, and the lines of Snakemake's plain logger."""

import logging
from logging import LogRecord
from typing import Any

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from semispectral.workflow import progress
from semispectral.workflow.units import clock, count, megabytes
from snakemake_logger_plugin_semispectral import LogHandler


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (365, "6 min 05 s"), (11530, "3 h 12 min")],
)
def test_clock(seconds: float, words: str) -> None:
    """As many digits as a person needs."""
    assert clock(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0.0321, "32 kB"), (4.14, "4.1 MB"), (172, "172 MB"), (1400, "1.4 GB"), (2.5e6, "2.5 TB")]
)
def test_megabytes(size: float, words: str) -> None:
    """The unit fits the size."""
    assert megabytes(size) == words


def test_count() -> None:
    """Thousands stand apart."""
    assert count(1234567) == "1 234 567"


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock: what it says stands first in the list."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_long_scan_speaks_now_and_then(seconds: list[float], caplog: pytest.LogCaptureFixture) -> None:
    """Not at every block; with the rate and the time left; at the end how much, how long, how fast."""
    with caplog.at_level(logging.INFO):
        going = progress.Progress("a.h5", 1000, line_mb=0.5)
        for line in range(100, 1001, 100):
            seconds[0] += 2
            going.say(line)
        going.end(pixels=80_000)
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "a.h5: 300 of 1000 lines, 25 MB/s, 14 s left"
    assert len(said) == 4
    assert said[-1] == "a.h5: 1 000 lines, 80 000 pixels, 500 MB in 20 s, 25 MB/s, 4 000 pixels/s"


def test_a_short_stage_speaks_at_its_end(seconds: list[float], caplog: pytest.LogCaptureFixture) -> None:
    """One line, with pixels a second."""
    with caplog.at_level(logging.INFO), progress.timed("a", pixels=900, size_mb=3):
        seconds[0] += 3
    assert [record.getMessage() for record in caplog.records] == [
        "a: 900 pixels, 3.0 MB in 3.0 s, 1.0 MB/s, 300 pixels/s"
    ]


class Settings:
    """What Snakemake gives a logger."""

    dryrun = False


def record(event: LogEvent | None, message: str = "", level: int = logging.INFO, **facts: Any) -> LogRecord:
    """A record as Snakemake makes them."""
    made = LogRecord("snakemake", level, "", 0, message, None, None)
    made.__dict__.update(facts, **({"event": event} if event else {}))
    return made


def test_snakemake_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """How many jobs, each that ended with its time and number, a failed one with its log, and nothing else."""
    handler = LogHandler(Settings(), None)  # type: ignore[arg-type]
    start = {"rule_name": "census", "wildcards": {"scene": "DH1"}, "log": ["logs/census/DH1.log"], "created": 50.0}
    handler.emit(record(None, "Select jobs to execute..."))
    handler.emit(record(LogEvent.RUN_INFO, stats={"census": 2, "plan": 1, "all": 1, "total": 4}))
    for job in (1, 2):
        handler.emit(record(LogEvent.JOB_INFO, jobid=job, **start))
    handler.emit(record(LogEvent.PROGRESS, done=1, total=4))
    handler.emit(record(LogEvent.JOB_FINISHED, job_id=1, created=53.2))
    handler.emit(record(LogEvent.JOB_ERROR, jobid=2, created=54.0))
    handler.emit(record(LogEvent.ERROR, "the disk is full"))
    handler.emit(record(None, "Nothing to be done (all requested files are present)."))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "3 jobs: census 2, plan 1"
    assert said[1].endswith(" census DH1: done in 3.2 s (1 of 3 jobs)")
    assert said[2].endswith(" census DH1: failed, its log is logs/census/DH1.log")
    assert said[3:] == ["the disk is full", "Nothing to be done (all requested files are present)."]


@pytest.mark.parametrize("how", ["died with <Signals.SIGINT: 2>.", "returned non-zero exit status 143."])
def test_ctrl_c_is_no_failure(capsys: pytest.CaptureFixture[str], how: str) -> None:
    """Whatever Snakemake says of the jobs that were ended, one line says that it was interrupted and goes on."""
    handler = LogHandler(Settings(), None)  # type: ignore[arg-type]
    start = {"rule_name": "census", "wildcards": {}, "log": ["logs/census.log"], "created": 50.0}
    for job in (1, 2):
        handler.emit(record(LogEvent.JOB_INFO, jobid=job, **start))
    for job in (1, 2):
        handler.emit(record(LogEvent.ERROR, f"RuleException: Command 'set -e; python x.py' {how}"))
        handler.emit(record(LogEvent.JOB_ERROR, jobid=job, created=54.0))
    handler.emit(record(LogEvent.ERROR, "At least one job did not complete successfully."))
    assert capsys.readouterr().err == "interrupted: the same command goes on from here\n"
