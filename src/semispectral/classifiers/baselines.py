"""The controls: what a deep model has to beat, on the same pixels, with the same labels and the same tuning effort.

Each is one function ``(x_labelled, label_labelled, x_unlabelled, x_query, *, classes, shares, seed, settings)`` that
returns class probabilities float32 [pixel, class] of the query pixels, 0 for a class without labels. ``shares`` float64
[class] are those of the classes among all labelled training pixels of the data, whatever a budget takes of them. Adding
one is one function and one row.

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
