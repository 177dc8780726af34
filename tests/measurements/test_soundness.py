"""The program that counts what damage does, in small: it tells what is named from what is silent."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from forks import Forks
from semispectral.storage.model_files import load_model
from semispectral.storage.seal import read_array, write_array

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "measurements/soundness"))
import soundness
import soundness_kills

PARTS = np.arange(40, dtype=np.uint8).reshape(8, 5)


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two kinds of file: one that is checked when it is read, and one that is not."""
    write_array(tmp_path / "results/parts/a.npy", PARTS)
    (tmp_path / "results/plain.bin").write_bytes(bytes(range(40)))
    kinds = {
        "checked": ("parts/*.npy", read_array),
        "unchecked": ("plain.bin", lambda path: list(path.read_bytes()[:20])),
        "absent": ("nowhere/*.json", read_array),
    }
    monkeypatch.setattr(soundness, "KINDS", kinds)
    return tmp_path / "results"


def test_it_tells_silent_from_named(results: Path) -> None:
    """Every bit of a checked file is named; of the other, half are read as something else and half do no harm."""
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    table = soundness.damage(results, soundness.flipped, 60, 3).set_index("kind")
    assert table.loc["checked", "named"] == 60
    assert table.loc["unchecked", "silent"] + table.loc["unchecked", "harmless"] == 60
    assert 15 < table.loc["unchecked", "silent"] < 45
    assert table.loc["absent", "file"] == "not there"
    assert before == {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}


def test_an_error_that_names_no_file_is_not_good(tmp_path: Path) -> None:
    """A traceback of a library counts against us."""
    path = tmp_path / "a.json"
    path.write_text("{")

    def raises(_: Path) -> None:
        raise KeyError("per_class")

    assert soundness.outcome(path, raises, "") == soundness.UNNAMED


def test_contents_are_compared_by_value() -> None:
    """Arrays, tables and dataclasses: equal ones are equal, and one value more makes another."""
    import pandas as pd

    one = {"a": PARTS, "t": pd.DataFrame({"x": [1.0, 2.0]}), "c": soundness.Count("w", 1, 1)}
    same = {"c": soundness.Count("w", 1, 1), "t": pd.DataFrame({"x": [1.0, 2.0]}), "a": PARTS.copy()}
    assert soundness.content_of(one) == soundness.content_of(same)
    for name, other in (("a", PARTS + 1), ("t", pd.DataFrame({"y": [1.0, 2.0]})), ("c", soundness.Count("w", 2, 1))):
        assert soundness.content_of(one | {name: other}) != soundness.content_of(one)


@pytest.mark.parametrize(("pattern", "seen"), [("parts/{}.npy", True), ("plain/{}.bin", False)])
def test_a_swap_is_seen_or_not(results: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, seen: bool) -> None:
    """Files that say whose they are are told apart; afterwards each is in its place again."""
    monkeypatch.chdir(results.parent)
    write_array(results / "parts/b.npy", PARTS + 1)
    for name in "ab":
        (results / "plain").mkdir(exist_ok=True)
        (results / f"plain/{name}.bin").write_text(name)
    read = read_array if seen else Path.read_bytes
    assert soundness._swap_is_seen(pattern, read, "a", "b") == seen
    read_array(results / "parts/a.npy")


def test_folders_are_compared_by_bytes_but_for_times(tmp_path: Path) -> None:
    """A weight that differs counts, how long a stage took does not."""
    for name in ("one", "two"):
        (tmp_path / name / "resources").mkdir(parents=True)
        (tmp_path / name / "resources/s.tsv").write_text(name)
        (tmp_path / name / "w").write_bytes(hashlib.sha256(b"w").digest())
    assert soundness_kills.different(tmp_path / "one", tmp_path / "two") == []
    (tmp_path / "two/w").write_bytes(b"other")
    (tmp_path / "one/only").touch()
    assert soundness_kills.different(tmp_path / "one", tmp_path / "two") == ["only", "w"]


@pytest.mark.parametrize(("unlike", "good"), [("", 2), ("; print(__import__('os').getpid(), file=file)", 0)])
def test_killed_trainings_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unlike: str, good: int) -> None:
    """Of two that end as the unbroken one both are good; of two that leave something else, none."""
    training = "import sys; from pathlib import Path; model = Path(sys.argv[1]) / 'model'; model.mkdir(exist_ok=True)\n"
    training += f"with (model / 'weights').open('w') as file: print('weights', file=file){unlike}\n"
    monkeypatch.setattr(soundness_kills, "TRAINING", training)
    assert soundness_kills.kill_trainings(2, seed=1, folder=tmp_path)[0] == good


@pytest.mark.slow
@pytest.mark.slow
def test_the_training_that_is_killed_trains(tmp_path: Path, forks: Forks) -> None:
    """Run to its end, it leaves a model that can be read."""
    program = tmp_path / "training.py"
    program.write_text(soundness_kills.TRAINING, encoding="utf-8")
    status, said = forks.call(tmp_path, str(tmp_path), program=str(program))
    assert status == 0, said[-2000:]
    assert load_model(tmp_path / "model")[1]["epochs"] == 60
