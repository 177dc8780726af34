"""Base class of the two classifiers: unlabelled rows, probabilities, scores and samples of a class."""

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from semispectral.errors import DataError
from semispectral.estimators import rows, scaling
from semispectral.estimators.base import DRAWS, VaeEstimator
from semispectral.estimators.options import share_of


class VaeClassifier(ClassifierMixin, VaeEstimator):
    """Base class of the two classifiers.

    A row is unlabelled if its label is missing or equals ``unlabelled`` (-1 by default).
    """

    def _features(self, x: np.ndarray) -> np.ndarray:
        """Return what M2 sees of scaled rows alone, float64 [pixel, input]."""
        raise NotImplementedError

    def _seen(self, X: Any) -> np.ndarray:
        """Return the inputs of M2 for rows in the units of the data, float64 [pixel, input]."""
        return self._features(self._scaled(X))

    def _rows(self, features: np.ndarray, *, seed: int) -> np.ndarray:
        """Return scaled rows, float32 [pixel, column], for inputs sampled from M2, float32 [pixel, input]."""
        raise NotImplementedError

    def _start(self, X: Any, y: Any, *, least: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Check the data and choose the validation rows.

        Returns
        -------
        Scaled rows float32 [pixel, column], class index int64 [pixel] (-1 if unlabelled), validation rows bool [pixel].
        """
        y, there = rows.without_missing(y, self.unlabelled)
        X, y = validate_data(self, X, y, dtype=np.float32, ensure_min_samples=least)
        self.classes_, label = rows.encode_labels(y, self.unlabelled, there=there)
        self.seed_ = self._drawn_seed()
        held = rows.held_labels(label, share_of(self.valid_share), seed=self.seed_)
        return self._fit_scale(X), label, held

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return q(y|x), with the temperature that was fitted on the validation labels.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.

        Returns
        -------
        float32 [pixel, class]; the classes are in the order of ``classes_``.
        """
        seen = self._seen(X)  # says that nothing is fitted, before M2 is asked for
        return np.asarray(self.m2_.predict_proba(seen))

    def novelty(self, X: Any) -> np.ndarray:
        """Return how unlike the training rows each row is: minus M2's lower bound on log p of its input.

        The input of M2 is the row itself or, in M1+M2, the latents of M1. Latents separate unknown classes better than
        the bound on all of x does.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.

        Returns
        -------
        float32 [pixel], in nats; high for unfamiliar rows.
        """
        seen = self._seen(X)
        return -np.asarray(self.m2_.score_samples(seen, seed=self.seed_, draws=DRAWS))

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class of each row.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.

        Returns
        -------
        Array [pixel] of values of ``classes_``.
        """
        place = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[place])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy over the labelled rows.

        Parameters
        ----------
        X : float [pixel, column], rows in the units of the data.
        y : [pixel], true classes; unlabelled rows are left out.
        sample_weight : float [pixel], weights of the rows; None weights all rows equally.

        Returns
        -------
        Accuracy, 0 to 1.

        Raises
        ------
        DataError : no row is labelled.
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
        """Sample rows from p(x|y) p(y).

        Parameters
        ----------
        n_samples : number of rows.
        y : one class for all rows, or one class per row [n_samples]; None draws the classes from p(y).
        random_state : None, an int, or a NumPy RandomState; None uses the estimator's own.

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
        """Return the index of each class in ``classes_``, int64 [n_samples]."""
        wanted = np.broadcast_to(np.asarray(y, self.classes_.dtype), n_samples)
        known = wanted[:, np.newaxis] == self.classes_
        if not known.any(axis=1).all():
            raise DataError(f"y must hold classes of the model, {self.classes_.tolist()}, got {y!r}")
        return np.asarray(known.argmax(axis=1))
