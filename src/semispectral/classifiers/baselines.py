"""Baselines, trained on the same pixels and labels as the models, with the same tuning effort.

Each baseline is one function ``(x_labelled, label_labelled, x_unlabelled, x_query, *, classes, shares, seed,
settings)`` that returns class probabilities float32 [pixel, class] of the query pixels, 0 for a class without labels.
``shares`` float64 [class] are the class shares among all labelled training pixels, whatever the labels per class. To
add a baseline, write a function and add a row to `CONTROLS`.

References
----------
Kruse et al. (1993), the spectral angle mapper. Breiman (2001), random forests. Cortes and Vapnik (1995), support
vectors. Yarowsky (1995), self-training. Zhou et al. (2004), label spreading.
"""

from collections.abc import Callable

import numpy as np

from semispectral.classifiers.baseline_settings import ControlConfig
from semispectral.classifiers.baselines_semisupervised import label_spreading, self_training
from semispectral.classifiers.baselines_supervised import majority, pca_svm, random_forest, spectral_angle

__all__ = ["CONTROLS", "ControlConfig"]

CONTROLS: dict[str, Callable[..., np.ndarray]] = {
    "majority": majority,
    "sam": spectral_angle,
    "rf": random_forest,
    "pca_svm": pca_svm,
    "self_training": self_training,
    "label_spreading": label_spreading,
}
