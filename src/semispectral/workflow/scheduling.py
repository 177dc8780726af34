"""Let Snakemake look for jobs to start when a job ends, and not again and again.

Snakemake starts at most 100 jobs a second (``--max-jobs-per-timespan``). After each look for jobs it looks again a
second later, in case that the limit held some back; and the end of each job begins another such row of looks, of which
none ends before nothing is left to start. After fifty jobs it looks fifty times a second. Here it looks again only
where the limit may have held jobs back.
"""

from typing import Any

KEPT = "_kept_by_semispectral"


def look_when_a_job_ends() -> None:
    """Let this process look again for jobs only where the limit of starts a second may have held some back.

    A Snakemake without one of the functions looks as it does.
    """
    from snakemake.scheduling import job_scheduler

    limiter: Any = getattr(job_scheduler, "JobRateLimiter", None)
    scheduler: Any = getattr(job_scheduler, "JobScheduler", None)
    looks_again = getattr(scheduler, "_schedule_reevalutation", None)
    whole = all(hasattr(limiter, name) for name in ("get_free_jobs", "register_jobs"))
    if not whole or looks_again is None or hasattr(looks_again, KEPT):
        return

    def schedule(self: Any, delay: float) -> None:
        limit = self.job_rate_limiter
        if limit is None or limit.left <= 0 or self.workflow.dag.has_unfinished_queue_input_jobs():
            looks_again(self, delay)

    setattr(schedule, KEPT, True)
    scheduler._schedule_reevalutation = schedule
    job_scheduler.JobRateLimiter = _remembering(limiter)


def _remembering(limiter: Any) -> Any:
    """Return a limiter that knows how many jobs it would have let start beside those that did, at the last look."""

    class Remembering(limiter):  # type: ignore[misc]
        left = 0

        def get_free_jobs(self) -> int:
            self.left = int(super().get_free_jobs())
            return self.left

        def register_jobs(self, n_jobs: int) -> None:
            super().register_jobs(n_jobs)
            self.left -= n_jobs

    return Remembering
