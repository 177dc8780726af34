"""What a stranger's file cannot do: run code, read or write outside its place, or speak as markup."""

import io
import json
import os
import pickle
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save

import tiny_models as tiny
from scene_rows import GOOD, write_scenes
from semispectral.census.census_files import read_census
from semispectral.downhole.log import HIGH, LOW, NOVEL, SHARE
from semispectral.downhole.log_figure import draw_log
from semispectral.errors import ConfigError, DataError, IntegrityError, SemispectralError
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.picture import draw_picture
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page.mapped import write_page
from semispectral.page.tiles import Facts, write_pixels
from semispectral.scans.identity import Identity
from semispectral.scans.readers import open_cube
from semispectral.storage import model_files as weights
from semispectral.storage.model_files import load_model, save_model
from semispectral.study.classes import ClassMap
from semispectral.study.paths import inside
from semispectral.study.scenes import read_scenes

ROOT = Path(__file__).resolve().parents[2]
# A line that runs what a file says, or unpacks it to wherever it says, and the rule of ruff that refuses it.
REFUSED = {
    "import pickle": "TID251",
    "from joblib import load": "TID251",
    "import marshal": "TID251",
    "import shelve": "TID251",
    "import tarfile": "TID251",
    "shutil.unpack_archive(x)": "TID251",
    "pandas.read_pickle(x)": "S301",
    "eval(x)": "S307",
    "exec(x)": "S102",
    "yaml.load(x, Loader=yaml.UnsafeLoader)": "S506",
    "os.system(x)": "S605",
    "subprocess.run(x, shell=True)": "S602",
}
NAME = "<script>alert(1)</script>"


def ruff(*words: str, text: str = "") -> str:
    """What ruff says with the project's settings."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "concise", *words]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True).stdout


def test_ruff_refuses_what_runs_a_file() -> None:
    """The rules that keep pickle, eval, shells, unsafe YAML and archives out of the package are on."""
    imports = "import os\nimport shutil\nimport subprocess\n\nimport pandas\nimport yaml\n\n"
    text = imports + "\n".join(REFUSED)
    said = ruff("--stdin-filename", "src/semispectral/maps/new.py", "-", text=text)
    first = imports.count("\n") + 1
    for number, (line, rule) in enumerate(REFUSED.items(), start=first):
        assert re.search(rf"new\.py:{number}:\d+: {rule} ", said), f"{line}: {rule} is off"


def test_no_adapter_and_no_rule_runs_a_file() -> None:
    """Adapters, which ruff leaves out otherwise, pass its rules of security; rules start no shell."""
    adapters = sorted(str(path) for path in (ROOT / "workflow/scripts").glob("*.py"))
    assert adapters
    assert ruff("--select", "S,TID251", *adapters).strip() == "All checks passed!"
    for path in [ROOT / "Snakefile", *sorted((ROOT / "rules").glob("*.smk"))]:
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\b(pickle|eval|exec|yaml\.load|os\.system)\b|^\s*shell:", text, re.MULTILINE), path
    for path in (ROOT / "src").rglob("*.py"):
        assert "allow_pickle=True" not in path.read_text(encoding="utf-8"), path


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_bomb_goes_off_where_pickle_is_read(tmp_path: Path) -> None:
    """So that the tests below mean something."""
    pickle.loads(pickle.dumps(Bomb(tmp_path / "boom")))  # noqa: S301  our own, to see that it works
    assert (tmp_path / "boom").is_dir()


@pytest.mark.parametrize("checksummed", [True, False])
def test_weights_cannot_execute(tmp_path: Path, checksummed: bool) -> None:
    """A pickle in place of weights is refused unread, with the right checksum too."""
    save_model(tmp_path / "m", {"w": np.zeros(2, np.float32)}, {"kind": "toy"})
    content = pickle.dumps(Bomb(tmp_path / "boom"))
    if checksummed:
        description = json.loads((tmp_path / "m/model.json").read_text())
        description["weights_sha256"] = weights.hashlib.sha256(content).hexdigest()
        description[weights.OWN] = weights._own_checksum(description)
        (tmp_path / "m/model.json").write_text(json.dumps(description))
    (tmp_path / "m/weights.safetensors").write_bytes(content)
    with pytest.raises(IntegrityError, match=r"weights\.safetensors.*delete"):
        load_model(tmp_path / "m")
    assert not (tmp_path / "boom").exists()


def test_arrays_of_objects_are_not_unpickled(tmp_path: Path) -> None:
    """Neither a scan nor a census that holds Python objects is read."""
    content = io.BytesIO()
    np.save(content, np.array([Bomb(tmp_path / "boom")] * 8, object).reshape(2, 2, 2), allow_pickle=True)
    (tmp_path / "scan.npy").write_bytes(content.getvalue())
    with pytest.raises(DataError, match="plain numbers"):
        open_cube(tmp_path / "scan.npy")
    pd.DataFrame({"scene": ["a"]}).to_parquet(tmp_path / "scan.parquet")
    with pytest.raises(IntegrityError):
        read_census(tmp_path / "scan.parquet")
    assert not (tmp_path / "boom").exists()


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """A folder of scans, with a link out of it."""
    root = tmp_path / "data"
    (root / "in").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "own").symlink_to(root / "in")
    return root


@pytest.mark.parametrize(
    "path", ["../outside/a.h5", "/etc/passwd", "in/../../outside/a.h5", "link/a.h5", "..", "in/\0"]
)
@pytest.mark.parametrize("column", ["data", "labels", "wavelengths"])
def test_a_table_of_scenes_stays_in_data_root(tmp_path: Path, data_root: Path, path: str, column: str) -> None:
    """A path that leads out, by whatever way, is refused with row, column, its end, and the key that allows it."""
    path = f"{path}/bands.csv" if column == "wavelengths" else path
    table = write_scenes(tmp_path / "scenes.tsv", GOOD | {column: path})
    with pytest.raises(ConfigError, match=rf"row 2, column '{column}'.*(allow_outside: true|control characters)"):
        read_scenes(table, data_root=data_root)
    if "\0" not in path:
        assert len(read_scenes(table, data_root=data_root, allow_outside=True)) == 1


@pytest.mark.parametrize("path", ["a.h5", "in/a.h5", "in/../a.h5", "own/a.h5", "./a.h5", "..a.h5", "in/.../a.h5"])
def test_paths_inside_are_let_through(data_root: Path, path: str) -> None:
    """Also those that turn back inside, and links from one place inside to another."""
    assert inside(path, "here", root=data_root) == data_root / path
    assert inside(str(data_root / path), "here", root=data_root) == data_root / path


@pytest.mark.parametrize("hole", ["../../x", "a/b", ".hidden", "a\\b", "a\u202eb"])
def test_a_hole_cannot_name_another_folder(tmp_path: Path, hole: str) -> None:
    """Holes name files of the results."""
    with pytest.raises(ConfigError, match="column 'hole'"):
        read_scenes(write_scenes(tmp_path / "scenes.tsv", GOOD | {"hole": hole}), data_root=tmp_path)


def test_soft_links_inside_a_file_are_followed_and_external_ones_are_not(tmp_path: Path) -> None:
    """Also where a soft link leads to the external one."""
    cube = np.ones((3, 2, 2), np.uint16)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = cube
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = cube
        file["soft"] = h5py.SoftLink("/data")
        file["far"] = h5py.ExternalLink("other.h5", "/data")
        file["soft_far"] = h5py.SoftLink("/far")
    with open_cube(tmp_path / "a.h5", key="soft") as opened:
        assert opened.shape == cube.shape
    for key in ("far", "soft_far"):
        with pytest.raises(DataError, match="external link"):
            open_cube(tmp_path / "a.h5", key=key)


def test_an_envi_header_leads_to_the_file_beside_it_only(tmp_path: Path) -> None:
    """A header that names another data file is read with its own."""
    other = tmp_path / "secret.dat"
    other.write_bytes(b"\1" * 8)
    header = f"ENVI\nlines = 2\nsamples = 2\nbands = 2\ndata type = 1\ninterleave = bip\ndata file = {{{other}}}\n"
    (tmp_path / "scan.hdr").write_text(header)
    with pytest.raises(SemispectralError, match="data of this header are needed beside it"):
        open_cube(tmp_path / "scan.hdr")
    (tmp_path / "scan.img").write_bytes(bytes(8))
    with open_cube(tmp_path / "scan.hdr") as cube:
        assert not cube.read_lines(0, 2).any()


def test_a_model_s_parts_lie_in_its_directory(tmp_path: Path) -> None:
    """A description that names other folders as its parts is refused."""
    from semispectral.maps.bundle import read_bundle

    said = {"kind": "bundle 2", "method": "m2", "features": "bands", "scale": None, "classes": tiny.NAMES.to_dict()}
    parts = {"scaler": "0", "classifier": "0", "../../x": "0"}
    save_model(tmp_path / "m", {}, said | {"parts": parts})
    known = r"\['scaler', 'scaler_m1', 'scaler_hull', 'm1', 'classifier', 'tray'\]"
    with pytest.raises(DataError, match=rf"\.\./\.\./x' is not one of {known}"):
        read_bundle(tmp_path / "m")


class Tags(HTMLParser):
    """Collects the tags of a page, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.text = ""
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.scripts += [""] if tag == "script" else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data
        else:
            self.text += data


def test_a_page_shows_names_as_text(tmp_path: Path) -> None:
    """A class and a scene called <script> are text; no script of the page is theirs, and none is cut short by them."""
    classes = ClassMap((1, 4, 9), (NAME, "</script><script>alert(2)</script>", "a & b"), tiny.NAMES.colours)
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, classes=classes)
    counts = tiny.tiny_counts(seed=4)
    drawn = draw_map(tiny.tiny_cube(counts), bundle, known=Known(), smooth=SmoothConfig(), threads=1)
    for name, page, shown in ((NAME, "page", drawn), ("A", "plain", drawn.named(tiny.NAMES))):
        facts = Facts(Identity(name, tiny.LINES, tiny.SAMPLES, "0"), 1.0)
        write_pixels(tmp_path / f"{page}_pixels", tiny.tiny_cube(counts), drawn.map, bundle, facts)
        write_page(tmp_path / f"{page}.html", shown, tmp_path / f"{page}_pixels")
    tags, expected = Tags(), Tags()
    tags.feed((tmp_path / "page.html").read_text(encoding="utf-8"))
    expected.feed((tmp_path / "plain.html").read_text(encoding="utf-8"))
    assert len(tags.scripts) == len(expected.scripts)
    assert not [script for script in tags.scripts if script.startswith("alert")]
    assert NAME in tags.text


@pytest.mark.parametrize(("name", "others"), [(NAME, ("%s {0}", "b")), ("$\\frac{", ("a $x$ b", "c"))])
def test_figures_draw_names_as_they_are(tmp_path: Path, name: str, others: tuple[str, str]) -> None:
    """Names that look like formulas or like markup break no figure: of the map, and of the downhole log."""
    classes = ClassMap((1, 4, 9), (name, *others), tiny.NAMES.colours)
    bundle = tiny.tiny_bundle(tmp_path / "model", seed=3, classes=classes)
    drawn = draw_map(tiny.tiny_cube(tiny.tiny_counts(seed=4)), bundle, known=Known(), smooth=SmoothConfig(), threads=1)
    draw_picture(tmp_path / "map.png", drawn, title=name, pixel_mm=None)
    row = {"hole": name, "depth_from_m": [0.0, 1.0], "depth_to_m": [1.0, 2.0], "dominant": name, "pixels": 5}
    shares = {f"{kind}{one}": 0.3 for one in classes.names for kind in (SHARE, LOW, HIGH)}
    draw_log(tmp_path / "log.png", pd.DataFrame(row | shares | {NOVEL: 0.1}), classes, coverage=0.9)
    assert (tmp_path / "map.png").stat().st_size > 1000
    assert (tmp_path / "log.png").stat().st_size > 1000


def test_safetensors_with_a_header_that_lies_takes_no_memory(tmp_path: Path) -> None:
    """A length beyond the file is refused before anything is allocated."""
    save_model(tmp_path / "m", {"w": np.zeros(2, np.float32)}, {"kind": "toy"})
    content = save({"w": np.zeros(2, np.float32)})
    lie = (2**40).to_bytes(8, "little") + content[8:]
    description = json.loads((tmp_path / "m/model.json").read_text())
    description["weights_sha256"] = weights.hashlib.sha256(lie).hexdigest()
    description[weights.OWN] = weights._own_checksum(description)
    (tmp_path / "m/model.json").write_text(json.dumps(description))
    (tmp_path / "m/weights.safetensors").write_bytes(lie)
    with pytest.raises(IntegrityError, match="cannot be read"):
        load_model(tmp_path / "m")
