"""Run a program of measurements as it is, but on a small collection and with a few steps of narrow models.

    python small_run.py PROGRAM ARGUMENTS...

The programs take the built-in collection and the default settings of the models and of the SVM. Here these have other
defaults, and steps are not compiled by XLA, which would take longer than all of them.
"""

import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

import semispectral.simulate
from semispectral.classifiers import svm
from semispectral.models import settings_m1, settings_m2
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.training.compiled import Programme

MINERALS = ("muscovite", "chlorite", "kaolinite", "calcite")
NET = NetConfig(hidden=(8,))
FIT = FitConfig(batch=64, epochs=2, least_steps=2, most_steps=2, evaluate_every=1)


@dataclass(frozen=True, kw_only=True)
class SmallCollection(semispectral.simulate.SimulateConfig):
    """Three holes of one small tray each."""

    scenes_per_hole: int = 1
    lines: int = 160
    samples: int = 64
    bands: int = 36
    runs: int = 2
    labelled_minerals: tuple[str, ...] = MINERALS
    labelled_lithologies: tuple[str, ...] = ()
    lithologies: tuple[str, ...] = ()


@dataclass(frozen=True)
class SmallM1(settings_m1.M1Config):
    """A narrow M1, trained for a few steps."""

    latents: int = 3
    net: NetConfig = NET
    fit: FitConfig = FIT


@dataclass(frozen=True)
class SmallM2(settings_m2.M2Config):
    """A narrow M2, trained for a few steps."""

    latents: int = 3
    net: NetConfig = NET
    classifier: NetConfig = NET
    fit: FitConfig = FIT


@dataclass(frozen=True)
class SmallSvm(svm.SvmConfig):
    """An SVM of two costs and one width."""

    cost: svm.Candidates = (100.0, 1.0)
    gamma: svm.Candidates = (1.0,)
    folds: int = 2


if __name__ == "__main__":
    svm.SvmConfig = SmallSvm  # type: ignore[misc]
    semispectral.simulate.SimulateConfig = SmallCollection  # type: ignore[misc]
    settings_m1.M1Config = SmallM1  # type: ignore[misc]
    settings_m2.M2Config = SmallM2  # type: ignore[misc]
    tf.config.run_functions_eagerly(True)
    Programme.stretch = Programme._stretch  # type: ignore[method-assign]
    program = Path(sys.argv[1])
    sys.argv = sys.argv[1:]
    sys.path[0] = str(program.parent)
    runpy.run_path(str(program), run_name="__main__")
