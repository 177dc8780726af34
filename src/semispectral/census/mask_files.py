"""Write and read the mask of a scene and the picture that it lies on: PNGs that any paint program opens."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from semispectral.errors import IntegrityError, MisplacedError, ShapeError
from semispectral.scans.mask_picture import read_core
from semispectral.storage import provenance
from semispectral.storage.atomic import write_atomically
from semispectral.storage.seal import KEY, blank, filled, require

PERCENTILES = (2, 98)  # of the brightness, which are black and white


def write_mask(path: Path, core: np.ndarray) -> None:
    """Write which pixels are core as a PNG: white for core, black for tray and shadow.

    Parameters
    ----------
    path : Path, file to write.
    core : bool [line, sample].
    """
    _write(path, np.where(core, 255, 0).astype(np.uint8))


def write_image(path: Path, bright: np.ndarray) -> None:
    """Write the brightness of a scan as a grey PNG, from its 2nd to its 98th percentile; black without data.

    Parameters
    ----------
    path : Path, file to write.
    bright : float32 [line, sample], NaN without data.
    """
    seen = bright[np.isfinite(bright)]
    low, high = np.percentile(seen, PERCENTILES) if len(seen) else (0.0, 1.0)
    scaled = (bright - low) / max(high - low, np.finfo(np.float32).tiny)
    _write(path, np.rint(255 * np.nan_to_num(np.clip(scaled, 0, 1))).astype(np.uint8))


def read_mask(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Read which pixels of a scene are core, bool [line, sample].

    Parameters
    ----------
    path : Path, file that `write_mask` wrote.
    shape : (lines, samples) of the scan.

    Raises
    ------
    IntegrityError : the file was changed after it was written, as by painting in it.
    ShapeError : the mask is of another scan.
    """
    try:
        require(path)
    except MisplacedError:
        raise
    except IntegrityError as error:
        raise IntegrityError(
            f"{path}: this mask of the results was changed; to use what you painted, move the file out of the results "
            "and name it in the column mask of scenes.tsv; to have it made anew, delete it"
        ) from error
    return read_core(path, shape)


def read_image(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Read the brightness of a scan, uint8 [line, sample].

    Parameters
    ----------
    path : Path, file that `write_image` wrote.
    shape : (lines, samples) of the scan.
    """
    require(path)
    with Image.open(path, formats=["PNG"]) as image:
        if (image.height, image.width) != shape:
            raise ShapeError(f"{path}: a picture of {shape[0]} x {shape[1]} pixels is needed; delete it and run again")
        return np.asarray(image)


def _write(path: Path, grey: np.ndarray) -> None:
    """Write a grey PNG, with provenance and seal as JSON behind the picture, where no program reads."""
    content = io.BytesIO()
    Image.fromarray(grey).save(content, "PNG")
    notes = json.dumps({"made": provenance.current(), KEY: blank(path)}, sort_keys=True)
    write_atomically(path, filled(content.getvalue() + f"\n{notes}\n".encode()))
