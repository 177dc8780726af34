"""Facts of a training run besides data and settings, and its result."""

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


def no_picture(arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
    """Draw nothing.

    Parameters
    ----------
    arrays : arrays of the model, by name.
    description : description of the model.
    epoch : number of epochs so far.
    """


@dataclass(frozen=True)
class Trained:
    """Trained model.

    Attributes
    ----------
    arrays : arrays by name, for `save_model`.
    description : description, for `save_model`.
    history : DataFrame, one row per epoch.
    """

    arrays: dict[str, np.ndarray]
    description: dict[str, Any]
    history: pd.DataFrame


@dataclass(frozen=True)
class Run:
    """Facts of a training run besides its data and settings.

    Attributes
    ----------
    seed : seed of weights, order and draws.
    checkpoints : directory for checkpoints; the run has its own in it, named by the hash of settings, code and input.
        None stores no checkpoint.
    code : hash of the training code, so that changed code starts anew.
    picture : function of arrays, description and epoch, called after every evaluation.
    wait : wait for another process that trains the same model, instead of raising an error.
    """

    seed: int
    checkpoints: Path | None
    code: str = ""
    picture: Picture = no_picture
    wait: bool = False

    def checkpoint(self, kind: str, settings: Any, arrays: Sequence[Rows]) -> Checkpoint:
        """Return the checkpoint of this run.

        Parameters
        ----------
        kind : kind of the model: m1, m2, qy or joint.
        settings : settings of the model, a dataclass.
        arrays : arrays of the data, for the hash.
        """
        if self.checkpoints is None:
            return NoCheckpoint()
        digest = hashlib.sha256(json.dumps([kind, asdict(settings), self.seed, self.code]).encode())
        for array in arrays:
            digest.update(f"{array.shape}{array.dtype}".encode())
            for rows in blocks(len(array)):
                digest.update(np.ascontiguousarray(array[rows]).data)
        return Checkpoint(self.checkpoints / kind / digest.hexdigest()[:16], self.wait)


def use_threads(threads: int) -> None:
    """Limit the threads of TensorFlow, and let the memory of a GPU grow. Call it before the first tensor is made.

    Parameters
    ----------
    threads : number of threads.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def values_of(variables: dict[str, tf.Variable]) -> dict[str, np.ndarray]:
    """Return variables as arrays.

    Parameters
    ----------
    variables : variables by name.
    """
    return {name: variable.numpy() for name, variable in variables.items()}
