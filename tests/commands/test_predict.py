"""A new scan from the command line: map, page and downhole log, all of them or nothing, and words about its options."""

import ast
import logging
from pathlib import Path

import h5py
import lasio
import numpy as np
import pandas as pd
import pytest
import spectral.io.envi as spy

import tiny_models as tiny
from semispectral.commands import predict_run as run
from semispectral.commands.main import main
from semispectral.commands.predict_options import OPTIONS, in_options
from semispectral.features.feature_files import read_features
from semispectral.features.feature_settings import FILES as FEATURE_FILES
from semispectral.features.feature_settings import FeaturesConfig, Window

ROOT = Path(__file__).resolve().parents[2]
ATTRIBUTES = {"hole": "DH7", "depth_from_m": 49.3, "depth_to_m": 50.5, "pixel_mm": 1.2}
LOG = {"downhole.csv", "downhole.las", "downhole.png", "downhole.pdf", "intervals.csv", "intervals.parquet", "hole"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A trained model."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    return tmp_path / "model"


def scan(path: Path, **attributes: object) -> Path:
    """A scan in HDF5, with these attributes of its root."""
    with h5py.File(path, "w") as file:
        file["data"], file["nm"] = tiny.tiny_counts(seed=4), tiny.WAVELENGTHS_NM
        file.attrs.update(attributes)
    return path


def predict(data: Path, model: Path, out: Path, *more: str) -> int:
    """The command's exit status."""
    options = ["--wavelengths", "nm", "--model", str(model), "--out", str(out), "--threads", "1"]
    return main(["predict", str(data), *options, *more])


def names(folder: Path) -> set[str]:
    """The files of a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_hole_and_depths_give_its_log_and_page(tmp_path: Path, model: Path) -> None:
    """CSV and LAS run from the first depth to the last, by the interval that was asked, under the hole's name."""
    place = ["--hole", "DH7", "--depth-from", "12", "--depth-to", "13.2", "--interval-m", "0.2"]
    assert predict(scan(tmp_path / "a.h5"), model, tmp_path / "out", *place) == 0
    table = pd.read_csv(tmp_path / "out/downhole.csv")
    assert set(table["hole"]) == {"DH7"}
    np.testing.assert_allclose(table["depth_from_m"], 12 + 0.2 * np.arange(6))
    assert table["pixels"].sum() == tiny.LINES * tiny.SAMPLES
    las = lasio.read(tmp_path / "out/downhole.las")
    assert las.well["WELL"].value == "DH7"
    assert {"downhole.png", "page.html", "class.tif", "map.json"} <= names(tmp_path / "out")


@pytest.mark.usefixtures("undrawn")
def test_a_file_called_like_a_formula_writes_none(tmp_path: Path, model: Path) -> None:
    """Without --hole the log has the name of the file, with a letter before what a spreadsheet would compute."""
    place = ["--depth-from", "12", "--depth-to", "13"]
    assert predict(scan(tmp_path / "=1+1.h5"), model, tmp_path / "out", *place) == 0
    assert set(pd.read_csv(tmp_path / "out/downhole.csv")["hole"]) == {"_=1+1"}


def written(folder: Path) -> dict[str, int]:
    """When the map of each scan was written."""
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("*/map.json")}


@pytest.mark.usefixtures("undrawn")
def test_of_several_scans_what_is_done_is_passed_over(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A second run maps nothing; a scan that changed, a page that is lost, another model and other options do.

    A scan that cannot be mapped stops no other.
    """
    caplog.set_level(logging.INFO)
    metadata = {"wavelength": tiny.WAVELENGTHS_NM.tolist(), "wavelength units": "nm"}
    scans = [tmp_path / f"box_{number}.hdr" for number in (1, 2)]
    for path in scans:
        spy.save_image(str(path), tiny.tiny_counts(seed=4), interleave="bil", ext=".raw", metadata=metadata)
    out = tmp_path / "maps"

    def again(*more: str, of: Path = model, status: int = 0) -> set[str]:
        before = written(out)
        options = ["--model", str(of), "--out", str(out), "--threads", "1", "--no-features", *more]
        assert main(["predict", *map(str, scans), *options]) == status
        return {name for name, stamp in written(out).items() if stamp != before.get(name)}

    assert again() == {"box_1", "box_2"}
    assert again() == set()
    assert "passed over" in caplog.text
    with scans[1].with_suffix(".raw").open("r+b") as file:
        file.write(b"\x01\x00")
    assert again() == {"box_2"}
    (out / "box_1/page.html").unlink()
    assert again() == {"box_1"}
    tiny.tiny_bundle(tmp_path / "other", seed=2)
    assert again(of=tmp_path / "other") == {"box_1", "box_2"}
    scans.insert(0, tmp_path / "broken.npy")
    scans[0].write_bytes(b"no array")
    assert again("--smoothing", "none", of=tmp_path / "other", status=1) == {"box_1", "box_2"}
    assert "1 of 3 scans were not mapped" in caplog.text
    assert sorted(path.name for path in out.iterdir()) == ["box_1", "box_2"]


def test_tables_of_the_hole_cut_and_place_its_intervals(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Intervals as given, with further columns, on a vertical hole; the page of the hole finds map and spectra."""
    (tmp_path / "assay.csv").write_text("HoleID,From,To,Au\nDH7,49,50,1.5\nDH7,50,50.4,2\nDH8,0,9,7\n")
    (tmp_path / "collar.csv").write_text("HoleID,X,Y,Z\nDH7,1000,2000,300\n")
    (tmp_path / "survey.csv").write_text("HoleID,Depth,Dip,Azimuth\nDH7,0,90,0\n")
    options = {"--intervals": "assay.csv", "--collar": "collar.csv", "--survey": "survey.csv"}
    tables = [text for option, name in options.items() for text in (option, str(tmp_path / name))]
    data = scan(tmp_path / "a.h5", **ATTRIBUTES)
    assert predict(data, model, tmp_path / "out", *tables, "--dip-down", "positive") == 0
    table = pd.read_csv(tmp_path / "out/intervals.csv")
    assert table[["HoleID", "From", "To", "given_Au"]].values.tolist() == [["DH7", 49, 50, 1.5], ["DH7", 50, 50.4, 2]]
    np.testing.assert_allclose(table["Z"], 300 - np.array([49.5, 50.2]), atol=1e-6)
    assert table["Core"].tolist() == pytest.approx([0.7, 0.4], abs=0.03)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "out/intervals.parquet"), table, check_dtype=False, atol=1e-6
    )
    assert (tmp_path / "out/downhole.pdf").read_bytes().startswith(b"%PDF")
    assert "subset" not in caplog.text, "what is done to the letters of a PDF concerns nobody"
    page = (tmp_path / "out/hole/index.html").read_text(encoding="utf-8")
    assert "../page.html" in page
    assert list((tmp_path / "out/hole/spectra").rglob("*.js"))


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"intervals": "HoleID,From,To\nDH8,0,9\n"}, "none of a hole of"),
        ({"intervals": "HoleID,From,To\ndh-7,0,9\n"}, "row 2"),
        ({"intervals": "HoleID,From,To\nDH7,9,0\n"}, "row 2: an interval goes down"),
        ({"survey": "HoleID,Depth,Dip,Azimuth\nDH7,0,-90,0\n"}, "name the table of collars with --collar"),
        ({"collar": "HoleID,X,Y,Z\nDH8,0,0,0\n"}, "none of a hole of"),
    ],
)
def test_tables_of_another_hole_are_refused_before_the_map(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture, tables: dict[str, str], said: str
) -> None:
    """By file and row, and nothing is written."""
    options = []
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
        options += [f"--{name}", str(tmp_path / f"{name}.csv")]
    assert predict(scan(tmp_path / "a.h5", **ATTRIBUTES), model, tmp_path / "out", *options) == 1
    assert said in caplog.text
    assert not (tmp_path / "out").exists() or not names(tmp_path / "out")


@pytest.mark.slow
def test_absorption_features_lie_beside_the_map(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the rasters, on the page and in the log; without them an older map's are taken away."""
    seen = FeaturesConfig(windows=(Window("clay", 1010, 1100),), formulas=())  # the tiny sensor sees no usual window
    monkeypatch.setattr(run, "FeaturesConfig", lambda: seen)
    data = scan(tmp_path / "a.h5", **ATTRIBUTES)
    assert predict(data, model, tmp_path / "out") == 0
    assert set(FEATURE_FILES) <= names(tmp_path / "out")
    features = read_features(tmp_path / "out")
    page = (tmp_path / "out/page.html").read_text(encoding="utf-8")
    log = pd.read_csv(tmp_path / "out/downhole.csv")
    assert [window.name for window in features.windows] == ["clay"]
    assert "clay_depth" in page
    assert "median_clay_depth" in log.columns
    assert predict(data, model, tmp_path / "out", "--no-features") == 0
    assert not set(FEATURE_FILES) & names(tmp_path / "out")
    assert "clay" not in (tmp_path / "out/downhole.csv").read_text(encoding="utf-8")


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("options", "first"),
    [(("--depth-from", "7", "--depth-to", "8"), 7.0), (("--depth-from", "9"), 9.0)],
)
def test_a_file_says_its_own_depths(tmp_path: Path, model: Path, options: tuple[str, ...], first: float) -> None:
    """Attributes of an HDF5 file stand for options that are not given; options go before them."""
    assert predict(scan(tmp_path / "a.h5", **ATTRIBUTES), model, tmp_path / "out", *options) == 0
    table = pd.read_csv(tmp_path / "out/downhole.csv")
    assert table["depth_from_m"].min() == pytest.approx(first, abs=0.1)
    assert set(table["hole"]) == {"DH7"}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "attributes", [{"depth_from_m": 5.0, "depth_to_m": 4.0}, {"pixel_mm": "small"}, {"hole": "a/b"}]
)
def test_attributes_that_cannot_be_used_are_no_error(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture, attributes: dict[str, object]
) -> None:
    """The map is made, and a line names what was left out."""
    with caplog.at_level(logging.INFO):
        assert predict(scan(tmp_path / "a.h5", **attributes), model, tmp_path / "out") == 0
    assert "not used" in caplog.text
    assert "no downhole log" in caplog.text


@pytest.mark.usefixtures("undrawn")
def test_a_map_without_depths_takes_an_older_log_away(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No log of another scan stays beside a map, and the log says which options are lacking."""
    assert predict(scan(tmp_path / "a.h5", **ATTRIBUTES), model, tmp_path / "out") == 0
    assert names(tmp_path / "out") >= LOG
    table = pd.read_csv(tmp_path / "out/downhole.csv")
    assert table["depth_from_m"].min() == pytest.approx(ATTRIBUTES["depth_from_m"], abs=0.1)
    with caplog.at_level(logging.INFO):
        assert predict(scan(tmp_path / "b.h5"), model, tmp_path / "out") == 0
    assert not names(tmp_path / "out") & LOG
    assert "--depth-from and --depth-to, or --pixel-mm" in caplog.text


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("file", "file is a file; name another folder"),
        ("file/below", "file is a file; name another folder"),
        ("/proc/nowhere/out", "nothing can be written there"),
        ("model", "a trained model lies there"),
        ("scans", "would overwrite"),
    ],
)
def test_a_folder_that_cannot_take_the_map_is_refused_first(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture, out: str, words: str
) -> None:
    """Before the scan is opened, which here would fail, too; nothing is changed."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/class.tif").write_text("a scan that cannot be read")
    before = sorted(tmp_path.rglob("*"))
    assert predict(tmp_path / "scans/class.tif", model, tmp_path / out) == 1
    assert words in caplog.text
    assert len(caplog.text.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_an_interrupted_map_leaves_nothing(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the map and before its page: exit status 130, no folder; an older map stays whole."""
    data = scan(tmp_path / "a.h5")
    assert predict(data, model, tmp_path / "old") == 0
    before = {path: path.read_bytes() for path in (tmp_path / "old").iterdir()}

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "write_page", stop)
    for out in ("old", "new/below"):
        assert predict(data, model, tmp_path / out) == 130
    assert "interrupted" in caplog.text
    assert not (tmp_path / "new").exists()
    assert {path: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--key", "/x"], "name one of them with --key"),
        (["--scale", "nan"], "--scale: a number is needed"),
        (["--pixel-mm", "-1"], "--pixel-mm: a number above 0 is needed"),
        (["--depth-to", "3"], "--depth-from is needed with it"),
        (["--depth-from", "3"], "--depth-to or --pixel-mm is needed with it"),
        (["--depth-from", "3", "--depth-to", "2"], "--depth-to must lie below --depth-from (3.0), got 2.0"),
        (["--white-key", "w"], "a white one and no dark one; name it in --dark or --dark-key"),
        (["--axes", "x,y,z"], "--axes: "),
        (["--mask", "none.tif"], "none.tif: --mask must be a file"),
        (["--hole", "a/b"], "--hole: "),
    ],
)
def test_words_are_of_the_options(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture, options: list[str], words: str
) -> None:
    """One sentence that speaks of what was typed, never of a table that does not exist."""
    assert predict(scan(tmp_path / "a.h5"), model, tmp_path / "out", *options) == 1
    assert words in caplog.text
    assert "scenes.tsv" not in caplog.text
    assert not (tmp_path / "out").exists()


def messages() -> list[str]:
    """Every text of the package that speaks of scenes.tsv, with a word for each value in it."""
    found = []
    for path in sorted((ROOT / "src/semispectral").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(
                        getattr(part, "value", "X") if isinstance(part, ast.Constant) else "X" for part in node.values
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                found.append(node.value)
    return [text for text in found if "scenes.tsv" in text and "\n" not in text]


def test_every_message_about_the_table_can_be_said_in_options() -> None:
    """Neither the table nor data_root is left, nor the name of a column that has an option."""
    found = messages()
    assert len(found) > 30
    for said in map(in_options, found):
        assert "scenes.tsv" not in said
        assert "data_root" not in said
        assert not [column for column in OPTIONS if "_" in column and f"column {column}" in said], said
