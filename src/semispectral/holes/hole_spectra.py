"""Spectra for the page of a hole: where the tiles of a scan lie; a scan whose page holds all spectra gets its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semispectral.features.feature_files import SceneFeatures
from semispectral.maps.scene_map import SceneMap
from semispectral.page.feature_layers import shown
from semispectral.page.pixel_files import read_held, read_index
from semispectral.page.pixels import Quantised, on_stride
from semispectral.page.tile_scripts import SIDE, tile_script

GRID = 1


def spectra_facts(
    directory: Path, found: SceneMap, features: SceneFeatures, *, own: Path, folders: tuple[str, str]
) -> dict[str, Any]:
    """Return what the page has to know to find the spectrum of a pixel of a scan; write tiles where there are none.

    Parameters
    ----------
    directory : folder of the pixels of the scan, from `semispectral.page.tiles.write_pixels`.
    found : its map.
    features : its absorption features.
    own : folder to write tiles to, where the page of the scan holds all spectra.
    folders : addresses of ``directory`` and of ``own``, as seen from the page.
    """
    index = read_index(directory)
    facts = {
        "lines": found.shape[0],
        "samples": found.shape[1],
        "axis": _axis(index),
        "axis_title": "band" if index["wavelengths_nm"] is None else "wavelength (nm)",
        "curves": list(index["curves"]),
        "means": index["means"],
        "values": len(shown(features)),
    }
    if index["tiles"]:
        tiles = {"folder": folders[0], "names": list(index["tiles"]), "tops": index["tops"], "grid": index["grid"]}
    else:
        names, tops = _write_tiles(own, found, features, index, read_held(directory, index))
        tiles = {"folder": folders[1], "names": names, "tops": tops, "grid": GRID}
    return facts | {"tiles": tiles | {"side": index["side"]}}


def _axis(index: Mapping[str, Any]) -> list[float]:
    """Return the positions of the bands on the axis of the spectra."""
    known = index["wavelengths_nm"]
    return list(range(index["bands"])) if known is None else [round(float(value), 2) for value in known]


def _write_tiles(
    folder: Path, found: SceneMap, features: SceneFeatures, index: Mapping[str, Any], held: Mapping[str, Quantised]
) -> tuple[list[str], list[int]]:
    """Write tiles of spectra that were held in one file; return their names and the first line of each row of them."""
    _, place = on_stride(found.valid, 1)
    values, novelty = shown(features), found.novelty
    folder.mkdir(parents=True, exist_ok=True)
    tops, names = list(range(0, found.shape[0], SIDE)), []
    for down, top in enumerate(tops):
        for across in range(-(-found.shape[1] // SIDE)):
            part = slice(top, top + SIDE), slice(across * SIDE, (across + 1) * SIDE)
            mask = found.valid[part]
            if mask.any():
                rows = place[part][mask]
                curves = [Quantised(each.code[rows], each.low[rows], each.step[rows]) for each in held.values()]
                name, of_part = f"{down}-{across}", values[:, part[0], part[1]]
                script = tile_script(name, mask, novelty[part], found.probability[part], of_part, curves)
                (folder / f"{name}.js").write_bytes(script)
                names.append(name)
    return names, tops
