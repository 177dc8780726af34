"""Small mineral libraries as each of the formats that are read: the same two spectra, and how they go wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

NM = np.arange(2000.0, 2501.0, 5.0)
NAMES = ("Kaolinite CM9", "Muscovite GDS107")
SPECTRA = np.stack(
    [
        0.7 - 0.3 * np.exp(-(((NM - 2206) / 15) ** 2)) - 0.2 * np.exp(-(((NM - 2162) / 15) ** 2)),
        0.6 - 0.3 * np.exp(-(((NM - 2202) / 20) ** 2)),
    ]
)
DELETED = (NM >= 2450) & (NM < 2460)  # of the first spectrum


def as_table(folder: Path, *, spectra: np.ndarray = SPECTRA, names: tuple[str, ...] = NAMES) -> Path:
    """Write a table, in nm and as fractions."""
    path = folder / "minerals.csv"
    rows = [",".join(["wavelength_nm", *names])]
    for place, nm in enumerate(NM):
        cells = ["" if row == 0 and DELETED[place] else f"{values[place]:.9f}" for row, values in enumerate(spectra)]
        rows.append(",".join([f"{nm:g}", *cells]))
    path.write_text("\n".join(rows) + "\n")
    return path


def as_percent_table(folder: Path) -> Path:
    """Write a table with tabs, in micrometres and in percent, that names minerals and groups."""
    path = folder / "minerals.tsv"
    rows = [["wavelength_um", *NAMES], ["mineral", "kaolinite", "muscovite"], ["group", "kaolin", "white mica"]]
    for place, nm in enumerate(NM):
        first = "" if DELETED[place] else f"{100 * SPECTRA[0, place]:.7f}"
        rows.append([f"{nm / 1e3:.6f}", first, f"{100 * SPECTRA[1, place]:.7f}"])
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n")
    return path


def as_envi(folder: Path, *, units: str = "Micrometers", bands: int = 1) -> Path:
    """Write an ENVI spectral library in micrometres, scaled by 10 000."""
    stored = np.where((np.arange(2)[:, None] == 0) & DELETED, -9999, np.round(SPECTRA * 1e4)).astype("<i2")
    path = folder / "minerals.sli"
    stored.tofile(path)
    header = [
        "ENVI",
        f"samples = {len(NM)}",
        "lines = 2",
        f"bands = {bands}",
        "header offset = 0",
        "file type = ENVI Spectral Library",
        "data type = 2",
        "interleave = bsq",
        "byte order = 0",
        f"wavelength units = {units}",
        "data ignore value = -9999",
        "reflectance scale factor = 10000",
        "spectra names = {" + ", ".join(NAMES) + "}",
        "wavelength = {" + ", ".join(f"{nm / 1e3:.6f}" for nm in NM) + "}",
    ]
    path.with_suffix(".hdr").write_text("\n".join(header) + "\n")
    return path


def as_usgs(folder: Path) -> Path:
    """Write a folder as that of splib07: wavelengths above, spectra with deleted channels in a chapter."""
    chapter = folder / "usgs/ChapterM_Minerals"
    (chapter / "errorbars").mkdir(parents=True)
    axis = "\n".join(f"{nm / 1e3:.6f}" for nm in NM)
    (folder / "usgs/splib07a_Wavelengths_ASD_0.35-2.5_microns_2151_ch.txt").write_text(f" wavelengths\n{axis}\n")
    (folder / "usgs/splib07a_Wavelengths_BECK_Beckman_0.2-3.0_microns.txt").write_text(" wavelengths\n0.2\n0.3\n0.4\n")
    for number, (name, values) in enumerate(zip(NAMES, SPECTRA, strict=True), start=7):
        shown = np.where(DELETED & (name == NAMES[0]), -1.23e34, values)
        text = f" splib07a Record={number}: {name} ASDFRb AREF\n" + "\n".join(f"  {value:.7e}" for value in shown)
        (chapter / f"splib07a_{name.replace(' ', '_')}_ASDFRb_AREF.txt").write_text(text + "\n")
    (chapter / "errorbars/errorbars_for_splib07a_Kaolinite_CM9.txt").write_text(" errors\n0.1\n")
    return folder / "usgs"


def as_ecostress(folder: Path) -> Path:
    """Write a folder of ECOSTRESS files: micrometres from long to short, in percent."""
    found = folder / "ecostress"
    found.mkdir()
    for row, (name, values) in enumerate(zip(NAMES, SPECTRA, strict=True)):
        mineral, sample = name.split()
        header = [
            f"Name: {mineral}",
            "Type: mineral",
            f"Sample No.: {sample}",
            "X Units: Wavelength (micrometers)",
            "Y Units: Reflectance (percentage)",
            "First X Value: 2.5",
            f"Number of X Values: {len(NM)}",
            "Additional Information: none",
            "",
        ]
        kept = np.flatnonzero(~(DELETED & (row == 0)))[::-1]
        table = [f"  {NM[place] / 1e3:.5f}\t{100 * values[place]:.6f}" for place in kept]
        (found / f"mineral.{mineral.lower()}.{sample.lower()}.spectrum.txt").write_text("\n".join(header + table))
    return found


FORMATS: dict[str, Callable[[Path], Path]] = {
    "table": as_table,
    "table in percent": as_percent_table,
    "ENVI": as_envi,
    "USGS": as_usgs,
    "ECOSTRESS": as_ecostress,
}
