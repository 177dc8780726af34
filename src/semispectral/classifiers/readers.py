"""Restore saved classifiers, each as an object with ``predict_proba``."""

from collections.abc import Callable
from functools import partial
from typing import Any

from semispectral.classifiers.by_sensor import read_by_sensor
from semispectral.inference.average import AverageModel
from semispectral.inference.lda_inference import LdaModel
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.svm_inference import SvmModel

FOR_EACH_SENSOR: dict[str, Callable[..., Any]] = {"svm": SvmModel.from_saved, "lda_mnf": LdaModel.from_saved}
OF_ONE: dict[str, Callable[..., Any]] = {
    **{name: partial(read_by_sensor, of_one=of_one) for name, of_one in FOR_EACH_SENSOR.items()},
    "m2": M2Inference,
    "qy": M2Inference,
}
OF_AVERAGES = dict.fromkeys(("m2_svm", "m2_svm_lda", "m2_svms_lda"), partial(AverageModel.from_saved, readers=OF_ONE))
READERS: dict[str, Callable[..., Any]] = {**OF_ONE, **OF_AVERAGES}
