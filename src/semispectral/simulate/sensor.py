"""Simulate a push-broom camera with noise, stripes, a dead column, smile and saturation."""

from dataclasses import dataclass

import numpy as np

from semispectral.simulate.fields import generator
from semispectral.simulate.hole_settings import SimulateConfig

COUNTS_PER_REFLECTANCE = 40_000.0  # one scale for all scenes
DARK_COUNTS = 150.0
WHITE_REFLECTANCE = 0.99
FULL_WELL = np.iinfo(np.uint16).max


@dataclass(frozen=True, eq=False)
class Sensor:
    """Camera of the collection.

    Attributes
    ----------
    wavelengths_nm : float64 [band], in nm.
    shift : float64 [sample], smile in bands, 0 to 1.
    gain : float64 [sample], 0 at the dead column.
    dark, white : float64 [sample, band], counts without light and of the white panel.
    noise : float64 [band], standard deviation at a reflectance of 1.
    """

    wavelengths_nm: np.ndarray
    shift: np.ndarray
    gain: np.ndarray
    dark: np.ndarray
    white: np.ndarray
    noise: np.ndarray


def build_sensor(settings: SimulateConfig) -> Sensor:
    """Build the camera as a function of the seed; it is the same for every scene.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    """
    random = generator(settings.seed, "sensor")
    gain = 1 + settings.column_gain * random.standard_normal(settings.samples)
    gain[random.integers(settings.samples)] = 0.0
    dark = np.round(DARK_COUNTS + 8 * random.standard_normal((settings.samples, settings.bands)))
    white = dark + np.round(WHITE_REFLECTANCE * COUNTS_PER_REFLECTANCE * gain)[:, None]
    from_centre = np.linspace(-1, 1, settings.samples)
    edge = np.linspace(-1, 1, settings.bands) ** 4  # three times as noisy at both ends of the range
    return Sensor(
        wavelengths_nm=np.linspace(*settings.wavelength_range_nm, settings.bands),
        shift=settings.smile_bands * from_centre**2,
        gain=gain,
        dark=dark,
        white=white,
        noise=(1 + 2 * edge) / settings.snr,
    )


def extended_wavelengths_nm(sensor: Sensor) -> np.ndarray:
    """Return the wavelengths of the bands and one beyond, float32 [band + 1], which the smile reaches.

    Parameters
    ----------
    sensor : Sensor, camera of the collection.
    """
    step = sensor.wavelengths_nm[-1] - sensor.wavelengths_nm[-2]
    return np.append(sensor.wavelengths_nm, sensor.wavelengths_nm[-1] + step).astype(np.float32)


def count(sensor: Sensor, image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the counts of an image.

    Parameters
    ----------
    sensor : Sensor, camera of the collection.
    image : float32 [line, sample, band + 1], apparent reflectance at `extended_wavelengths_nm`.
    random : Generator, source of chance.

    Returns
    -------
    uint16 [line, sample, band].
    """
    shift = sensor.shift.astype(np.float32)[:, None]
    seen = (1 - shift) * image[..., :-1] + shift * image[..., 1:]
    deviation = sensor.noise.astype(np.float32) * np.sqrt(0.3 + 0.7 * np.maximum(seen, 0))  # readout and shot noise
    seen += deviation * random.standard_normal(seen.shape, dtype=np.float32)
    seen *= (COUNTS_PER_REFLECTANCE * sensor.gain).astype(np.float32)[:, None]
    seen += sensor.dark.astype(np.float32)
    return np.asarray(np.clip(np.rint(seen), 0, FULL_WELL), dtype=np.uint16)
