"""Draw the content of every core pixel: its minerals, their shares, and their deviation from the library."""

import numpy as np
from scipy.special import ndtr

from semispectral.simulate.fields import blended_field
from semispectral.simulate.geology import Geology, main_mineral
from semispectral.simulate.hole import Hole, mixed_minerals
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.lithologies import LITHOLOGIES
from semispectral.simulate.mixing import Mixture

SLOTS = 4
ACCESSORY_CONCENTRATION = 0.6  # Dirichlet, of the three minerals beside the dominant one
LITHOLOGY_CONCENTRATION = 20.0
ASSEMBLAGE_SHARE = 0.5  # of the accessory minerals are the unit's, the others any mineral of the collection
PATCH_PIXELS = 4.0
COHERENCE = 0.5  # share of the variance that neighbouring pixels have in common


def draw_mixture(
    settings: SimulateConfig, hole: Hole, geology: Geology, pixels: np.ndarray, random: np.random.Generator
) -> Mixture:
    """Draw the mixture of core pixels.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : Hole, drill hole.
    geology : Geology, units and veins of the scene.
    pixels : bool [line, sample], pixels to draw, in row-major order.
    random : Generator, source of chance.
    """
    number = {mineral.name: place for place, mineral in enumerate(mixed_minerals(settings))}
    main = np.array([number[main_mineral(name)] for name in hole.classes])
    fields = [blended_field(random, pixels.shape, PATCH_PIXELS, COHERENCE)[pixels] for _ in range(4)]
    mineral = _accessories(settings, geology, pixels, main, random)
    fraction = _fractions(settings, geology.halo[pixels], fields[0], random)
    mineral[:, 3] = np.where(geology.halo[pixels] > 0.25, main[geology.neighbour[pixels]], mineral[:, 3])
    _fill_lithologies(hole, geology.member[pixels], number, mineral, fraction, random)
    return Mixture(
        mineral=mineral,
        fraction=fraction,
        path=hole.path * np.exp(settings.path_sigma * fields[1]),
        albedo=hole.albedo * np.exp(settings.albedo_sigma * fields[2]),
        composition=np.clip(hole.composition[mineral[:, 0]] + 0.15 * fields[3], 0.0, 1.0),
        intimate=random.random(len(mineral)) < settings.intimate_share,
    )


def _accessories(
    settings: SimulateConfig, geology: Geology, pixels: np.ndarray, main: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Draw the dominant mineral and three others that differ from it, int64 [pixel, slot]."""
    dominant = main[geology.member[pixels]][:, None]
    unit = geology.unit[pixels]
    assemblage = random.integers(len(settings.minerals), size=(geology.unit.max() + 1, SLOTS - 1))[unit]
    anything = random.integers(len(settings.minerals), size=assemblage.shape)
    other = np.where(random.random(assemblage.shape) < ASSEMBLAGE_SHARE, assemblage, anything)
    other = np.where(other == dominant, (other + 1) % len(settings.minerals), other)
    return np.concatenate([dominant, other], axis=1)


def _fractions(
    settings: SimulateConfig, halo: np.ndarray, field: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Draw the shares of the slots, float64 [pixel, slot]; towards a halo the last one grows and the first shrinks."""
    low, high = settings.dominant
    reach = np.where(halo > 0.25, halo, 0.0)
    dominant = low + (high - low) * ndtr(field) * (1 - reach)
    others = random.dirichlet(np.full(SLOTS - 1, ACCESSORY_CONCENTRATION), size=len(field))
    others *= (1 - reach)[:, None]
    others[:, -1] += reach
    return np.concatenate([dominant[:, None], others * (1 - dominant)[:, None]], axis=1)


def _fill_lithologies(
    hole: Hole,
    member: np.ndarray,
    number: dict[str, int],
    mineral: np.ndarray,
    fraction: np.ndarray,
    random: np.random.Generator,
) -> None:
    """Overwrite the pixels of lithologies by their minerals, with shares drawn around the mean."""
    for place, name in enumerate(hole.classes):
        here = np.flatnonzero(member == place)
        if name not in LITHOLOGIES or here.size == 0:
            continue
        shares = LITHOLOGIES[name].minerals
        fraction[here] = 0.0
        mineral[here, : len(shares)] = [number[part] for part in shares]
        mean = np.array(list(shares.values()))
        fraction[here, : len(shares)] = random.dirichlet(LITHOLOGY_CONCENTRATION * mean, size=here.size)


def dominant_minerals(settings: SimulateConfig, mixture: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Return code and share of the mineral with the largest share, uint16 and float64 [pixel].

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    mixture : Mixture, mixture of the pixels.
    """
    minerals = mixed_minerals(settings)
    share = np.zeros((len(minerals), len(mixture.path)))
    pixel = np.arange(len(mixture.path))
    for slot in range(mixture.mineral.shape[1]):
        share[mixture.mineral[:, slot], pixel] += mixture.fraction[:, slot]
    codes = np.array([mineral.code for mineral in minerals], dtype=np.uint16)
    return codes[share.argmax(axis=0)], share.max(axis=0)
