"""Settings of the simulated collection; the defaults make it as hard as real core."""

from dataclasses import dataclass, fields

from semispectral.errors import ConfigError
from semispectral.simulate.lithologies import LITHOLOGIES
from semispectral.simulate.minerals import load_minerals

MINERALS = (
    "muscovite",
    "chlorite",
    "kaolinite",
    "calcite",
    "dolomite",
    "epidote",
    "quartz",
    "gypsum",
    "montmorillonite",
    "talc",
    "dickite",
    "illite",
    "pyrophyllite",
    "biotite",
    "actinolite",
    "tourmaline",
    "alunite_K",
    "jarosite_K",
)


@dataclass(frozen=True, kw_only=True)
class SimulateConfig:
    """Settings of the simulated collection.

    Sigmas of path, albedo, shading and hole are of the natural logarithm (no unit). Shares are fractions of 1.

    Attributes
    ----------
    seed : int, seed of the collection, with no default.
    holes, scenes_per_hole : int, number of drill holes, and of trays (scenes) of each.
    lines, samples, bands : int, size of a scene along the core, across it, and in wavelength.
    runs : int, number of pieces of core side by side in a tray.
    core_share : float, share of the tray's width that core covers.
    wavelength_range_nm : first and last wavelength of the sensor, in nm.
    pixel_mm : float, size of a pixel, in mm.
    snr : float, signal-to-noise ratio of a reflectance of 1 in the middle of the range.
    minerals, lithologies : tuple of str, content of the core; lithologies are mixtures of minerals.
    labelled_minerals, labelled_lithologies : tuple of str, classes that are labelled.
    dominant : range of the dominant mineral's share in a pixel.
    intimate_share : float, share of the pixels whose minerals are mixed intimately.
    path_sigma, albedo_sigma, shading_sigma : float, spread from pixel to pixel.
    hole_shift_nm : float, standard deviation of the shift of each mineral's absorptions in a hole, in nm.
    hole_sigma : float, spread of path, albedo and spectral slope from hole to hole.
    moisture : float, mean depth of the 1.9 um water absorption, in nepers.
    column_gain : float, spread of the gain from sample to sample.
    smile_bands : float, largest shift across the samples, in bands.
    labelled_share : range of the labelled share of a scene's core.
    label_noise : float, share of wrong labels, at the borders of the patches.
    prevailing : str, labelled mineral that dominates the first hole's labels and is absent from the second.
    prevailing_share : float, its share of the first hole's labels.
    """

    seed: int
    holes: int = 3
    scenes_per_hole: int = 2
    lines: int = 200
    samples: int = 96
    bands: int = 268
    runs: int = 3
    core_share: float = 0.58
    wavelength_range_nm: tuple[float, float] = (1000.0, 2490.0)
    pixel_mm: float = 1.21
    snr: float = 100.0
    minerals: tuple[str, ...] = MINERALS
    lithologies: tuple[str, ...] = ("granite", "greenstone")
    labelled_minerals: tuple[str, ...] = MINERALS[:10]
    labelled_lithologies: tuple[str, ...] = ("granite", "greenstone")
    dominant: tuple[float, float] = (0.5, 0.9)
    intimate_share: float = 0.25
    path_sigma: float = 0.25
    albedo_sigma: float = 0.2
    shading_sigma: float = 0.25
    hole_shift_nm: float = 2.0
    hole_sigma: float = 0.05
    moisture: float = 0.15
    column_gain: float = 0.01
    smile_bands: float = 1.0
    labelled_share: tuple[float, float] = (0.12, 0.17)
    label_noise: float = 0.035
    prevailing: str = "muscovite"
    prevailing_share: float = 0.9

    def __post_init__(self) -> None:
        """Turn the lists of a YAML file into tuples, and refuse what cannot be simulated."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))
        self._check_sizes()
        self._check_shares()
        self._check_names()

    def _check_sizes(self) -> None:
        least = {"seed": 0, "holes": 1, "scenes_per_hole": 1, "lines": 16, "bands": 2, "runs": 1}
        least["samples"] = 8 * self.runs
        for name, low in least.items():
            _require(getattr(self, name) >= low, f"simulate.{name} must be at least {low}", getattr(self, name))
        for name in ("snr", "pixel_mm"):
            _require(getattr(self, name) > 0, f"simulate.{name} must be positive", getattr(self, name))
        for name in ("path_sigma", "albedo_sigma", "shading_sigma", "hole_shift_nm", "hole_sigma", "moisture"):
            _require(getattr(self, name) >= 0, f"simulate.{name} must not be negative", getattr(self, name))
        first_nm, last_nm = self.wavelength_range_nm
        message = "simulate.wavelength_range_nm must ascend within the minerals' 420 to 2490 nm"
        _require(420 <= first_nm < last_nm <= 2490, message, self.wavelength_range_nm)

    def _check_shares(self) -> None:
        for name in ("intimate_share", "prevailing_share", "column_gain", "smile_bands"):
            _require(0 <= getattr(self, name) <= 1, f"simulate.{name} must be from 0 to 1", getattr(self, name))
        _require(0.2 <= self.core_share <= 0.8, "simulate.core_share must be from 0.2 to 0.8", self.core_share)
        _require(0 <= self.label_noise <= 0.2, "simulate.label_noise must be from 0 to 0.2", self.label_noise)
        low, high = self.dominant
        _require(0.5 <= low <= high <= 1, "simulate.dominant must ascend within 0.5 to 1", self.dominant)
        low, high = self.labelled_share
        _require(0 < low <= high <= 0.5, "simulate.labelled_share must ascend within 0 to 0.5", self.labelled_share)

    def _check_names(self) -> None:
        known = {"minerals": tuple(load_minerals()), "lithologies": tuple(LITHOLOGIES)}
        known |= {"labelled_minerals": self.minerals, "labelled_lithologies": self.lithologies}
        for name, choices in known.items():
            names = getattr(self, name)
            unknown = sorted(set(names) - set(choices))
            _require(not unknown, f"simulate.{name} must be among {', '.join(choices)}", unknown)
            _require(len(set(names)) == len(names), f"simulate.{name} must not repeat a name", names)
        _require(len(self.minerals) >= 4, "simulate.minerals must name at least 4", self.minerals)
        _require(
            len(self.labelled_minerals) >= 2, "simulate.labelled_minerals must name at least 2", self.labelled_minerals
        )
        message = "simulate.prevailing must be among simulate.labelled_minerals"
        _require(self.prevailing in self.labelled_minerals, message, self.prevailing)


def _require(holds: bool, needed: str, came: object) -> None:
    if not holds:
        raise ConfigError(f"{needed}, got {came!r}")
