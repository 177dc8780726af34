"""Settings of the benchmark: its splits, regimes and methods, and which seeds share a job."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.sampling.split_names import MAIN, REGIMES
from semispectral.study.methods import METHODS
from semispectral.study.setting_types import (
    Count,
    CountFromZero,
    OneOf,
    PerClass,
    ShareBelowOne,
    Unique,
    settings_class,
)


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


@settings_class("benchmark.splits")
class BenchmarkSplit:
    """A split of the benchmark; what is left out stands as in the section split."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_]*$")]
    """What it is called."""
    method: Annotated[str, OneOf(("groups", "blocks", "leaky"))] | None = None
    """As in split."""
    folds: Annotated[int, Field(ge=2)] | None = None
    """Of groups: holes are dealt to so many folds, and each seed tests the next; as many as holes: one is left out at
    a time.
    """
    test_groups: Annotated[tuple[str, ...], Unique()] | None = None
    """As in split."""
    test_share: ShareBelowOne | None = None
    """As in split."""
    valid_share: ShareBelowOne | None = None
    """As in split."""
    block_lines: Count | None = None
    """As in split."""
    block_samples: CountFromZero | None = None
    """As in split."""
    buffer: CountFromZero | None = None
    """As in split."""

    def __post_init__(self) -> None:
        """Check that no split takes the name of the main line's."""
        if self.name == MAIN:
            raise ConfigError(f"benchmark.splits: {MAIN} is the split of the section split; name this one otherwise")


@settings_class("benchmark")
class BenchmarkConfig:
    """What the target `benchmark` runs: splits x regimes x labels per class x seeds x methods."""

    splits: Annotated[tuple[BenchmarkSplit, ...], Field(min_length=1), Unique("name")] = (BenchmarkSplit(name="own"),)
    """Splits by name; each has the keys of the section split, and takes from there those that it leaves out."""
    regimes: Annotated[tuple[Annotated[str, OneOf(REGIMES)], ...], Field(min_length=1), Unique()] = ("inductive",)
    """inductive: no method sees a test pixel; transductive: their spectra may be seen, never their labels."""
    labels_per_class: Annotated[tuple[PerClass, ...], Field(min_length=1), Unique()] = (5, 10, 50)
    """Labels per class, validation labels included."""
    seeds: Annotated[tuple[Count, ...], Field(min_length=1), Unique()] = tuple(range(1, 11))
    """Of split, labels and training, 1 or more."""
    seeds_per_job: Count = 5
    """Seeds that share a process."""
    methods: Annotated[tuple[Annotated[str, OneOf(METHODS)], ...], Field(min_length=1), Unique()] = tuple(METHODS)
    """Rows of the table."""
    valid_share: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    """Share of the labels per class that validates."""
    cap_per_class: Count = 5000
    """As in sample: labelled pixels of a class in one part at most."""
    unlabelled: Count = 12_000
    """As in sample: unlabelled train pixels at most; valid and test get a tenth of it."""
