"""Recognise TSG datasets of a HyLogger: one scan of each hole's section, with a file for each of its sensors."""

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from semispectral.errors import SemispectralError
from semispectral.scans.folders.found import Cell, FoundScan, FoundSensor, LeftOut
from semispectral.scans.formats.scene_files import TSG_HEADER, tsg_pair
from semispectral.scans.formats.tsg_header import Header, read_header

TSG = "TSG"
SENSOR = re.compile(r"(?P<section>.*_tsg)(?:_(?P<sensor>[a-z]+))?", re.IGNORECASE)  # PE257D_0001_tsg, ..._tsg_mir
FIRST_SENSOR = "swir"  # of a file without the name of a sensor: visible light to short waves
ORDER = (FIRST_SENSOR, "mir", "tir")
SAME_DEPTH_M = 0.001


def tsg(files: frozenset[Path]) -> tuple[list[FoundScan], list[LeftOut]]:
    """Find TSG datasets, pairs of ``.tsg`` and ``.bip``; those of one section of a hole are sensors of one scan.

    ``NAME_tsg``, ``NAME_tsg_mir`` and ``NAME_tsg_tir`` in one folder are one scan if their headers state as many
    spectra and the same depths.

    Parameters
    ----------
    files : frozenset of Path, files that may be claimed.
    """
    sections: dict[tuple[Path, str], list[FoundScan]] = defaultdict(list)
    for file in sorted(files):
        header, data = tsg_pair(file) if file.suffix.lower() == TSG_HEADER else (None, None)
        if header and data:
            scan = FoundScan(header, header.stem, TSG, {}, frozenset({header, data}))
            sections[header.parent, _section(header)].append(scan)
    return [scan for datasets in sections.values() for scan in _joined(datasets)], []


def _section(header: Path) -> str:
    named = SENSOR.fullmatch(header.stem)
    return (named["section"] if named else header.stem).lower()


def _sensor(header: Path) -> str:
    named = SENSOR.fullmatch(header.stem)
    return (named["sensor"] or FIRST_SENSOR).lower() if named else FIRST_SENSOR


def _joined(datasets: list[FoundScan]) -> list[FoundScan]:
    """Return the datasets of a section as one scan; one that does not fit is a scan of its own, and says why."""
    if len(datasets) == 1:
        return datasets
    order = sorted(datasets, key=lambda scan: (_place(_sensor(scan.data)), scan.name))
    try:
        headers = {scan.name: read_header(scan.data) for scan in order}
    except SemispectralError as error:
        return [replace(scan, notes=(f"it is a scan of its own, and no sensor of another: {error}",)) for scan in order]
    first, others = order[0], order[1:]
    apart = {scan.name: _difference(headers[first.name], headers[scan.name]) for scan in others}
    joined = [scan for scan in others if not apart[scan.name]]
    alone = [
        replace(scan, notes=(f"it is a scan of its own, and no sensor of {first.data.name}: {apart[scan.name]}",))
        for scan in others
        if apart[scan.name]
    ]
    if not joined:
        return [first, *alone]
    source = f"{first.data.name} and it have one name but for the sensor, as many spectra, and the same depths"
    return [
        replace(
            first,
            cells={"sensor": Cell(_sensor(first.data), "its name, beside files of further sensors")},
            claimed=first.claimed.union(*(scan.claimed for scan in joined)),
            sensors=tuple(FoundSensor(_sensor(scan.data), scan.data, source) for scan in joined),
        ),
        *alone,
    ]


def _place(sensor: str) -> int:
    return ORDER.index(sensor) if sensor in ORDER else len(ORDER)


def _difference(first: Header, other: Header) -> str:
    """Return why two datasets are not of the same spectra, or nothing."""
    if first.spectra != other.spectra:
        return f"it has {other.spectra} spectra, and {first.path.name} {first.spectra}"
    if not np.allclose(first.depth_m, other.depth_m, rtol=0, atol=SAME_DEPTH_M, equal_nan=True):
        return f"its depths differ from those of {first.path.name}"
    return ""
