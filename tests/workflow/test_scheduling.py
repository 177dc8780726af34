"""Snakemake looks for jobs to start when one ends, and again only where its limit of starts held some back."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake.scheduling import job_scheduler
from snakemake.settings.types import MaxJobsPerTimespan

from semispectral.workflow.scheduling import look_when_a_job_ends

TIMESPAN = 1000
LIMITED = """
from semispectral.workflow.scheduling import look_when_a_job_ends
look_when_a_job_ends()
rule all:
    input: expand("{number}.txt", number=range(5))
rule one:
    output: "{number}.txt"
    shell: "echo {wildcards.number} > {output}"
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Snakemake with our looks, for one test; after what time it was to look again."""
    delays: list[float] = []
    own = job_scheduler.JobScheduler
    monkeypatch.setattr(own, "_schedule_reevalutation", lambda self, delay: delays.append(delay))
    monkeypatch.setattr(job_scheduler, "JobRateLimiter", job_scheduler.JobRateLimiter)
    look_when_a_job_ends()
    return delays


def looked(limit: Any, *, queues: bool = False) -> None:
    """Do what Snakemake does after a look for jobs."""
    dag = SimpleNamespace(has_unfinished_queue_input_jobs=lambda: queues)
    scheduler: Any = SimpleNamespace(job_rate_limiter=limit, workflow=SimpleNamespace(dag=dag))
    job_scheduler.JobScheduler._schedule_reevalutation(scheduler, TIMESPAN)


def limiter(most: int) -> Any:
    """Return a limit of starts, in a time that no test reaches."""
    return job_scheduler.JobRateLimiter(MaxJobsPerTimespan(most, f"{TIMESPAN}s"))


def test_jobs_that_all_start_need_no_other_look(asked: list[float]) -> None:
    """Whatever was started before."""
    limit = limiter(3)
    for free, started in ((3, 1), (2, 1)):
        assert limit.get_free_jobs() == free
        limit.register_jobs(started)
        looked(limit)
    assert asked == []


@pytest.mark.parametrize("started", [3, 0])
def test_jobs_that_may_wait_for_the_limit_are_looked_for_again(asked: list[float], started: int) -> None:
    """As many started as were allowed, or none was allowed."""
    limit = limiter(3)
    if not started:
        limit.register_jobs(3)
    assert limit.get_free_jobs() == started
    limit.register_jobs(started)
    looked(limit)
    assert asked == [TIMESPAN]


def test_what_waits_for_a_queue_is_looked_for_again(asked: list[float]) -> None:
    """Its inputs come while no job ends; and without a limit Snakemake asks for nothing else."""
    limit = limiter(3)
    limit.get_free_jobs()
    looked(limit, queues=True)
    looked(None)
    assert asked == [TIMESPAN, TIMESPAN]


@pytest.mark.usefixtures("asked")
def test_asked_again_nothing_is_wrapped_twice() -> None:
    """A process may read the rules more than once."""
    once = job_scheduler.JobScheduler._schedule_reevalutation
    look_when_a_job_ends()
    assert job_scheduler.JobScheduler._schedule_reevalutation is once


@pytest.mark.slow
def test_a_run_that_reaches_the_limit_ends(tmp_path: Path) -> None:
    """No job is forgotten that the limit held back, also if all others have ended."""
    (tmp_path / "Snakefile").write_text(LIMITED, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", "4", "--max-jobs-per-timespan", "2/1s"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=600, capture_output=True)
    assert sorted(path.read_text(encoding="utf-8").strip() for path in tmp_path.glob("*.txt")) == list("01234")
