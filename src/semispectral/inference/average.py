"""Several classifiers as one: the geometric mean of their probabilities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from semispectral.inference.calibration import apply_temperature

KIND = "average"
SCALE = "scale"  # the array of a member that is multiplied with what it sees
LEAST = 1e-4  # a probability below it counts as this, so that no member alone can rule a class out
Saved = tuple[dict[str, np.ndarray], dict[str, Any]]
Reader = Callable[[dict[str, np.ndarray], dict[str, Any]], "Classifier"]


def average(found: Sequence[np.ndarray], weights: Sequence[float] = ()) -> np.ndarray:
    """Return the geometric mean of the probabilities that several classifiers give.

    The sum of the probabilities of a pixel is 1 again: p(y) is proportional to the product of p_m(y)^w_m over the
    classifiers, whose weights w_m sum to 1, the logarithmic pool (Genest and Zidek 1986, Statistical Science 1,
    114-135). The arithmetic mean of calibrated forecasts is too modest (Ranjan and Gneiting 2010, J. R. Statist. Soc.
    B 72, 71-91).

    Parameters
    ----------
    found : of each classifier float [pixel, class], probabilities; at least one.
    weights : how much each of them counts, above 0, in any unit; empty: all count the same.

    Returns
    -------
    float32 [pixel, class].
    """
    counted = weights or [1.0] * len(found)
    logs = np.zeros(found[0].shape)
    for probability, weight in zip(found, counted, strict=True):
        logs += weight * np.log(np.maximum(probability, LEAST, dtype=np.float64))
    return apply_temperature(logs, sum(counted))


class Classifier(Protocol):
    """Interface of a classifier."""

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, input], features.
        """
        ...


@dataclass(frozen=True, eq=False)
class Member:
    """Classifier that sees the last inputs of those that all members share, in units of its own.

    Attributes
    ----------
    method : str, its name in the table of readers.
    classifier : the classifier.
    scale : float32 [input], what the last inputs are multiplied with; None if it sees all inputs, as they are.
    weight : how much it counts.
    """

    method: str
    classifier: Classifier
    scale: np.ndarray | None = None
    weight: float = 1.0

    def seen(self, x: np.ndarray) -> np.ndarray:
        """Return what the member sees, float32 [pixel, own input].

        Parameters
        ----------
        x : float32 [pixel, input], inputs of all members.
        """
        return x if self.scale is None else np.asarray(x[:, x.shape[1] - len(self.scale) :] * self.scale)


class AverageModel:
    """Geometric mean of the probabilities of its members; see `average`.

    Parameters
    ----------
    members : the members; at least one.
    """

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.members = members

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities float32 [pixel, class].

        Parameters
        ----------
        x : float32 [pixel, input], inputs of all members.
        """
        found = [member.classifier.predict_proba(member.seen(x)) for member in self.members]
        return average(found, [member.weight for member in self.members])

    @classmethod
    def from_saved(
        cls, arrays: dict[str, np.ndarray], description: dict[str, Any], *, readers: Mapping[str, Reader]
    ) -> "AverageModel":
        """Restore an average from arrays and description.

        Parameters
        ----------
        arrays : arrays by name, from `joined`.
        description : description, from `joined`.
        readers : how each kind of member is read.
        """
        weights = description.get("weights", {})
        return cls(
            tuple(
                Member(name, readers[name](*saved), arrays.get(f"{name}/{SCALE}"), weights.get(name, 1.0))
                for name, saved in parted((arrays, description)).items()
            )
        )


def joined(
    members: Mapping[str, Saved], scales: Mapping[str, np.ndarray], weights: Mapping[str, float] | None = None
) -> Saved:
    """Return several saved classifiers as one saved average.

    Parameters
    ----------
    members : arrays and description by method; all of the same classes.
    scales : float32 [input] by method, for members that see the last inputs alone; see `Member`.
    weights : how much each member counts, by method; None: all count the same.
    """
    arrays = {f"{name}/{key}": array for name, saved in members.items() for key, array in saved[0].items()}
    arrays |= {f"{name}/{SCALE}": np.asarray(scale, np.float32) for name, scale in scales.items()}
    description: dict[str, Any] = {"kind": KIND, "members": {name: own for name, (_, own) in members.items()}}
    return arrays, description | ({"weights": dict(weights)} if weights else {})


def parted(saved: Saved) -> dict[str, Saved]:
    """Return the members of a saved average, as they were before `joined`, by method.

    Parameters
    ----------
    saved : arrays and description of the average.
    """
    arrays, description = saved
    own: dict[str, dict[str, np.ndarray]] = {name: {} for name in description["members"]}
    for key, array in arrays.items():
        name, _, rest = key.partition("/")
        if rest != SCALE:
            own[name][rest] = array
    return {name: (own[name], description["members"][name]) for name in own}
