"""The library that comes with the project: the minerals of the simulator, the variable ones in several compositions."""

from functools import cache

import numpy as np

from semispectral.library.entries import Entry, Library
from semispectral.library.groups import group_of, mineral_of
from semispectral.simulate.minerals import FEATURES, Mineral, load_minerals

BUILT_IN = "built-in"
STEP_NM = 2.0
STEPS_OF_COMPOSITION = 4  # of a mineral whose absorptions move: both ends of its range, and between them


@cache
def built_in_library() -> Library:
    """Return the built-in library: names, groups and reflectance from 420 to 2490 nm."""
    return Library(tuple(entry for mineral in load_minerals().values() for entry in _entries(mineral)))


def _entries(mineral: Mineral) -> list[Entry]:
    """Return one entry, or one for each composition of a mineral whose absorptions move."""
    nm = np.arange(mineral.nodes_nm[0], mineral.nodes_nm[-1] + STEP_NM / 2, STEP_NM)
    kind = mineral_of(mineral.name)
    if mineral.name not in FEATURES:
        return [Entry(mineral.name.replace("_", " "), kind, group_of(kind), nm, mineral.reflectance(nm)[0], BUILT_IN)]
    shares = np.linspace(0, 1, STEPS_OF_COMPOSITION)
    feature = FEATURES[mineral.name][0]
    spectra = mineral.reflectance(nm, centre_shift_nm=mineral.composition_shifts_nm(shares))
    positions = feature.low_nm + shares * (feature.high_nm - feature.low_nm)
    return [
        Entry(f"{mineral.name.replace('_', ' ')} {position:.0f} nm", kind, group_of(kind), nm, spectrum, BUILT_IN)
        for position, spectrum in zip(positions, spectra, strict=True)
    ]
