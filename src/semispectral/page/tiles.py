"""Collect what a page shows of each pixel: some spectra that it holds itself, and tiles of all pixels beside it.

A page holds the spectra of every n-th line and sample, few enough to stay small. Tiles hold probabilities and score of
every classified pixel, and their spectra, or those of a finer grid where all would be too many; a click loads the tile
that it needs. A browser reads no file beside a page that lies on a disk, but it runs scripts from there: so each tile
is a script that hands over its pixels.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from semispectral.features.feature_files import NO_FEATURES, SceneFeatures
from semispectral.maps.as_trained import as_in_training, open_for, scale_to_trained
from semispectral.maps.bundle import Bundle
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.stream import BLOCK_BYTES
from semispectral.page.feature_layers import shown
from semispectral.page.pixel_files import HELD, INDEX, write_held
from semispectral.page.pixels import PLACE_BYTES, VALUE_BYTES, Curves, Quantised, collect
from semispectral.page.tile_scripts import SIDE, tile_script
from semispectral.scans.cube import Cube
from semispectral.scans.identify import identify
from semispectral.scans.identity import Identity
from semispectral.spectra.band_matching import match_scan
from semispectral.spectra.cleaning_settings import scale_after
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.seal import write_json
from semispectral.study.scene import Scene

DIGITS = 6
PAGE_MB = 50.0  # of tiles beside a page
SPECTRA_BYTES = 1_000_000  # of a page before it is compressed; the rest of it is Bokeh and the rasters


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts about a model and a scan.

    Attributes
    ----------
    scan : identity of the scan.
    scale : reflectance = value of a training scan x scale.
    factor : factor from the values of the scan to those of the training scans.
    page_mb : size of the spectra in the tiles at most, in MB.
    features : absorption features of the scan.
    """

    scan: Identity
    scale: float
    factor: float = 1
    page_mb: float = PAGE_MB
    features: SceneFeatures = NO_FEATURES


def write_scan_pixels(
    directory: Path,
    scene: Scene,
    found: SceneMap,
    bundle: Bundle,
    *,
    page_mb: float = PAGE_MB,
    features: SceneFeatures = NO_FEATURES,
) -> None:
    """Write the pixels of a scan.

    Parameters
    ----------
    directory : folder to write.
    scene : the scan's row of scenes.tsv.
    found : its map.
    bundle : the trained model that made the map.
    page_mb : size of the spectra in the tiles at most, in MB.
    features : absorption features of the scan.
    """
    scene = as_in_training(scene, bundle)
    factor = scale_to_trained(scene, bundle)
    facts = Facts(identify(scene), scale_after(scene, bundle.cleaning) / factor, factor, page_mb, features)
    with open_for(scene, bundle) as cube:
        write_pixels(directory, cube, found, bundle, facts)


def write_pixels(directory: Path, cube: Cube, found: SceneMap, bundle: Bundle, facts: Facts) -> None:
    """Read a scan and write its pixels. Memory holds a block of lines and the map, never the scan.

    Parameters
    ----------
    directory : folder to write; it is replaced.
    cube : the scan.
    found : its map.
    bundle : the trained model that made the map.
    facts : further facts.
    """
    curves = curves_of(cube, bundle, facts)
    values = shown(facts.features)
    size = 2 * (bundle.bands + PLACE_BYTES) + len(found.classes) + VALUE_BYTES * len(values) + PLACE_BYTES
    held = collect(cube, found.valid, curves, bytes_per_pixel=size, most_bytes=SPECTRA_BYTES)
    known = bundle.wavelengths_nm
    with replacing_directory(directory) as unfinished:
        write_held(unfinished / HELD, held.curves, facts.scan)
        described = {
            "scan": asdict(facts.scan),
            "shape": list(found.shape),
            "codes": list(found.classes.codes),
            "bands": bundle.bands,
            "wavelengths_nm": None if known is None else known.tolist(),
            "means": [_mean(row * facts.scale) for row in bundle.class_means],
            "curves": list(held.curves),
            "stride": held.stride,
            "side": SIDE,
            "tops": [],
            "grid": 1,
            "tiles": {},
        }
        if held.stride > 1:
            grid = stride_for(found.valid, bytes_per_pixel=size, page_mb=facts.page_mb)
            described |= {"grid": grid, **_write_tiles(unfinished, cube, found, curves, values, grid)}
        write_json(unfinished / INDEX, described)


def stride_for(valid: np.ndarray, *, bytes_per_pixel: int, page_mb: float) -> int:
    """Return the smallest n for which the spectra of every n-th line and sample have about so many bytes.

    Parameters
    ----------
    valid : bool [line, sample], classified pixels.
    bytes_per_pixel : bytes of a pixel.
    page_mb : size at most, in MB.
    """
    return max(1, math.ceil(math.sqrt(valid.sum() * bytes_per_pixel / (page_mb * 1e6))))


def on_grid(shape: tuple[int, ...], stride: int) -> np.ndarray:
    """Return the pixels of a tile whose spectra it has: the middle ones of squares of so many lines and samples.

    Parameters
    ----------
    shape : lines and samples of the tile.
    stride : every so many lines and samples.
    """
    line, sample = (np.arange(size) % stride == stride // 2 for size in shape)
    return np.asarray(line[:, None] & sample)


def curves_of(cube: Cube, bundle: Bundle, facts: Facts) -> Curves:
    """Return a function from values of a scan to its spectra and, where there is M1, what M1 makes of them.

    Parameters
    ----------
    cube : the scan.
    bundle : the trained model.
    facts : further facts.
    """
    prepare = match_scan(cube, bundle.model_bands)
    scaler = bundle.pipeline.scaler_m1

    def curves(values: np.ndarray) -> Mapping[str, np.ndarray]:
        matched = values if prepare is None else prepare(values)
        raw = matched.astype(np.float32) * np.float32(facts.factor)
        measured = {"spectrum": raw * facts.scale}
        if bundle.pipeline.m1 is None:
            return measured
        rebuilt = scaler.restored(bundle.pipeline.reconstruction(scaler.transform(raw)), raw)
        return measured | {"reconstruction": rebuilt * facts.scale}

    return curves


def _mean(spectrum: np.ndarray) -> list[float] | None:
    """Return the mean spectrum of a class with six digits, or None where the class has none."""
    return [float(f"{value:.{DIGITS}g}") for value in spectrum] if np.isfinite(spectrum).all() else None


def _write_tiles(
    directory: Path, cube: Cube, found: SceneMap, curves: Curves, values: np.ndarray, grid: int
) -> dict[str, object]:
    """Write the tiles of a scan; return the first line of each row of tiles, and the checksum of each tile."""
    valid, novelty = found.valid, found.novelty
    tops: list[int] = []
    sums: dict[str, str] = {}
    for top, raw in _strips(cube):
        for across in range(-(-raw.shape[1] // SIDE)):
            wide = slice(across * SIDE, min((across + 1) * SIDE, raw.shape[1]))
            part = slice(top, top + len(raw)), wide
            mask = valid[part]
            if mask.any():
                kept = raw[:, wide][mask & on_grid(mask.shape, grid)]
                spectra = [Quantised.of(curve) for curve in curves(kept).values()] if len(kept) else []
                name = f"{len(tops)}-{across}"
                of_part = values[:, part[0], part[1]]
                script = tile_script(name, mask, novelty[part], found.probability[part], of_part, spectra)
                (directory / f"{name}.js").write_bytes(script)
                sums[name] = hashlib.sha256(script).hexdigest()
        tops.append(top)
    return {"tops": tops, "tiles": sums}


def _strips(cube: Cube) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first line and the values [line, sample, band] of pieces of at most `SIDE` lines."""
    for first, block in cube.blocks(max_bytes=BLOCK_BYTES):
        for below in range(0, len(block), SIDE):
            yield first + below, block[below : below + SIDE]
