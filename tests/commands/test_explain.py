"""Where a result came from: carried by the results themselves, and told by ``semispectral explain``."""

import json
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rasterio

import tiny_models as tiny
from semispectral.commands.main import main
from semispectral.commands.trace import ancestors, content, origin
from semispectral.errors import MissingFileError
from semispectral.maps.classify import Known, draw_map
from semispectral.maps.map_files import write_map
from semispectral.maps.scene_map import Ground
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page.mapped import write_page
from semispectral.page.tiles import Facts, write_pixels
from semispectral.scans.cube import Latents
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.identity import Identity
from semispectral.spectra.shards import write_latents, write_shard
from semispectral.storage import provenance
from semispectral.storage.model_files import load_model, save_model
from semispectral.storage.parquet import write_table

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG = {"m1": {"latents": 4}, "sample": {"seed": 11}}


class Named(dict[str, Any]):
    """As Snakemake's lists with names: iterated over by value."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout at a commit, which is the working directory, with one scan."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text(COMMIT)
    (tmp_path / ".snakemake/metadata").mkdir(parents=True)
    (tmp_path / "results/shards").mkdir(parents=True)
    (tmp_path / "scan.h5").write_bytes(b"a scan")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    provenance.start({})


def begin(stage: str, *inputs: str, **wildcards: str) -> None:
    """What an adapter does first."""
    params = {"cfg": json.dumps(CONFIG), "code": "c0de" * 16}
    given = {"input": Named(enumerate(inputs)), "wildcards": wildcards, "params": params}
    scripts = Path("workflow/scripts").absolute()
    provenance.start(provenance.of_job(SimpleNamespace(rule=stage, scriptdir=str(scripts), **given)))


def recorded(output: str, stage: str, *inputs: str) -> None:
    """What Snakemake does last."""
    record = {
        "rule": stage,
        "input": list(inputs),
        "log": [f"results/logs/{stage}.log"],
        "starttime": 1.8e9,
        "params": [],
    }
    record |= {"endtime": 1.8e9 + 2.5}
    name = urlsafe_b64encode(output.encode()).decode()
    Path(".snakemake/metadata", name).write_text(json.dumps(record))


def latents() -> Latents:
    pixels = tiny.tiny_pixels(seed=1)
    return Latents(np.ones((len(pixels), 2), np.float32), np.ones((len(pixels), 2), np.float32), pixels.table)


def drawn(path: Path, what: str) -> None:
    """A map, or the page of one."""
    bundle, cube = tiny.tiny_bundle(Path("tiny") / what, seed=3), tiny.tiny_cube(tiny.tiny_counts(seed=4))
    found = draw_map(cube, bundle, known=Known(), smooth=SmoothConfig(), threads=1)
    if what == "map":
        write_map(path.parent, found, ground=Ground(), scene="a", smoothing="none")
    else:
        write_pixels(path.parent / "pixels", cube, found.map, bundle, Facts(Identity("a", 1, 1, "0"), 1.0))
        write_page(path, found, path.parent / "pixels")


KINDS: dict[str, tuple[str, Any]] = {
    "shard": ("results/shards/a.parquet", lambda path: write_shard(path, tiny.tiny_pixels(seed=1))),
    "latents": ("results/latents/1/a.parquet", lambda path: write_latents(path, latents())),
    "weights": ("results/m1/1", lambda path: save_model(path, {"w": np.ones(2)}, {"kind": "m1"})),
    "predictions": ("results/predictions/1.parquet", lambda path: write_table(path, pd.DataFrame({"p": [1.0]}))),
    "map": ("results/maps/a/class.tif", lambda path: drawn(path, "map")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_carries_what_made_it(kind: str, study: Path) -> None:
    """Stage, commit, code, settings, seeds, versions and checksums of inputs, without any other file."""
    begin("stage", "scan.h5", seed="7")
    name, write = KINDS[kind]
    write(Path(name))
    found = origin(Path(name))
    made = found.made
    assert (made["stage"], made["commit"], made["code"]) == ("stage", COMMIT, "c0de" * 16)
    assert (made["config"], made["seeds"]) == (CONFIG, {"sample.seed": 11, "run": 7})
    assert made["inputs"] == {"scan.h5": provenance.checksum(Path("scan.h5"))}
    assert {"python", "numpy", "tensorflow", "semispectral"} <= set(made["versions"])
    assert content(Path(name)) == ("as it was written" if kind != "map" else "")


def test_rasters_and_pages_carry_it_in_themselves(study: Path) -> None:
    """A GeoTIFF in its tags, a page in its head, as text."""
    begin("map", "scan.h5")
    drawn(Path("results/maps/a/class.tif"), "map")
    with quiet(), rasterio.open("results/maps/a/probability.tif") as raster:
        assert json.loads(raster.tags()["MADE"])["commit"] == COMMIT
    drawn(Path("results/maps/a/page.html"), "page")
    assert COMMIT in Path("results/maps/a/page.html").read_text(encoding="utf-8")


def test_a_log_speaks_for_what_cannot_carry_it(study: Path) -> None:
    """A picture or a CSV has its making in the log that Snakemake recorded."""
    begin("downhole", "scan.h5")
    Path("results/h.csv").write_text("depth\n1\n")
    recorded("results/h.csv", "downhole", "scan.h5")
    Path("results/logs").mkdir()
    Path("results/logs/downhole.log").write_text(
        f"12:00:00 downhole: {provenance.LOGGED}{json.dumps(provenance.current())}\n12:00:01 downhole: done\n"
    )
    assert origin(Path("results/h.csv")).made["commit"] == COMMIT


def test_the_same_run_gives_the_same_bytes(study: Path) -> None:
    """No time, no host, no process number: two writings of one stage are the same file."""
    begin("shard", "scan.h5")
    for name in ("a", "b"):
        write_shard(Path(name, "s.parquet"), tiny.tiny_pixels(seed=1))
        save_model(Path(f"m{name}"), {"w": np.ones(2)}, {"kind": "m1"})
    assert Path("a/s.parquet").read_bytes() == Path("b/s.parquet").read_bytes()
    assert Path("ma/model.json").read_bytes() == Path("mb/model.json").read_bytes()


def test_a_model_s_checksum_is_that_of_what_it_does(study: Path) -> None:
    """Two trainings that differ in what made them only are the same input; other weights are another."""
    for name, made, value in (("a", "x", 1), ("b", "y", 1), ("c", "x", 2)):
        save_model(Path(name), {"w": np.full(2, value)}, {"kind": "m1", "made": {"stage": made}})
    a, b, c = (provenance.checksum(Path(name)) for name in "abc")
    assert a == b != c


def test_explain_says_it_in_words(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stage, time, commit, settings, seeds, versions, inputs and their state, and the way back to the source."""
    begin("shard", "scan.h5")
    write_shard(Path("results/shards/a.parquet"), tiny.tiny_pixels(seed=1))
    recorded("results/shards/a.parquet", "shard", "scan.h5")
    begin("encode", "results/shards/a.parquet", seed="7")
    write_latents(Path("results/latents/7/a.parquet"), latents())
    recorded("results/latents/7/a.parquet", "encode", "results/shards/a.parquet")
    assert main(["explain", "results/latents/7/a.parquet"]) == 0
    said = capsys.readouterr().out
    words = (
        "encode (seed 7)",
        COMMIT,
        '{"m1": {"latents": 4}}',
        "run 7, sample.seed 11",
        "numpy ",
        "as it was written",
    )
    assert [word for word in (*words, "in 2.5 s", "(unchanged)") if word not in said] == []
    assert re.search(r"after +shard\n +sources +scan\.h5\n", said)
    Path("scan.h5").write_bytes(b"another scan")
    assert main(["explain", "--all", "results/latents/7/a.parquet"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"input +scan\.h5 .*CHANGED since", said)
    assert [found.stage for found in ancestors(origin(Path("results/latents/7/a.parquet")), Path())] == ["shard", ""]


def test_explain_sees_damage(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file whose content is not what was written is called damaged, and still explained."""
    begin("shard", "scan.h5")
    path = Path("results/shards/a.parquet")
    write_shard(path, tiny.tiny_pixels(seed=1), compression="none")
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 1
    path.write_bytes(whole)
    assert main(["explain", str(path)]) == 0
    said = capsys.readouterr().out
    assert "DAMAGED" in said
    assert COMMIT in said


def test_explain_says_what_is_not_there(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Exit status 1 and the name."""
    assert main(["explain", "results/none.parquet"]) == 1
    assert "none.parquet: is not there" in caplog.text
    with pytest.raises(MissingFileError):
        origin(Path("none"))


def test_a_folder_says_what_it_is_made_of(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its results by stage, a model counted once, and how many files nobody knows; a map and a model are themselves."""
    begin("shard", "scan.h5")
    for name in "ab":
        write_shard(Path(f"results/shards/{name}.parquet"), tiny.tiny_pixels(seed=1))
    begin("train_m1")
    save_model(Path("results/m1/1"), {"w": np.ones(2)}, {"kind": "m1"})
    begin("map", "scan.h5")
    drawn(Path("results/maps/a/class.tif"), "map")
    Path("results/notes.txt").write_text("mine")
    Path("results/lost.json").symlink_to("nowhere")
    assert main(["explain", "results"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^  shard +2  results/shards/a.parquet \.\.\.$", said, re.MULTILINE)
    assert re.search(r"^  train_m1 +1  results/m1/1$", said, re.MULTILINE)
    assert "of 2 more nothing is known" in said
    for path, stage in (("results/maps/a", "map"), ("results/m1/1", "train_m1")):
        assert main(["explain", path]) == 0
        assert re.search(rf"stage +{stage}$", capsys.readouterr().out, re.MULTILINE)


FOREIGN = {
    "a text": ("a.md", b"hello"),
    "JSON of another program": ("a.json", b'{"made": "in a hurry"}'),
    "JSON that is cut": ("a.json", b'{"made": {'),
    "notes of other types": ("a.json", b'{"made": {"stage": 3, "inputs": [1], "versions": null}}'),
    "no Parquet": ("a.parquet", b"PAR1"),
    "a picture beside a map": ("other.png", b""),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_explain_refuses_what_is_not_ours(study: Path, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    """One sentence that says that nothing is known, and exit status 1."""
    name, text = FOREIGN[kind]
    Path("map.json").write_text('{"made": {"stage": "map"}}')
    Path(name).write_bytes(text)
    assert main(["explain", name]) == 1
    assert f"{name}: nothing is known of its making" in caplog.text
    assert len(caplog.text.strip().splitlines()) == 1


def test_explain_waits_for_nobody(study: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A pipe that nobody writes to is no result, and neither is an empty folder."""
    os.mkfifo("a.json")
    Path("empty").mkdir()
    assert main(["explain", "a.json"]) == 1
    assert main(["explain", "empty"]) == 1
    assert "this one is empty" in caplog.text


def test_explain_writes_out_what_would_control_a_terminal(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stranger's file may say anything of its making."""
    Path("a.json").write_text(json.dumps({"made": {"stage": "ma\x1b[2Jp", "inputs": {"x\ry": "1"}}}))
    assert main(["explain", "a.json"]) == 0
    said = capsys.readouterr().out
    assert "ma\\x1b[2Jp" in said
    assert "x\\ry" in said


def test_large_inputs_are_known_by_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their checksum says so, costs a few reads, and sees a cut and a changed end."""
    monkeypatch.setattr(provenance, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(provenance, "PIECE_BYTES", 16)
    path = tmp_path / "scan"
    found = []
    for value in (bytes(5000), bytes(4999), bytes(4999) + b"1"):
        path.write_bytes(value)
        found.append(provenance.checksum(path))
    assert len(set(found)) == 3
    assert all(one.startswith("sha256-pieces:") for one in found)


def test_predict_s_maps_carry_their_scan_and_model(tmp_path: Path) -> None:
    """The command line counts as a stage."""
    tiny.tiny_bundle(tmp_path / "model", seed=1)
    scan, table = tmp_path / "new.npy", tmp_path / "new.csv"
    np.save(scan, tiny.tiny_counts(seed=4))
    table.write_text("wavelength_nm\n" + "\n".join(map(str, tiny.WAVELENGTHS_NM)))
    options = ["--model", str(tmp_path / "model"), "--out", str(tmp_path / "out"), "--wavelengths", str(table)]
    assert main(["predict", str(scan), *options, "--threads", "1"]) == 0
    made = origin(tmp_path / "out/class.tif").made
    provenance.start({})
    assert made["stage"] == "predict"
    assert set(made["inputs"]) == {str(scan), str(table), str(tmp_path / "model")}
    assert load_model(tmp_path / "model")[1]["kind"] == "bundle 2"


def test_tables_say_it_in_their_metadata(study: Path) -> None:
    """Any Parquet reader can show it."""
    begin("predict", "scan.h5")
    write_table(Path("p.parquet"), pd.DataFrame({"p": [1.0]}))
    metadata = pq.read_schema("p.parquet").metadata
    assert json.loads(metadata[b"semispectral.made"])["stage"] == "predict"
