"""Several classifiers as one: the mean of their probabilities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

KIND = "average"
SCALE = "scale"  # the array of a member that is multiplied with what it sees
Saved = tuple[dict[str, np.ndarray], dict[str, Any]]
Reader = Callable[[dict[str, np.ndarray], dict[str, Any]], "Classifier"]


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
    """

    method: str
    classifier: Classifier
    scale: np.ndarray | None = None

    def seen(self, x: np.ndarray) -> np.ndarray:
        """Return what the member sees, float32 [pixel, own input].

        Parameters
        ----------
        x : float32 [pixel, input], inputs of all members.
        """
        return x if self.scale is None else np.asarray(x[:, x.shape[1] - len(self.scale) :] * self.scale)


class AverageModel:
    """Mean of the probabilities of its members, each of which counts the same.

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
        return np.asarray(np.mean(found, axis=0, dtype=np.float64), np.float32)

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
        scales = {name: arrays.get(f"{name}/{SCALE}") for name in description["members"]}
        parts = parted((arrays, description)).items()
        return cls(tuple(Member(name, readers[name](*saved), scales[name]) for name, saved in parts))


def joined(members: Mapping[str, Saved], scales: Mapping[str, np.ndarray]) -> Saved:
    """Return several saved classifiers as one saved average.

    Parameters
    ----------
    members : arrays and description by method; all of the same classes.
    scales : float32 [input] by method, for members that see the last inputs alone; see `Member`.
    """
    arrays = {f"{name}/{key}": array for name, saved in members.items() for key, array in saved[0].items()}
    arrays |= {f"{name}/{SCALE}": np.asarray(scale, np.float32) for name, scale in scales.items()}
    return arrays, {"kind": KIND, "members": {name: description for name, (_, description) in members.items()}}


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
