"""How fast this machine is said to be."""

from itertools import chain, repeat

import pytest

from semispectral.check import machine


def clock(monkeypatch: pytest.MonkeyPatch, *took: float) -> None:
    """Let the pieces take these seconds of the processor, the last of them again and again."""
    seconds = chain(took, repeat(took[-1]))
    ticks = chain.from_iterable((0.0, each) for each in seconds)
    monkeypatch.setattr("time.process_time", lambda: next(ticks))
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def test_a_machine_that_is_fast_by_turns_is_as_slow_as_its_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the pieces take 1.5 times as long as where the rates were measured, and half of them 3 times."""
    half = machine.PIECES // 2
    clock(monkeypatch, *[1.5 * machine.PIECE_SECONDS] * half, *[3 * machine.PIECE_SECONDS] * half)
    assert machine.times_as_slow() == pytest.approx(2.25)


@pytest.mark.parametrize(("took", "expected"), [(0.0, machine.LEAST), (9.0, machine.MOST)])
def test_what_is_no_measurement_is_bounded(monkeypatch: pytest.MonkeyPatch, took: float, expected: float) -> None:
    """A clock that stands still does not make a study take no time."""
    clock(monkeypatch, took)
    assert machine.times_as_slow() == expected


def test_a_piece_takes_time() -> None:
    """The piece runs, and its measure is within the bounds."""
    assert machine.LEAST <= machine.times_as_slow() <= machine.MOST
