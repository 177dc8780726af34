"""How far a stage that streams has come: a line now and then, and at its end how much, how long, how fast."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from semispectral.workflow.units import clock, count, megabytes, rate

log = logging.getLogger(__name__)

SAY_EVERY_S = 5.0


class Progress:
    """Progress of a scan that is read by blocks of lines.

    Parameters
    ----------
    name : of the scan.
    lines : in all.
    line_mb : size of a line as stored, in MB.
    """

    def __init__(self, name: str, lines: int, *, line_mb: float) -> None:
        self.name, self.lines, self.line_mb = name, lines, line_mb
        self.started = self.said = time.monotonic()

    def say(self, line: int) -> None:
        """Log the lines done, the rate and the time left, every few seconds."""
        now = time.monotonic()
        if line >= self.lines or now - self.said < SAY_EVERY_S:
            return
        self.said = now
        took = now - self.started
        left = took * (self.lines - line) / max(line, 1)
        speed = megabytes(rate(line * self.line_mb, took))
        log.info("%s: %d of %d lines, %s/s, %s left", self.name, line, self.lines, speed, clock(left))

    def end(self, *, pixels: int = 0) -> None:
        """Log what was read, in which time; with ``pixels``, those that were worked on."""
        took = time.monotonic() - self.started
        log.info("%s: %s lines, %s", self.name, count(self.lines), _how_fast(self.lines * self.line_mb, pixels, took))


@contextmanager
def timed(name: str, *, pixels: int, size_mb: float) -> Iterator[None]:
    """Log at the end how many pixels were worked on, in which time."""
    started = time.monotonic()
    yield
    log.info("%s: %s", name, _how_fast(size_mb, pixels, time.monotonic() - started))


def _how_fast(size_mb: float, pixels: int, seconds: float) -> str:
    speed = f"{megabytes(rate(size_mb, seconds))}/s"
    if not pixels:
        return f"{megabytes(size_mb)} in {clock(seconds)}, {speed}"
    pixels_a_second = f"{count(round(rate(pixels, seconds)))} pixels/s"
    return f"{count(pixels)} pixels, {megabytes(size_mb)} in {clock(seconds)}, {speed}, {pixels_a_second}"
