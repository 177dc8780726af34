"""What a stage asks of a cluster."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from semispectral.errors import ConfigError
from semispectral.workflow.resources import by_features, memory_mb, memory_mb_of_one, minutes

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


class Files(list[Path]):
    """Input files, some of them with a name, as Snakemake passes them."""

    def get(self, name: str, other: object) -> object:
        """The files of a name: here the first one is called "looked_into"."""
        return self[:1] if name == "looked_into" else other


def test_what_reads_one_file_after_the_other_asks_for_the_largest(tmp_path: Path) -> None:
    """Ten files of a scene each ask for no more than one of them; files that are only looked into do not count."""
    files = Files([sparse(tmp_path / "scan", 900 * MB), *(sparse(tmp_path / f"{n}", n * MB) for n in range(1, 11))])
    assert memory_mb_of_one(1000, per_mb=2, but="looked_into")(None, files, 1) == 1020
    assert memory_mb_of_one(1000, per_mb=2)(None, files, 2) == 2 * 2800
    assert memory_mb(1000, per_mb=2, but="looked_into")(None, files, 1) == 1110
    assert memory_mb_of_one(1000, per_mb=2)(None, [tmp_path], 1) == 1000


def test_what_a_classifier_sees_decides() -> None:
    """On latents another amount is asked for than on bands, or on what is made of bands."""
    need = by_features(memory_mb(10), memory_mb(20))
    asked = {name: need(SimpleNamespace(features=name), [], 3) for name in ("bands", "mnf", "latents_mnf")}
    assert asked == {"bands": 30, "mnf": 30, "latents_mnf": 60}


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
