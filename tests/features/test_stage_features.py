"""The stage `features`: files that other programs read, of the pixels of interest, streamed in blocks."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from cube_formats import write_envi_header
from semispectral.census.census_files import write_census
from semispectral.census.count import census
from semispectral.errors import IntegrityError
from semispectral.features.absorption import measure, plan_for
from semispectral.features.feature_files import read_facts, read_features
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.scan import measure_scan
from semispectral.features.stage_features import run_features
from semispectral.scans.facts.georeference import quiet
from semispectral.scans.readers import open_cube
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene
from semispectral.workflow.rerun import stage_cfg

LINES, SAMPLES, BANDS = 13, 6, 120
NM = np.linspace(1300, 2500, BANDS)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scan with a feature near 2200 nm; the codes of its first column are ignored, one spectrum is missing."""
    random = np.random.default_rng(6)
    centre = random.uniform(2190, 2215, (LINES, SAMPLES, 1))
    x = (0.5 - 0.15 * np.exp(-(((NM - centre) / 18) ** 2) / 2)).astype("<f4")
    x[5, 3] = np.nan
    (tmp_path / "scan.img").write_bytes(x.tobytes())
    size = {"lines": LINES, "samples": SAMPLES}
    wavelengths = "{" + ", ".join(f"{nm:.4f}" for nm in NM) + "}"
    write_envi_header(
        tmp_path / "scan.hdr",
        **size,
        bands=BANDS,
        data_type=4,
        interleave="bip",
        byte_order=0,
        wavelength_units="nm",
        wavelength=wavelengths,
    )
    codes = np.ones((LINES, SAMPLES), np.int32)
    codes[:, 0] = 255
    np.save(tmp_path / "codes.npy", codes)
    use, ignore = (CodeSet.parse(text, where="test") for text in ("1", "255"))
    data, labels = tmp_path / "scan.img", tmp_path / "codes.npy"
    return Scene("A", "H", data, "", labels, "", "line,sample,band", "", None, None, use, ignore, pixel_mm=1.0)


def run(scene: Scene, directory: Path, **features: object) -> Path:
    """Run the stage as the rule does; returns its folder."""
    found = census(scene, ClassMap((1,), ("talc",), ("#00ff00",)), cleaning=CleanConfig())
    write_census(found, directory / "A.parquet", directory / "A.npy")
    cfg = stage_cfg({"scene": asdict(scene), "cleaning": {}, "features": features}, "scene", "cleaning", "features")
    run_features(directory / "A", scans=[scene.data], codes_file=directory / "A.npy", threads=2, cfg=cfg)
    return directory / "A"


def test_every_file_has_the_same_values(scene: Scene, tmp_path: Path) -> None:
    """GeoTIFF, ENVI and Parquet agree with the spectra; ignored and missing pixels have no value."""
    folder = run(scene, tmp_path)
    with open_cube(scene.data) as cube:
        x = cube.read_lines(0, LINES)
        plan = plan_for(FeaturesConfig(), cube.wavelengths_nm, where="test")
    expected = measure(x.reshape(-1, BANDS), plan).T.reshape(-1, LINES, SAMPLES)
    expected[:, :, 0] = np.nan
    found = read_features(folder)
    assert found.names == plan.names
    np.testing.assert_array_equal(found.values, expected)
    with quiet(), rasterio.open(folder / "features.img") as envi:
        assert envi.descriptions == plan.names
        np.testing.assert_array_equal(envi.read(), expected)
    table = pd.read_parquet(folder / "features.parquet")
    assert len(table) == LINES * (SAMPLES - 1) - 1
    line, sample = table["line"].to_numpy(), table["sample"].to_numpy()
    for place, name in enumerate(plan.names):
        np.testing.assert_array_equal(table[name], expected[place, line, sample])


def test_the_facts_describe_what_was_measured(scene: Scene, tmp_path: Path) -> None:
    """features.json says what is left out, how many pixels have a value, and where the features lie."""
    facts = read_facts(run(scene, tmp_path))
    assert facts["left_out"][0] == "iron_900 (750 to 1050 nm)"
    window = next(each for each in facts["windows"] if each["name"] == "aloh_2200")
    assert sum(window["positions"]) == LINES * (SAMPLES - 1) - 1
    value = next(each for each in facts["values"] if each["name"] == "aloh_2200_position_nm")
    assert 2190 < value["median"] < 2215


def test_blocks_change_nothing(scene: Scene) -> None:
    """Whatever the size of a block and the number of threads, the result is the same."""
    wanted = np.random.default_rng(1).random((LINES, SAMPLES)) < 0.8
    with open_cube(scene.data) as cube:
        plan = plan_for(FeaturesConfig(), cube.wavelengths_nm, where="test")
        whole = measure_scan(cube, plan, wanted=wanted, threads=1)
        np.testing.assert_array_equal(measure_scan(cube, plan, wanted=wanted, threads=3, block_bytes=1), whole)
    assert np.isnan(whole[:, ~wanted]).all()


def test_a_scan_without_wavelengths_has_no_features(scene: Scene, tmp_path: Path) -> None:
    """Its files are there and empty, and say so."""
    header = tmp_path / "scan.hdr"
    header.write_text(header.read_text().replace("wavelength", "other"))
    folder = run(scene, tmp_path)
    assert read_features(folder).names == ()
    assert len(read_facts(folder)["left_out"]) == 10
    assert list(pd.read_parquet(folder / "features.parquet")) == ["line", "sample"]


def test_a_changed_raster_is_refused(scene: Scene, tmp_path: Path) -> None:
    """A raster that is not the one that was written is an error with a remedy."""
    folder = run(scene, tmp_path, least_depth=0.5)
    raster = folder / "features.tif"
    raster.write_bytes(raster.read_bytes()[:-1] + b"\0")
    with pytest.raises(IntegrityError, match="run the workflow again"):
        read_features(folder)
    facts = json.loads((folder / "features.json").read_text())
    assert facts["windows"]
