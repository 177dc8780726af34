"""What is done to spectra before anything sees them: the settings alone, light enough for a Snakefile."""

from dataclasses import dataclass
from typing import Literal

from semispectral.errors import ConfigError
from semispectral.study.scene import Scene

STEP_NAMES = (
    "references",
    "scale",
    "drop_bands",
    "dead_columns",
    "spikes",
    "resample",
    "savitzky_golay",
    "continuum",
)
MOST_BANDS = 10_000  # that spectra are resampled to; no instrument has as many


@dataclass(frozen=True, kw_only=True)
class CleanConfig:
    """Which steps, in which order, and how.

    Parameters
    ----------
    references : named (dark and white references come first in every scene that names them) or none.
    steps : names out of `STEP_NAMES`, what comes after.
    white_reflectance : of the white panel, 0 to 1.
    bad_bands : band numbers (from 0) to leave out.
    bad_ranges_nm : ranges of wavelength to leave out, both ends included, nm.
    header_bad_bands : leave out the bands that the file itself marks as bad, in all scenes.
    spike_threshold : in sigmas of a spectrum's own noise.
    resample_nm : first, last and step of the new wavelengths, nm.
    window, order, derivative : of Savitzky-Golay; bands, degree, and 0 to smooth or 1, 2 to differentiate.
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
        """Whether a scene's references are used: where it names them, or where the steps insist on them."""
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
    """Whether the settings change anything of this scene for which its file has to be looked into again."""
    return bool(settings.steps) or settings.uses_references(named=bool(scene.white_key))


def scale_after(scene: Scene, settings: CleanConfig) -> float:
    """Reflectance per cleaned value."""
    return 1.0 if "scale" in settings.steps else scene.factor
