"""Log the progress of a stage that reads in blocks, and at its end size, time and rate."""

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
    name : str, name of the scan.
    lines : int, number of lines.
    line_mb : float, size of a line as stored, in MB.
    """

    def __init__(self, name: str, lines: int, *, line_mb: float) -> None:
        self.name, self.lines, self.line_mb = name, lines, line_mb
        self.started = self.said = time.monotonic()

    def say(self, line: int) -> None:
        """Log the lines done, the rate and the time left, every few seconds.

        Parameters
        ----------
        line : int, number of lines done.
        """
        now = time.monotonic()
        if line >= self.lines or now - self.said < SAY_EVERY_S:
            return
        self.said = now
        took = now - self.started
        left = took * (self.lines - line) / max(line, 1)
        speed = megabytes(rate(line * self.line_mb, took))
        log.info("%s: %d of %d lines, %s/s, %s left", self.name, line, self.lines, speed, clock(left))

    def end(self, *, pixels: int = 0) -> None:
        """Log the amount read and the time it took.

        Parameters
        ----------
        pixels : int, number of pixels worked on; 0: not logged.
        """
        took = time.monotonic() - self.started
        log.info("%s: %s lines, %s", self.name, count(self.lines), _how_fast(self.lines * self.line_mb, pixels, took))


@contextmanager
def timed(name: str, *, pixels: int, size_mb: float) -> Iterator[None]:
    """Log at the end of a block the number of pixels and the time it took.

    Parameters
    ----------
    name : str, name of the work.
    pixels : int, number of pixels worked on.
    size_mb : float, size of the input, in MB.
    """
    started = time.monotonic()
    yield
    log.info("%s: %s", name, _how_fast(size_mb, pixels, time.monotonic() - started))


def _how_fast(size_mb: float, pixels: int, seconds: float) -> str:
    speed = f"{megabytes(rate(size_mb, seconds))}/s"
    if not pixels:
        return f"{megabytes(size_mb)} in {clock(seconds)}, {speed}"
    pixels_a_second = f"{count(round(rate(pixels, seconds)))} pixels/s"
    return f"{count(pixels)} pixels, {megabytes(size_mb)} in {clock(seconds)}, {speed}, {pixels_a_second}"
