"""Several classifiers as one: the geometric mean of their probabilities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from semispectral.inference.calibration import apply_temperature

KIND = "average"
SILENT = "silent"  # kind of a classifier that was given nothing to see, so that it has no say
WEIGHT = "weight"  # how much a classifier should count, where it says so: in model.json, in a table of predictions
SCALE = "scale"  # the array of a member that is multiplied with what it sees
LEAST = 1e-4  # a probability below it counts as this, so that no member alone can rule a class out
Saved = tuple[dict[str, np.ndarray], dict[str, Any]]
Reader = Callable[[dict[str, np.ndarray], dict[str, Any]], "Classifier"]


def average(found: Sequence[np.ndarray], weights: Sequence[float | np.ndarray] = ()) -> np.ndarray:
    """Return the geometric mean of the probabilities that several classifiers give.

    The sum of the probabilities of a pixel is 1 again: p(y) is proportional to the product of p_m(y)^w_m over the
    classifiers, whose weights w_m sum to 1, the logarithmic pool (Genest and Zidek 1986, Statistical Science 1,
    114-135). The arithmetic mean of calibrated forecasts is too modest (Ranjan and Gneiting 2010, J. R. Statist. Soc.
    B 72, 71-91). Of a pixel to which a classifier gives all classes alike, it has nothing to say: it does not count
    there, and the others are as sure as without it.

    Parameters
    ----------
    found : of each classifier float [pixel, class], probabilities; at least one.
    weights : how much each of them counts, in any unit, or of each pixel [pixel]; empty: all count the same.

    Returns
    -------
    float32 [pixel, class].
    """
    logs, total = np.zeros(found[0].shape), np.zeros((len(found[0]), 1))
    for probability, weight in zip(found, weights or [1.0] * len(found), strict=True):
        counted = np.where(_says_something(probability), weight, 0)[:, None]
        logs += counted * np.log(np.maximum(probability, LEAST, dtype=np.float64))
        total += counted
    return apply_temperature(logs / np.where(total > 0, total, 1), 1.0)


def _says_something(probability: np.ndarray) -> np.ndarray:
    """Tell which pixels have other probabilities than one and the same for all classes that are possible."""
    possible = probability > 0
    alike = (probability == probability.max(axis=1, keepdims=True)) | ~possible
    return np.asarray((possible.sum(axis=1) == 1) | ~alike.all(axis=1))


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
    """Classifier that sees some of the inputs of an average, in units of its own.

    Attributes
    ----------
    method : str, its name in the table of readers, and after a hyphen what it sees, where another is of that method.
    classifier : the classifier.
    inputs : (int, int or None), the first input that it sees, and the one after its last; None: to the end.
    scale : float32 [own input], what these are multiplied with; None if it sees them as they are.
    weight : how much it counts.
    """

    method: str
    classifier: Classifier
    inputs: tuple[int, int | None] = (0, None)
    scale: np.ndarray | None = None
    weight: float = 1.0

    def seen(self, x: np.ndarray) -> np.ndarray:
        """Return what the member sees, float32 [pixel, own input].

        Parameters
        ----------
        x : float32 [pixel, input], inputs of all members.
        """
        own = x[:, slice(*self.inputs)]
        return own if self.scale is None else np.asarray(own * self.scale)


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
        arrays : arrays by name, from `saved_average`.
        description : description, from `saved_average`.
        readers : how each method is read.
        """
        weights, inputs = description.get("weights", {}), description["inputs"]
        return cls(
            tuple(
                Member(
                    name,
                    readers[method_of(name)](*saved),
                    tuple(inputs[name]),
                    arrays.get(f"{name}/{SCALE}"),
                    weights.get(name, 1.0),
                )
                for name, saved in parted((arrays, description)).items()
            )
        )


def method_of(member: str) -> str:
    """Return the method of a member of an average.

    Parameters
    ----------
    member : its name: the method, and after a hyphen what it sees, where another member is of that method.
    """
    return member.partition("-")[0]


def joined(members: Mapping[str, Saved]) -> Saved:
    """Return several saved classifiers as one.

    Parameters
    ----------
    members : arrays and description by name; all of the same classes.
    """
    arrays = {f"{name}/{key}": array for name, saved in members.items() for key, array in saved[0].items()}
    return arrays, {"members": {name: own for name, (_, own) in members.items()}}


def saved_average(
    members: Mapping[str, Saved],
    *,
    inputs: Mapping[str, tuple[int, int]],
    scales: Mapping[str, np.ndarray],
    weights: Mapping[str, float] | None = None,
) -> Saved:
    """Return several saved classifiers as one saved average.

    Parameters
    ----------
    members : arrays and description by name; all of the same classes.
    inputs : the first input that each member sees, and the one after its last.
    scales : float32 [own input] by name, for members that see their inputs in units of their own; see `Member`.
    weights : how much each member counts, by name; None: all count the same.
    """
    arrays, description = joined(members)
    arrays |= {f"{name}/{SCALE}": np.asarray(scale, np.float32) for name, scale in scales.items()}
    description |= {"kind": KIND, "inputs": {name: list(own) for name, own in inputs.items()}}
    return arrays, description | ({"weights": dict(weights)} if weights else {})


def parted(saved: Saved) -> dict[str, Saved]:
    """Return the members of a saved average, as they were before `joined`, by name.

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
