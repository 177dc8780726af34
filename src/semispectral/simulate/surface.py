"""Light the pixels as the camera sees them: shading, slope, moisture, tray, marker blocks and cracks."""

from dataclasses import dataclass

import numpy as np

from semispectral.simulate.fields import blended_field, smooth_field
from semispectral.simulate.hole import Hole
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.tray import Tray

# Centre and width in nm, depth in nepers: overtones of C-H in the polymer of the tray, of O-H in the wood of the
# marker blocks, and of water. Their places are textbook values, their depths our choice.
POLYMER = ((1210.0, 40.0, 0.15), (1395.0, 60.0, 0.12), (1730.0, 60.0, 0.5), (2310.0, 60.0, 0.7), (2350.0, 40.0, 0.4))
WOOD = ((1200.0, 90.0, 0.06), (1460.0, 130.0, 0.3), (1930.0, 90.0, 0.4), (2100.0, 120.0, 0.3), (2320.0, 90.0, 0.35))
WATER = ((1440.0, 120.0, 0.45), (1935.0, 120.0, 1.0))
TRAY_ALBEDO, WOOD_ALBEDO = 0.14, 0.55
GLINT_SHARE, GLINT = 0.0006, 1.4  # faces of crystals that mirror the lamps into the camera


def absorption(bands: tuple[tuple[float, float, float], ...], wavelengths_nm: np.ndarray) -> np.ndarray:
    """Return the sum of Gaussian absorptions, float [band], in nepers.

    Parameters
    ----------
    bands : centre (nm), full width (nm) and depth (nepers) of each absorption.
    wavelengths_nm : float64 [band], in nm.
    """
    centre, width, depth = (np.array(column)[:, None] for column in zip(*bands, strict=True))
    terms = depth * np.exp(-4 * np.log(2) * ((wavelengths_nm - centre) / width) ** 2)
    return np.asarray(terms.sum(axis=0), dtype=wavelengths_nm.dtype)


@dataclass(frozen=True, eq=False)
class Light:
    """What changes the light of each pixel; every array is [line, sample].

    Attributes
    ----------
    shade : float64, share of the light that the shape of the core, its roughness and its cracks leave.
    slope : float64, relative change of the light from one end of the wavelengths to the other.
    wet : float64, depth of the absorption of water, relative to `WATER`.
    glint : bool, faces of crystals that mirror the lamps.
    beside : float64, share of the light that reaches tray and marker blocks.
    """

    shade: np.ndarray
    slope: np.ndarray
    wet: np.ndarray
    glint: np.ndarray
    beside: np.ndarray


def draw_light(
    settings: SimulateConfig, hole: Hole, tray: Tray, pixels: np.ndarray, random: np.random.Generator
) -> Light:
    """Draw shading, slope, moisture and glints of a tray.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : Hole, drill hole.
    tray : Tray, layout of the tray.
    pixels : bool [line, sample], pixels of core.
    random : Generator, source of chance.
    """
    shape = pixels.shape
    rounded = np.sqrt(np.clip(1 - 0.6 * tray.across**2, 0.2, 1.0))
    shade = rounded * np.exp(settings.shading_sigma * blended_field(random, shape, 3.0, 0.5)) * tray.crack
    slope = hole.slope + settings.hole_sigma * smooth_field(random, shape, 3.0)
    wet = (hole.moisture * random.lognormal(0.0, 0.6, settings.runs))[tray.run] * np.exp(
        0.3 * smooth_field(random, shape, 6.0)
    )
    glint = np.zeros(shape, bool)
    glint[pixels] = random.random(int(pixels.sum())) < GLINT_SHARE
    wall = 1 - 0.5 * np.exp(-(((np.abs(tray.across) - 1.1) / 0.15) ** 2))  # shadow beside the core
    return Light(shade, slope, wet, glint, np.exp(0.1 * blended_field(random, shape, 5.0, 0.7)) * wall)


def light_core(
    settings: SimulateConfig,
    light: Light,
    spectra: np.ndarray,
    pixels: np.ndarray,
    wavelengths_nm: np.ndarray,
    lines: slice,
) -> np.ndarray:
    """Return the apparent reflectance of core: shaded, tilted in wavelength, wet, cracked, with a few glints.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    light : Light, light on the whole tray.
    spectra : float32 [pixel, band], reflectance of the pixels of these lines in row-major order.
    pixels : bool [line, sample], pixels of core of the whole tray.
    wavelengths_nm : float64 [band], in nm.
    lines : slice, lines of the tray.

    Returns
    -------
    float32 [pixel, band].
    """
    there = pixels[lines]
    low, high = settings.wavelength_range_nm
    scaled = (wavelengths_nm - (low + high) / 2) / (high - low)
    seen = spectra * light.shade[lines][there].astype(np.float32)[:, None]
    seen *= 1 + light.slope[lines][there].astype(np.float32)[:, None] * scaled
    seen *= np.exp(-light.wet[lines][there].astype(np.float32)[:, None] * absorption(WATER, wavelengths_nm))
    seen[light.glint[lines][there]] += np.float32(GLINT)
    return np.asarray(seen)


def compose(
    tray: Tray, light: Light, seen: np.ndarray, pixels: np.ndarray, wavelengths_nm: np.ndarray, lines: slice
) -> np.ndarray:
    """Return lines of the image of the tray with the core in it; rim pixels are part core, part tray.

    Parameters
    ----------
    tray : Tray, layout of the whole tray.
    light : Light, light on the whole tray.
    seen : float32 [pixel, band], apparent reflectance of core in these lines, from `light_core`.
    pixels : bool [line, sample], pixels of core of the whole tray.
    wavelengths_nm : float64 [band], in nm.
    lines : slice, lines of the tray.

    Returns
    -------
    float32 [line, sample, band], apparent reflectance.
    """
    there, coverage = pixels[lines], tray.coverage[lines]
    plastic = TRAY_ALBEDO * np.exp(-absorption(POLYMER, wavelengths_nm))
    wood = WOOD_ALBEDO * np.exp(-absorption(WOOD, wavelengths_nm))
    image = np.where(tray.block[lines][..., None], wood, plastic).astype(np.float32)
    image *= ((1 - coverage) * light.beside[lines]).astype(np.float32)[..., None]
    image[there] += coverage[there].astype(np.float32)[:, None] * seen
    return np.asarray(image)
