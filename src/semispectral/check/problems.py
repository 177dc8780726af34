"""Collect problems, all of them, in the order in which they are found."""

from collections.abc import Iterator
from contextlib import contextmanager

from semispectral.errors import SemispectralError
from semispectral.workflow.logs import in_words


class Problems:
    """Collection of what would stop a run, so that one error does not hide the next."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, message: str) -> None:
        """Add a problem, unless it is known.

        Parameters
        ----------
        message : the message.
        """
        if message not in self.found:
            self.found.append(message)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Collect errors raised inside a ``with`` block, and go on."""
        try:
            yield
        except (SemispectralError, OSError, MemoryError) as error:
            self.add(in_words(error) or str(error))
