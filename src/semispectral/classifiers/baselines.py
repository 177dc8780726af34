"""Baselines, trained on the same pixels and labels as the models, with the same tuning effort.

Each baseline is one function ``(x_labelled, label_labelled, x_unlabelled, x_query, *, classes, shares, seed,
settings)`` that returns class probabilities float32 [pixel, class] of the query pixels, 0 for a class without labels.
``shares`` float64 [class] are the class shares among all labelled training pixels, whatever the labels per class. To
add a baseline, write a function under `baseline` and add a row of facts to `semispectral.study.methods`.

References
----------
Kruse et al. (1993), the spectral angle mapper. Breiman (2001), random forests. Cortes and Vapnik (1995), support
vectors. Friedman (1989), regularised discriminant analysis. Yarowsky (1995), self-training. Zhou et al. (2004), label
spreading.
"""

from semispectral.classifiers import baselines_semisupervised, baselines_supervised, discriminants
from semispectral.classifiers.baseline_settings import BASELINES, BaselineConfig

__all__ = ["BASELINES", "BaselineConfig", "baselines_semisupervised", "baselines_supervised", "discriminants"]
