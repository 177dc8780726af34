"""Settings of the simulated collection; the defaults make it as hard as real core."""

from typing import Annotated

from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.simulate.lithologies import LITHOLOGIES
from semispectral.simulate.minerals import load_minerals
from semispectral.study.setting_types import Count, NotNegative, Positive, Seed, Share, Unique, settings_class

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


Wavelength = Annotated[float, Field(ge=420, le=2490)]  # in nm, as far as the minerals' spectra reach
DominantShare = Annotated[float, Field(ge=0.5, le=1)]
LabelledShare = Annotated[float, Field(gt=0, le=0.5)]
PureShare = Annotated[float, Field(ge=0, lt=1)]


@settings_class("simulate")
class SimulateConfig:
    """Settings of the simulated collection.

    Sigmas of path, albedo, shading and hole are of the natural logarithm (no unit). Shares are fractions of 1.
    """

    enabled: bool = False
    """Make the scenes; false when you have your own."""
    seed: Seed = 2017
    """Seed of the collection."""
    holes: Count = 3
    """Number of drill holes."""
    scenes_per_hole: Count = 2
    """Trays (scenes) of each hole."""
    lines: Annotated[int, Field(ge=16)] = 200
    """Size of a scene along the core in pixels."""
    samples: Annotated[int, Field(ge=8)] = 96
    """Size of a scene across the core in pixels."""
    bands: Annotated[int, Field(ge=2)] = 268
    """Number of bands."""
    runs: Count = 3
    """Number of pieces of core side by side in a tray."""
    core_share: Annotated[float, Field(ge=0.2, le=0.8)] = 0.58
    """Share of the tray's width that core covers."""
    wavelength_range_nm: tuple[Wavelength, Wavelength] = (1000.0, 2490.0)
    """First and last wavelength of the sensor, in nm."""
    pixel_mm: Positive = 1.21
    """Size of a pixel, in mm."""
    snr: Positive = 100.0
    """Signal-to-noise ratio of a reflectance of 1 in the middle of the range."""
    minerals: Annotated[tuple[str, ...], Field(min_length=4), Unique()] = MINERALS
    """Minerals that core is made of."""
    lithologies: Annotated[tuple[str, ...], Unique()] = ("granite", "greenstone")
    """Lithologies, mixtures of minerals."""
    labelled_minerals: Annotated[tuple[str, ...], Field(min_length=2), Unique()] = MINERALS[:10]
    """Minerals that the labels know."""
    labelled_lithologies: Annotated[tuple[str, ...], Unique()] = ("granite", "greenstone")
    """Lithologies that the labels know."""
    dominant: tuple[DominantShare, DominantShare] = (0.5, 0.9)
    """Range of the dominant mineral's share in a pixel."""
    intimate_share: Share = 0.25
    """Share of the pixels whose minerals are mixed intimately."""
    path_sigma: NotNegative = 0.25
    """Spread of the path length from pixel to pixel."""
    albedo_sigma: NotNegative = 0.2
    """Spread of the albedo from pixel to pixel."""
    shading_sigma: NotNegative = 0.25
    """Spread of the shading from pixel to pixel."""
    hole_shift_nm: NotNegative = 2.0
    """Standard deviation of the shift of each mineral's absorptions in a hole, in nm."""
    hole_sigma: NotNegative = 0.05
    """Spread of path, albedo and spectral slope from hole to hole."""
    moisture: NotNegative = 0.15
    """Mean depth of the 1.9 um water absorption, in nepers."""
    column_gain: Share = 0.01
    """Spread of the gain from sample to sample."""
    smile_bands: Share = 1.0
    """Largest shift across the samples, in bands."""
    labelled_share: tuple[LabelledShare, LabelledShare] = (0.12, 0.17)
    """Range of the labelled share of a scene's core."""
    labelled_purity: PureShare = 0.0
    """Smallest share of the dominant mineral in a labelled pixel: people label what is pure. 0 labels mixtures too. It
    needs ``labelled_lithologies`` to be empty.
    """
    label_noise: Annotated[float, Field(ge=0, le=0.2)] = 0.035
    """Share of wrong labels, at the borders of the patches."""
    prevailing: str = "muscovite"
    """Labelled mineral that dominates the first hole's labels and is absent from the second."""
    prevailing_share: Share = 0.9
    """Its share of the first hole's labels."""

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        _require(self.samples >= 8 * self.runs, f"simulate.samples must be at least {8 * self.runs}", self.samples)
        for name in ("wavelength_range_nm", "dominant", "labelled_share"):
            low, high = getattr(self, name)
            _require(low <= high, f"simulate.{name} must ascend", (low, high))
        first_nm, last_nm = self.wavelength_range_nm
        _require(first_nm < last_nm, "simulate.wavelength_range_nm must ascend", self.wavelength_range_nm)
        _require(
            not self.labelled_purity or not self.labelled_lithologies,
            "simulate.labelled_lithologies must be empty where simulate.labelled_purity is set: rocks are mixtures",
            self.labelled_lithologies,
        )
        self._check_names()

    def _check_names(self) -> None:
        known = {"minerals": tuple(load_minerals()), "lithologies": tuple(LITHOLOGIES)}
        known |= {"labelled_minerals": self.minerals, "labelled_lithologies": self.lithologies}
        for name, choices in known.items():
            names = getattr(self, name)
            unknown = sorted(set(names) - set(choices))
            _require(not unknown, f"simulate.{name} must be among {', '.join(choices)}", unknown)
        message = "simulate.prevailing must be among simulate.labelled_minerals"
        _require(self.prevailing in self.labelled_minerals, message, self.prevailing)


def _require(holds: bool, needed: str, came: object) -> None:
    if not holds:
        raise ConfigError(f"{needed}, got {came!r}")
