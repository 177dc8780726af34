"""The table of the benchmark's methods: what is trained on which features, and what its result depends on.

Adding a method is one row here and one function in `semispectral.benchmark.fits`; `docs/howto/method.md` shows it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Sections = Mapping[str, Any]
Fit = Callable[..., np.ndarray]


@dataclass(frozen=True)
class Method:
    """One row of the table.

    Attributes
    ----------
    method, features : as they stand in a table of predictions; `semispectral.figures.methods` has their names.
    sections : of the configuration that its result depends on.
    unlabelled : it looks at unlabelled pixels, so that the transductive regime differs from the inductive one.
    ours : one of the models that the project is about; the others are controls.
    tensorflow : it is trained with TensorFlow.
    """

    method: str
    features: str
    sections: tuple[str, ...]
    unlabelled: bool = False
    ours: bool = False
    tensorflow: bool = False

    @property
    def on_latents(self) -> bool:
        """It sees M1's latents, which come from unlabelled pixels."""
        return self.features == "latents"


M2 = {"unlabelled": True, "ours": True, "tensorflow": True}

METHODS: dict[str, Method] = {
    "m1+m2": Method("m2", "latents", ("m2",), **M2),
    "m2": Method("m2", "bands", ("m2",), **M2),
    "qy-latents": Method("qy", "latents", ("m2",), unlabelled=True, tensorflow=True),
    "qy-bands": Method("qy", "bands", ("m2",), tensorflow=True),
    "svm-latents": Method("svm", "latents", ("svm",), unlabelled=True),
    "svm-bands": Method("svm", "standardised", ("svm",)),
    "svm-snv": Method("svm", "bands", ("svm",)),
    "pca-svm": Method("pca_svm", "bands", ("controls", "svm")),
    "rf": Method("rf", "bands", ("controls", "svm")),
    "self-training": Method("self_training", "bands", ("controls", "svm"), unlabelled=True),
    "label-spreading": Method("label_spreading", "bands", ("controls", "svm"), unlabelled=True),
    "sam": Method("sam", "bands", ("controls", "svm")),
    "majority": Method("majority", "bands", ("controls", "svm")),
}
