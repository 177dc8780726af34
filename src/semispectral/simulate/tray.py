"""Draw the geometry of a core tray: core, edges, cracks, marker blocks and plastic."""

from dataclasses import dataclass

import numpy as np

from semispectral.simulate.fields import smooth_field
from semispectral.simulate.hole_settings import SimulateConfig

BLOCK_LINES = 7
CRACKS_PER_LINE = 0.02


@dataclass(frozen=True, eq=False)
class Tray:
    """Geometry of one tray; every array is [line, sample].

    Attributes
    ----------
    run : int64, number of the run of core that the pixel's compartment holds.
    across : float64, position across the core, -1 and 1 at its rims.
    coverage : float64, share of the pixel that core covers.
    block : bool, depth-marker blocks.
    crack : float64, share of the light that a crack leaves, 1 away from cracks.
    """

    run: np.ndarray
    across: np.ndarray
    coverage: np.ndarray
    block: np.ndarray
    crack: np.ndarray

    @property
    def core(self) -> np.ndarray:
        """Pixels of interest, bool [line, sample]: at least half core, and not in a crack."""
        return (self.coverage >= 0.5) & (self.crack > 0.5)

    @property
    def whole(self) -> np.ndarray:
        """Core pixels without any tray in them, bool [line, sample]."""
        return (self.coverage >= 1) & (self.crack >= 1)


def lay_tray(settings: SimulateConfig, random: np.random.Generator) -> Tray:
    """Draw the position of the runs of core in the compartments of a tray.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    random : Generator, source of chance.
    """
    shape = (settings.lines, settings.samples)
    run = np.broadcast_to(np.arange(settings.samples) * settings.runs // settings.samples, shape)
    coverage, across = _cover(settings, random)
    kept, block = _ends_and_blocks(settings, run, random)
    coverage = np.where(kept, coverage, 0.0)
    inside_compartment = np.abs(across) < 1.25
    return Tray(run, across, coverage, block & inside_compartment, _cracks(settings, run, random))


def _cover(settings: SimulateConfig, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the share of core in each pixel and the position across the core; pieces shift and vary in width."""
    pitch = settings.samples / settings.runs
    sample = np.arange(settings.samples) + 0.5
    run = (np.arange(settings.samples) * settings.runs) // settings.samples
    wander = np.stack([smooth_field(random, (settings.lines,), 25.0) for _ in range(settings.runs)], axis=1)
    width = np.stack([smooth_field(random, (settings.lines,), 8.0) for _ in range(settings.runs)], axis=1)
    centre = (np.arange(settings.runs) + 0.5) * pitch + 0.02 * pitch * wander  # [line, run]
    half = settings.core_share * pitch / 2 * (1 + 0.015 * width)
    distance = sample - centre[:, run]  # [line, sample]
    return np.clip(half[:, run] - np.abs(distance) + 0.5, 0.0, 1.0), distance / half[:, run]


def _ends_and_blocks(
    settings: SimulateConfig, run: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the lines of each run that hold core, and those that hold a marker block, both bool [line, sample]."""
    line = np.arange(settings.lines)[:, None]
    kept, block = np.ones(run.shape, dtype=bool), np.zeros(run.shape, dtype=bool)
    for number in range(settings.runs):
        here = run == number
        first, last = random.integers(1, 5), settings.lines - random.integers(1, 5)
        kept &= ~here | ((line >= first) & (line < last))
        if random.random() < 0.6 and settings.lines > 6 * BLOCK_LINES:
            start = random.integers(2 * BLOCK_LINES, settings.lines - 3 * BLOCK_LINES)
            kept &= ~here | (line < start - 1) | (line >= start + BLOCK_LINES + 1)
            block |= here & (line >= start) & (line < start + BLOCK_LINES)
    return kept, block


def _cracks(settings: SimulateConfig, run: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw the light that the breaks across each run leave, float64 [line, sample]."""
    light = np.ones(run.shape)
    line, sample = np.indices(run.shape)
    for number in range(settings.runs):
        for _ in range(random.poisson(CRACKS_PER_LINE * settings.lines)):
            ragged = smooth_field(random, (settings.samples,), 2.0)
            place = random.uniform(0, settings.lines) + random.normal(0, 0.3) * (sample - settings.samples / 2) + ragged
            reach = random.uniform(0.4, 1.1)
            dark = (run == number) & (np.abs(line - place) < reach)
            light[dark] = random.uniform(0.03, 0.2)
    return light
