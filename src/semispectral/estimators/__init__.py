"""The scikit-learn face: M1 as a transformer, M2 and M1+M2 as classifiers. TensorFlow is imported by ``fit`` alone."""

from semispectral.estimators.m1 import SpectralVAE
from semispectral.estimators.m2 import SemiSupervisedVAE
from semispectral.estimators.stacked import StackedVAE

__all__ = ["SemiSupervisedVAE", "SpectralVAE", "StackedVAE"]
