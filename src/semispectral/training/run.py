"""What every training run has besides its data and settings, and what it gives back."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from semispectral.storage.disk_rows import Rows
from semispectral.training.batches import blocks
from semispectral.training.checkpoint import Checkpoint, NoCheckpoint

Picture = Callable[[dict[str, np.ndarray], dict[str, Any], int], None]


@dataclass(frozen=True)
class Trained:
    """A trained model: its arrays and description as `weights.save_model` takes them, and one row per epoch."""

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """What a training run is besides its data and settings.

    Parameters
    ----------
    seed : of weights, order and draws.
    checkpoints : directory under which the run keeps its own, named by the hash of settings, code and input; None
        keeps no checkpoint.
    code : hash of the code that trains, so that changed code starts anew.
    picture : called with arrays, description and epoch after every evaluation.
    wait : where another process trains this very model, wait for it; else it is an error.
    """

    seed: int
    checkpoints: Path | None
    code: str = ""
    picture: Picture = lambda arrays, description, epoch: None
    wait: bool = False

    def checkpoint(self, kind: str, settings: Any, arrays: Sequence[Rows]) -> Checkpoint:
        """The checkpoint directory of this very run."""
        if self.checkpoints is None:
            return NoCheckpoint()
        digest = hashlib.sha256(json.dumps([kind, asdict(settings), self.seed, self.code]).encode())
        for array in arrays:
            digest.update(f"{array.shape}{array.dtype}".encode())
            for rows in blocks(len(array)):
                digest.update(np.ascontiguousarray(array[rows]).data)
        return Checkpoint(self.checkpoints / kind / digest.hexdigest()[:16], self.wait)


def use_threads(threads: int) -> None:
    """Limit TensorFlow to so many threads, and let a GPU's memory grow; must come before the first tensor."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def values_of(variables: dict[str, tf.Variable]) -> dict[str, np.ndarray]:
    """The variables as arrays."""
    return {name: variable.numpy() for name, variable in variables.items()}
