"""What a stage asks of a cluster: memory and time that follow the size of its input and grow with every attempt."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from semispectral.errors import ConfigError

BYTES_PER_MB = 1 << 20
GPU_DRIVERS = ("/dev/nvidiactl", "/dev/dxg")  # of NVIDIA, also in WSL; without them TensorFlow sees no GPU

Need = Callable[..., int]


def has_gpu() -> bool:
    """Whether this machine has the driver of an NVIDIA GPU."""
    return any(Path(driver).exists() for driver in GPU_DRIVERS)


def memory_mb(base: int, *, per_mb: float = 0) -> Need:
    """``mem_mb`` of a rule: a base, and so many MB for each MB of input, times the attempt.

    A job that was killed for its memory is so started again with twice as much, then with three times.

    Parameters
    ----------
    base : what the stage needs with the smallest input.
    per_mb : what it needs for each MB of its input files; a folder counts as nothing.
    """
    return _grows(base, per_mb)


def minutes(base: int, *, per_mb: float = 0) -> Need:
    """``runtime`` of a rule: a base, and so many minutes for each MB of input, times the attempt."""
    return _grows(base, per_mb)


def _grows(base: int, per_mb: float) -> Need:
    if base < 1 or per_mb < 0:
        raise ConfigError(f"resources need a base >= 1 and per_mb >= 0, got {base} and {per_mb}; correct the rule")

    def need(wildcards: Any, input: Any, attempt: int) -> int:  # noqa: A002  Snakemake passes it by this name
        return (base + math.ceil(per_mb * _size_mb(input))) * attempt

    return need


def _size_mb(files: Any) -> float:
    """Of all files; one that is not there yet raises FileNotFoundError, and Snakemake asks again later.

    Snakemake's own ``size_mb`` is left to files in a storage: for local ones that are not there it warns on the
    terminal of a coroutine that was never awaited.
    """
    if any(getattr(file, "is_storage", False) for file in files):
        return float(files.size_mb)
    return sum(Path(file).stat().st_size for file in files if not Path(file).is_dir()) / BYTES_PER_MB
