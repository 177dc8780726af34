"""Estimate memory and time of a job from the size of its input and the number of attempts."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISDIR
from typing import Any

from semispectral.errors import ConfigError

BYTES_PER_MB = 1 << 20
GPU_DRIVERS = ("/dev/nvidiactl", "/dev/dxg")  # of NVIDIA, also in WSL; without them TensorFlow sees no GPU

Need = Callable[..., int]


def has_gpu() -> bool:
    """Return whether this machine has the driver of an NVIDIA GPU."""
    return any(Path(driver).exists() for driver in GPU_DRIVERS)


def memory_mb(base: int, *, per_mb: float = 0, but: str = "") -> Need:
    """Return ``mem_mb`` of a rule: a base, plus memory for each MB of input, times the attempt.

    A job that was killed for its memory is started again with twice as much, then with three times.

    Parameters
    ----------
    base : int, memory with the smallest input, in MB.
    per_mb : float, memory for each MB of input files; folders do not count.
    but : str, name of inputs that are looked into and not read whole: they do not count.
    """
    return _grows(base, per_mb, but, _all_mb)


def memory_mb_of_one(base: int, *, per_mb: float = 0, but: str = "") -> Need:
    """Return ``mem_mb`` of a rule that reads one input after the other: a base, plus memory for each MB of the largest.

    Parameters
    ----------
    base : int, memory with the smallest input, in MB.
    per_mb : float, memory for each MB of the largest input file; folders do not count.
    but : str, name of inputs that do not count.
    """
    return _grows(base, per_mb, but, _largest_mb)


def by_features(bands: Need, latents: Need) -> Need:
    """Return a resource that depends on what a classifier sees.

    Its samples of the bands are read whole; of the latents, those of one scene after the other, of which few are kept.

    Parameters
    ----------
    bands : Need, the resource on bands.
    latents : Need, the resource on latents, also with scores beside them.
    """

    def need(wildcards: Any, input: Any, attempt: int) -> int:  # noqa: A002  Snakemake passes it by this name
        return (latents if wildcards.features.startswith("latents") else bands)(wildcards, input, attempt)

    return need


def minutes(base: int, *, per_mb: float = 0, but: str = "") -> Need:
    """Return ``runtime`` of a rule: a base, plus minutes for each MB of input, times the attempt.

    Parameters
    ----------
    base : int, time with the smallest input, in minutes.
    per_mb : float, minutes for each MB of input files.
    but : str, name of inputs that are looked into and not read whole: they do not count.
    """
    return _grows(base, per_mb, but, _all_mb)


def _grows(base: int, per_mb: float, but: str, counted_mb: Callable[[Any, str], float]) -> Need:
    if base < 1 or per_mb < 0:
        raise ConfigError(f"resources need a base >= 1 and per_mb >= 0, got {base} and {per_mb}; correct the rule")

    def need(wildcards: Any, input: Any, attempt: int) -> int:  # noqa: A002  Snakemake passes it by this name
        return (base + math.ceil(per_mb * counted_mb(input, but))) * attempt

    return need


def _all_mb(files: Any, but: str) -> float:
    """Return the size of all files but those of a name, in MB."""
    return _size_mb(files) - (_size_mb(files.get(but, [])) if but else 0)


def _largest_mb(files: Any, but: str) -> float:
    """Return the size of the largest file but those of a name, in MB."""
    if any(map(_stored, files)):
        return _all_mb(files, but)
    left_out = set(files.get(but, [])) if but else set()
    return max((_bytes(file) for file in files if file not in left_out), default=0) / BYTES_PER_MB


def _size_mb(files: Any) -> float:
    """Return the size of all files, in MB.

    A file that does not exist yet raises FileNotFoundError, and Snakemake asks again later. Snakemake's own ``size_mb``
    is used only for files in a storage: for local files that do not exist it warns of a coroutine that was never
    awaited.
    """
    if any(map(_stored, files)):
        return float(files.size_mb)
    return sum(map(_bytes, files)) / BYTES_PER_MB


def _stored(file: Any) -> bool:
    """Return whether a file is in a storage of Snakemake's, and not on a disk."""
    return bool(getattr(file, "is_storage", False))


def _bytes(file: Any) -> int:
    """Return the size of a file, and 0 of a folder."""
    found = os.stat(file)  # noqa: PTH116  asked of tens of thousands of files, of which Path() would cost as much again
    return 0 if S_ISDIR(found.st_mode) else found.st_size
