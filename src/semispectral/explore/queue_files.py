"""Write the queue of pixels to label: a table to fill in, points for a GIS, and a picture of each place."""

import csv
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pyogrio.raw
import rasterio
import shapely
from PIL import Image, ImageDraw
from rasterio.transform import Affine

from semispectral.errors import SemispectralError
from semispectral.explore.samples import by_scene
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.facts.ground import PIXELS
from semispectral.scans.labels.label_rows import answered
from semispectral.storage.atomic import replacing, replacing_directory, write_atomically
from semispectral.storage.parquet import write_table
from semispectral.storage.seal import read_array

COLUMNS = ("order", "scene", "hole", "line", "sample", "group", "suggested", "class", "why")  # the last is never empty
SHEET = "sheet"  # attribute of the queue: name of the table for the answers
NUMBERS = ("order", "line", "sample")
ON_POINTS = tuple(name for name in COLUMNS if name != "class")  # answers belong into the table
CHIP = 32  # pixels of the scene on each side of the pixel
MAGNIFIED = 5
MARK = (("#000000", 0), ("#ffffff", 1))  # a frame around the pixel that can be seen on any ground
WRITTEN = "2000-01-01T00:00:00.000Z"  # what a GeoPackage says of its time: the same queue gives the same bytes


def queue_table(
    places: pd.DataFrame, *, groups: Sequence[str], suggested: Sequence[str], why: Sequence[str]
) -> pd.DataFrame:
    """Return the queue as a table, with an empty column for the answers.

    Parameters
    ----------
    places : DataFrame with scene, hole, line and sample of each pixel, in the order of the queue.
    groups : name of the group of each pixel.
    suggested : suggested class of each pixel, or empty.
    why : why each pixel was chosen.
    """
    table = places[["scene", "hole", "line", "sample"]].reset_index(drop=True)
    more: dict[str, Any] = {
        "order": np.arange(1, len(table) + 1),
        "group": groups,
        "suggested": suggested,
        "why": why,
        "class": "",
    }
    return table.assign(**more)[list(COLUMNS)]


def write_queue_files(
    queue_file: str | Path,
    *,
    points_file: str | Path,
    chips_directory: str | Path,
    queue: pd.DataFrame,
    rasters: Sequence[str | Path],
    pictures: Sequence[str | Path],
) -> Path:
    """Write the queue in all its forms: the checked result, the table for the answers, points and pictures.

    Parameters
    ----------
    queue_file : as ``path`` in `write_queue`.
    points_file : GeoPackage to write.
    chips_directory : folder to write pictures to.
    queue : table of `queue_table`.
    rasters : map of the groups of each scene, a GeoTIFF, in the scene's folder.
    pictures : false colours of each scene, in the scene's folder.

    Returns
    -------
    The table for the answers.
    """
    write_chips(Path(chips_directory), queue, {name: read_array(path) for name, path in by_scene(pictures).items()})
    write_points(Path(points_file), queue, by_scene(rasters))
    return write_queue(Path(queue_file), queue)


def write_queue(path: Path, queue: pd.DataFrame) -> Path:
    """Write the queue twice: as a result that is checked, and beside it as a table for the answers.

    The table for the answers is ``queue.tsv``. One that holds answers is left as it is, for it is somebody's work and
    may be among the labels of the study; the new one is then ``queue_2.tsv``, and so on.

    Parameters
    ----------
    path : file of the checked result to write, Parquet.
    queue : table of `queue_table`.

    Returns
    -------
    The table for the answers.
    """
    text = io.StringIO()
    queue.to_csv(text, sep="\t", index=False, quoting=csv.QUOTE_NONE, lineterminator="\n")
    sheet = next(file for file in _sheets(path.parent) if not has_answers(file))
    write_atomically(sheet, text.getvalue().encode())
    queue.attrs[SHEET] = sheet.name
    write_table(path, queue)
    return sheet


def _sheets(directory: Path) -> Iterator[Path]:
    """Yield the names that a table for answers may have, in turn."""
    yield directory / "queue.tsv"
    yield from (directory / f"queue_{number}.tsv" for number in count(2))


def has_answers(path: Path) -> bool:
    """Return whether a table for answers has one, or has been changed so that it can no longer be read.

    Parameters
    ----------
    path : the table; it may be absent.
    """
    if not path.exists():
        return False
    try:
        return any(True for _ in answered(path))
    except SemispectralError:
        return True


def write_points(path: Path, queue: pd.DataFrame, rasters: Mapping[str, Path]) -> None:
    """Write the queue as points, one layer for each scene, in the coordinates of its map of groups.

    Parameters
    ----------
    path : GeoPackage to write.
    queue : table of `queue_table`.
    rasters : map of the groups, a GeoTIFF, by scene.
    """
    with replacing(path) as unfinished, _quiet_and_timeless():
        unfinished.unlink()
        for scene, rows in queue.groupby("scene", sort=True):
            x, y, crs = _coordinates(rasters[str(scene)], rows)
            fields = [rows[name].to_numpy(np.int32 if name in NUMBERS else object) for name in ON_POINTS]
            pyogrio.raw.write(
                unfinished,
                shapely.to_wkb(shapely.points(x, y)),
                fields,
                list(ON_POINTS),
                layer=str(scene),
                driver="GPKG",
                geometry_type="Point",
                crs=crs or None,
                append=unfinished.exists(),
            )


@contextmanager
def _quiet_and_timeless() -> Iterator[None]:
    """Let GDAL write a fixed time into GeoPackages, and not warn of places without a coordinate system."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
            # GDAL warns of the name of the unfinished file when it makes it, and whenever it adds a layer
            warnings.filterwarnings("ignore", message="The filename extension should be", category=RuntimeWarning)
            warnings.filterwarnings("ignore", message=".* non conformant file extension", category=RuntimeWarning)
            yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _coordinates(raster: Path, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, str]:
    """Return x and y of the centres of pixels, and the coordinate system; empty if there is none."""
    with quiet(), rasterio.open(raster, driver="GTiff") as opened:
        transform, crs = opened.transform, opened.crs
    if transform == Affine(*PIXELS):
        transform = Affine(1, 0, 0, 0, -1, 0)  # as map programs show a raster without a position
    x, y = transform @ np.stack([rows["sample"].to_numpy() + 0.5, rows["line"].to_numpy() + 0.5])
    return np.asarray(x), np.asarray(y), crs.to_wkt() if crs else ""


def write_chips(directory: Path, queue: pd.DataFrame, pictures: Mapping[str, np.ndarray]) -> None:
    """Write a picture of the place of each pixel, as PNG, with a frame around the pixel.

    Parameters
    ----------
    directory : folder to write; it is replaced.
    queue : table of `queue_table`.
    pictures : uint8 [line, sample, 3] by scene.
    """
    with replacing_directory(directory) as unfinished:
        for row in queue.to_dict("records"):
            name = f"{row['order']:04d}_{row['scene']}_{row['line']}_{row['sample']}.png"
            chip(pictures[row["scene"]], row["line"], row["sample"]).save(unfinished / name, format="PNG")


def chip(picture: np.ndarray, line: int, sample: int) -> Image.Image:
    """Return the surroundings of a pixel, magnified, with a frame around it.

    Parameters
    ----------
    picture : uint8 [line, sample, 3], false colours of the scene.
    line, sample : place of the pixel.
    """
    seen = around(picture, line, sample, side=CHIP)
    size = len(seen) * MAGNIFIED
    image = Image.fromarray(seen).resize((size, size), Image.Resampling.NEAREST)
    drawing, middle = ImageDraw.Draw(image), CHIP * MAGNIFIED
    for colour, wider in MARK:
        low, high = middle - 1 - wider, middle + MAGNIFIED + wider
        drawing.rectangle((low, low, high, high), outline=colour)
    return image


def around(picture: np.ndarray, line: int, sample: int, *, side: int) -> np.ndarray:
    """Return the surroundings of a pixel, uint8 [line, sample, 3]; grey beyond the edge of the scene.

    Parameters
    ----------
    picture : uint8 [line, sample, 3], false colours of the scene.
    line, sample : place of the pixel.
    side : pixels on each side of it.
    """
    cut = np.full((2 * side + 1, 2 * side + 1, 3), 128, np.uint8)
    top, left = line - side, sample - side
    seen = picture[max(top, 0) : line + side + 1, max(left, 0) : sample + side + 1]
    cut[max(-top, 0) : max(-top, 0) + seen.shape[0], max(-left, 0) : max(-left, 0) + seen.shape[1]] = seen
    return cut
