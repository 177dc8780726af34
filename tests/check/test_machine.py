"""How fast this machine is said to be."""

from itertools import chain, repeat

import pytest

from semispectral.check import machine


def clock(monkeypatch: pytest.MonkeyPatch, *took: float) -> None:
    """Let the pieces take these seconds of the processor, the last of them again and again."""
    seconds = chain(took, repeat(took[-1]))
    ticks = chain.from_iterable((0.0, each) for each in seconds)
    monkeypatch.setattr("time.process_time", lambda: next(ticks))


def test_the_fastest_of_some_pieces_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece that other work did not disturb is enough."""
    clock(monkeypatch, 0.09, 0.033, 0.05)
    assert machine.times_as_slow() == pytest.approx(3.0)


@pytest.mark.parametrize(("took", "expected"), [(0.0, machine.LEAST), (9.0, machine.MOST)])
def test_what_is_no_measurement_is_bounded(monkeypatch: pytest.MonkeyPatch, took: float, expected: float) -> None:
    """A clock that stands still does not make a study take no time."""
    clock(monkeypatch, took)
    assert machine.times_as_slow() == expected


def test_a_piece_takes_time() -> None:
    """The piece runs, and its measure is within the bounds."""
    assert machine.LEAST <= machine.times_as_slow() <= machine.MOST
