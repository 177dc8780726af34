"""A trainer to be killed: TensorFlow is imported once, and each training is a fork of this process.

Reads JSON lines ``{"kind", "folder"}``; answers with the number of the process that trains, and, to an empty line, with
how it ended. A training keeps its checkpoints and, at its end, its model in ``folder``; ``folder/epoch`` says how far
it is.
"""

import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_files import write_trained
from semispectral.training.run import Run, Trained
from semispectral.training.train_m1 import train_m1
from semispectral.training.train_m2 import train_m2
from tiny_training import blob_data

FIT = FitConfig(least_steps=4, epochs=60, batch=16, evaluate_every=2, patience=1000)
NET = NetConfig(hidden=(6,))


def m1(run: Run) -> Trained:
    """M1 on random spectra."""
    x = np.random.default_rng(1).normal(size=(64, 5)).astype(np.float32)
    return train_m1(x, x[:10], settings=M1Config(latents=2, net=NET, fit=FIT, dead_std=0.0), run=run)


def m2(run: Run) -> Trained:
    """M2 on blobs, without a second training on all labels."""
    data, _, _ = blob_data(labelled=6, unlabelled=20)
    fit = replace(FIT, epochs=30)  # one of M2 takes longer than two of M1
    settings = M2Config(latents=2, net=NET, fit=fit, select="nll")
    return train_m2(data, settings=settings, run=run, classes=4)


KINDS = {"m1": m1, "m2": m2}


def train(kind: str, folder: Path) -> None:
    """Train, saying every evaluation's epoch, and save the model."""
    logging.basicConfig(filename=folder / "log", level=logging.INFO)

    def say(arrays: dict[str, np.ndarray], description: dict[str, Any], epoch: int) -> None:
        (folder / "epoch").write_text(str(epoch))

    write_trained(folder / "model", KINDS[kind](Run(seed=7, checkpoints=folder / "checkpoints", picture=say)))


def serve() -> None:
    """Answer until stdin ends."""
    child = 0
    for line in sys.stdin:
        if not line.strip():
            answer = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        else:
            wanted = json.loads(line)
            child = os.fork()
            if not child:
                train(wanted["kind"], Path(wanted["folder"]))
                os._exit(0)
            answer = child
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
