"""Settings of cleaning, without heavy imports, so that a Snakefile can read them."""

from dataclasses import dataclass
from typing import Literal

from semispectral.errors import ConfigError
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.scene import Scene

STEP_NAMES = tuple(CLEANING_STEPS)
MOST_BANDS = 10_000  # that spectra are resampled to; no instrument has as many


@dataclass(frozen=True, kw_only=True)
class CleanConfig:
    """Steps of cleaning, their order and their options.

    Attributes
    ----------
    references : ``named`` (apply dark and white references first in every scene that names them) or ``none``.
    steps : tuple of str, names out of `STEP_NAMES`, applied afterwards in this order.
    white_reflectance : float, reflectance of the white panel, 0 to 1.
    bad_bands : tuple of int, numbers of the bands to leave out, from 0.
    bad_ranges_nm : ranges of wavelength to leave out, both ends included, in nm.
    header_bad_bands : bool, leave out the bands that the file marks as bad, in all scenes.
    spike_threshold : float, distance from which a value is a spike, in sigmas of the spectrum's noise.
    resample_nm : first, last and step of the new wavelengths, in nm.
    window : int, window of Savitzky-Golay, in bands.
    order : int, degree of the polynomial of Savitzky-Golay.
    derivative : int, order of the derivative: 0 smooths, 1 or 2 differentiates.
    """

    references: Literal["named", "none"] = "named"
    steps: tuple[str, ...] = ()
    white_reflectance: float = 1.0
    bad_bands: tuple[int, ...] = ()
    bad_ranges_nm: tuple[tuple[float, float], ...] = ()
    header_bad_bands: bool = True
    spike_threshold: float = 8.0
    resample_nm: tuple[float, float, float] = (1000.0, 2500.0, 10.0)
    window: int = 7
    order: int = 2
    derivative: int = 0

    def uses_references(self, *, named: bool) -> bool:
        """Return whether references are applied: the scene names them, or the steps require them.

        Parameters
        ----------
        named : bool, whether the scene names references.
        """
        return "references" in self.steps or (named and self.references == "named")

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
        object.__setattr__(self, "steps", tuple(self.steps))
        object.__setattr__(self, "bad_bands", tuple(self.bad_bands))
        object.__setattr__(self, "bad_ranges_nm", tuple((float(a), float(b)) for a, b in self.bad_ranges_nm))
        object.__setattr__(self, "resample_nm", tuple(self.resample_nm))
        unknown = [name for name in self.steps if name not in STEP_NAMES]
        first, last, step = self.resample_nm
        wrong = {
            f"references must be named or none, got {self.references!r}": self.references not in ("named", "none"),
            f"steps must be out of {', '.join(STEP_NAMES)}, got {', '.join(unknown)}": bool(unknown),
            f"white_reflectance must be above 0 and at most 1, got {self.white_reflectance}": not (
                0 < self.white_reflectance <= 1
            ),
            f"bad_ranges_nm must each rise, got {self.bad_ranges_nm}": any(a > b for a, b in self.bad_ranges_nm),
            f"spike_threshold must be above 0, got {self.spike_threshold}": not self.spike_threshold > 0,
            f"resample_nm must be first < last and a step above 0, got {self.resample_nm}": not (
                first < last and step > 0
            ),
            f"resample_nm must give at most {MOST_BANDS} bands, got {self.resample_nm}": step > 0
            and (last - first) / step >= MOST_BANDS,
            f"window must be odd and above order ({self.order}), got {self.window}": self.window % 2 == 0
            or self.window <= self.order,
            f"derivative must be 0 to order ({self.order}), got {self.derivative}": not (
                0 <= self.derivative <= self.order
            ),
        }
        for message in (text for text, is_wrong in wrong.items() if is_wrong):
            raise ConfigError(f"config section 'cleaning': {message}")


def is_cleaned(scene: Scene, settings: CleanConfig) -> bool:
    """Return whether cleaning has to open the file of a scene again.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.
    """
    return bool(settings.steps) or settings.uses_references(named=bool(scene.white_key))


def scale_after(scene: Scene, settings: CleanConfig) -> float:
    """Return the reflectance of one unit of a cleaned value.

    Parameters
    ----------
    scene : Scene, row of ``scenes.tsv``.
    settings : CleanConfig, steps of cleaning.
    """
    return 1.0 if "scale" in settings.steps else scene.factor
