"""One-against-one decisions of an SVM: from kernels to votes, and to probabilities by pairwise coupling."""

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

if TYPE_CHECKING:
    from sklearn.svm import SVC

PAIR_FLOOR = 1e-7  # as libsvm: no pair is ever certain, so that the coupling has one solution


@dataclass(frozen=True)
class Machine:
    """One-against-one decision functions of the kernel between pixels and support vectors.

    Attributes
    ----------
    counts : int64 [class], number of support vectors of each class, stored in this order.
    coefficients : float64 [class - 1, support], dual coefficients in the layout of libsvm.
    intercepts : float64 [pair], pairs in the order (0, 1), (0, 2), ..., (1, 2), ...
    """

    counts: np.ndarray
    coefficients: np.ndarray
    intercepts: np.ndarray

    @classmethod
    def of(cls, machine: "SVC") -> "Machine":
        """Return the decision functions of a fitted scikit-learn SVM.

        Parameters
        ----------
        machine : fitted ``SVC``.
        """
        sign = -1.0 if len(machine.classes_) == 2 else 1.0  # scikit-learn turns the sign where there are two classes
        return cls(machine.n_support_.astype(np.int64), sign * machine.dual_coef_, sign * machine.intercept_)

    def decisions(self, kernel: np.ndarray) -> np.ndarray:
        """Return the decision of each pair, float64 [pixel, pair], above 0 for its first class.

        Parameters
        ----------
        kernel : float [pixel, support], kernel between pixels and support vectors.
        """
        # Row k of the coefficients of a class belongs to its pair with the k-th other class.
        edges = np.concatenate([[0], np.cumsum(self.counts)])
        # All of a pair lies together in memory, for the passes that follow.
        sums = np.stack(
            [self.coefficients[:, low:high] @ kernel[:, low:high].T for low, high in itertools.pairwise(edges)]
        )
        first, second = _pairs(len(self.counts))
        decision = sums[first, second - 1]
        decision += sums[second, first]
        decision += self.intercepts[:, np.newaxis]
        return np.asarray(decision.T)

    def votes(self, decision: np.ndarray) -> np.ndarray:
        """Return votes plus the sum of the decisions, squeezed to less than a third of a vote, float64 [pixel, class].

        It equals scikit-learn's ``decision_function`` of shape "ovr": the highest is the class that
        ``SVC(break_ties=True)`` predicts.

        Parameters
        ----------
        decision : float64 [pixel, pair], from `decisions`.
        """
        class_count = len(self.counts)
        first, second = _pairs(class_count)
        sign = np.zeros((len(first), class_count))  # of a pair's decision, for each class
        pair = np.arange(len(first))
        sign[pair, first], sign[pair, second] = 1, -1
        confidence = decision @ sign
        votes = (decision > 0).astype(np.float64) @ sign + np.arange(class_count)  # class k is the second of k pairs
        return np.asarray(votes + confidence / (3 * (np.abs(confidence) + 1)))

    def probabilities(self, kernel: np.ndarray, temperature: float) -> np.ndarray:
        """Return class probabilities float32 [pixel, class] whose largest is the class with most votes.

        If coupling and votes disagree (2 to 6 % of the pixels of Indian Pines), the two classes swap their
        probabilities: the predicted class stays that of scikit-learn's ``SVC(break_ties=True)``.

        Parameters
        ----------
        kernel : float [pixel, support], kernel between pixels and support vectors.
        temperature : temperature of the pair probabilities.
        """
        decision = self.decisions(kernel)
        probability = pair_probabilities(decision, len(self.counts), temperature).astype(np.float32)
        row = np.arange(len(probability))
        coupled, voted = probability.argmax(axis=1), self.votes(decision).argmax(axis=1)
        largest = probability[row, coupled]
        probability[row, coupled] = probability[row, voted]
        # A tie that rounding made must not be decided by the order of the classes.
        tied = (probability >= largest[:, None]).any(axis=1)
        probability[row, voted] = np.where(tied, np.nextafter(largest, np.float32(2)), largest)
        return probability


@lru_cache
def _pairs(class_count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return first and second class of all pairs, int [pair]: (0, 1), (0, 2), ..., (1, 2), ..."""
    first, second = np.triu_indices(class_count, k=1)
    return first, second


def pair_probabilities(decision: np.ndarray, class_count: int, temperature: float) -> np.ndarray:
    """Return class probabilities float64 [pixel, class], coupled from the sigmoids of the decisions.

    Parameters
    ----------
    decision : float64 [pixel, pair], from `Machine.decisions`.
    class_count : number of classes, at least 2.
    temperature : temperature of the sigmoids.
    """
    return couple(expit(decision / temperature), class_count)


def couple(pair_probability: np.ndarray, class_count: int) -> np.ndarray:
    """Return the class probabilities that agree best with the probabilities of all pairs.

    Wu, Lin and Weng (2004), the second method: min over p of sum_ij (r_ji p_i - r_ij p_j)^2 with sum p = 1, solved as
    one linear system per pixel.

    Parameters
    ----------
    pair_probability : float [pixel, pair], probability of the first class of each pair, in the order of `Machine`.
    class_count : number of classes, at least 2.

    Returns
    -------
    float64 [pixel, class], each row sums to 1.

    Examples
    --------
    >>> import numpy as np
    >>> couple(np.array([[0.75]]), class_count=2).round(6)
    array([[0.75, 0.25]])
    """
    first, second = _pairs(class_count)
    won = np.clip(np.asarray(pair_probability, dtype=np.float64), PAIR_FLOOR, 1 - PAIR_FLOOR)
    lost = 1 - won
    # The optimum solves Q p = -b 1, where b is the multiplier of sum p = 1. It also solves (Q + 1 1') p = (1 - b) 1,
    # which has a solution where the pairs agree with each other and Q is singular, and the sum of p is made 1 below.
    system = np.zeros((len(won), class_count, class_count))
    system[:, first, second], system[:, second, first] = lost**2, won**2
    diagonal = np.arange(class_count)
    beaten = system.sum(axis=2)
    system[:, first, second] = system[:, second, first] = 1 - won * lost
    system[:, diagonal, diagonal] = 1 + beaten
    # The solution is not negative; rounding can make it so by a little.
    probability = np.maximum(np.linalg.solve(system, np.ones((class_count, 1)))[..., 0], 0)
    return np.asarray(probability / probability.sum(axis=1, keepdims=True))
