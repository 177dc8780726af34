"""Restore saved classifiers, each as an object with ``predict_proba``."""

from collections.abc import Callable
from functools import partial
from typing import Any

from semispectral.classifiers.svm_model import read_svm
from semispectral.inference.average import AverageModel
from semispectral.inference.m2_inference import M2Inference

OF_ONE: dict[str, Callable[..., Any]] = {"svm": read_svm, "m2": M2Inference, "qy": M2Inference}
READERS: dict[str, Callable[..., Any]] = {**OF_ONE, "m2_svm": partial(AverageModel.from_saved, readers=OF_ONE)}
