"""Settings of cleaning, without heavy imports, so that a Snakefile can read them."""

import dataclasses
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Annotated, Literal

from pydantic import Field

from semispectral.errors import ConfigError
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.scene import Scene
from semispectral.study.setting_types import (
    CountFromZero,
    NotNegative,
    OneOf,
    Positive,
    PositiveShare,
    Unique,
    settings_class,
)

STEP_NAMES = tuple(CLEANING_STEPS)
MOST_BANDS = 10_000  # that spectra are resampled to; no instrument has as many


Steps = Annotated[tuple[Annotated[str, OneOf(CLEANING_STEPS)], ...], Unique()]
SHORTEST_NM = 100.0  # shorter waves are refused in a scan
Ranges = tuple[tuple[NotNegative, NotNegative], ...]


@settings_class("cleaning.sensors")
class SensorCleaning:
    """Cleaning of one sensor of a scene that has several, as far as it differs from that of all."""

    steps: Steps | None = None
    """Steps in place of cleaning.steps."""
    white_reflectance: PositiveShare | None = None
    """Reflectance of its white panel."""
    bad_ranges_nm: Ranges | None = None
    """Ranges of wavelength to leave out, in place of cleaning.bad_ranges_nm, in nm."""
    header_bad_bands: bool | None = None
    """Whether to leave out the bands that its file marks as bad."""
    spike_threshold: Positive | None = None
    """As cleaning.spike_threshold."""
    stripe_threshold: Positive | None = None
    """As cleaning.stripe_threshold."""
    smile_ranges_nm: Ranges | None = None
    """As cleaning.smile_ranges_nm."""
    resample_nm: tuple[Positive, Positive, Positive] | None = None
    """First, last and step of its new wavelengths, in nm."""
    window: Annotated[int, Field(ge=3)] | None = None
    """Window of Savitzky-Golay, in bands."""
    order: CountFromZero | None = None
    """Degree of the polynomial of Savitzky-Golay."""
    derivative: Annotated[int, Field(ge=0, le=2)] | None = None
    """As cleaning.derivative."""


@settings_class("cleaning")
class CleanConfig:
    """Steps of cleaning, their order and their options."""

    references: Literal["named", "none"] = "named"
    """Dark and white references: of the scenes that name them in scenes.tsv, or none."""
    steps: Steps = ()
    """What else is done, in this order. Bands that are bad are left out and gaps are bridged before, whatever stands
    here.
    """
    white_reflectance: PositiveShare = 1.0
    """Reflectance of the white panel, 0 to 1."""
    bad_bands: Annotated[tuple[CountFromZero, ...], Unique()] = ()
    """Numbers of bands, from 0, that are left out; of several sensors, counted over all of them in their order."""
    bad_ranges_nm: Ranges = ()
    """Ranges of wavelength to leave out, both ends included, in nm."""
    header_bad_bands: bool = True
    """Leave out the bands that the file marks as bad, in all scenes."""
    spike_threshold: Positive = 8.0
    """Distance from which a value is a spike, in sigmas of the spectrum's noise."""
    stripe_threshold: Positive = 4.0
    """Difference of a detector element from its neighbours from which it is a stripe, in standard errors."""
    smile_ranges_nm: Ranges = ()
    """Ranges of wavelength with absorptions or lamp lines that show the smile, in nm; empty: all bands."""
    resample_nm: tuple[Positive, Positive, Positive] = (1000.0, 2500.0, 10.0)
    """First, last and step of the new wavelengths, in nm."""
    window: Annotated[int, Field(ge=3)] = 7
    """Window of Savitzky-Golay, in bands."""
    order: CountFromZero = 2
    """Degree of the polynomial of Savitzky-Golay."""
    derivative: Annotated[int, Field(ge=0, le=2)] = 0
    """Order of the derivative: 0 smooths, 1 or 2 differentiates."""
    sensors: Mapping[str, SensorCleaning] = field(default_factory=dict)
    """Cleaning of single sensors, by their names in sensors.tsv and in the column sensor of scenes.tsv; what is left
    out is as in this section."""

    def of_sensor(self, name: str) -> "CleanConfig":
        """Return the cleaning of one sensor of a scene that has several; ``bad_bands`` are not among it.

        Parameters
        ----------
        name : str, name of the sensor.
        """
        own = self.sensors.get(name, SensorCleaning())
        given = {each.name: getattr(own, each.name) for each in dataclasses.fields(own)}
        changed = {key: value for key, value in given.items() if value is not None}
        return replace(self, sensors={}, bad_bands=(), **changed)

    def uses_references(self, *, named: bool) -> bool:
        """Return whether references are applied: the scene names them, or the steps require them.

        Parameters
        ----------
        named : bool, whether the scene names references.
        """
        return "references" in self.steps or (named and self.references == "named")

    @property
    def only_references(self) -> "CleanConfig":
        """The same settings without any step but the references: reflectance in all bands of the scan."""
        kept = tuple(step for step in self.steps if step == "references")
        return replace(self, steps=kept, bad_bands=(), bad_ranges_nm=())

    @property
    def resamples(self) -> bool:
        """Whether scenes may have different bands, so that each drops its own bad ones."""
        return "resample" in self.steps

    @property
    def drops_last(self) -> bool:
        """Whether bad_bands and bad_ranges_nm are those of the spectra after resampling."""
        places = {name: place for place, name in enumerate(self.steps)}
        return places.get("drop_bands", -1) > places.get("resample", len(places))

    def __post_init__(self) -> None:
        """Check what lies between settings: orders of ranges, and degrees that a window can fit."""
        first, last, step = self.resample_nm
        wrong = {
            f"bad_ranges_nm must each rise, got {self.bad_ranges_nm}": any(a > b for a, b in self.bad_ranges_nm),
            **{
                f"{name} must end at {SHORTEST_NM:g} nm or more, got {ranges}; write micrometres times 1000": any(
                    last < SHORTEST_NM for _, last in ranges
                )
                for name in ("bad_ranges_nm", "smile_ranges_nm")
                if (ranges := getattr(self, name))
            },
            f"resample_nm must be first < last and a step above 0, got {self.resample_nm}; correct it": first >= last,
            f"resample_nm must give at most {MOST_BANDS} bands, got {self.resample_nm}; raise its step": (last - first)
            / step
            >= MOST_BANDS,
            f"window must be odd and above order ({self.order}), got {self.window}; correct it": self.window % 2 == 0
            or self.window <= self.order,
            f"derivative must be 0 to order ({self.order}), got {self.derivative}": self.derivative > self.order,
        }
        for message in (text for text, is_wrong in wrong.items() if is_wrong):
            raise ConfigError(f"cleaning.{message}")
        for name in self.sensors:
            try:
                self.of_sensor(name)
            except ConfigError as error:
                raise ConfigError(f"cleaning.sensors.{name}: {error}") from None


def is_cleaned(scene: Scene, settings: CleanConfig) -> bool:
    """Return whether cleaning has to open the file of a scene again.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.
    """
    return bool(settings.steps or scene.others) or settings.uses_references(named=scene.has_references)


def scale_after(scene: Scene, settings: CleanConfig) -> float:
    """Return the reflectance of one unit of a cleaned value.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.
    """
    return 1.0 if "scale" in settings.steps else scene.factor
