"""How fast this machine is beside the one on which the rates were measured."""

import time

PIECE = compile("x = 10**14\nfor i in range(10_000_000, 10_200_000): x += i", "piece of Python", "exec")
PIECE_SECONDS = 0.011  # of the processor, where the rates of `semispectral.check.rates` were measured
PIECES, PAUSE = 20, 0.05  # s, for a shared machine is slow and fast by turns
LEAST, MOST = 0.25, 8.0  # times as slow; what lies outside was no measurement


def times_as_slow() -> float:
    """Return how many times as long as on that machine a small piece of Python takes here, the mean of some.

    Most jobs are Python and imports, and of the machines that were compared those that were slow at this were as slow
    at training. Seconds are those of the processor, so that other work beside it counts little. The fastest piece would
    say what the machine does at its best: of one that takes 1.6 or 3.0 times as long by turns, that is no forecast.
    """
    return min(max(sum(_seconds() for _ in range(PIECES)) / PIECES / PIECE_SECONDS, LEAST), MOST)


def _seconds() -> float:
    time.sleep(PAUSE)
    started = time.process_time()
    exec(PIECE, {})  # noqa: S102 - a constant of this module
    return time.process_time() - started
