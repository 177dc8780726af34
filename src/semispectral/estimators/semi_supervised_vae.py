"""M2 as a classifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from semispectral.estimators import rows, training
from semispectral.estimators.base import DRAWS
from semispectral.estimators.classifier import VaeClassifier
from semispectral.estimators.options import M2_DEFAULTS, config_of


class SemiSupervisedVAE(VaeClassifier):
    """M2, the generative semi-supervised classifier.

    Kingma et al. (2014), section 2.2. The defaults are the workflow's.

    Parameters
    ----------
    latents : width of z; narrow, so that M2 cannot ignore y.
    hidden : widths of the hidden layers of q(z|x, y) and p(x|y, z); those of q(y|x) are ``classifier`` in settings.
    likelihood : p(x|y, z): gaussian, student_t, or bernoulli for X in [0, 1].
    alpha : weight of -log q(y|x) on labelled rows, against a bound counted per column.
    prior : p(y): uniform, frequency, shrunk or estimated, as in `M2Config`.
    normalise : scale of the columns: standardise, minmax, none, or auto: none for bernoulli, else standardise.
    epochs, batch, learning_rate : of the training loop.
    valid_share : share of each class's labels that fits the temperature before the model is trained again on all; a
        class with too few labels for it keeps them all.
    unlabelled : what y says of a row without a label; None where every row has one. Beside text, "-1" is -1. A
        missing label (NaN, None, NA) is none, whatever the mark; with None it is refused.
    settings : any other setting of M2, as the section m2 of config.yaml has it: ``{"fit": {"patience": 5}}``.
    random_state : None, an int, or a NumPy RandomState.
    checkpoints : a directory in which training keeps its state, so that a killed fit goes on; None keeps none.
    verbose : whether the training log goes to stderr.

    Attributes
    ----------
    classes_ : the classes, sorted. m2_ : the trained model. m2_history_ : DataFrame, one row per epoch.
    scaler_ : the scale of the columns. seed_ : the seed of the fit.
    n_features_in_, feature_names_in_ : as in scikit-learn.
    """

    parts: ClassVar[tuple[str, ...]] = ("m2",)

    def __init__(
        self,
        latents: int = M2_DEFAULTS.latents,
        hidden: tuple[int, ...] = M2_DEFAULTS.net.hidden,
        *,
        likelihood: str = M2_DEFAULTS.likelihood,
        alpha: float = M2_DEFAULTS.alpha,
        prior: str = M2_DEFAULTS.prior,
        normalise: str = "auto",
        epochs: int = M2_DEFAULTS.fit.epochs,
        batch: int = M2_DEFAULTS.fit.batch,
        learning_rate: float = M2_DEFAULTS.fit.learning_rate,
        valid_share: float = 0.2,
        unlabelled: Any = -1,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        checkpoints: str | Path | None = None,
        verbose: bool = False,
    ) -> None:
        self.latents = latents
        self.hidden = hidden
        self.likelihood = likelihood
        self.alpha = alpha
        self.prior = prior
        self.normalise = normalise
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.valid_share = valid_share
        self.unlabelled = unlabelled
        self.settings = settings
        self.random_state = random_state
        self.checkpoints = checkpoints
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> Self:
        """Train M2.

        Parameters
        ----------
        X : [pixel, column], labelled rows and others.
        y : [pixel], the class of each row, or ``unlabelled``.

        Raises
        ------
        DataError : no row is labelled.
        """
        own = ("latents", "hidden", "likelihood", "alpha", "prior", "epochs", "batch", "learning_rate")
        chosen = {key: getattr(self, key) for key in own}
        config = config_of(M2_DEFAULTS, chosen, self.settings, where="SemiSupervisedVAE")
        x, label, held = self._start(X, y, least=1)
        data = rows.training_set(x, label, held)
        with training.told(self.verbose):
            fitted = training.fit_m2(
                data, config, classes=len(self.classes_), seed=self.seed_, checkpoints=self.checkpoints
            )
        self._keep("m2", fitted)
        return self

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        return np.asarray(self.m2_.score_samples(x, seed=seed, draws=DRAWS))

    def _features(self, x: np.ndarray) -> np.ndarray:
        return x

    def _rows(self, features: np.ndarray, *, seed: int) -> np.ndarray:
        return features
