"""Light the pixels as the camera sees them: shading, slope, moisture, tray, marker blocks and cracks."""

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


def light_core(
    settings: SimulateConfig,
    hole: Hole,
    tray: Tray,
    spectra: np.ndarray,
    pixels: np.ndarray,
    wavelengths_nm: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Return the apparent reflectance of core: shaded, tilted in wavelength, wet, cracked, with a few glints.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : Hole, drill hole.
    tray : Tray, layout of the tray.
    spectra : float32 [pixel, band], reflectance of the pixels in row-major order.
    pixels : bool [line, sample], pixels of core.
    wavelengths_nm : float64 [band], in nm.
    random : Generator, source of chance.

    Returns
    -------
    float32 [pixel, band].
    """
    shape = pixels.shape
    rounded = np.sqrt(np.clip(1 - 0.6 * tray.across**2, 0.2, 1.0))
    shade = rounded * np.exp(settings.shading_sigma * blended_field(random, shape, 3.0, 0.5)) * tray.crack
    slope = hole.slope + settings.hole_sigma * smooth_field(random, shape, 3.0)
    wet = (hole.moisture * random.lognormal(0.0, 0.6, settings.runs))[tray.run] * np.exp(
        0.3 * smooth_field(random, shape, 6.0)
    )
    low, high = settings.wavelength_range_nm
    scaled = (wavelengths_nm - (low + high) / 2) / (high - low)
    seen = spectra * shade[pixels].astype(np.float32)[:, None]
    seen *= 1 + slope[pixels].astype(np.float32)[:, None] * scaled
    seen *= np.exp(-wet[pixels].astype(np.float32)[:, None] * absorption(WATER, wavelengths_nm))
    seen[random.random(len(seen)) < GLINT_SHARE] += np.float32(GLINT)
    return np.asarray(seen)


def compose(
    settings: SimulateConfig,
    tray: Tray,
    seen: np.ndarray,
    pixels: np.ndarray,
    wavelengths_nm: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Return the image of the tray with the core in it; rim pixels are part core, part tray.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    tray : Tray, layout of the tray.
    seen : float32 [pixel, band], apparent reflectance of core, from `light_core`.
    pixels : bool [line, sample], pixels of core.
    wavelengths_nm : float64 [band], in nm.
    random : Generator, source of chance.

    Returns
    -------
    float32 [line, sample, band], apparent reflectance.
    """
    plastic = TRAY_ALBEDO * np.exp(-absorption(POLYMER, wavelengths_nm))
    wood = WOOD_ALBEDO * np.exp(-absorption(WOOD, wavelengths_nm))
    wall = 1 - 0.5 * np.exp(-(((np.abs(tray.across) - 1.1) / 0.15) ** 2))  # shadow beside the core
    light = np.exp(0.1 * blended_field(random, pixels.shape, 5.0, 0.7)) * wall
    image = np.where(tray.block[..., None], wood, plastic).astype(np.float32)
    image *= ((1 - tray.coverage) * light).astype(np.float32)[..., None]
    image[pixels] += tray.coverage[pixels].astype(np.float32)[:, None] * seen
    return np.asarray(image)
