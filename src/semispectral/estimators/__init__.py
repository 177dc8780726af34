"""Scikit-learn API: M1 as a transformer, M2 and M1+M2 as classifiers. Only ``fit`` imports TensorFlow."""

from semispectral.estimators.semi_supervised_vae import SemiSupervisedVAE
from semispectral.estimators.spectral_vae import SpectralVAE
from semispectral.estimators.stacked_vae import StackedVAE

__all__ = ["SemiSupervisedVAE", "SpectralVAE", "StackedVAE"]
