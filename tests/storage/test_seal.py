"""A file of the results says where it belongs and what its bytes add up to; damage and mix-ups are seen on reading."""

import json
import logging
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import tiny_models as tiny
from semispectral.census.census_files import read_codes
from semispectral.errors import IntegrityError, MisplacedError, MissingFileError
from semispectral.evaluation.alert_files import read_alerts, write_alerts
from semispectral.evaluation.alerts import Alert
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.map_files import require_file, write_map
from semispectral.maps.scene_map import Ground
from semispectral.maps.smoothing import SmoothConfig
from semispectral.spectra.cleaned_scans import read_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.shards import write_shard
from semispectral.storage import provenance, seal
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import read_array, read_json, write_array, write_json

PARTS = np.arange(60, dtype=np.int32).reshape(6, 10)
TABLE = pd.DataFrame({"per_class": [5, 10, 20], "name": ["talc", "séricite", "x"]})
ALERT = Alert("m", "warning", "m2", "bands", "5", "test", (1,))
KINDS: dict[str, tuple[Callable[[Path], Any], Callable[[Path], Any]]] = {
    "a.npy": (lambda path: write_array(path, PARTS), read_array),
    "a.json": (lambda path: write_json(path, {"classes": ["talc", "séricite"], "buffer": 2}), read_json),
    "a.parquet": (lambda path: write_table(path, TABLE), read_table),
    "alerts.json": (lambda path: write_alerts(path, [asdict(ALERT)]), read_alerts),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_flipped_bit_and_every_cut_is_named(tmp_path: Path, name: str) -> None:
    """Anywhere in the file, the seal and a table's footer included; the message says what to do."""
    write, read = KINDS[name]
    path = tmp_path / name
    write(path)
    whole = path.read_bytes()
    step = max(len(whole) // 400, 1)
    changed = [whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :] for at in range(0, len(whole), step)]
    for content in (*changed, whole[:-1], whole[: len(whole) // 2], b"", whole + b" "):
        path.write_bytes(content)
        with pytest.raises(IntegrityError, match=rf"{name}: .*delete it and run the workflow again"):
            read(path)
    path.write_bytes(whole)
    read(path)


@pytest.mark.parametrize("name", KINDS)
def test_a_copy_is_as_good_as_the_file(tmp_path: Path, name: str) -> None:
    """Copied to a folder elsewhere, by name and content alone."""
    write, read = KINDS[name]
    write(tmp_path / name)
    (tmp_path / "other").mkdir()
    shutil.copyfile(tmp_path / name, tmp_path / "other" / name)
    read(tmp_path / "other" / name)


def test_other_programs_open_sealed_files(tmp_path: Path) -> None:
    """NumPy, a JSON reader and a Parquet reader that know nothing of seals."""
    for name, (write, _) in KINDS.items():
        write(tmp_path / name)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), PARTS)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["classes"] == ["talc", "séricite"]
    assert pq.read_table(tmp_path / "a.parquet").to_pandas().equals(TABLE)


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    """Values, dtype and text; an array is mapped and not loaded."""
    for name, (write, _) in KINDS.items():
        write(tmp_path / name)
    found = read_array(tmp_path / "a.npy")
    assert found.dtype == PARTS.dtype
    np.testing.assert_array_equal(found, PARTS)
    assert read_json(tmp_path / "a.json") == {"classes": ["talc", "séricite"], "buffer": 2}
    assert read_alerts(tmp_path / "alerts.json") == [json.loads(json.dumps(asdict(ALERT)))]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    """Written twice."""
    for name, (write, _) in KINDS.items():
        write(tmp_path / name)
        before = (tmp_path / name).read_bytes()
        write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before


def test_exchanged_files_of_two_scenes_are_seen(tmp_path: Path) -> None:
    """Each is whole, and lies where the other one belongs."""
    write_array(tmp_path / "DH1.npy", PARTS)
    write_array(tmp_path / "DH2.npy", PARTS + 1)
    (tmp_path / "DH1.npy").replace(tmp_path / "third")
    (tmp_path / "DH2.npy").replace(tmp_path / "DH1.npy")
    with pytest.raises(MisplacedError, match=r"DH1\.npy: is the file DH2\.npy of the results"):
        read_array(tmp_path / "DH1.npy")


def test_exchanged_files_of_one_name_are_seen_within_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a stage, which knows where the results lie: labels of two runs; and the results may move as a whole."""
    monkeypatch.setattr(seal, "_results", [])
    seal.results_in(tmp_path / "results")
    for per_class in ("5", "all"):
        write_table(tmp_path / f"results/labels_per_class/{per_class}/1.parquet", TABLE)
    shutil.copytree(tmp_path / "results", tmp_path / "moved")
    read_table(tmp_path / "moved/labels_per_class/5/1.parquet")
    shutil.copyfile(tmp_path / "moved/labels_per_class/all/1.parquet", tmp_path / "moved/labels_per_class/5/1.parquet")
    with pytest.raises(MisplacedError, match=r"is the file labels_per_class/all/1\.parquet"):
        read_table(tmp_path / "moved/labels_per_class/5/1.parquet")


@pytest.mark.parametrize("name", ["Bohrung Süd 3", "100% (neu)", "a~b,c", "孔1"])
def test_a_scene_may_be_called_what_it_likes(tmp_path: Path, name: str) -> None:
    """A seal is plain text whatever the name is."""
    write_array(tmp_path / f"{name}.npy", PARTS)
    read_array(tmp_path / f"{name}.npy")
    write_json(tmp_path / f"{name}.json", {"a": 1})
    assert read_json(tmp_path / f"{name}.json") == {"a": 1}


def test_a_file_without_a_seal_is_refused(tmp_path: Path) -> None:
    """Of another program, or of an older version; a missing one is called missing."""
    np.save(tmp_path / "a.npy", PARTS)
    with pytest.raises(IntegrityError, match=r"a\.npy.*no seal"):
        read_array(tmp_path / "a.npy")
    with pytest.raises(MissingFileError, match=r"b\.npy"):
        read_array(tmp_path / "b.npy")


def test_a_seal_is_found_wherever_a_large_file_has_it(tmp_path: Path) -> None:
    """Also across the edge of the pieces that are read at once."""
    path = tmp_path / "a.bin"
    text = seal.blank(path).encode()
    for before in (0, 5, seal.BLOCK - len(text) // 2, 2 * seal.BLOCK):
        path.write_bytes(b"x" * before + text + b"y" * (seal.BLOCK - 7))
        seal.fill(path)
        seal.require(path)


def test_scans_that_were_exchanged_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that is not the one the census looked at is named, with the rule to run again."""
    monkeypatch.chdir(tmp_path)
    for name in ("DH1.h5", "DH2.h5"):
        Path(name).write_bytes(name.encode())
    provenance.start({"inputs": provenance.checksums(["DH1.h5"])})
    write_array(Path("DH1.npy"), PARTS)
    provenance.start({})
    read_codes(Path("DH1.npy"), scans=["DH1.h5"])
    shutil.copyfile("DH2.h5", "DH1.h5")
    with pytest.raises(
        IntegrityError, match=r"DH1\.h5: is not the file that the rule 'census' read.*--forcerun census"
    ):
        read_codes(Path("DH1.npy"), scans=["DH1.h5"])


def drawn_map(directory: Path, *, seed: int) -> None:
    bundle = tiny.tiny_bundle(directory.with_name(f"model{seed}"), seed=3)
    cube = tiny.tiny_cube(tiny.tiny_counts(seed=seed))
    drawn = draw_map(cube, bundle, known=Known(), smooth=SmoothConfig(), threads=1)
    write_map(directory, drawn, ground=Ground(), scene=directory.name, smoothing="none")


def test_a_picture_of_another_map_is_seen(tmp_path: Path) -> None:
    """Each is a sound PNG; together with this map.json it is no map."""
    drawn_map(tmp_path / "a", seed=4)
    drawn_map(tmp_path / "b", seed=5)
    require_file(tmp_path / "a", "map.png")
    shutil.copyfile(tmp_path / "b/map.png", tmp_path / "a/map.png")
    with pytest.raises(IntegrityError, match=r"map\.png: was cut or changed .* or is of another map"):
        require_file(tmp_path / "a", "map.png")


def test_other_versions_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads what was made with another TensorFlow says so, for the first file."""
    versions = provenance.versions()
    provenance.start({"versions": versions | {"tensorflow": "2.99.0"}})
    for name in ("a", "b"):
        write_json(tmp_path / f"{name}.json", {})
    provenance.start({"versions": versions})
    write_json(tmp_path / "c.json", {})
    provenance.start({})
    with caplog.at_level(logging.WARNING):
        for name in "cab":
            read_json(tmp_path / f"{name}.json")
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert f"a.json was made with tensorflow 2.99.0 ({versions['tensorflow']} is installed)" in said[0]


def test_what_is_not_installed_mixes_nothing() -> None:
    """Who maps by a model without TensorFlow does not hear of the one that trained it, and does of another NumPy."""
    made = {"versions": {"tensorflow": "2.99.0", "numpy": "1.0.0", "python": platform.python_version()}}
    assert provenance.other_versions(made).startswith("tensorflow 2.99.0 (")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "versions", lambda: {"tensorflow": provenance.NOT_INSTALLED, "numpy": "2.0.0"})
        assert provenance.other_versions(made) == "numpy 1.0.0 (2.0.0 is installed)"


def test_cleaning_looks_into_the_scan_of_its_shard_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that was exchanged after its pixels were drawn would lend them its references."""
    monkeypatch.chdir(tmp_path)
    Path("A.h5").write_bytes(b"a scan")
    provenance.start({"inputs": provenance.checksums(["A.h5", "quotas.parquet"])})
    write_shard(Path("A.parquet"), tiny.tiny_pixels(seed=1))
    Path("A.h5").write_bytes(b"another scan")
    provenance.start({"inputs": provenance.checksums(["A.h5", "A.parquet"])})
    with pytest.raises(IntegrityError, match=r"A\.h5: is not the file that the rule 'draw' read"):
        read_cleaned(Path("A.parquet"), {"A": {}}, CleanConfig())
    assert len(read_cleaned(Path("A.parquet"), {}, CleanConfig())) == len(tiny.tiny_pixels(seed=1))
    provenance.start({})
