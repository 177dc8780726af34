"""The library that comes with the project: the minerals of the simulator, and more samples of those that vary."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from semispectral.library.entries import Entry, Library
from semispectral.library.groups import group_of, mineral_of
from semispectral.simulate.minerals import Mineral, load_minerals, read_minerals

BUILT_IN = "built-in"
STEP_NM = 2.0


@cache
def built_in_library() -> Library:
    """Return the built-in library, up to 2490 nm; each entry begins where its sample was measured.

    The parametric fits of `samples.json` are of the same form as those of the simulator, to spectra of the USGS library
    splib07 (Kokaly et al. 2017, public domain): root mean square error at most 0.007 in reflectance.
    """
    return Library(tuple(_entry(mineral, _wavelengths_nm(mineral, first_nm)) for mineral, first_nm in _minerals()))


@cache
def built_in_names() -> Library:
    """Return the built-in library without a channel: its names, minerals and groups.

    Every start of the workflow asks for them, and what computes the spectra takes half a second to import.
    """
    return Library(tuple(_entry(mineral, np.empty(0)) for mineral, _ in _minerals()))


def _minerals() -> list[tuple[Mineral, float]]:
    """Return the minerals, each with the wavelength in nm from which on its sample was measured."""
    text = Path(__file__).with_name("samples.json").read_text(encoding="utf-8")
    first_nm = {name: 1e3 * row["first_um"] for name, row in json.loads(text)["minerals"].items()}
    simulated = [(mineral, float(mineral.nodes_nm[0])) for mineral in load_minerals().values()]
    return [*simulated, *((mineral, first_nm[mineral.name]) for mineral in read_minerals(text).values())]


def _wavelengths_nm(mineral: Mineral, first_nm: float) -> np.ndarray:
    return np.arange(first_nm, mineral.nodes_nm[-1] + STEP_NM / 2, STEP_NM)


def _entry(mineral: Mineral, wavelengths_nm: np.ndarray) -> Entry:
    """Return the entry of a mineral at some wavelengths, or at none."""
    kind = mineral_of(mineral.name)
    name = mineral.name.replace("_", " ")
    reflectance = mineral.reflectance(wavelengths_nm)[0] if len(wavelengths_nm) else wavelengths_nm
    return Entry(name, kind, group_of(kind), wavelengths_nm, reflectance, BUILT_IN)
