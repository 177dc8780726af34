"""What the three estimators share: checked input, scale, seeds, the bound on log p(x), save and load."""

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
from semispectral.spectra.scaling import Scaler

DRAWS = 8  # of z in score_samples and novelty
LARGEST_SEED = 2**31 - 1
MODELS: dict[str, Callable[..., Any]] = {"m1": M1Inference, "m2": M2Inference}


class VaeEstimator(BaseEstimator):
    """What the three estimators share; ``parts`` names the models that fit trains, kept as ``m1_`` and ``m2_``."""

    parts: ClassVar[tuple[str, ...]]

    def _bound(self, x: np.ndarray, *, seed: int) -> np.ndarray:
        """Lower bound on log p(x) of scaled rows, float32 [pixel]."""
        raise NotImplementedError

    def score_samples(self, X: Any) -> np.ndarray:
        """Lower bound on log p(x) of each row, in nats and for the units of X; a row unlike all others gets a low one.

        It is an estimate from a few draws of z, which are the same in every call.

        Parameters
        ----------
        X : [pixel, column].

        Returns
        -------
        float32 [pixel].
        """
        x = self._scaled(X)
        bound = self._bound(x, seed=self.seed_) - scaling.log_volume(self.scaler_)
        return np.asarray(bound, np.float32)

    def _fit_scale(self, X: np.ndarray) -> np.ndarray:
        """Fit the scale of the columns, and give the scaled rows."""
        self.scaler_ = scaling.fit(X, normalise=self.normalise, likelihood=self.likelihood)
        x = self.scaler_.transform(X)
        if self.likelihood == "bernoulli" and (x.min() < 0 or x.max() > 1):
            raise DataError(
                f'likelihood="bernoulli" needs X in [0, 1], got {x.min():.4g} to {x.max():.4g}; '
                'set normalise="minmax", or likelihood="gaussian"'
            )
        return x

    def _scaled(self, X: Any) -> np.ndarray:
        """Rows to predict for, checked and scaled.

        In float64: a product of float32 matrices rounds by a row's place, and a row's answer must not depend on it.
        """
        check_is_fitted(self)
        x = self.scaler_.transform(validate_data(self, X, dtype=np.float32, reset=False))
        return np.asarray(x, np.float64)

    def _drawn_seed(self, random_state: Any = None) -> int:
        """A seed from a random state; from the estimator's own where none is given."""
        state = self.random_state if random_state is None else random_state
        return int(check_random_state(state).randint(LARGEST_SEED))

    def _keep(self, part: str, fitted: Any) -> None:
        setattr(self, f"{part}_", fitted.model)
        setattr(self, f"{part}_history_", fitted.history)

    def save(self, directory: str | Path) -> None:
        """Save to a directory, as safetensors, JSON and Parquet; one that holds a saved model is replaced.

        Raises
        ------
        DataError : the directory holds something else, or the classes are neither numbers nor text.
        """
        check_is_fitted(self)
        models = {part: getattr(self, f"{part}_") for part in self.parts}
        saved = {"scaler": self.scaler_.to_saved()}
        saved |= {part: (model.arrays, model.description) for part, model in models.items()}
        histories = {part: getattr(self, f"{part}_history_") for part in self.parts}
        files.write(Path(directory), self._facts(), saved, histories)

    def _facts(self) -> dict[str, Any]:
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
        """The fitted estimator that `save` wrote; needs no TensorFlow.

        Raises
        ------
        MissingFileError, IntegrityError : a file is absent, or not what was written.
        DataError : the directory holds something else.
        """
        facts, parts, histories = files.read(Path(directory), name=cls.__name__)
        estimator = cls(**files.parameters_from_json(facts["parameters"]))
        estimator.n_features_in_, estimator.seed_ = facts["columns"], facts["fit_seed"]
        if "column_names" in facts:
            estimator.feature_names_in_ = np.asarray(facts["column_names"], object)
        if "classes" in facts:
            estimator.classes_ = files.classes_from_json(facts["classes"])
        estimator.scaler_ = Scaler.from_saved(*parts["scaler"])
        for part in cls.parts:
            setattr(estimator, f"{part}_", MODELS[part](*parts[part]))
            setattr(estimator, f"{part}_history_", histories[part])
        return estimator
