"""M1+M2 as a scikit-learn classifier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import validate_data

from semispectral.errors import ConfigError
from semispectral.estimators import rows, scaling, training
from semispectral.estimators.base import DRAWS
from semispectral.estimators.classifier import VaeClassifier
from semispectral.estimators.options import M1_DEFAULTS, M2_DEFAULTS, config_of, share_of
from semispectral.inference.stacked import stacked_bound
from semispectral.scans.cube import Latents
from semispectral.spectra.noise_scores import scaled_scores, with_scores
from semispectral.spectra.scaling import Scaler


class StackedVAE(VaeClassifier):
    """M1+M2: train M1 on all rows, then M2 on M1's live latents, drawn anew from q(z1|x) at every step.

    Kingma et al. (2014), section 2. Defaults are those of the workflow, and so is the model: M1 has one autoencoder for
    each view of a row (SNV with level and contrast, and the columns). On the same rows, in the same parts, the workflow
    predicts the same.

    Parameters
    ----------
    m1_latents : width of z1, the latents of M1, of each view.
    m2_latents : width of z2, the latents of M2.
    m1_hidden : widths of the hidden layers of M1.
    m2_hidden : widths of the hidden layers of q(z|x, y) and p(x|y, z) of M2.
    m1_epochs : largest number of epochs of M1; it stops earlier if the bound no longer improves.
    m2_epochs : number of epochs of M2.
    joint_epochs : epochs in which M1 and M2 are trained together afterwards, by the bound of both; 0, as in the
        workflow, leaves each as it was trained alone. It needs one view: ``normalise="standardise"``.
    likelihood : p(x|z1): gaussian, student_t, or bernoulli for X in [0, 1].
    alpha : weight of -log q(y|z1) on labelled rows; the bound beside it is counted per latent.
    prior : p(y): uniform, frequency, shrunk or estimated, as in `M2Config`.
    normalise : what M1 sees of a row: views (the SNV with level and contrast, and the columns, both standardised; an
        autoencoder of each, as in the workflow), standardise, minmax, none, or auto (none for bernoulli, otherwise
        views).
    batch : rows per step in both training loops; None uses the workflow's values, which differ.
    learning_rate : initial learning rate of both training loops; None uses the workflow's values, which differ.
    valid_share : share of the rows used to choose the best weights of M1, and of each class's labels used to fit the
        temperature; M2 is then trained again on all labels. A class with too few labels keeps them all for training.
    noise_scores : True puts noise-whitened scores of a row beside its latents, for M2 to see both, as the workflow does
        with ``features: latents_mnf``. The noise is estimated from rows that lie side by side (``places`` of `fit`).
    unlabelled : value of y for an unlabelled row; None if every row has a label. Beside text, "-1" equals -1. Missing
        labels (NaN, None, NA) are unlabelled, whatever the value; with None they are refused.
    m1_settings : further settings of M1, in the layout of section m1 of config.yaml.
    m2_settings : further settings of M2, in the layout of section m2 of config.yaml.
    random_state : None, an int, or a NumPy RandomState.
    checkpoints : directory for the state of the training, from which an interrupted fit resumes; None stores none.
    verbose : True writes the training log to stderr.

    Attributes
    ----------
    classes_ : classes [class], sorted.
    m1_, m2_ : the trained models.
    m1_history_, m2_history_ : DataFrames of the training, one row per epoch.
    scaler_ : fitted scaler of the columns.
    mnf_ : fitted noise-whitened components, with ``noise_scores``.
    seed_ : seed of the fit.
    n_features_in_ : number of columns of X.
    feature_names_in_ : column names of X, if it had any.
    """

    parts: ClassVar[tuple[str, ...]] = ("m1", "m2")
    scales: ClassVar[tuple[str, ...]] = scaling.OF_M1
    further_scales: ClassVar[tuple[str, ...]] = ("mnf",)

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
        noise_scores: bool = False,
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
        self.noise_scores = noise_scores
        self.unlabelled = unlabelled
        self.m1_settings = m1_settings
        self.m2_settings = m2_settings
        self.random_state = random_state
        self.checkpoints = checkpoints
        self.verbose = verbose

    def fit(self, X: Any, y: Any, places: Any = None) -> Self:
        """Train M1 on all rows, then M2 on its latents, with ``noise_scores`` beside them.

        Parameters
        ----------
        X : float [pixel, column], labelled and unlabelled rows.
        y : [pixel], class of each row, or ``unlabelled``.
        places : where each row lies, for ``noise_scores`` and for the neighbours of labelled rows: int [pixel, 2],
            line and sample in one scan, or a DataFrame with the columns scene, line, sample and maybe hole. None:
            nobody knows; the noise of a column is what the other columns do not foretell, and no row has neighbours.

        Returns
        -------
        The fitted estimator.

        Raises
        ------
        DataError : no row is labelled, every latent of M1 died, or there is not one place for each row.
        ConfigError : a setting does not fit, or M1 and M2 are to be trained together on two views or with noise scores.
        """
        m1_config = config_of(M1_DEFAULTS, self._chosen("m1"), self.m1_settings, where="StackedVAE m1")
        m2_config = config_of(M2_DEFAULTS, self._chosen("m2"), self.m2_settings, where="StackedVAE m2")
        x, label, held = self._start(X, y, least=2)
        views = self.scaler_.views
        if self.joint_epochs and len(views) > 1:
            raise ConfigError(
                f"joint_epochs={self.joint_epochs} needs an M1 of one view, got {len(views)}; set "
                'normalise="standardise", or joint_epochs=0'
            )
        if self.joint_epochs and self.noise_scores:
            raise ConfigError("joint_epochs needs an M2 of latents alone; set noise_scores=False, or joint_epochs=0")
        table = scaling.place_table(places, len(x))
        apart = rows.held_rows(len(x), share_of(self.valid_share), seed=self.seed_)
        run: dict[str, Any] = {"seed": self.seed_, "checkpoints": self.checkpoints}
        with training.told(self.verbose):
            m1 = training.fit_m1(x[~apart], x[apart], m1_config, views=views, **run)
            latents = Latents(*m1.model.encode(x), table)
            if self.noise_scores:
                raw = self._checked(X)
                self.mnf_ = scaling.fit_mnf(raw, table)
                latents = with_scores(latents, self.mnf_, raw)
            data = rows.training_set(latents.mean, label, held, np.exp(0.5 * latents.log_variance), table)
            m2 = training.fit_m2(data, m2_config, classes=len(self.classes_), **run)
            if self.joint_epochs:
                bands = rows.training_set(x, label, np.zeros(len(x), bool))
                both = (m1_config, m2_config)
                m1, m2 = training.fit_jointly((m1, m2), bands, both, epochs=self.joint_epochs, **run)
            self._keep("m1", m1)
            self._keep("m2", m2)
        return self

    def _chosen(self, part: str) -> dict[str, Any]:
        """Return the constructor parameters of one part, m1 or m2, by the name of the setting."""
        own = {name: getattr(self, f"{part}_{name}") for name in ("latents", "hidden", "epochs")}
        given = {"batch": self.batch, "learning_rate": self.learning_rate}
        shared = {name: value for name, value in given.items() if value is not None}
        by_part: dict[str, dict[str, Any]] = {
            "m1": {"likelihood": self.likelihood},
            "m2": {"alpha": self.alpha, "prior": self.prior},
        }
        return {**own, **shared, **by_part[part]}

    def _checked(self, X: Any) -> np.ndarray:
        """Return rows in the units of the data, float32 [pixel, column]."""
        return np.asarray(validate_data(self, X, dtype=np.float32, reset=False))

    def _scalers(self) -> dict[str, Scaler]:
        """Return the scaler, and the components of the noise scores."""
        return super()._scalers() | ({"mnf": self.mnf_} if self.noise_scores else {})

    def _seen(self, X: Any) -> np.ndarray:
        """Return the latents of rows, with noise scores beside them where M2 sees them."""
        latents = super()._seen(X)
        return (
            np.concatenate([latents, scaled_scores(self.mnf_, self._checked(X))], 1) if self.noise_scores else latents
        )

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        if self.noise_scores:  # M2's bound would count the spectrum twice
            return np.asarray(self.m1_.score_samples(x, seed=seed, draws=DRAWS))
        return stacked_bound(self.m1_, self.m2_, x, seed=seed, draws=DRAWS)

    def _features(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.m1_.means(x), np.float64)

    def _rows(self, features: np.ndarray, *, seed: int) -> np.ndarray:
        return np.asarray(self.m1_.draw(features[:, : len(self.m1_.live)], seed=seed))
