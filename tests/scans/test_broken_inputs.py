"""Broken inputs: each ends, at the census or before, in one clear error of ours, and leaves no output behind.

A case takes a good project apart in one place. Its message must name the file, what was needed, what came, and what to
do; the table gives words of each, between bars.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io
from PIL import Image

from semispectral.census.census_files import write_census
from semispectral.census.compatibility import check_labels, check_scans
from semispectral.census.count import census
from semispectral.errors import ConfigError, DataError, MissingFileError, SemispectralError, ShapeError, UnreadableError
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.split import SplitConfig
from semispectral.sampling.study_split import expected_split
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.formats.open_file import reading
from semispectral.study.classes import ClassMap
from semispectral.study.config import complete, read_schema
from semispectral.study.scenes import read_scenes

LINES, SAMPLES, BANDS = 9, 5, 4
NM = np.linspace(1000, 2000, BANDS)
CUBE = np.arange(LINES * SAMPLES * BANDS).reshape(LINES, SAMPLES, BANDS).astype(np.uint16)
CODES = np.resize([0, 1, 2, 100, 255], (LINES, SAMPLES)).astype(np.uint8)
ROW = {
    "scene": "s1",
    "hole": "h1",
    "data": "s1.h5",
    "data_key": "data",
    "labels": "",
    "labels_key": "labels",
    "axes": "line,sample,band",
    "wavelengths": "nm",
    "scale": "1",
    "nodata": "",
    "use": "1-99",
    "ignore": "255",
    "white_key": "",
    "dark_key": "",
}
CLASSES = "code\tname\tcolour\n1\ttalc\t#00ff00\n2\tcalcite\t#0000ff\n"
NOBODY = 65534


class Project:
    """A good project of two scenes: tables and files in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.rows = [dict(ROW), ROW | {"scene": "s2", "hole": "h2", "data": "s2.h5"}]
        (directory / "classes.tsv").write_text(CLASSES, "utf-8")
        write_scene(directory / "s1.h5")
        write_scene(directory / "s2.h5", data=CUBE[::-1] + 3)

    def write_table(self) -> None:
        """Write scenes.tsv, unless a case has made its own."""
        table = self.directory / "scenes.tsv"
        if not table.exists():
            lines = ["\t".join(self.rows[0]), *("\t".join(row.values()) for row in self.rows)]
            table.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self) -> None:
        """What the workflow does up to the split: tables, censuses, the collection."""
        scenes = read_scenes(self.directory / "scenes.tsv", data_root=self.directory)
        classes = ClassMap.read(self.directory / "classes.tsv")
        found = [census(scene, classes) for scene in scenes]
        check_scans(found, scale={scene.name: scene.factor for scene in scenes})
        check_labels(found)
        out = self.directory / "out"
        out.mkdir()
        for one in found:
            write_census(one, out / f"{one.scene}.parquet", out / f"{one.scene}.npy")


def write_scene(path: Path, *, data: np.ndarray = CUBE, labels: np.ndarray = CODES, nm: object = NM) -> None:
    """Write one HDF5 scene."""
    with h5py.File(path, "w") as file:
        file["data"], file["labels"], file["nm"] = data, labels, nm


Words = str
# a cell of the first row of scenes.tsv
CELLS: dict[str, tuple[dict[str, str], type[SemispectralError], Words]] = {
    "no file": ({"data": "gone.h5"}, MissingFileError, "gone.h5|scene|nothing is there|check the path"),
    "a directory": ({"data": "d.h5"}, UnreadableError, "d.h5|scene is needed|a directory|name the file"),
    "an unknown suffix": ({"data": "s.xyz"}, DataError, "s.xyz|known format|'.xyz'|convert"),
    "a wrong key": ({"data_key": "/x/y"}, MissingFileError, "s1.h5|'/x/y'|/data, /labels|name one"),
    "a group for a key": ({"data_key": "/"}, MissingFileError, "s1.h5|dataset '/'|the file holds|name one"),
    "a wrong key of labels": ({"labels_key": "map"}, MissingFileError, "s1.h5|'map'|/labels|name one"),
    "a wrong key of wavelengths": ({"wavelengths": "um"}, MissingFileError, "s1.h5|'um'|/nm|name one"),
    "a cube of two axes": ({"data_key": "labels"}, ShapeError, "s1.h5|3 axes|(9, 5)|another array"),
    "text for HDF5": ({"data": "text.h5"}, UnreadableError, "text.h5|HDF5 file|could not be read|another format"),
    "an empty file": ({"data": "empty.h5"}, UnreadableError, "empty.h5|HDF5 file|could not be read|copy it again"),
    "a pickle in .npy": ({"data": "object.npy"}, DataError, "object.npy|plain numbers|dtype object|name an array"),
    "a cut .npy": ({"data": "cut.npy"}, UnreadableError, "cut.npy|at least|got|copy it again"),
    "a VRT named .tif": ({"data": "vrt.tif"}, UnreadableError, "vrt.tif|GeoTIFF|could not be read|another format"),
    "a header that lies": ({"data": "lie.img"}, UnreadableError, "lie.img|at least 3600|got 360|correct the header"),
    "no header": ({"data": "bare.img"}, MissingFileError, "bare.img|header beside it|none|copy it there"),
    "a cut .mat": ({"data": "cut.mat"}, UnreadableError, "cut.mat|MATLAB file|could not be read|copy it again"),
    "a .mat of cells": ({"data": "cell.mat", "data_key": "x"}, DataError, "cell.mat|numbers|cell|save the array"),
    "a .mat of a structure": ({"data": "st.mat", "data_key": "x"}, DataError, "st.mat|numbers|struct|save the array"),
    "a key where there are none": ({"data": "n.npy", "data_key": "x"}, MissingFileError, "n.npy|no keys|'x'|leave"),
    "labels in colour": ({"labels": "rgb.png"}, DataError, "rgb.png|grey or palette|RGB|one channel"),
    "labels of several bands": ({"labels": "b3.tif"}, ShapeError, "b3.tif|one band|got 3|name another"),
    "wavelengths of no column": ({"wavelengths": "no.csv"}, DataError, "no.csv|column wavelength_nm|got band|row per"),
    "too few wavelengths": ({"wavelengths": "one.csv"}, ShapeError, "one.csv|one wavelength per band|got 1|check"),
    "a scale that is no number": ({"scale": "high"}, ConfigError, "scenes.tsv, row 2, column 'scale'|number|'high'"),
    "codes that are no ranges": ({"use": "all"}, ConfigError, "scenes.tsv, row 2, column 'use'|like 1-99|'all'"),
    "a class that is ignored": ({"ignore": "9"}, ConfigError, "scenes.tsv, row 2|'use' and 'ignore'|(1, 99)|one of"),
    "a white without a dark": (
        {"white_key": "data"},
        ConfigError,
        "scenes.tsv, row 2|together|a white one and no dark one|dark_key",
    ),
    "a wrong key of references": (
        {"white_key": "white", "dark_key": "white"},
        MissingFileError,
        "s1.h5|'white'|/data, /labels|name one",
    ),
    "references of another shape": (
        {"white_key": "labels", "dark_key": "labels"},
        ShapeError,
        "s1.h5|(5, 4)|(9, 5)|check the columns white and white_key",
    ),
    "a scene that stands twice": ({"scene": "s2"}, ConfigError, "scenes.tsv|duplicate|s2|rename"),
}
# an array of the first scene
ARRAYS: dict[str, tuple[dict[str, object], type[SemispectralError], Words]] = {
    "labels of another shape": ({"labels": CODES[1:]}, ShapeError, "s1.h5|(9, 5)|(8, 5)|check the columns"),
    "labels on their side": ({"labels": CODES.T}, ShapeError, "s1.h5|(9, 5)|(5, 9)|labels_axes"),
    "a transposed cube": ({"data": CUBE.transpose(2, 0, 1)}, ShapeError, "s1.h5|per band is needed (5)|got 4|axes"),
    "a cube without lines": ({"data": CUBE[:0]}, ShapeError, "s1.h5|none of them empty|(0, 5, 4)|another array"),
    "other bands": ({"data": CUBE[..., :3], "nm": NM[:3]}, DataError, "scenes.tsv|same bands|3 (s1), 4 (s2)|resample"),
    "text for numbers": ({"data": np.full(CUBE.shape, b"x")}, DataError, "s1.h5|plain numbers|dtype |S1|name an array"),
    "objects": ({"data": np.full(CUBE.shape, "x", object)}, DataError, "s1.h5|plain numbers|object|name an array"),
    "records": ({"data": np.zeros(CUBE.shape, [("a", "i4")])}, DataError, "s1.h5|plain numbers|dtype [(|name an"),
    "complex numbers": ({"data": CUBE.astype(complex)}, DataError, "s1.h5|plain numbers|complex|name an array"),
    "all NaN": ({"data": np.full(CUBE.shape, np.nan)}, DataError, "s1.h5|to learn from|all of the 180|leave the scene"),
    "all saturated": ({"data": CUBE * 0 + 65535}, DataError, "s1.h5|to learn from|saturated|leave the scene out"),
    "wavelengths without unit": ({"nm": NM / 1000}, DataError, "s1.h5|nanometres|got 1;|wavelength_um"),
    "wavelengths of NaN": ({"nm": NM * np.nan}, DataError, "s1.h5|finite|nan|correct them"),
    "negative codes": ({"labels": CODES.astype(int) - 5}, DataError, "s1.h5|0 or more|[-5, -4, -3]|'ignore'"),
    "codes beyond classes.tsv": ({"labels": CODES + 41}, DataError, "s1.h5|row in classes.tsv|42, 43|'use'"),
    "halves for labels": ({"labels": CODES / 2}, DataError, "s1.h5|whole numbers|0.5|mark unlabelled"),
    "infinite labels": ({"labels": np.full(CODES.shape, np.inf)}, DataError, "s1.h5|whole numbers|inf|with 0"),
    "labels beyond 32 bits": (
        {"labels": CODES + np.int64(2**32)},
        DataError,
        "s1.h5|32 bits|4294967296|raster of labels",
    ),
    "text for labels": ({"labels": np.full(CODES.shape, b"x")}, DataError, "s1.h5|plain numbers|dtype|name an array"),
}
# the whole text of a table
TABLES: dict[str, tuple[str, bytes, type[SemispectralError], Words]] = {
    "an empty scenes.tsv": ("scenes.tsv", b"", ConfigError, "scenes.tsv|header and one row|is empty|are needed"),
    "no scenes": ("scenes.tsv", "\t".join(ROW).encode(), ConfigError, "scenes.tsv|header|no scene|add one row"),
    "Latin-1": ("scenes.tsv", "k\xe4rn".encode("latin-1"), ConfigError, "scenes.tsv|UTF-8|another encoding|save it"),
    "unknown columns": ("scenes.tsv", b"scene\tcolor", ConfigError, "scenes.tsv|columns|unknown column(s) 'color'|may"),
    "missing columns": ("scenes.tsv", b"scene\thole", ConfigError, "scenes.tsv|columns|missing column(s) 'data'|need"),
    "binary": ("scenes.tsv", bytes(range(256)), ConfigError, "scenes.tsv|UTF-8|another encoding|save it"),
    "a class twice": (
        "classes.tsv",
        (CLASSES + "1\ta\t#ffffff\n").encode(),
        ConfigError,
        "classes.tsv|duplicate code: 1",
    ),
    "no colour": ("classes.tsv", CLASSES.replace("#00", "0x").encode(), ConfigError, "classes.tsv|like #1f77b4|0xff00"),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A good project in a directory whose name has a space and accents, with the broken files beside it."""
    directory = tmp_path / "K\xe4rn pr\xf8ver \xf1"
    directory.mkdir()
    write_broken_files(directory)
    return Project(directory)


def write_broken_files(directory: Path) -> None:
    """The files that `CELLS` points to."""
    (directory / "d.h5").mkdir()
    for name, content in {
        "s.xyz": b"",
        "text.h5": b"line,sample",
        "empty.h5": b"",
        "vrt.tif": b'<VRTDataset rasterXSize="5" rasterYSize="9"></VRTDataset>',
        "lie.img": CUBE.tobytes(),
        "lie.hdr": b"ENVI\nlines = 90\nsamples = 5\nbands = 4\ndata type = 12\ninterleave = bip\n",
        "bare.img": CUBE.tobytes(),
        "no.csv": b"band\n1\n",
        "one.csv": b"wavelength_nm\n1000\n",
    }.items():
        (directory / name).write_bytes(content)
    np.save(directory / "object.npy", np.full(CUBE.shape, None), allow_pickle=True)
    for name in ("n.npy", "cut.npy"):
        np.save(directory / name, CUBE)
    for name, content in {"cut": CUBE, "cell": np.array([["x", 1]], object), "st": {"a": CUBE}}.items():
        scipy.io.savemat(directory / f"{name}.mat", {"x": content})
    for name in ("cut.npy", "cut.mat"):
        (directory / name).write_bytes((directory / name).read_bytes()[:300])
    Image.new("RGB", (SAMPLES, LINES)).save(directory / "rgb.png")
    size = {"count": 3, "height": LINES, "width": SAMPLES, "dtype": "uint8"}
    with quiet(), rasterio.open(directory / "b3.tif", "w", driver="GTiff", **size) as raster:
        raster.write(np.zeros((3, LINES, SAMPLES), np.uint8))


def assert_told(project: Project, error: type[SemispectralError], words: Words) -> None:
    """The run ends in just this error, in one line that has all the words, and writes nothing."""
    project.write_table()
    with pytest.raises(error) as caught:
        project.run()
    assert type(caught.value) is error
    message = str(caught.value)
    assert "\n" not in message
    assert [word for word in words.split("|") if word not in message] == [], message
    assert not (project.directory / "out").exists()


def test_the_project_is_good_before_it_is_broken(project: Project) -> None:
    """Without a break the project runs, so each case fails for its own reason; spaces and accents do not matter."""
    project.write_table()
    project.run()
    assert len(list((project.directory / "out").iterdir())) == 4


@pytest.mark.parametrize("name", CELLS)
def test_a_broken_cell_or_file(project: Project, name: str) -> None:
    """A cell of scenes.tsv that is wrong, or names a file that is."""
    cells, error, words = CELLS[name]
    keyless = not str(cells.get("data", ".h5")).endswith((".h5", ".mat"))
    project.rows[0] |= ({"data_key": "", "wavelengths": ""} if keyless else {}) | cells
    if "labels" in cells:
        project.rows[0]["labels_key"] = ""
    if name == "a cut .mat":
        project.rows[0]["data_key"] = "x"
    assert_told(project, error, words)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_broken_array(project: Project, name: str) -> None:
    """An array of a scene that cannot be what its column says."""
    arrays, error, words = ARRAYS[name]
    write_scene(project.directory / "s1.h5", **arrays)
    assert_told(project, error, words)


@pytest.mark.parametrize("name", TABLES)
def test_a_broken_table(project: Project, name: str) -> None:
    """A table that is no table, or says what cannot be."""
    file, content, error, words = TABLES[name]
    (project.directory / file).write_bytes(content)
    assert_told(project, error, words)


def test_no_table(project: Project) -> None:
    """A configuration that names no table of scenes."""
    with pytest.raises(
        MissingFileError, match=r"none\.tsv: the table of scenes does not exist; name it in the config key"
    ):
        read_scenes(project.directory / "none.tsv", data_root=project.directory)


def test_all_nodata(project: Project) -> None:
    """A scene of nothing but nodata."""
    project.rows[0]["nodata"] = "7"
    write_scene(project.directory / "s1.h5", data=np.full_like(CUBE, 7))
    assert_told(project, DataError, "s1.h5|to learn from|nodata|leave the scene out")


def test_no_label_in_any_scene(project: Project) -> None:
    """One scene without labels is a source of unlabelled pixels; a collection without any is of no use."""
    write_scene(project.directory / "s1.h5", labels=CODES * 0)
    project.write_table()
    project.run()
    (project.directory / "out").rename(project.directory / "before")
    write_scene(project.directory / "s2.h5", data=CUBE[::-1] + 3, labels=CODES * 0)
    assert_told(project, DataError, "scenes.tsv|labelled pixels are needed|none of the 2|check the columns")


# labels of both scenes (s2 is in the hole that is tested) and the warning that they give
PLANS: dict[str, tuple[np.ndarray, np.ndarray, Words]] = {
    "a class only in the test hole": (
        np.where(CODES == 2, 0, CODES),
        CODES,
        "class calcite (code 2)|only in test (9 pixels)|cannot be learnt",
    ),
    "one labelled pixel in a class": (
        np.where((CODES == 2) & (np.cumsum(CODES == 2).reshape(CODES.shape) > 1), 0, CODES),
        CODES,
        "class calcite (code 2)|1 pixel in train|none in valid|not watched",
    ),
    "a class in one hole": (
        CODES,
        np.where(CODES == 2, 0, CODES),
        "class calcite (code 2)|in hole h1 only|another hole",
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_labels_that_a_person_should_know_about(project: Project, name: str) -> None:
    """Labels that can be used but not fully believed are no error: the split says so, once, by the class's name."""
    first, second, words = PLANS[name]
    for scene, labels in (("s1", first), ("s2", second)):
        write_scene(project.directory / f"{scene}.h5", labels=labels)
    project.write_table()
    scenes = read_scenes(project.directory / "scenes.tsv", data_root=project.directory)
    classes = ClassMap.read(project.directory / "classes.tsv")
    codes = {scene.name: census(scene, classes).codes for scene in scenes}
    split = SplitConfig(method="groups", seed=1, test_groups=("h2",), block_lines=3, buffer=0)
    found = expected_split(scenes, codes, classes, split_settings=split, sample_settings=SampleConfig(seed=1))
    warnings = found.warnings
    assert len([text for text in warnings if all(word in text for word in words.split("|"))]) == 1, warnings


# a section of the configuration
SCHEMA = Path(__file__).resolve().parents[2] / "config/config.schema.yaml"
CONFIGS: dict[str, tuple[dict[str, object], Words]] = {
    "an unknown section": ({"cleanig": {}}, "configuration|unknown key 'cleanig'|did you mean 'cleaning'"),
    "an unknown key": ({"cleaning": {"step": []}}, "cleaning|unknown key 'step'|did you mean 'steps'"),
    "a wrong type": ({"sample": {"seed": "one"}}, "sample.seed|a whole number|'one'"),
    "an unknown step": ({"cleaning": {"steps": ["spike"]}}, "cleaning.steps[0]|one of|'spike'|did you mean 'spikes'"),
    "out of range": ({"cleaning": {"white_reflectance": 99}}, "cleaning.white_reflectance|1 or less|99"),
    "text for a list": ({"cleaning": {"steps": "scale"}}, "cleaning.steps|a list|'scale'"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_broken_configuration(name: str) -> None:
    """Each mistake is one line: the key, what it needs, what came, and the nearest key."""
    config, words = CONFIGS[name]
    with pytest.raises(ConfigError) as caught:
        complete(config, read_schema(SCHEMA))
    message = str(caught.value)
    assert [word for word in words.split("|") if word not in message] == [], message
    assert message.count("\n") == 1


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def damage_a_chunk(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["data"]
        dataset = file.create_dataset("data", data=CUBE, chunks=CUBE.shape, compression="gzip")
        place = dataset.id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[place.byte_offset : place.byte_offset + place.size] = bytes(place.size)
    path.write_bytes(content)


def link_outside(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["data"]
        file["data"] = h5py.ExternalLink("s2.h5", "/data")


def map_outside(path: Path) -> None:
    layout = h5py.VirtualLayout(shape=CUBE.shape, dtype=CUBE.dtype)
    layout[:] = h5py.VirtualSource("s2.h5", "data", shape=CUBE.shape)
    with h5py.File(path, "a") as file:
        del file["data"]
        file.create_virtual_dataset("data", layout)


@pytest.mark.parametrize(
    ("take_apart", "error", "words"),
    [
        (cut, UnreadableError, "s1.h5|HDF5 file|truncated|copy it again"),
        (damage_a_chunk, UnreadableError, "s1.h5|HDF5 file|could not be read|copy it again"),
        (link_outside, DataError, "s1.h5|must lie in the file|'s2.h5'|copy the data"),
        (map_outside, DataError, "s1.h5|must lie in the file|'s2.h5'|h5repack"),
    ],
)
def test_a_broken_hdf5(
    project: Project, take_apart: Callable[[Path], None], error: type[SemispectralError], words: Words
) -> None:
    """A file that is cut or damaged, or that leads out of itself."""
    take_apart(project.directory / "s1.h5")
    assert_told(project, error, words)


@pytest.fixture
def ordinary_user(project: Project) -> Iterator[None]:
    """Somebody whom permissions bind, also where the tests run as root."""
    project.write_table()
    if os.geteuid() != 0:
        yield
        return
    for directory in (project.directory, *project.directory.parents[:-2]):
        directory.chmod(directory.stat().st_mode | 0o555)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def test_no_permission(project: Project, request: pytest.FixtureRequest) -> None:
    """A file that may not be read is told from one that is damaged."""
    (project.directory / "s1.h5").chmod(0)
    request.getfixturevalue("ordinary_user")
    assert_told(project, UnreadableError, "s1.h5|scene is needed|no permission|chmod")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied"), "no permission to read it; allow it"),
        (BlockingIOError(11, "Resource temporarily unavailable"), "another program holds it open"),
        (OSError(5, "Input/output error"), "its disk or network did not answer; see that it is connected"),
        (OSError(24, "Too many open files"), "too many files are open"),
    ],
)
def test_a_fault_of_the_system_is_none_of_the_file(tmp_path: Path, error: OSError, told: str) -> None:
    """Nobody is sent to copy a scan again that a new copy does not mend; an error without a number says nothing."""
    with pytest.raises(UnreadableError, match=told) as caught, reading(tmp_path / "s.img", what="a scan"):
        raise error
    assert "copy it again" not in str(caught.value)
    with pytest.raises(UnreadableError, match="copy it again"), reading(tmp_path / "s.img", what="a scan"):
        raise OSError("truncated")
