"""Facts of the benchmark's configuration that rules need: regimes, and the seeds that share a job."""

from collections.abc import Iterable

TRANSDUCTIVE = "transductive"
REGIMES = ("inductive", TRANSDUCTIVE)


def seeds_by_job(seeds: Iterable[int], per_job: int) -> dict[str, list[int]]:
    """Return the seeds of each job, by its name: "1-5", "6-10", ... A new seed changes only its own job.

    Parameters
    ----------
    seeds : seeds, 1 or more.
    per_job : number of seeds per job.

    Examples
    --------
    >>> seeds_by_job([1, 2, 6], per_job=5)
    {'1-5': [1, 2], '6-10': [6]}
    """
    jobs: dict[str, list[int]] = {}
    for seed in sorted(seeds):
        first = (seed - 1) // per_job * per_job + 1
        jobs.setdefault(f"{first}-{first + per_job - 1}", []).append(seed)
    return jobs
