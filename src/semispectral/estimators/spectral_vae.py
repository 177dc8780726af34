"""M1 as a scikit-learn transformer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from semispectral.errors import ShapeError
from semispectral.estimators import rows, scaling, training
from semispectral.estimators.base import DRAWS, VaeEstimator
from semispectral.estimators.options import M1_DEFAULTS, config_of, share_of


class SpectralVAE(ClassNamePrefixFeaturesOutMixin, TransformerMixin, VaeEstimator):
    """M1, the latent-feature model: a variational autoencoder that converts rows to latents.

    Kingma et al. (2014), section 2.1. Defaults are those of the workflow.

    Parameters
    ----------
    latents : width of z of each view; `transform` leaves out latents that stay dead in training.
    hidden : widths of the hidden layers.
    likelihood : p(x|z): gaussian, student_t, or bernoulli for X in [0, 1].
    normalise : what M1 sees of a row: views (the SNV with level and contrast, and the columns, both standardised; an
        autoencoder of each, as in the workflow), standardise, minmax, none, or auto (none for bernoulli, otherwise
        views).
    epochs : largest number of epochs; training stops earlier if the bound no longer improves.
    batch : rows per step.
    learning_rate : initial learning rate.
    valid_share : share of the rows used to choose the best weights; with fewer than 10 rows, all are trained on.
    settings : further settings of M1, in the layout of section m1 of config.yaml: ``{"fit": {"patience": 5}}``.
    random_state : None, an int, or a NumPy RandomState.
    checkpoints : directory for the state of the training, from which an interrupted fit resumes; None stores none.
    verbose : True writes the training log to stderr.

    Attributes
    ----------
    m1_ : the trained model.
    m1_history_ : DataFrame of the training, one row per epoch.
    scaler_ : fitted scaler of the columns.
    seed_ : seed of the fit.
    n_features_in_ : number of columns of X.
    feature_names_in_ : column names of X, if it had any.
    """

    parts: ClassVar[tuple[str, ...]] = ("m1",)
    scales: ClassVar[tuple[str, ...]] = scaling.OF_M1

    def __init__(
        self,
        latents: int = M1_DEFAULTS.latents,
        hidden: tuple[int, ...] = M1_DEFAULTS.net.hidden,
        *,
        likelihood: str = M1_DEFAULTS.likelihood,
        normalise: str = "auto",
        epochs: int = M1_DEFAULTS.fit.epochs,
        batch: int = M1_DEFAULTS.fit.batch,
        learning_rate: float = M1_DEFAULTS.fit.learning_rate,
        valid_share: float = 0.2,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        checkpoints: str | Path | None = None,
        verbose: bool = False,
    ) -> None:
        self.latents = latents
        self.hidden = hidden
        self.likelihood = likelihood
        self.normalise = normalise
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.valid_share = valid_share
        self.settings = settings
        self.random_state = random_state
        self.checkpoints = checkpoints
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train M1.

        Parameters
        ----------
        X : float [pixel, column], rows.
        y : not used; accepted for the API of scikit-learn.

        Returns
        -------
        The fitted estimator.
        """
        X = validate_data(self, X, dtype=np.float32, ensure_min_samples=2)
        chosen = {key: getattr(self, key) for key in ("latents", "hidden", "likelihood", "epochs", "batch")}
        config = config_of(
            M1_DEFAULTS, {**chosen, "learning_rate": self.learning_rate}, self.settings, where="SpectralVAE"
        )
        self.seed_ = self._drawn_seed()
        x = self._fit_scale(X)
        held = rows.held_rows(len(x), share_of(self.valid_share), seed=self.seed_)
        with training.told(self.verbose):
            run: dict[str, Any] = {"seed": self.seed_, "checkpoints": self.checkpoints}
            fitted = training.fit_m1(x[~held], x[held], config, views=self.scaler_.views, **run)
        self._keep("m1", fitted)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return the posterior means of the live latents.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.

        Returns
        -------
        float32 [pixel, latent].
        """
        x = self._scaled(X)
        return np.asarray(self.m1_.means(x))

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Return the expected rows E[x|z]; of two views, that of the columns.

        Parameters
        ----------
        X : float [pixel, latent], live latents.

        Returns
        -------
        float32 [pixel, column], in the units of the data.
        """
        check_is_fitted(self)
        z = check_array(X, dtype=np.float32)
        if z.shape[1] != self._n_features_out:
            raise ShapeError(f"inverse_transform needs {self._n_features_out} live latents per row, got {z.shape[1]}")
        return scaling.undo(self.scaler_, self.m1_.decode(z))

    def sample(self, n_samples: int = 1, *, random_state: Any = None) -> np.ndarray:
        """Sample rows from p(x).

        Parameters
        ----------
        n_samples : number of rows.
        random_state : None, an int, or a NumPy RandomState; None uses the estimator's own.

        Returns
        -------
        float32 [n_samples, column], in the units of the data.
        """
        check_is_fitted(self)
        return scaling.undo(self.scaler_, self.m1_.sample(n_samples, seed=self._drawn_seed(random_state)))

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of `score_samples`; higher is better.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.
        y : not used; accepted for the API of scikit-learn.

        Returns
        -------
        Mean bound, in nats per row and for the units of X, so that scalings can be compared.
        """
        return float(self.score_samples(X).mean())

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        return np.asarray(self.m1_.score_samples(x, seed=seed, draws=DRAWS))

    @property
    def _n_features_out(self) -> int:
        return len(self.m1_.live)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
