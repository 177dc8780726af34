"""Checkpoints of a training run: one file, replaced atomically, in a directory that one process holds at a time."""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from semispectral.errors import SemispectralError
from semispectral.weights import write_atomically

log = logging.getLogger(__name__)

FILE = "state.safetensors"


class BusyError(SemispectralError, RuntimeError):
    """Another process trains in the same checkpoint directory."""


@dataclass(frozen=True)
class Checkpoint:
    """Where a run's state is kept.

    Parameters
    ----------
    directory : named by the hash of configuration, code and input, so that a changed run starts anew.
    """

    directory: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory; a second process is refused."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(
                    f"{self.directory}: another process is training this very model; wait for it or stop it first"
                ) from error
            yield

    def save(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Replace the checkpoint."""
        write_atomically(self.directory / FILE, save(arrays, metadata={"state": json.dumps(state)}))

    def load(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """The last checkpoint, or None where there is none that can be read."""
        path = self.directory / FILE
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
                return arrays, json.loads(file.metadata()["state"])
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s: cannot be read (%s); training starts from the beginning", path, error)
            return None


@dataclass(frozen=True)
class NoCheckpoint(Checkpoint):
    """Keeps nothing: for a run that starts anew whenever it is stopped."""

    directory: Path = Path()

    @contextmanager
    def held(self) -> Iterator[None]:
        """There is nothing to hold."""
        yield

    def save(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Keep nothing."""

    def load(self) -> None:
        """There is never a checkpoint."""
