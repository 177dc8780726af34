"""Read what a raw HySpex file states before its ENVI data: integration time, serial number, and its dark frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.errors import MissingFileError, UnreadableError
from semispectral.scans.facts.stated_values import Time
from semispectral.scans.formats.open_file import reading

WORD = b"HYSPEX"
BACKGROUND = "background"  # key of the dark frame
WHAT = "a raw HySpex file"
LARGEST_SIDE = 16_384  # bands, or samples, of a camera

# The fixed part of the header, little-endian and without gaps, as the maker's software writes it. Fields that are not
# used here stand for their length only.
FIXED = np.dtype(
    [
        ("word", "S8"),
        ("header_bytes", "<i4"),
        ("serial_number", "<u4"),
        ("files", "V320"),
        ("scaling", "V8"),
        ("electronics", "V72"),
        ("ports", "V64"),
        ("camera", "V1064"),
        ("comment", "V200"),
        ("background_file", "V200"),
        ("record", "V13"),
        ("number_of_background", "<u4"),
        ("bands", "<u4"),
        ("samples", "<u4"),
        ("binning", "<u4"),
        ("detected", "<u4"),
        ("integration_time_us", "<u4"),
        ("frame_period_us", "<u4"),
        ("colours", "V12"),
        ("bit_shift", "<u4"),
        ("temperature_offset", "<u4"),
        ("shutter", "<u4"),
        ("background_present", "<u4"),
        ("supply", "V60"),
        ("frames", "<u4"),
        ("bad_pixels", "<u4"),
        ("optics", "V28"),
        ("calibration", "V48"),
        ("pointers", "<u4", (5,)),
        ("image_format", "<u4"),
    ]
)


@dataclass(frozen=True)
class HyspexHeader:
    """Facts of the binary header.

    Attributes
    ----------
    path : Path, the file.
    serial_number : int, of the camera.
    bands, samples : int, shape of the detector.
    integration_time_us : int, in microseconds.
    has_background : bool, whether it holds a dark frame.
    """

    path: Path
    serial_number: int
    bands: int
    samples: int
    integration_time_us: int
    has_background: bool

    @property
    def integration_time(self) -> Time | None:
        """Integration time, or None where it is not stated."""
        return Time(float(self.integration_time_us), "us") if self.integration_time_us else None


def read_hyspex_header(path: Path) -> HyspexHeader | None:
    """Return the facts of a raw HySpex file, or None for any other file.

    Parameters
    ----------
    path : Path, data file.
    """
    with reading(path, what=WHAT), path.open("rb") as file:
        content = file.read(FIXED.itemsize)
    if not content.startswith(WORD) or len(content) < FIXED.itemsize:
        return None
    fixed = np.frombuffer(content, FIXED)[0]
    bands, samples = int(fixed["bands"]), int(fixed["samples"])
    sound = 0 < bands <= LARGEST_SIDE and 0 < samples <= LARGEST_SIDE
    return HyspexHeader(
        path,
        int(fixed["serial_number"]),
        bands,
        samples,
        int(fixed["integration_time_us"]),
        sound and bool(fixed["background_present"] or fixed["number_of_background"]),
    )


def read_background(path: Path, *, key: str) -> np.ndarray:
    """Read the dark frame of a raw HySpex file.

    It follows the fixed part of the header, the wavelengths, the quantum efficiency and the response of each element.

    Parameters
    ----------
    path : Path, data file.
    key : str, must be ``background``.

    Returns
    -------
    float64 [sample, band].

    Raises
    ------
    MissingFileError : the file has no array of this key.
    UnreadableError : the file is cut.
    """
    header = read_hyspex_header(path)
    if header is None or not header.has_background or key != BACKGROUND:
        has = f"has '{BACKGROUND}'" if header and header.has_background else "has none"
        raise MissingFileError(
            f"{path}: the array {key!r} is needed, but this file {has}; only raw HySpex files hold a dark frame; "
            "name the "
            "file of the reference in scenes.tsv"
        )
    size = header.bands * header.samples
    offset = FIXED.itemsize + 8 * (2 * header.bands + size)
    with reading(path, what=WHAT), path.open("rb") as file:
        file.seek(offset)
        content = file.read(8 * size)
    if len(content) < 8 * size:
        raise UnreadableError(
            f"{path}: the dark frame needs {8 * size} bytes from byte {offset}, got {len(content)}; the file is cut: "
            "copy it again"
        )
    return np.frombuffer(content, "<f8").reshape(header.bands, header.samples).T
