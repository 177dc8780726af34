"""Checkpoints of a training run: one file, replaced atomically, in a directory that one process holds at a time."""

import fcntl
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from semispectral.errors import SemispectralError
from semispectral.storage import provenance, seal
from semispectral.storage.atomic import sweep, write_atomically

log = logging.getLogger(__name__)

FILE, LOCK = "state.safetensors", "lock"
CALCULATE = ("semispectral", "tensorflow", "tensorflow-probability", "numpy")  # another version, other digits


class BusyError(SemispectralError, RuntimeError):
    """Error: another process trains in the same checkpoint directory."""


@dataclass(frozen=True)
class Checkpoint:
    """State of a run on disk.

    Attributes
    ----------
    directory : directory named by the hash of settings, code and input, so that a changed run starts anew.
    wait : wait for another process that trains the same model, instead of raising an error. The lock is released when
        the process that holds it ends, in whatever way.
    """

    directory: Path
    wait: bool = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory inside a ``with`` block. A second process waits or is refused.

        Raises
        ------
        BusyError : another process holds it, and ``wait`` is False.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / LOCK).open("a+", encoding="utf-8") as lock:
            self._take(lock)
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()}")
            lock.flush()
            sweep(self.directory / FILE)
            yield

    def _take(self, lock: IO[str]) -> None:
        """Take the lock, or wait for it."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            lock.seek(0)
            holder = lock.read() or "another process"
            if not self.wait:
                raise BusyError(
                    f"{self.directory}: {holder} is training this very model; wait until it has ended, or stop it: "
                    "what it has trained so far is kept, and a run after it goes on from there"
                ) from error
        log.warning(
            "%s: %s, left by a run that was killed or by another run, is training this very model: waiting for it; if "
            "you stop it, training goes on here from its last checkpoint",
            self.directory,
            holder,
        )
        fcntl.flock(lock, fcntl.LOCK_EX)

    def save(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Replace the checkpoint.

        Parameters
        ----------
        arrays : arrays of the run, by name.
        state : rest of the state, JSON-compatible.
        """
        path = self.directory / FILE
        metadata = {"state": json.dumps(state), "versions": json.dumps(_versions()), seal.KEY: seal.blank(path)}
        write_atomically(path, seal.filled(save(arrays, metadata=metadata)))

    def load(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Load the last checkpoint; None if there is none, it cannot be read, or package versions differ.

        Returns
        -------
        Arrays by name, and the rest of the state.
        """
        path = self.directory / FILE
        if not path.is_file():
            return None
        try:
            seal.require(path)
            with safe_open(path, framework="numpy") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
                metadata = file.metadata()
            state, then = json.loads(metadata["state"]), json.loads(metadata["versions"])
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s: cannot be read (%s); training starts from the beginning", path, error)
            return None
        if then != _versions():
            changed = provenance.other_versions({"versions": then})
            log.warning("%s: was made with %s; training starts from the beginning", path, changed)
            return None
        return arrays, state


def _versions() -> dict[str, str]:
    """Return the versions of the packages that determine the numbers."""
    installed = provenance.versions()
    return {name: installed[name] for name in CALCULATE}


@dataclass(frozen=True)
class NoCheckpoint(Checkpoint):
    """Store nothing: for a run that starts anew whenever it is stopped.

    Attributes
    ----------
    directory : not used.
    wait : not used.
    """

    directory: Path = Path()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold nothing."""
        yield

    def save(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Store nothing.

        Parameters
        ----------
        arrays : not used.
        state : not used.
        """

    def load(self) -> None:
        """Return None."""
