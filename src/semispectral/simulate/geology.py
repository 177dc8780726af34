"""Draw the geology of one scene: units (bands of one mineral or rock), veins, and halos around them."""

from dataclasses import dataclass

import numpy as np

from semispectral.simulate.fields import smooth_field
from semispectral.simulate.hole import Hole
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.lithologies import LITHOLOGIES
from semispectral.simulate.tray import Tray

UNIT_LINES = 14  # mean thickness of a unit along the core
VEINS_PER_LINE = 0.012
VEIN_MINERALS = ("quartz", "calcite", "gypsum", "dolomite", "epidote")
HALO_PIXELS = 3.0


@dataclass(frozen=True, eq=False)
class Geology:
    """Units of one scene; the arrays are [line, sample].

    Attributes
    ----------
    unit : int64, number of the unit; every band and every vein is a unit.
    member : int64, index of the unit's class in `Hole.classes`.
    neighbour : int64, index of the class whose halo reaches the pixel.
    halo : float64, strength of that halo, 0 to 1.
    """

    unit: np.ndarray
    member: np.ndarray
    neighbour: np.ndarray
    halo: np.ndarray


def lay_units(settings: SimulateConfig, hole: Hole, tray: Tray, random: np.random.Generator) -> Geology:
    """Draw bands of rock along the core, then veins through them.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : Hole, drill hole.
    tray : Tray, layout of the tray.
    random : Generator, source of chance.
    """
    line = np.arange(settings.lines)[:, None]
    ragged = 1.2 * smooth_field(random, tray.run.shape, 4.0)
    along = tray.run * settings.lines + line + hole.dip * tray.across * 8 + ragged
    total = settings.runs * settings.lines
    members = _sequence(hole, total, random)
    lengths = random.lognormal(0.0, 0.35, members.size)
    edges = np.cumsum(lengths)[:-1] / lengths.sum() * total
    unit = np.searchsorted(edges, along)
    neighbour_unit, distance = _nearest_other(unit, edges, along)
    geology = Geology(unit, members[unit], members[neighbour_unit], 0.6 * np.exp(-distance / HALO_PIXELS))
    return _add_veins(settings, hole, tray, geology, random)


def _sequence(hole: Hole, total: int, random: np.random.Generator) -> np.ndarray:
    """Draw the classes of the bands in order of depth, int64 [band]; each class occurs where there is room."""
    count = max(round(total / UNIT_LINES), min(len(hole.classes), total // 5))
    times = np.zeros(len(hole.classes), dtype=np.int64)
    times[:count] = 1  # labelled classes come first
    exact = hole.area * count
    while times.sum() < count:
        times[np.argmax(exact - times)] += 1
    return random.permutation(np.repeat(np.arange(len(hole.classes)), times))


def _nearest_other(unit: np.ndarray, edges: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the unit on the other side of the nearest contact, and the distance to that contact in lines."""
    padded = np.concatenate([[-np.inf], edges, [np.inf]])
    above, below = along - padded[unit], padded[unit + 1] - along
    other = np.where(above < below, unit - 1, unit + 1)
    return np.clip(other, 0, edges.size), np.minimum(above, below)


def _add_veins(
    settings: SimulateConfig, hole: Hole, tray: Tray, geology: Geology, random: np.random.Generator
) -> Geology:
    """Cut the bands by veins, each a unit of its own with a halo."""
    unit, member = geology.unit.copy(), geology.member.copy()
    neighbour, halo = geology.neighbour.copy(), geology.halo.copy()
    fillings = [place for place, name in enumerate(hole.classes) if name in VEIN_MINERALS]
    count = random.poisson(VEINS_PER_LINE * settings.lines * settings.runs) if fillings else 0
    line = np.arange(settings.lines)[:, None]
    for number in range(count):
        filling = fillings[random.integers(len(fillings))]
        half = random.uniform(0.8, 2.2)
        tilt = random.normal(0.0, 0.8)
        place = random.uniform(0, settings.lines) + 1.5 * smooth_field(random, (settings.samples,), 4.0)
        distance = np.abs(line - place - tilt * tray.across * 8) / np.hypot(1.0, tilt)
        near = tray.run == random.integers(settings.runs)
        vein = near & (distance < half)
        reach = near & ~vein & (distance < 4 * HALO_PIXELS)
        strength = 0.8 * np.exp(-(distance - half) / HALO_PIXELS)
        reach &= strength > halo
        neighbour[reach], halo[reach] = filling, strength[reach]
        unit[vein], member[vein] = geology.unit.max() + 1 + number, filling
        halo[vein] = 0.0
    return Geology(unit, member, neighbour, halo)


def main_mineral(name: str) -> str:
    """Return the mineral of a class: itself, or the most abundant one of a lithology.

    Parameters
    ----------
    name : str, mineral or lithology.
    """
    if name not in LITHOLOGIES:
        return name
    shares = LITHOLOGIES[name].minerals
    return max(shares, key=lambda mineral: shares[mineral])
