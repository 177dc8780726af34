"""M2 as a scikit-learn classifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from semispectral.estimators import rows, scaling, training
from semispectral.estimators.base import DRAWS
from semispectral.estimators.classifier import VaeClassifier
from semispectral.estimators.options import M2_DEFAULTS, config_of


class SemiSupervisedVAE(VaeClassifier):
    """M2, the generative semi-supervised classifier.

    Kingma et al. (2014), section 2.2. Defaults are those of the workflow.

    Parameters
    ----------
    latents : width of z; keep it narrow, so that M2 cannot ignore y.
    hidden : widths of the hidden layers of q(z|x, y) and p(x|y, z); set those of q(y|x) with ``classifier`` in
        settings.
    likelihood : p(x|y, z): gaussian, student_t, or bernoulli for X in [0, 1].
    alpha : weight of -log q(y|x) on labelled rows; the bound beside it is counted per column.
    prior : p(y): uniform, frequency, shrunk or estimated, as in `M2Config`.
    normalise : scaling of the columns: standardise, minmax, none, or auto (none for bernoulli, otherwise standardise).
    epochs : number of epochs.
    batch : unlabelled rows per step.
    learning_rate : initial learning rate.
    valid_share : share of each class's labels used to fit the temperature; the model is then trained again on all
        labels. A class with too few labels keeps them all for training.
    unlabelled : value of y for an unlabelled row; None if every row has a label. Beside text, "-1" equals -1. Missing
        labels (NaN, None, NA) are unlabelled, whatever the value; with None they are refused.
    settings : further settings of M2, in the layout of section m2 of config.yaml: ``{"fit": {"patience": 5}}``.
    random_state : None, an int, or a NumPy RandomState.
    checkpoints : directory for the state of the training, from which an interrupted fit resumes; None stores none.
    verbose : True writes the training log to stderr.

    Attributes
    ----------
    classes_ : classes [class], sorted.
    m2_ : the trained model.
    m2_history_ : DataFrame of the training, one row per epoch.
    scaler_ : fitted scaler of the columns.
    seed_ : seed of the fit.
    n_features_in_ : number of columns of X.
    feature_names_in_ : column names of X, if it had any.
    """

    parts: ClassVar[tuple[str, ...]] = ("m2",)
    scales: ClassVar[tuple[str, ...]] = scaling.OF_BANDS

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
        X : float [pixel, column], labelled and unlabelled rows.
        y : [pixel], class of each row, or ``unlabelled``.

        Returns
        -------
        The fitted estimator.

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
