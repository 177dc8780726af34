"""What the rules ask of the benchmark's configuration: its regimes, and which seeds share a job."""

from collections.abc import Iterable

TRANSDUCTIVE = "transductive"
REGIMES = ("inductive", TRANSDUCTIVE)


def seeds_by_job(seeds: Iterable[int], per_job: int) -> dict[str, list[int]]:
    """The seeds of each job, by its name, "1-5", "6-10", ...: a new seed changes no job but its own.

    Seeds are 1 or more.
    """
    jobs: dict[str, list[int]] = {}
    for seed in sorted(seeds):
        first = (seed - 1) // per_job * per_job + 1
        jobs.setdefault(f"{first}-{first + per_job - 1}", []).append(seed)
    return jobs
