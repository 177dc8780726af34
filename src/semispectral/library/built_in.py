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
    text = Path(__file__).with_name("samples.json").read_text(encoding="utf-8")
    first_nm = {name: 1e3 * row["first_um"] for name, row in json.loads(text)["minerals"].items()}
    simulated = [_entry(mineral, first_nm=mineral.nodes_nm[0]) for mineral in load_minerals().values()]
    samples = [_entry(mineral, first_nm=first_nm[mineral.name]) for mineral in read_minerals(text).values()]
    return Library((*simulated, *samples))


def _entry(mineral: Mineral, *, first_nm: float) -> Entry:
    """Return the entry of a mineral."""
    nm = np.arange(first_nm, mineral.nodes_nm[-1] + STEP_NM / 2, STEP_NM)
    kind = mineral_of(mineral.name)
    name = mineral.name.replace("_", " ")
    return Entry(name, kind, group_of(kind), nm, mineral.reflectance(nm)[0], BUILT_IN)
