"""What the two classifiers share: labels with a mark for none, probabilities, scores and samples of a class."""

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from semispectral.errors import DataError
from semispectral.estimators import rows, scaling
from semispectral.estimators.base import DRAWS, VaeEstimator
from semispectral.estimators.options import share_of


class VaeClassifier(ClassifierMixin, VaeEstimator):
    """What the two classifiers share; a missing label, -1, or what ``unlabelled`` says, is a row without a label."""

    def _features(self, x: np.ndarray) -> np.ndarray:
        """What M2 takes of scaled rows, float64 [pixel, input]."""
        raise NotImplementedError

    def _rows(self, features: np.ndarray, *, seed: int) -> np.ndarray:
        """Scaled rows, float32 [pixel, column], of what M2 draws."""
        raise NotImplementedError

    def _start(self, X: Any, y: Any, *, least: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Check the data: scaled rows, the place of each row's class or -1, and the rows held for validation."""
        y, there = rows.without_missing(y, self.unlabelled)
        X, y = validate_data(self, X, y, dtype=np.float32, ensure_min_samples=least)
        self.classes_, label = rows.encode_labels(y, self.unlabelled, there=there)
        self.seed_ = self._drawn_seed()
        held = rows.held_labels(label, share_of(self.valid_share), seed=self.seed_)
        return self._fit_scale(X), label, held

    def predict_proba(self, X: Any) -> np.ndarray:
        """q(y|x), calibrated by the temperature of the held labels; float32 [pixel, class]."""
        x = self._scaled(X)
        return np.asarray(self.m2_.predict_proba(self._features(x)))

    def novelty(self, X: Any) -> np.ndarray:
        """How unlike those of training each row is: minus M2's bound on log p of what it sees, float32 [pixel], nats.

        M2 sees the rows or, in M1+M2, M1's latents, which tell unknown classes better than all of x does.
        """
        x = self._scaled(X)
        return -np.asarray(self.m2_.score_samples(self._features(x), seed=self.seed_, draws=DRAWS))

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each row."""
        place = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[place])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy over the rows that are labelled.

        Raises
        ------
        DataError : none is.
        """
        y, there = rows.without_missing(y, self.unlabelled)
        y = column_or_1d(y)
        known = rows.is_labelled(y, self.unlabelled) & there
        if not known.any():
            raise DataError(f"score needs one labelled row at least, got {len(y)} that are all unlabelled")
        right = self.predict(X)[known] == y[known]
        weights = None if sample_weight is None else np.asarray(sample_weight)[known]
        return float(np.average(right, weights=weights))

    def sample(self, n_samples: int = 1, y: Any = None, *, random_state: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Rows drawn from p(x|y) p(y).

        Parameters
        ----------
        y : one class for all rows, or one for each; None draws them from p(y).
        random_state : of the draw; None takes the estimator's own.

        Returns
        -------
        Rows float32 [n_samples, column] in the units of the data, and their classes [n_samples].
        """
        check_is_fitted(self)
        seed = self._drawn_seed(random_state)
        place = self.m2_.sample_labels(n_samples, seed=seed) if y is None else self._places(y, n_samples)
        x = self._rows(self.m2_.sample(place, seed=seed), seed=seed)
        return scaling.undo(self.scaler_, x), self.classes_[place]

    def _places(self, y: Any, n_samples: int) -> np.ndarray:
        """The places of classes among `classes_`, int [n_samples]."""
        wanted = np.broadcast_to(np.asarray(y, self.classes_.dtype), n_samples)
        known = wanted[:, np.newaxis] == self.classes_
        if not known.any(axis=1).all():
            raise DataError(f"sample knows the classes {self.classes_.tolist()}, got {y!r}")
        return np.asarray(known.argmax(axis=1))
