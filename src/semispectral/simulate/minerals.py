"""Compute the reflectance of minerals: a continuum times Gaussian absorptions, shifted by composition."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from semispectral.errors import ConfigError


@dataclass(frozen=True)
class Feature:
    """Absorption whose position follows the composition of the mineral.

    Attributes
    ----------
    gaussians_nm : centres of the fitted Gaussians that move together, in nm.
    position_nm : float, position of the feature in the fitted sample, in nm.
    low_nm, high_nm : float, range of the position in natural samples, in nm.
    """

    gaussians_nm: tuple[float, ...]
    position_nm: float
    low_nm: float
    high_nm: float


# White mica: sodic to phengitic; chlorite: magnesian to ferrous; alunite: potassic to sodic; epidote: iron-poor to
# iron-rich. The two carbonates keep apart, each on its side of the range from dolomite (2318 nm) to calcite (2338 nm).
FEATURES: Mapping[str, tuple[Feature, ...]] = MappingProxyType(
    {
        "muscovite": (Feature((2202.0,), 2202.0, 2190.0, 2225.0),),
        "illite": (Feature((2224.0,), 2218.5, 2190.0, 2225.0),),
        "chlorite": (Feature((2245.0,), 2246.5, 2245.0, 2261.0), Feature((2319.0,), 2323.5, 2325.0, 2355.0)),
        "calcite": (Feature((2284.0, 2320.0, 2345.0), 2338.0, 2333.0, 2338.0),),
        "dolomite": (Feature((2317.0,), 2318.0, 2318.0, 2323.0),),
        "alunite_K": (Feature((1429.0, 1475.0), 1478.0, 1479.0, 1491.0),),
        "epidote": (Feature((1545.0,), 1545.0, 1543.0, 1563.0),),
    }
)


@dataclass(frozen=True, eq=False)
class Mineral:
    """Mineral of the packaged table: continuum and Gaussian absorptions.

    Attributes
    ----------
    name : str, name.
    code : int, code in the label files.
    nodes_nm : float64 [node], wavelengths of the continuum, in nm.
    continuum : float64 [node], reflectance of the continuum.
    centres_nm : float64 [gaussian], centres in nm.
    widths_nm : float64 [gaussian], full widths at half maximum, in nm.
    depths : float64 [gaussian], depths in nepers.
    """

    name: str
    code: int
    nodes_nm: np.ndarray
    continuum: np.ndarray
    centres_nm: np.ndarray
    widths_nm: np.ndarray
    depths: np.ndarray

    def composition_shifts_nm(self, composition: ArrayLike) -> np.ndarray:
        """Return the shift of every Gaussian for a composition between the end members.

        Parameters
        ----------
        composition : float [sample], 0 at the low end of each range in `FEATURES`, 1 at the high end.

        Returns
        -------
        float64 [sample, gaussian], nm; zero for Gaussians that do not move.
        """
        share = np.atleast_1d(np.asarray(composition, dtype=np.float64))
        shifts = np.zeros((share.size, self.centres_nm.size))
        for feature in FEATURES.get(self.name, ()):
            moved = np.isin(self.centres_nm, feature.gaussians_nm)
            position = feature.low_nm + share * (feature.high_nm - feature.low_nm)
            shifts[:, moved] += (position - feature.position_nm)[:, None]
        return shifts

    def reflectance(
        self,
        wavelengths_nm: np.ndarray,
        *,
        path: ArrayLike = 1.0,
        albedo: ArrayLike = 1.0,
        centre_shift_nm: ArrayLike = 0.0,
    ) -> np.ndarray:
        """Return C(wavelength)^albedo * exp(-path * sum of Gaussians), one spectrum per sample.

        Parameters
        ----------
        wavelengths_nm : float [band], nm; its dtype is the dtype of the result. Beyond the nodes the continuum is flat.
        path : float [sample] or a number, path length relative to the library sample (no unit).
        albedo : float [sample] or a number, exponent of the continuum (no unit).
        centre_shift_nm : float, broadcast to [sample, gaussian], nm.

        Returns
        -------
        float [sample, band], reflectance (no unit).
        """
        dtype = wavelengths_nm.dtype
        shifts = np.atleast_2d(np.asarray(centre_shift_nm, dtype=dtype))
        depth = np.zeros((1, wavelengths_nm.size), dtype=dtype)
        for number, (width, strength) in enumerate(zip(self.widths_nm, self.depths, strict=True)):
            shift = shifts[:, min(number, shifts.shape[1] - 1)]
            if np.ptp(shift) == 0:  # one evaluation serves all samples: most Gaussians never move
                shift = shift[:1]
            centre = (shift + self.centres_nm[number]).astype(dtype)
            offset = (wavelengths_nm - centre[:, None]) * (2 * np.sqrt(np.log(2)) / width).astype(dtype)
            depth = depth + strength.astype(dtype) * np.exp(-(offset**2))
        exponent = np.atleast_1d(np.asarray(albedo, dtype=dtype))[:, None] * self._log_continuum(wavelengths_nm)
        return np.asarray(np.exp(exponent - np.atleast_1d(np.asarray(path, dtype=dtype))[:, None] * depth))

    def _log_continuum(self, wavelengths_nm: np.ndarray) -> np.ndarray:
        from scipy.interpolate import PchipInterpolator  # here: a dry run asks for names of minerals alone

        inside = np.clip(wavelengths_nm, self.nodes_nm[0], self.nodes_nm[-1])
        continuum = PchipInterpolator(self.nodes_nm, self.continuum)(inside)
        return np.log(continuum).astype(wavelengths_nm.dtype)


@cache
def load_minerals() -> Mapping[str, Mineral]:
    """Load all minerals of the packaged table `minerals.json`, by name, in the order of their codes."""
    return read_minerals(Path(__file__).with_name("minerals.json").read_text(encoding="utf-8"))


def read_minerals(text: str) -> Mapping[str, Mineral]:
    """Read a table of minerals, by name.

    Parameters
    ----------
    text : str, JSON of the nodes of the continuum in um, and of the continuum and the Gaussians of each mineral; one
        without a code has the code 0.
    """
    table = json.loads(text)
    nodes_nm = np.array(table["nodes_um"]) * 1e3
    minerals = {}
    for name, row in table["minerals"].items():
        gaussians = np.array(row["gaussians"], dtype=np.float64).reshape(-1, 3)
        centres_nm = np.round(gaussians[:, 0] * 1e3, 6)  # the table is in micrometres
        minerals[name] = Mineral(
            name,
            row.get("code", 0),
            nodes_nm,
            np.array(row["continuum"]),
            centres_nm,
            gaussians[:, 1],
            gaussians[:, 2],
        )
    return MappingProxyType(minerals)


def get_mineral(name: str) -> Mineral:
    """Return the mineral of a name.

    Parameters
    ----------
    name : str, name of the mineral.

    Raises
    ------
    ConfigError : there is no such mineral; the message lists the names.
    """
    minerals = load_minerals()
    if name not in minerals:
        raise ConfigError(f"no mineral named {name!r} in the simulator; choose from {', '.join(minerals)}")
    return minerals[name]
