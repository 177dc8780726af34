"""What a stage asks of a cluster."""

from pathlib import Path

import pytest

from semispectral.errors import ConfigError
from semispectral.workflow.resources import memory_mb, minutes

MB = 1 << 20


def sparse(path: Path, size: int) -> Path:
    """A file of so many bytes that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


@pytest.mark.parametrize(("attempt", "asked"), [(1, 1006), (2, 2012), (3, 3018)])
@pytest.mark.parametrize("need", [memory_mb, minutes])
def test_it_grows_with_the_input_and_the_attempt(tmp_path: Path, need: type, attempt: int, asked: int) -> None:
    """A base and 2 for each of 2.6 MB, rounded up, times the attempt; a folder counts as nothing."""
    files = [sparse(tmp_path / "a", 2 * MB), sparse(tmp_path / "b", MB * 6 // 10), tmp_path]
    assert need(1000, per_mb=2)(None, files, attempt) == asked


def test_without_a_share_only_the_attempt_counts() -> None:
    """A stage that reads no file asks for its base."""
    assert memory_mb(500)(None, [], 2) == 1000


def test_a_file_that_is_not_there_yet_is_said_so() -> None:
    """Snakemake knows by this error, with the path as text, that it has to ask again later."""
    with pytest.raises(FileNotFoundError) as caught:
        memory_mb(500, per_mb=1)(None, ["not/there"], 1)
    assert caught.value.filename == "not/there"


def test_files_in_a_storage_are_measured_by_snakemake() -> None:
    """Where they are not on this disk, Snakemake's own measure is taken."""

    class Stored(str):
        __slots__ = ()
        is_storage = True

    class Input(list[Stored]):
        size_mb = 7.5

    assert memory_mb(500, per_mb=2)(None, Input([Stored("bucket/scan.h5")]), 1) == 515


@pytest.mark.parametrize(("base", "per_mb"), [(0, 1), (100, -1)])
def test_less_than_nothing_is_refused(base: int, per_mb: float) -> None:
    """A mistake in a rule is found when the workflow is read."""
    with pytest.raises(ConfigError, match="base >= 1 and per_mb >= 0"):
        memory_mb(base, per_mb=per_mb)
