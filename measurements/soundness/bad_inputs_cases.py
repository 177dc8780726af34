"""The cases of `bad_inputs.py`: what is done to a sound study, model or command line, and whether it is still right."""

import json
import os
import re
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyogrio.raw
import rasterio
import scipy.io
import shapely
from PIL import Image

from bad_inputs_study import BANDS, CLASSES, LINES, NM, SAMPLES, Study, codes, counts
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.identify import identify
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene
from semispectral.study.scenes import REQUIRED

Build = Callable[[Study], Any]
ESC = "\x1b[2J"


@dataclass(frozen=True)
class Case:
    """One input.

    Parameters
    ----------
    kind, name : of what it is.
    build : changes the study; what it gives back, if anything, is a command line to run instead of the check.
    words : that the refusal has to hold, or, of an input that is right, the lines that are said of it.
    taken : the input is right.
    """

    kind: str
    name: str
    build: Build
    words: str = ""
    taken: bool = False


CASES: list[Case] = []


def bad(kind: str, name: str, words: str, build: Build) -> None:
    """Add a case that must be refused."""
    CASES.append(Case(kind, name, build, words))


def right(kind: str, name: str, build: Build, words: str = "") -> None:
    """Add a case that must be taken."""
    CASES.append(Case(kind, name, build, words, taken=True))


def config(**sections: Any) -> Build:
    """A change of the configuration."""

    def build(study: Study) -> None:
        for name, value in sections.items():
            keys = study.config.get(name)
            study.config[name] = keys | value if isinstance(keys, dict) and isinstance(value, dict) else value

    return build


def yaml_text(text: str | bytes) -> Build:
    """A configuration that is this text."""
    return lambda study: study.table(text, "study.yaml")


def cells(**values: str) -> Build:
    """A change of a1's row."""

    def build(study: Study) -> None:
        study.more_columns += tuple(name for name in values if name not in REQUIRED)
        study.first.update(values)

    return build


def arrays(**values: Any) -> Build:
    """Other arrays in a1's file."""
    return lambda study: study.put(**values)


def row(*more: str) -> Build:
    """More rows of classes.tsv."""
    return lambda study: study.classes(*more)


def envi(**fields: Any) -> Build:
    """a1 as an ENVI file with this header."""
    return lambda study: study.use_envi(**fields)


# ---- the configuration
bad("config", "an unknown section", "did you mean 'cleaning'", config(cleanig={}))
bad("config", "an unknown key", "did you mean 'latents'", config(m1={"latent": 3}))
bad("config", "a key in the wrong section", "did you mean", config(m2={"test_groups": ["B"]}))
bad("config", "text for a number", "sample.seed", config(sample={"seed": "one"}))
bad("config", "a number for a list", "steps", config(cleaning={"steps": 3}))
bad("config", "out of range", "white_reflectance", config(cleaning={"white_reflectance": 9}))
bad("config", "an unknown step", "did you mean 'spikes'", config(cleaning={"steps": ["spike"]}))
bad("config", "a window that is even", "window", config(cleaning={"steps": ["savitzky_golay"], "window": 4}))
bad(
    "config",
    "a step of resampling that makes 10^12 bands",
    "bands",
    config(cleaning={"steps": ["resample"], "resample_nm": [1000, 1100, 1e-9]}),
)
bad(
    "config",
    "resampling beyond the sensor",
    "a1",
    config(cleaning={"steps": ["resample"], "resample_nm": [400, 2500, 10]}),
)
bad("config", "a bad band that is not there", "a1", config(cleaning={"steps": ["drop_bands"], "bad_bands": [99]}))
bad("config", "every band dropped", "a1", config(cleaning={"steps": ["drop_bands"], "bad_ranges_nm": [[900, 2600]]}))
bad("config", "a hole that is not there", "no scene's column 'hole'", config(split={"test_groups": ["C"]}))
bad("config", "all holes to test", "hole to train on", config(split={"test_groups": ["A", "B"]}))
bad("config", "a buffer larger than a block", "split.buffer", config(split={"buffer": 20}))
bad("config", "an unknown split", "split.method", config(split={"method": "random"}))
bad("config", "no labels per class", "labels_per_class", config(runs={"labels_per_class": []}))
bad("config", "labels per class below 1", "labels_per_class", config(runs={"labels_per_class": [-5]}))
bad("config", "a seed twice", "seeds", config(runs={"seeds": [1, 1]}))
bad("config", "an interval of 0", "interval_m", config(map={"downhole": {"interval_m": 0}}))
bad("config", "a coverage above 1", "coverage", config(map={"downhole": {"coverage": 2}}))
bad("config", "a false alarm above 1", "false_alarm", config(map={"false_alarm": 2}))
bad("config", "a table that is not there", "none.tsv", config(scenes="none.tsv"))
bad("config", "a folder for a table", "the table of scenes", config(scenes="."))
bad("config", "a key twice", "duplicate key", yaml_text("m1: {latents: 3}\nm1: {latents: 4}\n"))
bad("config", "code", "__use_yte__", yaml_text("__use_yte__: true\n__definitions__:\n  - import os\n"))
bad("config", "a tag of Python", "study.yaml", yaml_text("m1: !!python/object/apply:os.system [id]\n"))
bad("config", "a list", "study.yaml: needs keys with values", yaml_text("- m1\n"))
bad("config", "no YAML", "study.yaml", yaml_text("m1: [\n"))
bad("config", "a date that is none", "study.yaml", yaml_text("m1: 2026-13-01\n"))
bad("config", "a date", "put text in quotes", yaml_text("m1: 2026-11-01\n"))
bad("config", "infinity", "finite", yaml_text("m1: {latents: .inf}\n"))
bad("config", "a number beyond 64 bits", "latents", yaml_text(f"m1: {{latents: {10**30}}}\n"))
bad("config", "Latin-1", "UTF-8", yaml_text("m1: Gr\xe4sberg\n".encode("latin-1")))
bad("config", "a control character", "study.yaml", yaml_text(f"m1: {ESC}\n"))
bad("config", "a key that is a number", "key", yaml_text("1: 2\n"))
bad("config", "a number to the base of 8", "017", yaml_text("m1: {latents: 017}\n"))
bad("config", "a number to the base of 60", "1:30", yaml_text("m2: {alpha: 1:30}\n"))
bad("config", "a hole that YAML takes for false", "quotes", config(split={"test_groups": [False]}))
bad("config", "results in braces", "pathvars.results: is not written", config(pathvars={"results": "a{b}"}))
bad("config", "an anchor that holds itself", "study.yaml", yaml_text("a: &a {b: *a}\n"))
bad(
    "config",
    "a bomb of anchors",
    "anchors",
    yaml_text(
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{c}: &{c} [{','.join([f'*{b}'] * 9)}]\n" for b, c in zip("abcdefg", "bcdefgh", strict=True))
    ),
)
bad("config", "5 MB", "at most", yaml_text("# " + "x" * 5_000_000))
bad("config", "a folder", "regular file", lambda study: (study.folder / "study.yaml").mkdir())
bad("config", "a pipe", "regular file", lambda study: os.mkfifo(study.folder / "study.yaml"))
bad("config", "a link to nowhere", "does not exist", lambda study: (study.folder / "study.yaml").symlink_to("nowhere"))
right(
    "config",
    "a merge of YAML",
    yaml_text(
        "a: &a {buffer: 1, block_lines: 8, test_groups: [B]}\n".replace("a: &a", "split: &a")
        + "scenes: scenes.tsv\nclasses: classes.tsv\nsimulate: {enabled: false}\nruns: {labels_per_class: [10]}\n"
    ),
)

# ---- scenes.tsv
bad("scenes.tsv", "empty", "is empty", lambda study: study.table(""))
bad("scenes.tsv", "a header alone", "no scene", lambda study: study.table("\t".join(REQUIRED)))
bad("scenes.tsv", "Latin-1", "UTF-8", lambda study: study.table(b"k\xe4rn"))
bad(
    "scenes.tsv",
    "UTF-16, without its columns",
    "missing column",
    lambda study: study.table("scene\thole\n".encode("utf-16")),
)
bad("scenes.tsv", "binary", "scenes.tsv", lambda study: study.table(bytes(range(256))))
bad("scenes.tsv", "commas", "tab-separated", lambda study: study.table(",".join(REQUIRED)))
bad(
    "scenes.tsv",
    "an unknown column",
    "did you mean 'scale'",
    lambda study: study.table("\t".join(REQUIRED).replace("scale", "scal")),
)
bad("scenes.tsv", "a column twice", "repeated", lambda study: study.table("\t".join([*REQUIRED, "scale"])))
bad("scenes.tsv", "a short row", "row 2", lambda study: study.table("\t".join(REQUIRED) + "\na1\tA\n"))
bad("scenes.tsv", "20 000 columns", "scenes.tsv", lambda study: study.table("\t".join(f"c{n}" for n in range(20_000))))
bad("scenes.tsv", "17 MB", "at most", lambda study: study.table(b"x" * 17_000_000))
bad("scenes.tsv", "a pipe", "scenes.tsv", lambda study: os.mkfifo(study.folder / "scenes.tsv"))
bad("scenes.tsv", "a scene twice", "a2", cells(scene="a2"))
for what, name in {
    "a slash": "a/b",
    "nothing": "",
    "300 letters": "x" * 300,
    "a device of Windows": "con",
    "a device with a suffix": "NUL.txt",
    "a formula": "=1+1",
    "ESC": f"a{ESC}",
    "dots": "..",
    "case alone": "A2",
}.items():
    bad("scenes.tsv", f"a scene named by {what}", "scenes.tsv", cells(scene=name))
for what, name in {
    "a slash": "a/b",
    "nothing": "",
    "a formula": "=1+1",
    "ESC": f"a{ESC}",
    "a bell": "a\x07",
    "a trailing dot": "A.",
}.items():
    bad("scenes.tsv", f"a hole named by {what}", "scenes.tsv, row 2, column 'hole'", cells(hole=name))
bad("scenes.tsv", "no data", "column 'data'", cells(data=""))
bad("scenes.tsv", "data elsewhere", "inside data_root", cells(data="../a1.h5"))
bad("scenes.tsv", "data elsewhere by its full path", "inside data_root", cells(data="/etc/passwd"))
bad("scenes.tsv", "a path with ESC", "control characters", cells(data=f"a{ESC}.h5"))
for number in ("0", "-1", "nan", "inf", "high", "1_000", "\u0661", "1,5", "0x10"):
    bad("scenes.tsv", f"a scale of {number}", "scenes.tsv, row 2, column 'scale'", cells(scale=number))
for number in ("none", "1e999", "1_0"):
    bad("scenes.tsv", f"nodata {number}", "scenes.tsv, row 2, column 'nodata'", cells(nodata=number))
bad("scenes.tsv", "axes that are none", "column 'axes'", cells(axes="x,y,z"))
bad("scenes.tsv", "codes that are none", "column 'use'", cells(use="all"))
bad("scenes.tsv", "codes backwards", "column 'use'", cells(use="9-1"))
bad("scenes.tsv", "0 as a class", "column 'use'", cells(use="0-9"))
bad("scenes.tsv", "a class that is ignored", "'use' and 'ignore'", cells(ignore="1"))
bad("scenes.tsv", "depths backwards", "depth_to_m", cells(depth_from_m="5", depth_to_m="4"))
bad("scenes.tsv", "pixels of 0 mm", "pixel_mm", cells(pixel_mm="0"))
bad("scenes.tsv", "white without dark", "dark", cells(white_key="data"))
bad("scenes.tsv", "a white reference that is not there", "w.npy", cells(white="w.npy", dark="w.npy"))
bad("scenes.tsv", "a key where a file is needed", "white_key", cells(white="/white", dark_key="data"))
bad(
    "scenes.tsv",
    "lines of a reference that are none",
    "column 'dark_lines'",
    cells(white_lines="0-1", dark_lines="all"),
)
bad("scenes.tsv", "lines of a reference beyond the end", "lines", cells(white_lines="0-1", dark_lines="last 999"))
bad("scenes.tsv", "a panel without a white reference", "'panel'", cells(panel="p.csv"))
bad("scenes.tsv", "a dark of the white without a white", "'white_dark'", cells(white_dark="w.npy"))
bad("scenes.tsv", "depth marks that are not there", "m.csv", cells(depth_marks="m.csv"))
bad("scenes.tsv", "one file in two holes", "a1.h5", lambda study: study.rows["b1"].update(data="a1.h5"))
bad("scenes.tsv", "one file under two names of it", "a1.h5", lambda study: study.rows["b1"].update(data="./a1.h5"))
bad(
    "scenes.tsv",
    "one file in two holes by a link",
    "b1",
    lambda study: ((study.folder / "b1.h5").unlink(), (study.folder / "b1.h5").symlink_to("a1.h5")),
)
bad(
    "scenes.tsv",
    "a copy of a scan in another hole",
    "b1",
    lambda study: study.write_scan("b1", data=counts(0), labels=codes(), nm=NM),
)
right(
    "scenes.tsv",
    "a BOM and CRLF",
    lambda study: (
        (
            study.write(),
            study.table(b"\xef\xbb\xbf" + (study.folder / "scenes.tsv").read_bytes().replace(b"\n", b"\r\n")),
        )
    ),
)
right(
    "scenes.tsv",
    "accents and blanks in a hole",
    lambda study: [each.update(hole="\xc9tude 1") for name, each in study.rows.items() if name != "b1"],
)

# ---- classes.tsv
bad("classes.tsv", "empty", "classes.tsv", lambda study: study.table("", "classes.tsv"))
bad("classes.tsv", "a header alone", "classes.tsv", lambda study: study.table("code\tname\tcolour\n", "classes.tsv"))
bad(
    "classes.tsv",
    "Latin-1",
    "UTF-8",
    lambda study: study.table(CLASSES.encode() + b"3\tk\xe4rn\t#ffffff\n", "classes.tsv"),
)
bad("classes.tsv", "commas", "classes.tsv", lambda study: study.table(CLASSES.replace("\t", ","), "classes.tsv"))
for what, line in {
    "a code twice": "1\tmica\t#ffffff",
    "a name twice": "3\ttalc\t#ffffff",
    "no name": "3\t\t#ffffff",
    "no colour": "3\tmica\t",
    "a colour that is none": "3\tmica\tred",
    "a code that is text": "x\tmica\t#ffffff",
    "a code that is a fraction": "1.5\tmica\t#ffffff",
    "a code below 0": "-3\tmica\t#ffffff",
    "a code beyond 32 bits": f"{2**40}\tmica\t#ffffff",
    "a formula": "3\t=1+1\t#ffffff",
    "ESC": f"3\tmi{ESC}ca\t#ffffff",
    "300 letters": f"3\t{'x' * 300}\t#ffffff",
    "the name that maps have for no class": "3\tNone of the known\t#ffffff",
    "a name that is another's code": "3\t1\t#ffffff",
    "a short row": "3\tmica",
}.items():
    bad("classes.tsv", what, "classes.tsv", row(line))
for name in ("pixels", "dominant", "hole", "depth_from_m", "talc_low", "code", "DEPT", "TALC ", "\xe9pidote"):
    right("classes.tsv", f"a class called {name}", row(f"3\t{name if name != 'TALC ' else 'Fe:Mg 2:1'}\t#ffffff"))
right("classes.tsv", "one colour for two classes", row("3\tmica\t#00ff00"), "one colour")
right("classes.tsv", "10 000 classes", row(*(f"{n}\tm{n}\t#ffffff" for n in range(1000, 11000))))


# ---- scans: HDF5
def cut(study: Study) -> None:
    path = study.folder / "a1.h5"
    path.write_bytes(path.read_bytes()[:-2000])


def outside(study: Study) -> None:
    with study.h5() as file:
        del file["data"]
        file["data"] = h5py.ExternalLink("a2.h5", "/data")


def virtual(study: Study) -> None:
    layout = h5py.VirtualLayout(shape=(LINES, SAMPLES, BANDS), dtype="u2")
    layout[:] = h5py.VirtualSource("a2.h5", "data", shape=(LINES, SAMPLES, BANDS))
    with study.h5() as file:
        del file["data"]
        file.create_virtual_dataset("data", layout)


def ring(study: Study) -> None:
    with study.h5() as file:
        del file["data"]
        file["data"], file["other"] = h5py.SoftLink("/other"), h5py.SoftLink("/data")


def sized(key: str, shape: tuple[int, ...], dtype: str = "u2") -> Build:
    """A dataset whose header commands this much, of which nothing was written."""

    def build(study: Study) -> None:
        with study.h5() as file:
            del file[key]
            file.create_dataset(key, shape, dtype, chunks=tuple(min(n, 1000) for n in shape))

    return build


def attribute(key: str, **attributes: Any) -> Build:
    """Attributes of a dataset."""

    def build(study: Study) -> None:
        with study.h5() as file:
            file[key].attrs.update(attributes)

    return build


def holding(data: np.ndarray, **bands: Any) -> np.ndarray:
    """Spectra with a value in some of their bands."""
    found = data.astype(bands.pop("dtype", data.dtype))
    found[:, :, 3:5] = bands["value"]
    return found


def falling(study: Study) -> None:
    for seed, name in enumerate(study.rows):
        study.write_scan(name, data=counts(seed)[:, :, ::-1], labels=codes(), nm=NM[::-1])


def many_names(study: Study) -> None:
    with study.h5() as file:
        for number in range(3000):
            file[f"x{number}"] = 0
    study.first["data_key"] = "gone"


bad("HDF5", "not there", "gone.h5", cells(data="gone.h5"))
bad(
    "HDF5",
    "a folder",
    "d.h5",
    lambda study: ((study.folder / "d.h5").mkdir(), study.first.update(data="d.h5")),
)
bad("HDF5", "a pipe", "f.h5", lambda study: (os.mkfifo(study.folder / "f.h5"), study.first.update(data="f.h5")))
bad("HDF5", "empty", "a1.h5", lambda study: (study.folder / "a1.h5").write_bytes(b""))
bad("HDF5", "text", "a1.h5", lambda study: (study.folder / "a1.h5").write_text("line,sample"))
bad("HDF5", "cut", "a1.h5", cut)
bad("HDF5", "a link outside", "a2.h5", outside)
bad("HDF5", "a virtual dataset", "a2.h5", virtual)
bad("HDF5", "a ring of links", "a1.h5", ring)
bad("HDF5", "an unknown key", "'/x/y'", cells(data_key="/x/y"))
bad("HDF5", "a group", "a1.h5", cells(data_key="/"))
bad("HDF5", "3000 names", "a1.h5", many_names)
bad(
    "HDF5",
    "names with ESC",
    "a1.h5",
    lambda study: (study.put(**{f"e{ESC}vil": 1}), study.first.update(data_key="gone")),
)
bad("HDF5", "a cube of two axes", "3 axes", cells(data_key="labels", labels_key="labels"))
bad("HDF5", "no lines", "a1.h5", arrays(data=counts(0)[:0]))
bad("HDF5", "turned axes", "a1.h5", arrays(data=counts(0).transpose(2, 0, 1)))
bad("HDF5", "complex numbers", "complex", arrays(data=counts(0).astype(complex)))
bad("HDF5", "records", "a1.h5", arrays(data=np.zeros((LINES, SAMPLES, BANDS), [("a", "i4")])))
bad("HDF5", "texts", "a1.h5", arrays(data=np.full((LINES, SAMPLES, BANDS), b"x")))
bad("HDF5", "all NaN", "a1.h5", arrays(data=np.full((LINES, SAMPLES, BANDS), np.nan, "f4")))
bad("HDF5", "all saturated", "a1.h5", arrays(data=np.full((LINES, SAMPLES, BANDS), 65535, "u2")))
bad(
    "HDF5",
    "all nodata",
    "a1.h5",
    lambda study: (study.put(data=np.full((LINES, SAMPLES, BANDS), 7, "u2")), study.first.update(nodata="7")),
)
bad("HDF5", "never written", "a1.h5", sized("data", (LINES, SAMPLES, BANDS)))
bad("HDF5", "labels of 373 GiB", "a1.h5", sized("labels", (10**7, 10**4), "i4"))
bad("HDF5", "wavelengths of 75 GiB", "a1.h5", sized("nm", (10**10,), "f8"))
bad("HDF5", "wavelengths of another number", "a1.h5", arrays(nm=NM[1:]))
bad("HDF5", "wavelengths without a unit", "wavelength_um", arrays(nm=NM / 1000))
bad("HDF5", "wavelengths of infinity", "a1.h5", arrays(nm=NM * np.inf))
bad("HDF5", "wavelengths that are all equal", "a1.h5", arrays(nm=np.full(BANDS, 1000.0)))
bad("HDF5", "references of another shape", "a1.h5", cells(white_key="labels", dark_key="labels"))
right("HDF5", "wavelengths that fall", falling)
bad("HDF5", "wavelengths that fall in one scan of three", "two sensors", arrays(nm=NM[::-1]))
right("HDF5", "nodata that is a text", attribute("data", _FillValue="none"))
right("HDF5", "two values of nodata", attribute("data", _FillValue=[1, 2], missing_value=3), "2 and 3 is no value")
right("HDF5", "a valid range", attribute("data", valid_range=[0, 10_000]), "outside 0 to 10000")
right(
    "HDF5",
    "a gain that may be the camera's",
    (lambda study: (attribute("data", gain=2.0)(study), study.first.update(scale=""))),
    "gain 2",
)
right("HDF5", "good bands", attribute("data", bbl=[1] * 10 + [0, 0]), "marks 2 of 12 bands")
bad("HDF5", "spectra of one value each", "one value in all", arrays(data=np.repeat(counts(0)[..., :1], BANDS, axis=2)))
right("HDF5", "nodata that is empty", attribute("data", _FillValue=h5py.Empty("f4")))
right("HDF5", "a unit that nobody knows", attribute("nm", units="nm (vacuum)"))
right("HDF5", "wavelengths of 0", arrays(nm=np.r_[0.0, NM[1:]]))
right("HDF5", "NaN in two bands", arrays(data=holding(counts(0), value=np.nan, dtype="f4")))
right(
    "HDF5",
    "nodata in two bands",
    lambda study: (study.put(data=holding(counts(0), value=65000)), study.first.update(nodata="65000")),
)
for what, values in {
    "of another shape": codes()[1:],
    "on their side": codes().T.copy(),
    "in halves": codes() / 2,
    "of infinity": np.full((LINES, SAMPLES), np.inf),
    "below 0": codes().astype(int) - 5,
    "beyond classes.tsv": codes() + 4,
    "of 1e20": np.full((LINES, SAMPLES), 1e20),
    "beyond 32 bits": codes() + np.int64(2**32),
    "of text": np.full((LINES, SAMPLES), b"x"),
}.items():
    bad("labels", what, "a1.h5", arrays(labels=values))
bad("labels", "an unknown key", "'map'", cells(labels_key="map"))
right("labels", "of a scan that has none", arrays(labels=codes() * 0), "a1")

# ---- scans: ENVI
bad("ENVI", "no header", "bare.img", lambda study: study.use_file("bare.img", counts(0).tobytes()))
bad("ENVI", "an empty header", "e.", lambda study: (study.use_envi(), (study.folder / "e.hdr").write_text("")))
bad(
    "ENVI",
    "a header of another program",
    "e.",
    lambda study: (study.use_envi(), (study.folder / "e.hdr").write_text("BYTEORDER I\nNROWS 40\n")),
)
bad("ENVI", "more lines than there are", "e.img", envi(lines=400))
bad("ENVI", "10^12 lines", "e.", envi(lines=10**12))
bad("ENVI", "lines below 0", "e.", envi(lines=-40))
bad("ENVI", "no bands", "e.", envi(bands=0))
bad("ENVI", "no samples", "e.", envi(samples=None))
bad("ENVI", "a number that is a text", "e.", envi(samples="many"))
bad("ENVI", "complex numbers", "e.", envi(data_type=6))
bad("ENVI", "an unknown type", "e.", envi(data_type=99))
bad("ENVI", "an unknown interleave", "e.", envi(interleave="bup"))
bad("ENVI", "an unknown byte order", "e.", envi(byte_order=7))
right("ENVI", "wavelengths of another number", envi(wavelength="{1000, 1100}"), "no wavelengths")
right("ENVI", "wavelengths of text", envi(wavelength="{red, green}"), "no wavelengths")
bad(
    "ENVI",
    "two data files that fit",
    "e.",
    lambda study: (
        (study.use_envi(), (study.folder / "e.dat").write_bytes(counts(1).tobytes()), study.first.update(data="e.hdr"))
    ),
)
for ending in (".bin", ".L1R", ".hyspex", ".Dat"):
    right("ENVI", f"data in {ending}", envi(data=f"e{ending}"))
right("ENVI", "a blank line first", envi(first="\nENVI\n"))
right(
    "ENVI",
    "a BOM and a georeference",
    envi(first="\ufeffENVI\n", map_info="{UTM, 1, 1, 380952, 5820372, 30, 30, 33, North, WGS-84}"),
)
right("ENVI", "wavelengths on the next line", envi(wavelength="\n{" + ", ".join(map(str, NM)) + "}"))
right("ENVI", "an offset with an underscore", envi(before=b"x" * 160, header_offset=None, more="header_offset = 160\n"))
right(
    "ENVI",
    "more bytes than the header says",
    lambda study: (study.use_envi(), (study.folder / "e.img").write_bytes(counts(0).tobytes() + bytes(100))),
)
right("ENVI", "a list of bad bands with blanks", envi(bbl="{1 1 1 0 1 1 1 1 1 1 1 1}"))
right("ENVI", "a list of bad bands that is none", envi(bbl="{yes, no}"))
right("ENVI", "nodata that is none", envi(data_ignore_value="none"))
right("ENVI", "nodata of 64 bits", envi(data_ignore_value=2**64 - 1), "nodata is 1.84467e+19")
right("ENVI", "a list of nodata", envi(data_ignore_value="{1, 2}"), "2 is no value either")
right("ENVI", "a number with a comma", envi(reflectance_scale_factor="40,000"), "must be one number")
right("ENVI", "interleave in braces", envi(interleave="{bip}"))
right("ENVI", "a field twice, then empty", envi(more="wavelength = {}\n"))
right("ENVI", "a scale that is none", envi(reflectance_scale_factor="auto"))
right("ENVI", "a unit in capitals", envi(wavelength_units="NANOMETERS"))


# ---- scans and labels: other formats
def npy(**wanted: Any) -> Build:
    """a1 as a NumPy file."""

    def build(study: Study) -> None:
        np.save(study.use_file("n.npy", wavelengths="nm.csv"), wanted["array"], allow_pickle=True)
        (study.folder / "nm.csv").write_text("wavelength_nm\n" + "\n".join(map(str, NM)))
        if cut := wanted.get("cut"):
            (study.folder / "n.npy").write_bytes((study.folder / "n.npy").read_bytes()[:cut])

    return build


def mat(content: Any, cut: int | None = None) -> Build:
    """a1 as a MATLAB file."""

    def build(study: Study) -> None:
        scipy.io.savemat(study.use_file("m.mat", data_key="x"), {"x": content})
        (study.folder / "m.mat").write_bytes((study.folder / "m.mat").read_bytes()[:cut])

    return build


def raster(study: Study, name: str, values: np.ndarray, **profile: Any) -> None:
    """A GeoTIFF [band, line, sample]."""
    size = {"count": len(values), "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
    with quiet(), rasterio.open(study.folder / name, "w", driver="GTiff", **size, **profile) as file:
        file.write(values)


def sparse(study: Study) -> None:
    profile = {"count": 1, "height": 60_000, "width": 60_000, "dtype": "uint8", "tiled": True, "SPARSE_OK": True}
    with quiet(), rasterio.open(study.folder / "l.tif", "w", driver="GTiff", **profile):
        pass
    study.use_labels("l.tif")


def of_other_ground(study: Study) -> None:
    raster(
        study, "s.tif", counts(0).transpose(2, 0, 1), crs="EPSG:32633", transform=rasterio.Affine(1, 0, 5e5, 0, -1, 5e6)
    )
    raster(study, "l.tif", codes()[None], crs="EPSG:32719", transform=rasterio.Affine(1, 0, 3e5, 0, -1, 7e6))
    (study.folder / "nm.csv").write_text("wavelength_nm\n" + "\n".join(map(str, NM)))
    study.use_file("s.tif", labels="l.tif", labels_key="", wavelengths="nm.csv")


bad("other formats", "an unknown suffix", "s.xyz", lambda study: study.use_file("s.xyz", b"abc"))
bad(
    "other formats",
    "a VRT named .tif",
    "v.tif",
    lambda study: study.use_file("v.tif", b'<VRTDataset rasterXSize="5" rasterYSize="9"/>'),
)
bad("other formats", "an empty .tif", "v.tif", lambda study: study.use_file("v.tif", b""))
bad(
    "other formats",
    "a picture",
    "p.png",
    lambda study: (Image.new("L", (SAMPLES, LINES)).save(study.folder / "p.png"), study.use_file("p.png")),
)
bad(
    "other formats",
    "a ZIP",
    "z.npz",
    lambda study: (np.savez(study.folder / "z.npz", x=counts(0)), study.use_file("z.npz")),
)
bad("other formats", "a table of commas", "c.csv", lambda study: study.use_file("c.csv", b"1,2,3\n"))
bad("other formats", "a pickle in .npy", "n.npy", npy(array=np.full((LINES, SAMPLES, BANDS), None)))
bad("other formats", "a cut .npy", "n.npy", npy(array=counts(0), cut=400))
bad("other formats", "a .npy of two axes", "n.npy", npy(array=codes()))
bad(
    "other formats",
    "a key of a .npy",
    "n.npy",
    lambda study: (npy(array=counts(0))(study), study.first.update(data_key="x")),
)
bad("other formats", "cells of MATLAB", "m.mat", mat(np.array([["x", 1]], object)))
bad("other formats", "a cut .mat", "m.mat", mat(counts(0), cut=300))
bad(
    "other formats",
    "wavelengths in a table without their column",
    "no.csv",
    lambda study: (((study.folder / "no.csv").write_text("band\n1\n"), study.first.update(wavelengths="no.csv"))),
)
bad("other formats", "a table of wavelengths that is not there", "no.csv", cells(wavelengths="no.csv"))
bad(
    "labels",
    "in colour",
    "rgb.png",
    lambda study: ((Image.new("RGB", (SAMPLES, LINES)).save(study.folder / "rgb.png"), study.use_labels("rgb.png"))),
)
bad(
    "labels",
    "a GeoTIFF of three bands",
    "l.tif",
    lambda study: (raster(study, "l.tif", np.zeros((3, LINES, SAMPLES), "u1")), study.use_labels("l.tif")),
)
right(
    "labels",
    "a code that nothing speaks of",
    lambda study: (
        Image.fromarray(np.where(codes() == 0, 77, codes()).astype(np.uint8)).save(study.folder / "l.png"),
        study.use_labels("l.png"),
    ),
    "77 in",
)
bad("labels", "a GeoTIFF of 60 000 x 60 000", "l.tif", sparse)
bad("labels", "a GeoTIFF of another place", "l.tif", of_other_ground)
bad(
    "labels",
    "a table of points",
    "l.csv",
    lambda study: study.use_labels("l.csv", b"line,sample,code\n1,1,1\n"),
)
right("other formats", "a .npy in Fortran's order", npy(array=np.asfortranarray(counts(0))))


# ---- absorption features
MINE = {"name": "mine", "from_nm": 1010, "to_nm": 1100}


def features(formula: str | None = None, **window: Any) -> Build:
    """A window of the study's own that its sensor sees, or not, and a formula."""
    formulas = [] if formula is None else [{"name": "index", "formula": formula}]
    return config(features={"windows": [MINE | window], "formulas": formulas})


right("features", "a window and a formula", features("(mine_depth - 0.5) / (2 * mine_width_nm)"))
right("features", "switched off", config(features={"enabled": False, "windows": [MINE | {"to_nm": 9000}]}))
right("features", "a division by zero", features("mine_depth / (1 - 1)"))
bad("features", "a window outside the sensor", "features.windows, mine", features(from_nm=2100, to_nm=2300))
bad("features", "a window half outside", "features.windows, mine", features(to_nm=1200))
bad("features", "a window of two bands", "features.windows, mine", features(to_nm=1021))
bad("features", "a window that ends before it begins", "mine must begin", features(to_nm=1000))
bad("features", "a window of one number", "from_nm", features(from_nm=None))
bad("features", "a window in words", "to_nm", features(to_nm="all"))
bad("features", "a window below 0", "from_nm", features(from_nm=-5))
bad("features", "a name that is no name", "name", features(name="2200 nm"))
bad("features", "two windows of one name", "mine", config(features={"windows": [MINE, MINE | {"to_nm": 1090}]}))
bad("features", "no window", "windows", config(features={"windows": []}))
bad("features", "an unknown key of a window", "unit", features(unit="nm"))
bad("features", "a power", "features.formulas, index", features("mine_depth ** 2"))
bad("features", "a call", "features.formulas, index", features("__import__('os').system('true')"))
bad("features", "an attribute", "features.formulas, index", features("mine_depth.real"))
bad("features", "a comparison", "features.formulas, index", features("mine_depth > 1"))
bad("features", "brackets that do not close", "features.formulas, index", features("(mine_depth"))
bad("features", "a thousand signs", "features.formulas, index", features("-" * 1000 + "mine_depth"))
bad("features", "an empty formula", "features.formulas, index", features(""))
bad("features", "a formula of numbers", "features.formulas, index", features("1 + 1"))
bad("features", "an unknown value", "did you mean 'mine_depth'", features("mine_dept"))
bad("features", "letters that control a terminal", "features.formulas, index", features(f"mine_depth{ESC}"))
bad(
    "features",
    "a formula called as a value",
    "mine_depth twice",
    config(features={"windows": [MINE], "formulas": [{"name": "mine_depth", "formula": "mine_area_nm"}]}),
)


# ---- datasets of TSG
TSG = """[description]
[structure]
datatype = float
[dimensions]
samples = 480
bands = 12
[platform]
fpcheck = -971227136
[band headers]
0:Depth (m);0.0;1.0;2;-1;0;0
3:Grp1 sTSAS;0.0;3.0;2;4;1;1
[sample headers]
0:h D=5.0
479:h D=9.0
[class 4]
0:talc
1:calcite
[wavelength specs]
1000.0 1110.0 nm
"""


def tsg(
    old: str = "", new: str = "", *, key: str = "name:Grp1 sTSAS", code: float = 0, size: int | None = None
) -> Build:
    """a1 as a TSG dataset of a column, labelled by its own groups, with something of the header changed."""

    def build(study: Study) -> None:
        scalars = np.zeros((LINES * SAMPLES, BANDS), "<f4")
        scalars[:, 3] = np.where(np.arange(len(scalars)) % 9 < 6, code, 1 - min(code, 1))
        values = np.concatenate([counts(0).reshape(-1, BANDS).astype("<f4"), scalars])
        (study.folder / "h.bip").write_bytes(values.tobytes()[:size])
        study.use_file("h.tsg", TSG.replace(old, new).encode(), data_key="", wavelengths="", labels="")
        study.first["labels_key"] = key

    return build


right("TSG", "a dataset labelled by its groups", tsg())
right("TSG", "without depths", tsg("D=", "X="))
right("TSG", "with Windows' line ends", tsg("\n", "\r\n"))
bad("TSG", "without its data", "h.bip", lambda study: (tsg()(study), (study.folder / "h.bip").unlink()))
bad("TSG", "data that are cut", "h.bip", tsg(size=1000))
bad("TSG", "too many bands", "h.tsg", tsg("bands = 12", "bands = 99999999"))
bad("TSG", "more bands than the data", "h.bip", tsg("bands = 12", "bands = 999"))
bad("TSG", "no spectra", "h.tsg", tsg("samples = 480", "samples = 0"))
bad("TSG", "a size in words", "h.tsg", tsg("samples = 480", "samples = many"))
bad("TSG", "whole numbers", "h.tsg", tsg("datatype = float", "datatype = short"))
bad("TSG", "another byte order", "h.tsg", tsg("-971227136", "1"))
bad("TSG", "without its sizes", "h.tsg", tsg("[dimensions]", "[d]"))
bad("TSG", "a scalar that is not there", "Grp1 sTSAS", tsg(key="Grp9"))
bad("TSG", "a scalar without classes", "Grp1 sTSAS", tsg(key="Depth (m)"))
bad("TSG", "a class that has no name", "h.tsg", tsg(code=7))
bad("TSG", "a name that is not in classes.tsv", "h.tsg", tsg("0:talc", "0:tulc"))


# ---- tables of labels, and labels from pages
QUEUE = "scene\tline\tsample\tcluster\tsuggested\twhy\tclass\n"


def queue(*rows: str, header: str = QUEUE, more: str = "", key: str = "", everywhere: bool = True) -> Build:
    """The labels of the study as a table over those in the scans, with rows of scene, line, sample and class."""

    def build(study: Study) -> None:
        cut = [row.split(" ", 3) for row in rows]
        lines = ["\t".join([*cells[:3], "1", "", "", *(cells[3:] or [""])]) + "\n" for cells in cut]
        study.table(header + "".join(lines) + more, "queue.tsv")
        for row in study.rows.values() if everywhere else [study.first]:
            row.update({"labels": ";queue.tsv", "labels_key": f"labels;{key}"})

    return build


def drawn(*features: Any, text: str = "", key: str = "", **member: Any) -> Build:
    """Labels from the page of a1, over those in the scan."""

    def build(study: Study) -> None:
        path = study.folder / "a1_labels.geojson"
        scan, none = study.folder / "a1.h5", CodeSet(())
        scene = Scene("a1", "A", scan, "data", scan, "", "line,sample,band", "nm", 1.0, None, none, none)
        said = asdict(identify(scene)) | member
        content = {"type": "FeatureCollection", "semispectral_labels": said, "features": list(features)}
        path.write_text(text or json.dumps(content), encoding="utf-8")
        study.first.update({"labels": ";a1_labels.geojson", "labels_key": f"labels;{key}"})

    return build


def patch(name: Any = "talc", box: tuple[float, ...] = (1, 1, 4, 4), **geometry: Any) -> dict[str, Any]:
    """A labelled area of a page."""
    left, top, right, bottom = box
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    shape = geometry or {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"class": name, "colour": "#123456"}, "geometry": shape}


CROSSED = [[[1, 1], [5, 5], [5, 1], [1, 5], [1, 1]]]
OLDER = {"type": "FeatureCollection", "features": [patch()]}

right("label tables", "with names, codes and empty cells", queue("a1 1 1 talc", "a2 1 1 2", "b1 0 0 255", "a1 2 2"))
right("label tables", "without an answer", queue("a1 1 1", "nowhere 9999 x"))
right("label tables", "with rows of other scenes", queue("b1 1 1 talc"))
bad("label tables", "an unknown class", "queue.tsv, row 3", queue("a1 1 1 talc", "a1 2 1 tulc"))
bad("label tables", "an unknown code", "queue.tsv, row 2", queue("a1 1 1 7"))
bad(
    "label tables",
    "a class that is not in use",
    "row 2",
    lambda s: (queue("a1 1 1 talc")(s), s.first.update(use="2-9")),
)
bad("label tables", "a class of letters that control a terminal", "row 2", queue(f"a1 1 1 {ESC}"))
bad("label tables", "a class of 9000 letters", "row 2", queue("a1 1 1 " + "x" * 9000))
bad("label tables", "a row of an unknown scene", "row 2", queue("c9 1 1 talc"))
bad("label tables", "a row of a scene that does not name it", "row 2", queue("b1 1 1 talc", everywhere=False))
bad("label tables", "two classes for a pixel", "rows 2 and 4", queue("a1 1 1 talc", "a1 2 1", "a1 1 1 calcite"))
bad("label tables", "a line beyond the scan", "row 2, column 'line'", queue("a1 40 1 talc"))
bad("label tables", "a sample below 0", "row 2, column 'sample'", queue("a1 4 -1 talc"))
bad("label tables", "a line that is no number", "row 2, column 'line'", queue("a1 four 1 talc"))
bad("label tables", "a line of Arabic digits", "row 2, column 'line'", queue("a1 \u0664 1 talc"))
bad("label tables", "a line of 400 digits", "row 2, column 'line'", queue("a1 " + "1" * 400 + " 1 talc"))
bad("label tables", "without its columns", "queue.tsv", queue(header="scene,line,class\n"))
right("label tables", "with commas, before anything was answered", queue(header="scene,line,sample,class\n"))
bad("label tables", "a column twice", "queue.tsv", queue(header="scene\tline\tline\tsample\tclass\n"))
bad("label tables", "a short row", "queue.tsv, row 2", queue(more="a1\t1\n"))
bad("label tables", "empty", "queue.tsv", queue(header=""))
bad("label tables", "with a key", "queue.tsv", queue("a1 1 1 talc", key="class"))
bad("label tables", "that is not there", "gone.tsv", cells(labels=";gone.tsv", labels_key="labels"))
right(
    "label tables",
    "in UTF-16, before anything was answered",
    lambda study: study.use_labels("u.tsv", QUEUE.encode("utf-16")),
    "u.tsv",
)
right(
    "label tables",
    "in capitals, with decimals, in another order, with columns of one's own",
    lambda study: study.use_labels(
        "l.csv", b"Class;NOTE;Sample;Line;Scene\r\n TALC ;1,5;1.0;2,0;a1\r\n1.0;;2;2.0;a1\r\n"
    ),
)
bad("label tables", "half a line", "row 2, column 'line'", queue("a1 1.5 1 talc"))
bad("label tables", "a question mark for a class", "leave it out", queue("a1 1 1 ?"))
bad("label tables", "two classes, once with decimals", "rows 2 and 3", queue("a1 1.0 1 talc", "a1 1 1 calcite"))
bad(
    "label tables",
    "a workbook by another name",
    "w.csv",
    lambda study: study.use_labels("w.csv", b"\xd0\xcf\x11\xe0" + bytes(100)),
)
bad("label tables", "of zeros", "z.tsv", lambda study: study.use_labels("z.tsv", bytes(500)))
bad("label tables", "an empty part of the cell", "part 2 is empty", cells(labels="a1.h5;"))
bad("label tables", "more keys than files", "labels_key", cells(labels_key="labels;labels"))
right("page labels", "as the page saves them", drawn(patch(), patch("calcite", (6, 6, 8, 9))))
right("page labels", "before anything was drawn", drawn())
right("page labels", "of a scan with another name", drawn(patch(), scene="before"))
bad("page labels", "of another scan", "a1_labels.geojson", drawn(patch(), content="0" * 16))
bad("page labels", "of a scan of another size", "a1_labels.geojson", drawn(patch(), lines=41))
bad("page labels", "with letters for a size", "a1_labels.geojson", drawn(patch(), lines="x"))
bad("page labels", "without the scan", "a1_labels.geojson", drawn(text='{"semispectral_labels": 1, "features": []}'))
bad("page labels", "a name that controls a terminal", "another scan", drawn(patch(), scene=ESC, content="0"))
bad("page labels", "an unknown class", "feature 2", drawn(patch(), patch("tulc", (6, 6, 8, 9))))
bad("page labels", "a class that is a number", "feature 1", drawn(patch(3)))
bad("page labels", "no class", "feature 1", drawn({"type": "Feature", "geometry": None}))
bad("page labels", "no shape", "feature 1", drawn({"type": "Feature", "properties": {"class": "talc"}}))
bad("page labels", "a point", "feature 1", drawn(patch(type="Point", coordinates=[1, 1])))
bad("page labels", "a shape that is none", "a1_labels.geojson", drawn(patch(type="Polygon", coordinates="x")))
bad("page labels", "a corner of NaN", "a1_labels.geojson", drawn(patch(box=(1, 1, float("nan"), 4))))
bad("page labels", "beyond the scan", "feature 1", drawn(patch(box=(1, 1, 13, 4))))
bad("page labels", "without an area", "feature 1", drawn(patch(box=(1, 1, 1, 4))))
bad("page labels", "two classes for a pixel", "features 1 and 2", drawn(patch(), patch("calcite")))
right("page labels", "a class in capitals", drawn(patch("TALC")))
bad("page labels", "between the centres of pixels", "feature 2", drawn(patch(), patch(box=(6.6, 6.6, 6.9, 6.9))))
bad("page labels", "edges that cross", "feature 1", drawn(patch(type="Polygon", coordinates=CROSSED)))
bad("page labels", "of a page that did not say its scan", "name:", drawn(text=json.dumps(OLDER)))
bad("page labels", "with a key", "a1_labels.geojson", drawn(patch(), key="name:class"))
bad("page labels", "cut", "a1_labels.geojson", drawn(text='{"semispectral_labels": {"scene"'))
bad("page labels", "features that are no list", "a1_labels", drawn(text='{"semispectral_labels": {}, "features": 3}'))
bad("page labels", "nested without end", "a1_labels", drawn(text='{"semispectral_labels": ' + "[" * 100_000))


def labels_command(*arguments: str) -> Build:
    """A command line of `semispectral labels` beside the study."""
    return lambda study: (study.write(), ["labels", *arguments])[1]


bad("labels command", "a scene that is not there", "'c9'", labels_command("init", "c9", "--config", "study.yaml"))
bad("labels command", "a study that is not there", "no.yaml", labels_command("init", "--config", "no.yaml"))
bad("labels command", "classes of a file that is not there", "no.tsv", labels_command("classes", "no.tsv"))
bad("labels command", "classes of a scan", "a1.h5", labels_command("classes", "a1.h5"))
bad("labels command", "classes of another table", "scenes.tsv", labels_command("classes", "scenes.tsv"))
right("labels command", "templates", labels_command("init", "a1", "--config", "study.yaml"), "name:class")


# ---- polygons
SQUARE = shapely.box(1, 1, 8, 30)


def polygons(*shapes: Any, code: Any = 1, name: str = "l.gpkg", key: str = "code", **options: Any) -> Build:
    """The labels of a1 as polygons."""

    def build(study: Study) -> None:
        fields = {"field_data": [np.array([code] * len(shapes))], "fields": ["code"]}
        kind = options.get("geometry_type", "Polygon")
        driver = {"gpkg": "GPKG", "json": "GeoJSON", "shp": "ESRI Shapefile"}[name.rpartition(".")[2]]
        geometry = np.array(shapely.to_wkb(list(shapes)), object)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that some have no coordinate system is known
            where = {"crs": options.get("crs"), "driver": driver, "geometry_type": kind}
            pyogrio.raw.write(study.folder / name, geometry=geometry, **where, **fields)
        study.use_labels(name, key=key)

    return build


def geojson(coordinates: str) -> Build:
    """The labels of a1 as GeoJSON with these coordinates."""
    text = '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": 1}, "geometry": {"type": "Polygon", "coordinates": %s}}]}'
    return lambda study: study.use_labels("l.geojson", (text % coordinates).encode(), key="code")


bad("polygons", "an attribute that is not there", "l.gpkg", polygons(SQUARE, key="mineral"))
bad("polygons", "no attribute", "l.gpkg", polygons(SQUARE, key=""))
bad("polygons", "points", "l.gpkg", polygons(shapely.Point(1, 1), geometry_type="Point"))
bad("polygons", "a name that no class has", "l.gpkg", polygons(SQUARE, code="granite"))
bad("polygons", "a code of 3 000 000 000", "l.gpkg", polygons(SQUARE, code=3_000_000_000))
bad("polygons", "a code of -2^40", "l.gpkg", polygons(SQUARE, code=-(2**40)))
bad("polygons", "a code of 1.5", "l.gpkg", polygons(SQUARE, code=1.5))
bad("polygons", "a place of their own", "l.gpkg", polygons(shapely.box(5e5, 5e6, 5e5 + 9, 5e6 + 9)))
bad("polygons", "coordinates of infinity", "l.geojson", geojson("[[[0,0],[1e999,0],[1e999,1e999],[0,0]]]"))
bad("polygons", "two points", "l.geojson", geojson("[[[0,0],[1,1]]]"))
bad("polygons", "no JSON", "l.geojson", geojson("[[["))
bad("polygons", "deep JSON", "l.geojson", geojson("[" * 100_000))
bad(
    "polygons",
    "a GeoPackage that is none",
    "l.gpkg",
    lambda study: study.use_labels("l.gpkg", b"SQLite format 3\0" + bytes(100), key="code"),
)
bad(
    "polygons",
    "a Shapefile without its table",
    "l.shp",
    lambda study: (polygons(SQUARE, name="l.shp")(study), (study.folder / "l.dbf").unlink()),
)
right("polygons", "over lines and samples", polygons(SQUARE))
right(
    "polygons",
    "of two classes over one pixel",
    lambda study: study.use_labels(
        "l.geojson",
        json.dumps(
            {"type": "FeatureCollection", "features": [patch() | {"properties": {"code": n}} for n in (1, 2)]}
        ).encode(),
        key="code",
    ),
    "under polygons of several classes",
)


# ---- predict and explain
def predict(
    *more: str, name: str = "a1.h5", break_model: Callable[[Path], Any] | None = None, before: Build | None = None
) -> Build:
    """The command line that maps a1 with a small model."""

    def build(study: Study) -> list[str]:
        import tiny_models  # of the tests, whose folder `bad_inputs.main` adds

        tiny_models.tiny_bundle(study.folder / "model", seed=1)
        if break_model:
            break_model(study.folder / "model")
        if before:
            before(study)
        return [
            "predict",
            name,
            "--model",
            "model",
            "--out",
            "out",
            "--key",
            "data",
            "--wavelengths",
            "nm",
            "--threads",
            "1",
            *more,
        ]

    return build


right("predict", "a scan", predict(), "a1: ")
bad("predict", "a scan that is not there", "gone.h5", predict(name="gone.h5"))
bad("predict", "a folder for a scan", "model", predict(name="model"))
bad("predict", "no wavelengths", "a1.h5", predict("--wavelengths", "none"))
bad("predict", "other wavelengths", "a1.h5", predict(before=arrays(nm=NM + 500)))
bad("predict", "an unknown key", "--key", predict("--key", "x"))
bad("predict", "an unknown key of wavelengths", "'x'", predict("--wavelengths", "x"))
bad("predict", "a mask that is not there", "none.tif", predict("--mask", "none.tif"))
bad(
    "predict",
    "a mask of another shape",
    "mask.npy",
    predict("--mask", "mask.npy", before=lambda study: np.save(study.folder / "mask.npy", codes()[1:])),
)
bad(
    "predict",
    "a mask of nothing",
    "a1",
    predict("--mask", "mask.npy", before=lambda study: np.save(study.folder / "mask.npy", codes() * 0)),
)
bad("predict", "a scan of NaN", "a1", predict(before=arrays(data=np.full((LINES, SAMPLES, BANDS), np.nan, "f4"))))
for option, values in {
    "--scale": ("0", "nan", "x", "1_0"),
    "--nodata": ("x", "1e999"),
    "--pixel-mm": ("-1",),
    "--interval-m": ("0", "inf"),
    "--axes": ("x,y",),
    "--hole": ("a/b", "=1"),
    "--depth-to": ("3",),
    "--depth-from": ("3",),
}.items():
    for value in values:
        bad("predict", f"{option} {value}", option, predict(option, value))
bad("predict", "depths backwards", "--depth-to", predict("--depth-from", "3", "--depth-to", "2"))
bad("predict", "a file for the folder", "out", predict(before=lambda study: (study.folder / "out").write_text("mine")))
bad("predict", "a folder below a file", "/etc/passwd", predict("--out", "/etc/passwd/x"))
bad("predict", "a folder that takes nothing", "/proc/nowhere", predict("--out", "/proc/nowhere"))
bad("predict", "the model's folder", "trained model", predict("--out", "model"))
bad("predict", "no model", "none", predict("--model", "none"))
bad("predict", "an unknown option", "--holes", predict("--holes", "3"))
bad("predict", "an unknown tray", "otsu", predict("--tray", "otsuu"))
right(
    "predict",
    "a name with blanks and accents",
    predict(name="\xc9tude 1.h5", before=lambda study: (study.folder / "a1.h5").rename(study.folder / "\xc9tude 1.h5")),
)


def explain(name: str, before: Build | None = None) -> Build:
    """The command line that explains a path."""

    def build(study: Study) -> list[str]:
        if before:
            before(study)
        return ["explain", name]

    return build


bad("explain", "what is not there", "gone", explain("gone"))
bad("explain", "a scan", "a1.h5", explain("a1.h5"))
bad("explain", "an empty folder", "e", explain("e", lambda study: (study.folder / "e").mkdir()))
bad("explain", "a pipe", "f.json", explain("f.json", lambda study: os.mkfifo(study.folder / "f.json")))
bad(
    "explain",
    "JSON of another program",
    "j.json",
    explain("j.json", lambda study: study.table('{"made": "in a hurry"}', "j.json")),
)
bad(
    "explain", "Parquet that is none", "p.parquet", explain("p.parquet", lambda study: study.table("PAR1", "p.parquet"))
)
bad("explain", "a name of 300 letters", "x" * 300, explain("x" * 300))


# ---- models of a stranger, whose checksums are right
def part(name: str, **arrays: Any) -> Callable[[Path], None]:
    """Change arrays of a part of a model, as its maker could; of the model itself without a name."""

    def change(model: Path) -> None:
        found, description = load_model(model / name)
        save_model(model / name, found | {key: value(found[key]) for key, value in arrays.items()}, description)
        if name:
            top, described = load_model(model)
            described["parts"][name] = load_model(model / name)[1]["weights_sha256"]
            _save_top(model, top, described)

    return change


def described(**changes: Any) -> Callable[[Path], None]:
    """Change what a model says of itself; None takes a key away."""

    def change(model: Path) -> None:
        top, description = load_model(model)
        _save_top(model, top, {key: value for key, value in (description | changes).items() if value is not None})

    return change


def _save_top(model: Path, arrays: dict[str, np.ndarray], description: dict[str, Any]) -> None:
    """Write the model's own two files; its parts stay."""
    save_model(model.with_name("top"), arrays, description)
    for file in model.with_name("top").iterdir():
        file.replace(model / file.name)


def class_named(name: str) -> Callable[[Path], None]:
    """Give the first class of a model another name."""

    def change(model: Path) -> None:
        _, description = load_model(model)
        classes = description["classes"]
        key = next(key for key, value in classes.items() if isinstance(value, list) and "talc, massive" in value)
        described(classes=classes | {key: [name, *classes[key][1:]]})(model)

    return change


def nan(values: np.ndarray) -> np.ndarray:
    """NaN of the same shape."""
    return np.full_like(values, np.nan)


MODELS: dict[str, Callable[[Path], Any]] = {
    "weights of NaN": part("classifier", **{"q_y_logits/bias": nan}),
    "a threshold of NaN": part("", threshold=nan),
    "means of another shape": part("", class_means=lambda values: values[:, :2]),
    "weights of another shape": part("m1", **{"q_z_mean/bias": lambda values: values[:2]}),
    "no classifier": lambda model: described(
        parts={k: v for k, v in load_model(model)[1]["parts"].items() if k != "classifier"}
    )(model),
    "unknown features": described(features="dreams"),
    "an unknown method": described(method="oracle"),
    "another kind": described(kind="m1"),
    "a scale that is a text": described(scale="large"),
    "a scale below 0": described(scale=-1.0),
    "no classes": described(classes=None),
    "a class with a line break": class_named("evil\nfile type = x"),
    "a class with ESC": class_named(f"e{ESC}vil"),
    "a class that is a formula": class_named("=1+1"),
    "a cut file of weights": lambda model: (model / "weights.safetensors").write_bytes(
        (model / "weights.safetensors").read_bytes()[:-9]
    ),
    "one bit of the weights": lambda model: _flip(model / "classifier/weights.safetensors"),
    "JSON that is none": lambda model: (model / "model.json").write_text("{"),
    "JSON of another program": lambda model: (model / "model.json").write_text(json.dumps({"name": "x"})),
    "a part that is missing": lambda model: (model / "m1").rename(model / "m9"),
    "no weights": lambda model: (model / "weights.safetensors").unlink(),
    "a header of 2^60 bytes": lambda model: (model / "weights.safetensors").write_bytes(
        (2**60).to_bytes(8, "little") + b"{}"
    ),
}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


for what, change in MODELS.items():
    bad("models", what, "model", predict(break_model=change))


# ---- tables of further sensors, tie points, depth marks, intervals, collars and surveys
SENSORS = "scene\tsensor\tdata\tdata_key\twavelengths\tplace\n"
SWIR = "a1\tswir\ta1_swir.h5\tdata\tnm\t"
POINTS = "line,sample,grid_line,grid_sample\n0,0,0,0\n0,11,0,11\n39,0,39,0\n39,11,39,11\n20,5,20,5\n"


def sensors(*rows: str, header: str = SENSORS, bands: int = BANDS, lines: int = LINES, **tables: str | bytes) -> Build:
    """Rows of sensors.tsv, whose file of a1 has other wavelengths; tables beside it, by name."""

    def build(study: Study) -> None:
        nm = np.linspace(1500.0, 1700.0, bands)
        values = np.resize(counts(9), (lines, SAMPLES, bands))
        study.write_scan("a1_swir", data=values, nm=nm)
        study.write_scan("a2_swir", data=values[:, :, :-1], nm=nm[:-1])
        study.table(header + "".join(f"{row}\n" for row in rows), "sensors.tsv")
        study.config["sensors"] = "sensors.tsv"
        for name, content in tables.items():
            study.table(content, f"{name}.csv")

    return build


def points(text: str | bytes) -> Build:
    """The place of the second sensor of a1 by this table."""
    return sensors(f"{SWIR}points.csv", points=text)


right("sensors", "pixel by pixel", sensors(SWIR))
right("sensors", "a mark in front, rows without cells", sensors(SWIR, "\t" * 5, "", header="\ufeff" + SENSORS))
right("sensors", "six numbers, with commas between", sensors(f"{SWIR}1, 0, 0.25, 0, 1, 0"))
bad("sensors", "a header in capitals", "'scene' for 'SCENE'", sensors(SWIR, header=SENSORS.upper()))
bad("sensors", "semicolons between the cells", "sensors.tsv", sensors(header=SENSORS.replace("\t", ";")))
bad("sensors", "an unknown scene", "row 2, column 'scene'", sensors(SWIR.replace("a1\t", "a7\t")))
bad("sensors", "a sensor named twice", "row 3: a1 has two sensors of the name swir", sensors(SWIR, SWIR))
bad(
    "sensors",
    "one called as that of scenes.tsv",
    "row 2: a1 has two sensors",
    sensors(SWIR.replace("swir\t", "first\t")),
)
bad("sensors", "a name that is no file's", "row 2, column 'sensor'", sensors(SWIR.replace("swir\t", "sw/ir\t")))
bad("sensors", "the scan itself", "row 2: ", sensors(SWIR.replace("a1_swir.h5", "a1.h5")))
bad("sensors", "a file that is not there", "none.h5", sensors(SWIR.replace("a1_swir.h5", "none.h5")))
bad("sensors", "no wavelengths", "a1", sensors(SWIR.replace("nm\t", "\t")))
bad("sensors", "other lines, and no place", "a1", sensors(SWIR, lines=35))
bad("sensors", "other bands in another scene", "a2", sensors(SWIR, SWIR.replace("a1", "a2")))
bad("sensors", "five numbers", "row 2, column 'place': six numbers", sensors(f"{SWIR}1 0 0 0 1"))
bad("sensors", "decimal commas", "row 2, column 'place': six numbers", sensors(f"{SWIR}0,5 0 -0,25 0 0,5 -0,25"))
bad("sensors", "a number that is none", "row 2, column 'place'", sensors(f"{SWIR}1 0 nan 0 1 0"))
bad("sensors", "six zeros", "row 2, column 'place': six numbers that lead", sensors(f"{SWIR}0 0 0 0 0 0"))
bad("sensors", "a place off the scan", "a1", sensors(f"{SWIR}1 0 5000 0 1 0"))
bad(
    "sensors",
    "a residual with its unit",
    "row 2, column 'most_residual'",
    sensors(f"{SWIR}\t1 px", header=SENSORS[:-1] + "\tmost_residual\n"),
)
bad(
    "sensors",
    "a way in capitals",
    "row 2, column 'interpolation'",
    sensors(f"{SWIR}\tCUBIC", header=SENSORS[:-1] + "\tinterpolation\n"),
)
right(
    "tie points", "with a mark, quotes and empty rows", points("\ufeff" + POINTS.replace("20,5", '"20",5') + ",,,\r\n")
)
right("tie points", "a header in capitals", points(POINTS.upper()))
bad("tie points", "three", "tie points of swir", points("\n".join(POINTS.splitlines()[:4])))
bad("tie points", "on one line", "a1", points("".join([POINTS[:34], *(f"{k},{k},{k},{k}\n" for k in range(6))])))
bad("tie points", "one of them four times", "a1", points(POINTS[:34] + "3,4,3,4\n" * 4))
bad("tie points", "one far off", "a1", points(POINTS + "10,10,30,2\n"))
bad("tie points", "decimal commas", "point in place", points(POINTS.replace(",", ";").replace("20;5", "20,5;5")))
bad("tie points", "a short row", "points.csv, row 7", points(POINTS + "1,1\n"))
bad("tie points", "a column twice", "points.csv", points(POINTS.replace("grid_sample\n", "line\n")))


def holes(labels: str = "", **tables: str) -> Build:
    """Tables of hole A, whose two scans have depths: marks of a1, intervals, collar, survey, and interval labels."""

    def build(study: Study) -> None:
        study.more_columns += ("depth_from_m", "depth_to_m", "depth_marks")
        study.rows["a2"].update(depth_from_m="1", depth_to_m="2")
        study.rows["b1"].update(depth_from_m="0", depth_to_m="1")
        if "marks" in tables:
            study.first.update(depth_marks="marks.csv")
        else:
            study.first.update(depth_from_m="0", depth_to_m="1")
        for name, text in tables.items():
            study.table(text, f"{name}.csv")
        named = {key: f"{key}.csv" for key in ("table", "collar", "survey") if key in tables}
        study.config["intervals"] = named
        if labels:
            study.table(labels, "labels.csv")
            study.config["interval_labels"] = {"sources": [{"table": "labels.csv"}]}

    return build


COLLAR = "HoleID,X,Y,Z\nA,1,2,3\nB,1,2,3\n"
right("depth marks", "with a mark, quotes and a row twice", holes(marks='\ufeffline,depth_m\n"0",0\n39,1\n39,1\n'))
right("depth marks", "a header in capitals", holes(marks="LINE,DEPTH_M\n0,0\n39,1\n"))
bad("depth marks", "decimal commas", "point in place", holes(marks="line;depth_m\n0;0\n39;1,5\n"))
bad("depth marks", "a date", "marks.csv, row 3, column 'depth_m'", holes(marks="line,depth_m\n0,0\n39,2026-11-27\n"))
bad("depth marks", "NaN", "marks.csv, row 2, column 'depth_m'", holes(marks="line,depth_m\n0,nan\n39,1\n"))
bad("depth marks", "a short row", "marks.csv, row 3", holes(marks="line,depth_m\n0,0\n39\n"))
bad("depth marks", "a long row", "marks.csv, row 3", holes(marks="line,depth_m\n0,0\n39,1,5\n"))
bad("depth marks", "upwards", "marks.csv", holes(marks="line,depth_m\n0,5\n39,1\n"))
right(
    "depth marks", "two depths of one line", holes(marks="line,depth_m\n0,0\n0,0.5\n39,1\n"), "0.50 m of core are lost"
)
bad("depth marks", "a line beyond the scan", "a1: lines of depth marks", holes(marks="line,depth_m\n0,0\n400,1\n"))
bad("depth marks", "half a run", "marks.csv, row 2", holes(marks="line,depth_m,run\n0,0,1.5\n39,1,2\n"))
bad("depth marks", "a column twice", "marks.csv", holes(marks="line,line,depth_m\n0,0,0\n39,39,1\n"))
bad("depth marks", "of another scene alone", "marks.csv", holes(marks="scene,line,depth_m\nA1,0,0\nA1,39,1\n"))
right(
    "intervals", "capitals, quotes, a mark, empty rows", holes(table='\ufeff"HOLEID","FROM","TO","AU"\n"A",0,1,\n,,,\n')
)
right(
    "intervals", "of UTF-16", lambda s: (holes()(s), s.table("HoleID\tFrom\tTo\nA\t0\t1\n".encode("utf-16"), "t.csv"))
)
bad("intervals", "decimal commas of an assay", "point in place", holes(table="HoleID;From;To;Au\nA;0;1;0,5\n"))
bad("intervals", "depths with a unit", "table.csv, row 2, column 'to'", holes(table="HoleID,From,To\nA,0,1 m\n"))
bad("intervals", "a header twice", "table.csv", holes(table="HoleID,From,To,Au,Au\nA,0,1,1,2\n"))
bad("intervals", "backwards", "table.csv, row 2", holes(table="HoleID,From,To\nA,1,0\n"))
bad("intervals", "a row twice", "table.csv, row 3", holes(table="HoleID,From,To\nA,0,1\nA,0,1\n"))
bad("intervals", "below 0", "table.csv, row 2", holes(table="HoleID,From,To\nA,-1,0.5\n"))
bad("intervals", "a formula", "table.csv, row 2, column 'Au'", holes(table="HoleID,From,To,Au\nA,0,1,=B2*2\n"))
bad("interval labels", "in percent", "labels.csv, row 2", holes("HoleID,From,To,talc\nA,0,1,60\n"))
bad("interval labels", "a class twice", "labels.csv", holes("HoleID,From,To,talc,talc\nA,0,1,0.6,0.1\n"))
bad("interval labels", "by name and by code", "labels.csv", holes("HoleID,From,To,talc,1\nA,0,1,0.6,0.1\n"))
bad("interval labels", "decimal commas", "point in place", holes("HoleID;From;To;talc\nA;0;1;0,6\n"))
bad("collar", "a hole twice", "collar.csv, row 4", holes(collar=COLLAR + "A,1,2,3\n"))
bad(
    "collar",
    "blanks between thousands",
    "collar.csv, row 2, column 'x'",
    holes(collar=COLLAR.replace("A,1", "A,431 250")),
)
bad("collar", "an empty height", "collar.csv, row 2, column 'z'", holes(collar=COLLAR.replace("2,3\nB", "2,\nB")))
bad("collar", "names in small letters", "collar.csv, row 2", holes(collar=COLLAR.replace("A,", "a,")))
bad("survey", "a bearing of 400", "survey.csv, row 2", holes(collar=COLLAR, survey="hole,depth,dip,azi\nA,0,-60,400\n"))
bad(
    "survey",
    "a depth twice",
    "survey.csv, row 3",
    holes(collar=COLLAR, survey="hole,at,dip,azi\nA,0,-60,0\nA,0,-61,0\n"),
)
bad("survey", "quadrants", "column 'azimuth'", holes(collar=COLLAR, survey="hole,at,dip,azi\nA,0,-60,N45E\n"))
right(
    "label tables",
    "with a mark, capitals of no matter, a row twice",
    queue("a1 1 1 talc", "a1 1 1 talc", header="\ufeff" + QUEUE),
)
right("label tables", "a header in capitals", queue("a1 1 1 talc", header=QUEUE.upper()))
bad("label tables", "a scene in capitals", "queue.tsv, row 2", queue("A1 1 1 talc"))
bad("label tables", "a line with a comma", "queue.tsv, row 2, column 'line'", queue("a1 1,5 1 talc"))
bad("label tables", "a date for a line", "queue.tsv, row 2, column 'line'", queue("a1 2026-11-27 1 talc"))


# ---- mineral libraries
LIBRARY = "wavelength_nm,T,C\nmineral,talc,calcite\n" + "".join(
    f"{nm},{0.5 + 0.1 * np.sin(nm / 20):.3f},{0.5 + 0.1 * np.cos(nm / 15):.3f}\n" for nm in range(990, 1130, 10)
)


def library(text: str | bytes = LIBRARY, name: str = "l.csv", **keys: Any) -> Build:
    """A library of talc and calcite in the range of the sensor, and other keys of its section."""

    def build(study: Study) -> None:
        study.table(text, name)
        section = {"files": [name], "windows": [[1000, 1110]]} | keys
        config(library=section, compare={"baselines": ["majority", "library"]})(study)

    return build


right("library", "a table", library())
right("library", "of UTF-16", library(LIBRARY.encode("utf-16")))
right("library", "in micrometres", library(re.sub(r"\n(\d*)(\d{3}),", r"\n\1.\2,", LIBRARY.replace("_nm", "_um"))))
bad("library", "that is not there", "m.csv", library(files=["m.csv"]))
bad("library", "elsewhere", "library.files", library(files=["../l.csv"]))
bad("library", "empty", "l.csv", library(""))
bad("library", "a header alone", "l.csv", library("wavelength_nm,T,C\n"))
bad("library", "without a unit", "wavelength_nm", library(LIBRARY.replace("_nm", "")))
bad("library", "a name twice", "l.csv", library(LIBRARY.replace(",T,C", ",T,T")))
bad("library", "below 0", "deleted channels", library(LIBRARY.replace("0.5", "-0.5")))
bad("library", "words in a cell", "l.csv, row 17", library(LIBRARY + "1130,x,0.5\n"))
bad("library", "decimal commas", "l.csv", library(LIBRARY.replace(",", ";").replace(".", ",")))
bad("library", "nm under um", "l.csv", library(LIBRARY.replace("_nm", "_um")))
bad("library", "a window outside the sensor", "library.windows", library(windows=[[2080, 2400]]))
bad("library", "a window backwards", "windows", library(windows=[[1110, 1000]]))
bad("library", "mixtures of three", "mixture", library(mixture=3))
bad("library", "a workbook", "l.xlsx", library(b"PK\x03\x04", name="l.xlsx"))
bad("library", "ENVI without its header", "l.sli", library(b"\0" * 12, name="l.sli"))
bad("library", "of other minerals", "mineral", library(LIBRARY.replace("talc", "quartz").replace("calcite", "topaz")))
bad("normalise", "a hull outside the sensor", "normalise.windows", config(normalise={"method": "hull"}))
bad("normalise", "one candidate", "candidates", config(normalise={"method": "auto", "candidates": ["hull"]}))
bad(
    "normalise",
    "one candidate for M1",
    "m1_candidates",
    config(normalise={"m1_method": "auto", "m1_candidates": ["hull"]}),
)


# ---- labels of intervals and shares
TALC = "HoleID,From,To,class\nA,0,1,talc\n"
right("interval labels", "a class", holes(TALC))
bad("interval labels", "a class beside shares", "labels.csv", holes("HoleID,From,To,class,talc\nA,0,1,talc,0.5\n"))
bad("interval labels", "a radius beside To", "'radius'", holes("HoleID,To,depth,radius,class\nA,1,0.5,0.1,talc\n"))
bad("interval labels", "nothing labelled", "labels.csv", holes("HoleID,From,To,class\nA,0,1,\n"))
bad("interval labels", "points that touch", "row 3", holes("hole,at,radius,class\nA,1,0.2,talc\nA,1.1,0.2,calcite\n"))
SHARES = "scene\tline\tsample\ttalc\tcalcite\n" + "".join(
    f"a1\t{line}\t{sample}\t{0.8 - 0.1 * sample:.1f}\t{0.2 + 0.1 * sample:.1f}\n"
    for line in range(0, 40, 2)
    for sample in range(0, 8, 2)
)


def shares(more: str = "", *, least: str = "0.5", **source: Any) -> Build:
    """Labels of a1 that are shares, with another row, and a source of the configuration."""

    def build(study: Study) -> None:
        study.table(SHARES + more, "sem.tsv")
        study.first.update(labels="sem.tsv", labels_key=f"shares:{least}")
        if source:
            study.config["share_labels"] = {"sources": [source]}

    return build


right("shares", "a table with a weight", shares(files="*.tsv", weight=0.5))
bad("shares", "a pattern of no file", "share_labels.sources", shares(files="sem/*.tif"))
bad("shares", "a pattern of nothing", "share_labels.sources", shares(files="."))
bad("shares", "a sum above 1", "sem.tsv, row 82", shares("a1\t1\t1\t0.7\t0.6\n"))
bad("shares", "percent", "sem.tsv, row 82", shares("a1\t1\t1\t70\t30\n"))
bad("shares", "a line beyond the scan", "sem.tsv, row 82", shares("a1\t400\t1\t0.7\t0.3\n"))
bad("shares", "a least share above 1", "labels_key", shares(least="2"))
bad("intervals", "of a nanometre", "intervals.length_m", config(intervals={"length_m": 1e-9}))
bad("intervals", "pages of a micrometre", "intervals.page_m", config(intervals={"page_m": 1e-6}))
bad("mixtures", "resampled for ever", "mixtures.resamples", config(mixtures={"enabled": True, "resamples": 10**9}))
bad("cleaning", "of a sensor that no scene has", "cleaning.sensors", config(cleaning={"sensors": {"vnir": {}}}))
bad("scenes.tsv", "a line that is white and dark", "dark_lines", cells(white_lines="0-3", dark_lines="2-5"))
