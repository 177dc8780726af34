"""The mistakes that were found, all of them, in the order in which they were met."""

from collections.abc import Iterator
from contextlib import contextmanager

from semispectral.errors import SemispectralError
from semispectral.workflow.logs import in_words


class Problems:
    """Collects what would stop a run, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, message: str) -> None:
        """Take one in, once."""
        if message not in self.found:
            self.found.append(message)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Take in what is raised inside, and go on."""
        try:
            yield
        except (SemispectralError, OSError, MemoryError) as error:
            self.add(in_words(error) or str(error))
