"""Tell the format of a file by its first bytes, whatever its name."""

from pathlib import Path

from semispectral.errors import DataError
from semispectral.scans.formats.envi_files import TIFF_BEGINNINGS
from semispectral.scans.formats.open_file import reading

BYTES = 2056
HDF5, MATLAB, TIFF, NUMPY, PNG, TSG = "HDF5", "MATLAB", "GeoTIFF", "NumPy", "PNG", "TSG"
PAGE_LABELS, PAGE_MEMBER = "labels from a page", "semispectral_labels"  # a member of their GeoJSON
HDF5_SIGNATURE, HDF5_PLACES = b"\x89HDF\r\n\x1a\n", (0, 512, 1024, 2048)  # behind a block of the user's own
BEGINNINGS = {
    b"MATLAB 5": MATLAB,
    b"MATLAB 7": MATLAB,
    b"\x93NUMPY": NUMPY,
    b"\x89PNG": PNG,
    b"[description]": TSG,
    **dict.fromkeys(TIFF_BEGINNINGS, TIFF),
}
POLYGONS = {  # another format under these names could lead to other files
    ".gpkg": b"SQLite format 3\0",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
OTHERS = {  # formats that are met under the names of those that are read, and what to do with them
    b"\x0e\x03\x13\x01": "HDF4; convert it to HDF5 (h4toh5)",
    b"CDF\x01": "NetCDF of the classic kind; convert it to NetCDF 4 (nccopy -k nc4)",
    b"CDF\x02": "NetCDF of the classic kind; convert it to NetCDF 4 (nccopy -k nc4)",
    b"CDF\x05": "NetCDF of the classic kind; convert it to NetCDF 4 (nccopy -k nc4)",
    b"EHFA_HEADER_TAG": "ERDAS Imagine; convert it to GeoTIFF (gdal_translate)",
    b"\0\0\0\x0cjP  ": "JPEG 2000, which has lost values; take the original, or convert it to GeoTIFF (gdal_translate)",
    b"PK\x03\x04": "a ZIP archive or a workbook; unpack it (unzip), or save it as CSV (UTF-8)",
    b"\x1f\x8b": "packed by gzip; unpack it (gunzip)",
}


def beginning(path: Path, *, what: str) -> bytes:
    """Read the first bytes of a file.

    Parameters
    ----------
    path : Path, file to read.
    what : str, kind of file that is expected, for error messages.
    """
    with reading(path, what=what), path.open("rb") as file:
        return file.read(BYTES)


def kind_of(content: bytes) -> str:
    """Return the name of the format with these first bytes; empty where it is not a known one.

    Parameters
    ----------
    content : bytes, first bytes of a file.
    """
    for start, kind in BEGINNINGS.items():
        if content.startswith(start):
            return kind
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and PAGE_MEMBER.encode() in content:
        return PAGE_LABELS
    signature = len(HDF5_SIGNATURE)
    return HDF5 if any(content[p : p + signature] == HDF5_SIGNATURE for p in HDF5_PLACES) else ""


def refuse_others(path: Path, content: bytes, *, what: str) -> None:
    """Refuse a known format that is not read, with advice.

    Parameters
    ----------
    path : Path, the file, for errors.
    content : bytes, first bytes of the file.
    what : str, kind of file that is expected, for error messages.
    """
    if path.suffix.lower() in SPREADSHEETS:
        raise DataError(
            f"{path}: {what} of a known format is needed, but this is a spreadsheet; save it as CSV (UTF-8)"
        )
    for start, words in OTHERS.items():
        if content.startswith(start):
            raise DataError(f"{path}: {what} of a known format is needed, but this is {words}")
