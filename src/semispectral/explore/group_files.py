"""Description of the clusters of a study, and its file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from semispectral.storage.seal import read_json, write_json


@dataclass(frozen=True)
class Group:
    """Cluster in words and numbers.

    Attributes
    ----------
    name : its name, ``group 1`` or ``new group 1``.
    pixels : number of its sampled pixels.
    mean, low, high : mean, 10th and 90th percentile of the spectra, reflectance or stored values [band].
    hull_quotient : mean spectrum divided by its continuum [band]; empty without wavelengths.
    absorptions : position ``nm`` and ``depth`` of its absorptions, the deepest first.
    medoid : scene, line and sample of the pixel nearest to the centre.
    matches : best matches in the spectral library, as `semispectral.library.suggest.Match`; the best first.
    known : whether the best match is good enough to be a suggestion.
    """

    name: str
    pixels: int
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    hull_quotient: Sequence[float]
    absorptions: Sequence[Mapping[str, float]]
    medoid: Mapping[str, Any]
    matches: Sequence[Mapping[str, Any]]
    known: bool

    @property
    def suggested(self) -> str:
        """Name of the best match if it is good enough, otherwise empty."""
        return str(self.matches[0]["name"]) if self.matches and self.known else ""


@dataclass(frozen=True)
class Groups:
    """All clusters of a study.

    Attributes
    ----------
    groups : the clusters by number.
    wavelengths_nm : wavelengths of the bands in nm; None if they are not known.
    unit : what the spectra are: reflectance or stored values.
    starts : first band of each sensor.
    """

    groups: tuple[Group, ...]
    wavelengths_nm: tuple[float, ...] | None
    unit: str
    starts: tuple[int, ...] = (0,)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the clusters."""
        return tuple(group.name for group in self.groups)


def write_groups(path: Path, groups: Groups) -> None:
    """Write the description of clusters as JSON.

    Parameters
    ----------
    path : file to write.
    groups : the clusters.
    """
    write_json(path, asdict(groups))


def read_groups(path: Path) -> Groups:
    """Read what `write_groups` wrote; raise as `semispectral.storage.seal.require` does.

    Parameters
    ----------
    path : file to read.
    """
    content = read_json(path)
    nm = content["wavelengths_nm"]
    return Groups(
        tuple(Group(**group) for group in content["groups"]),
        None if nm is None else tuple(nm),
        content["unit"],
        tuple(content["starts"]),
    )
