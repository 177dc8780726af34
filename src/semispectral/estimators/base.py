"""Base class of the three estimators: input checks, scaling, seeds, the bound on log p(x), save and load."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from semispectral.errors import DataError
from semispectral.estimators import files, scaling
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.inference.nets import needs_unit_interval
from semispectral.spectra.scaling import Scaler

DRAWS = 8  # of z in score_samples and novelty
LARGEST_SEED = 2**31 - 1
MODELS: dict[str, Callable[..., Any]] = {"m1": M1Inference, "m2": M2Inference}


class VaeEstimator(BaseEstimator):
    """Base class of the three estimators.

    Attributes
    ----------
    parts : names of the models that ``fit`` trains; each is kept as ``m1_`` or ``m2_``.
    scales : methods that ``normalise`` can be; the first is what ``auto`` stands for.
    further_scales : names of scalers that a fit may have beside that of the columns, by its settings.
    """

    parts: ClassVar[tuple[str, ...]]
    scales: ClassVar[tuple[str, ...]]
    further_scales: ClassVar[tuple[str, ...]] = ()

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Return the lower bound on log p(x) of scaled rows, float32 [pixel], in nats."""
        raise NotImplementedError

    def score_samples(self, X: Any) -> np.ndarray:
        """Return a lower bound on log p(x) of each row, in nats, for the units of X.

        Where M1 sees two views of a row, it is the bound on the density of both: of the row, and of its SNV with level
        and contrast, standardised. Rows unlike the training rows get low values. The bound is estimated from a few
        draws of z; every call uses the same draws.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.

        Returns
        -------
        float32 [pixel], in nats.
        """
        x = self._scaled(X)
        bound = self._bound(x, seed=self.seed_) - scaling.log_volume(self.scaler_)
        return np.asarray(bound, np.float32)

    def _fit_scale(self, X: np.ndarray) -> np.ndarray:
        """Fit the scale of the columns and return the scaled rows, float32 [pixel, scaled column]."""
        self.scaler_ = scaling.fit(X, normalise=self.normalise, likelihood=self.likelihood, methods=self.scales)
        x = self.scaler_.transform(X)
        if needs_unit_interval(self.likelihood) and (x.min() < 0 or x.max() > 1):
            raise DataError(
                f'likelihood="{self.likelihood}" needs X in [0, 1], got {x.min():.4g} to {x.max():.4g}; '
                'set normalise="minmax", or likelihood="gaussian"'
            )
        return x

    def _scaled(self, X: Any) -> np.ndarray:
        """Check and scale the rows to predict, float64 [pixel, scaled column].

        In float64: a float32 matrix product rounds differently depending on a row's position in the batch, and the
        result for a row must not depend on its neighbours.
        """
        check_is_fitted(self)
        x = self.scaler_.transform(validate_data(self, X, dtype=np.float32, reset=False))
        return np.asarray(x, np.float64)

    def _drawn_seed(self, random_state: Any = None) -> int:
        """Draw a seed from a random state, or from the estimator's own if none is given."""
        state = self.random_state if random_state is None else random_state
        return int(check_random_state(state).randint(LARGEST_SEED))

    def _keep(self, part: str, fitted: Any) -> None:
        """Store a fitted model as ``<part>_`` and its history as ``<part>_history_``."""
        setattr(self, f"{part}_", fitted.model)
        setattr(self, f"{part}_history_", fitted.history)

    def save(self, directory: str | Path) -> None:
        """Save the fitted estimator to a directory, as safetensors, JSON and Parquet.

        Parameters
        ----------
        directory : path of the directory; an existing saved model in it is replaced.

        Raises
        ------
        DataError : the directory holds other files, or the classes are neither numbers nor text.
        """
        check_is_fitted(self)
        models = {part: getattr(self, f"{part}_") for part in self.parts}
        saved = {name: scaler.to_saved() for name, scaler in self._scalers().items()}
        saved |= {part: (model.arrays, model.description) for part, model in models.items()}
        histories = {part: getattr(self, f"{part}_history_") for part in self.parts}
        files.write(Path(directory), self._facts(), saved, histories)

    def _scalers(self) -> dict[str, Scaler]:
        """Return what is fitted beside the models, by the name of its folder; each is kept as ``<name>_``."""
        return {"scaler": self.scaler_}

    def _facts(self) -> dict[str, Any]:
        """Return the description to save: class name, parameters, columns, seed and classes."""
        facts = {
            "estimator": type(self).__name__,
            "parameters": files.parameters_to_json(self.get_params()),
            "columns": self.n_features_in_,
            "fit_seed": self.seed_,
        }
        if hasattr(self, "feature_names_in_"):
            facts["column_names"] = self.feature_names_in_.tolist()
        if hasattr(self, "classes_"):
            facts["classes"] = files.classes_to_json(self.classes_)
        return facts

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Load an estimator that `save` wrote. TensorFlow is not needed.

        Parameters
        ----------
        directory : path of the directory.

        Returns
        -------
        The fitted estimator.

        Raises
        ------
        MissingFileError, IntegrityError : a file is absent or was changed.
        DataError : the directory does not hold an estimator of this class.
        """
        facts, parts, histories = files.read(Path(directory), name=cls.__name__)
        estimator = cls(**files.parameters_from_json(facts["parameters"]))
        estimator.n_features_in_, estimator.seed_ = facts["columns"], facts["fit_seed"]
        if "column_names" in facts:
            estimator.feature_names_in_ = np.asarray(facts["column_names"], object)
        if "classes" in facts:
            estimator.classes_ = files.classes_from_json(facts["classes"])
        for name in ("scaler", *sorted(parts.keys() & set(cls.further_scales))):
            setattr(estimator, f"{name}_", Scaler.from_saved(*parts[name]))
        for part in cls.parts:
            setattr(estimator, f"{part}_", MODELS[part](*parts[part]))
            setattr(estimator, f"{part}_history_", histories[part])
        return estimator
