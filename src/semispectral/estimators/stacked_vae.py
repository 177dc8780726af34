"""M1+M2 as a classifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from semispectral.estimators import rows, training
from semispectral.estimators.base import DRAWS
from semispectral.estimators.classifier import VaeClassifier
from semispectral.estimators.options import M1_DEFAULTS, M2_DEFAULTS, config_of, share_of
from semispectral.inference.stacked import stacked_bound


class StackedVAE(VaeClassifier):
    """M1+M2: M1 on all rows, then M2 on M1's live latents, x drawn anew from q(z1|x) at every step.

    Kingma et al. (2014), section 2. M1 sees the columns as one view, on one scale. The workflow's M1+M2 is more than
    that: its M1 is one autoencoder for each view of a spectrum (SNV with level, and the bands), and its numbers are not
    those of this class. The other defaults are the workflow's.

    Parameters
    ----------
    m1_latents, m2_latents : widths of z1 and z2.
    m1_hidden, m2_hidden : widths of the hidden layers, for M2 those of q(z|x, y) and p(x|y, z).
    m1_epochs, m2_epochs : epochs at most; M1 stops earlier where nothing improves.
    joint_epochs : epochs for which M1 and M2 are trained on together afterwards, by the bound of both; 0, the
        workflow's way, leaves each as it was trained alone.
    likelihood : p(x|z1): gaussian, student_t, or bernoulli for X in [0, 1].
    alpha : weight of -log q(y|z1) on labelled rows, against a bound counted per latent.
    prior : p(y): uniform, frequency, shrunk or estimated, as in `M2Config`.
    normalise : scale of the columns: standardise, minmax, none, or auto: none for bernoulli, else standardise.
    batch, learning_rate : of both training loops; None: the workflow's, which differ.
    valid_share : share of the rows by which the best weights of M1 are chosen, and of each class's labels that fits
        the temperature before M2 is trained again on all; a class with too few labels for it keeps them all.
    unlabelled : what y says of a row without a label; None where every row has one. Beside text, "-1" is -1. A
        missing label (NaN, None, NA) is none, whatever the mark; with None it is refused.
    m1_settings, m2_settings : any other setting, as the sections m1 and m2 of config.yaml have them.
    random_state : None, an int, or a NumPy RandomState.
    checkpoints : a directory in which training keeps its state, so that a killed fit goes on; None keeps none.
    verbose : whether the training log goes to stderr.

    Attributes
    ----------
    classes_ : the classes, sorted. m1_, m2_ : the trained models. m1_history_, m2_history_ : DataFrames, one row per
    epoch. scaler_ : the scale of the columns. seed_ : the seed of the fit.
    n_features_in_, feature_names_in_ : as in scikit-learn.
    """

    parts: ClassVar[tuple[str, ...]] = ("m1", "m2")

    def __init__(
        self,
        m1_latents: int = M1_DEFAULTS.latents,
        m2_latents: int = M2_DEFAULTS.latents,
        *,
        m1_hidden: tuple[int, ...] = M1_DEFAULTS.net.hidden,
        m2_hidden: tuple[int, ...] = M2_DEFAULTS.net.hidden,
        m1_epochs: int = M1_DEFAULTS.fit.epochs,
        m2_epochs: int = M2_DEFAULTS.fit.epochs,
        joint_epochs: int = 0,
        likelihood: str = M1_DEFAULTS.likelihood,
        alpha: float = M2_DEFAULTS.alpha,
        prior: str = M2_DEFAULTS.prior,
        normalise: str = "auto",
        batch: int | None = None,
        learning_rate: float | None = None,
        valid_share: float = 0.2,
        unlabelled: Any = -1,
        m1_settings: Mapping[str, Any] | None = None,
        m2_settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        checkpoints: str | Path | None = None,
        verbose: bool = False,
    ) -> None:
        self.m1_latents = m1_latents
        self.m2_latents = m2_latents
        self.m1_hidden = m1_hidden
        self.m2_hidden = m2_hidden
        self.m1_epochs = m1_epochs
        self.m2_epochs = m2_epochs
        self.joint_epochs = joint_epochs
        self.likelihood = likelihood
        self.alpha = alpha
        self.prior = prior
        self.normalise = normalise
        self.batch = batch
        self.learning_rate = learning_rate
        self.valid_share = valid_share
        self.unlabelled = unlabelled
        self.m1_settings = m1_settings
        self.m2_settings = m2_settings
        self.random_state = random_state
        self.checkpoints = checkpoints
        self.verbose = verbose

    def fit(self, X: Any, y: Any) -> Self:
        """Train M1 on all rows, then M2 on its latents.

        Parameters
        ----------
        X : [pixel, column], labelled rows and others.
        y : [pixel], the class of each row, or ``unlabelled``.

        Raises
        ------
        DataError : no row is labelled, or every latent of M1 died.
        """
        m1_config = config_of(M1_DEFAULTS, self._chosen("m1"), self.m1_settings, where="StackedVAE m1")
        m2_config = config_of(M2_DEFAULTS, self._chosen("m2"), self.m2_settings, where="StackedVAE m2")
        x, label, held = self._start(X, y, least=2)
        apart = rows.held_rows(len(x), share_of(self.valid_share), seed=self.seed_)
        run: dict[str, Any] = {"seed": self.seed_, "checkpoints": self.checkpoints}
        with training.told(self.verbose):
            m1 = training.fit_m1(x[~apart], x[apart], m1_config, **run)
            mean, log_variance = m1.model.encode(x)
            data = rows.training_set(mean, label, held, np.exp(0.5 * log_variance))
            m2 = training.fit_m2(data, m2_config, classes=len(self.classes_), **run)
            if self.joint_epochs:
                bands = rows.training_set(x, label, np.zeros(len(x), bool))
                both = (m1_config, m2_config)
                m1, m2 = training.fit_jointly((m1, m2), bands, both, epochs=self.joint_epochs, **run)
            self._keep("m1", m1)
            self._keep("m2", m2)
        return self

    def _chosen(self, part: str) -> dict[str, Any]:
        own = {name: getattr(self, f"{part}_{name}") for name in ("latents", "hidden", "epochs")}
        given = {"batch": self.batch, "learning_rate": self.learning_rate}
        shared = {name: value for name, value in given.items() if value is not None}
        by_part: dict[str, dict[str, Any]] = {
            "m1": {"likelihood": self.likelihood},
            "m2": {"alpha": self.alpha, "prior": self.prior},
        }
        return {**own, **shared, **by_part[part]}

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        return stacked_bound(self.m1_, self.m2_, x, seed=seed, draws=DRAWS)

    def _features(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.m1_.encode(x)[0], np.float64)

    def _rows(self, features: np.ndarray, *, seed: int) -> np.ndarray:
        return np.asarray(self.m1_.draw(features, seed=seed))
