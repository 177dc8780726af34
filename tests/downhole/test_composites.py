"""Intervals of any length: shares by length of core, their table, and the strip log."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tiny_models as tiny
from semispectral.downhole.composites import (
    RunOfCore,
    composite,
    even_intervals,
    line_lengths,
    runs_of_core,
    runs_of_hole,
)
from semispectral.downhole.core_strips import strips_of_hole
from semispectral.downhole.hole_picture import draw_hole
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig, depths
from semispectral.downhole.stage_intervals import placed, run_intervals
from semispectral.downhole.strip_log import _features, write_strip_log
from semispectral.drillholes.collars import Path3d, directions
from semispectral.errors import ConfigError, DataError
from semispectral.features.feature_files import SceneFeatures
from semispectral.maps.classify import Drawn
from semispectral.maps.scene_map import SceneMap
from semispectral.storage.parquet import write_table
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

SETTINGS = DownholeConfig(correlation_m=0.02)
SHARES = [f"share_{name}" for name in tiny.NAMES.names]


def row_of(name: str, **depths: float) -> Scene:
    """A row of scenes.tsv with depths."""
    none = CodeSet(())
    return Scene(name, "H", Path(name), "", Path(name), "", "line,sample,band", "", 1.0, None, none, none, **depths)


def run(*, seed: int, top_m: float = 10.0, lines: int = 400, line_m: float = 0.003) -> RunOfCore:
    """A run of core with a loss of 0.3 m after 100 lines, and lines of few and many pixels."""
    random = np.random.default_rng(seed)
    middle = top_m + (np.arange(lines) + 0.5) * line_m + 0.3 * (np.arange(lines) >= 100)
    share = random.dirichlet(np.ones(3), lines)
    means = np.concatenate([random.random((lines, 1)), share, share * (1 - share)], axis=1)
    pixels = random.integers(1, 9, lines)
    return RunOfCore(middle, line_lengths(middle, line_m=line_m), pixels, means)


@pytest.mark.parametrize("edges", [[10.0, 12.0], [10.0, 10.05, 10.31, 10.7, 11.2, 12.0], np.linspace(10, 12, 173)])
def test_length_is_conserved(edges: list[float]) -> None:
    """Share x core, summed over all intervals, is the length of each class, however the hole is cut."""
    runs = [run(seed=1), run(seed=2, top_m=11.6, lines=100)]
    edges = np.asarray(edges)
    table = composite("H", runs, np.stack([edges[:-1], edges[1:]], axis=1), tiny.NAMES, SETTINGS)
    core = table["Core"].to_numpy()
    length = sum((each.length_m[:, None] * each.means[:, 1:4]).sum(axis=0) for each in runs)
    np.testing.assert_allclose((core[:, None] * table[SHARES].fillna(0).to_numpy()).sum(axis=0), length, atol=1e-4)
    assert core.sum() == pytest.approx(500 * 0.003, abs=1e-4)


def test_an_interval_is_what_a_sum_over_its_lines_gives() -> None:
    """By brute force, line by line, with the part of a line that an interval cuts off; lost core counts nowhere."""
    each, top, bottom = run(seed=3), 10.1004, 10.7711
    table = composite("H", [each], np.array([[top, bottom]]), tiny.NAMES, SETTINGS)
    core, sums = 0.0, np.zeros(3)
    for line in range(len(each.middle_m)):
        inside = max(0.0, min(bottom, each.bottom_m[line]) - max(top, each.top_m[line]))
        core, sums = core + inside, sums + inside * each.means[line, 1:4]
    np.testing.assert_allclose(table[SHARES].to_numpy()[0], sums / core, rtol=1e-6)
    assert table["Coverage"][0] == pytest.approx(core / (bottom - top), abs=1e-5)
    assert core < bottom - top - 0.29
    low, high = (table[[f"{kind}_{name}" for name in tiny.NAMES.names]].to_numpy() for kind in ("low", "high"))
    assert ((low <= table[SHARES].to_numpy()) & (table[SHARES].to_numpy() <= high)).all()


def test_an_interval_without_core_has_a_row_and_no_shares() -> None:
    """Its coverage is 0, and it has no dominant class."""
    table = composite("H", [run(seed=1)], np.array([[0.0, 5.0], [10.0, 10.2]]), tiny.NAMES, SETTINGS)
    assert table["Coverage"].tolist()[0] == 0
    assert table["Dominant"].tolist()[0] == ""
    assert table.loc[0, SHARES].isna().all()
    assert table.loc[1, SHARES].sum() == pytest.approx(1)
    with pytest.raises(DataError, match="H: intervals need core"):
        composite("H", [], np.array([[0.0, 5.0]]), tiny.NAMES, SETTINGS)


def test_even_intervals_are_multiples_of_their_length() -> None:
    """They hold all core; a top at an edge begins no interval above it."""
    found = even_intervals([run(seed=1, top_m=10.0)], 0.25)
    assert found[0].tolist() == [10.0, 10.25]
    assert found[-1].tolist() == [11.25, 11.5]


def drawn(*, seed: int, lines: int = 60) -> Drawn:
    """A map with its picture: two runs of core beside each other."""
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.ones(3), (lines, 20)).astype(np.float32)
    probability[:, [0, 1, 9, 10, 11, 19]] = np.nan
    found = SceneMap(probability, np.zeros((lines, 20), np.float32), -1.0, tiny.NAMES)
    return Drawn(found, random.random((lines, 20, 3)).astype(np.float32), None, {})


def test_the_runs_of_a_scan_are_its_core() -> None:
    """Their lengths are those of the lines, their means those of the pixels; features lie by pixel."""
    scene = row_of("A", depth_from_m=5.0, depth_to_m=6.2)
    runs, end_m = runs_of_core(scene, drawn(seed=1).map, below_m=0, run_share=0.3)
    assert end_m == pytest.approx(6.2)
    assert [len(each.middle_m) for each in runs] == [60, 60]
    assert sum(each.length_m.sum() for each in runs) == pytest.approx(1.2)
    expected = drawn(seed=1).map.probability[7, 2:9].mean(axis=0)
    np.testing.assert_allclose(runs[0].means[7, 1:4], expected, rtol=1e-5)


def test_features_of_an_interval_are_those_of_its_pixels() -> None:
    """Median and range by brute force over the pixels of scans that overlap, of which one lacks a value."""
    rows = [row_of("A", depth_from_m=5.0, depth_to_m=6.2), row_of("B", depth_from_m=5.9, depth_to_m=6.9)]
    maps, random = [drawn(seed=1).map, drawn(seed=2).map], np.random.default_rng(5)
    features = {
        "A": SceneFeatures(("a", "b"), random.random((2, 60, 20)).astype(np.float32)),
        "B": SceneFeatures(("b",), random.random((1, 60, 20)).astype(np.float32)),
    }
    runs = list(runs_of_hole(rows, maps, run_share=0.3, features=features))
    edges = np.stack([np.arange(5.0, 6.8, 0.3), np.arange(5.0, 6.8, 0.3) + 0.25], axis=1)
    table = composite("H", runs, edges, tiny.NAMES, SETTINGS, feature_names=["a", "b"])
    depth_m, values = [], []
    for scene, found in zip(rows, maps, strict=True):
        depth = depths(scene, found, below_m=0.0, run_share=0.3)[0]
        core = found.valid & np.isfinite(depth)
        mine = features[scene.name]
        columns = [mine.values[mine.names.index(name)][core] if name in mine.names else np.full(core.sum(), np.nan)
                   for name in ("a", "b")]  # fmt: skip
        depth_m.append(depth[core])
        values.append(np.stack(columns, axis=1))
    depth_of, value = np.concatenate(depth_m), np.concatenate(values)
    for place, (top, bottom) in enumerate(edges):
        inside = value[(depth_of >= top) & (depth_of < bottom)]
        for column, name in enumerate("ab"):
            known = inside[np.isfinite(inside[:, column]), column].astype(np.float64)
            expected = np.quantile(known, [0.05, 0.5, 0.95]) if len(known) > 2 else [np.nan] * 3
            got = table.loc[place, [f"lower_{name}", f"median_{name}", f"upper_{name}"]].to_numpy(np.float64)
            np.testing.assert_allclose(got, expected, rtol=1e-6)


@pytest.mark.slow
def test_the_strip_log_has_a_page_for_each_length_of_core(tmp_path: Path) -> None:
    """Letters are text of the PDF, the same hole gives the same bytes, and pages without core are left out."""
    scenes = [row_of("A", depth_from_m=5.0, depth_to_m=6.2), row_of("B", depth_from_m=16.0, depth_to_m=17.0)]
    found = [drawn(seed=1), drawn(seed=2)]
    strips = list(strips_of_hole(scenes, found, run_share=0.3, rows_per_m=2400))
    assert (strips[0].top_m, strips[0].bottom_m) == pytest.approx((5.0, 5.6))
    assert strips[0].core.shape == (60, 7, 3)
    assert all(image.base is None for strip in strips for image in (strip.core, strip.place, strip.confidence))
    runs = [
        each
        for scene, one in zip(scenes, found, strict=True)
        for each in runs_of_core(scene, one.map, below_m=0, run_share=0.3)[0]
    ]
    table = composite("H$1", runs, even_intervals(runs, 0.25), tiny.NAMES, SETTINGS)
    for name in ("first.pdf", "again.pdf"):
        write_strip_log(tmp_path / name, table, strips, tiny.NAMES, IntervalConfig(page_m=2.0))
        draw_hole(tmp_path / f"{name}.png", table, strips, tiny.NAMES)
    assert (tmp_path / "first.pdf.png").read_bytes() == (tmp_path / "again.pdf.png").read_bytes()
    content = (tmp_path / "first.pdf").read_bytes()
    assert content == (tmp_path / "again.pdf").read_bytes()
    assert content.count(b"/Type /Page /") == 3  # 4 to 6, 6 to 8 and 16 to 18 m
    assert b"/Subtype /TrueType" in content or b"/CIDFontType2" in content


def test_all_holes_are_one_table(tmp_path: Path) -> None:
    """CSV and Parquet hold the same; coordinates keep their millimetres, a hole without survey has its collar alone."""
    for hole in ("A", "B"):
        table = composite(hole, [run(seed=1)], np.array([[10.0, 10.2], [10.2, 11.0]]), tiny.NAMES, SETTINGS)
        write_table(tmp_path / f"{hole}.parquet", table)
    collar, survey = tmp_path / "collar.csv", tmp_path / "survey.csv"
    collar.write_text("hole,x,y,z\nA,500000.125,6500000.5,300\nB,1,2,3\n", encoding="utf-8")
    survey.write_text("hole,depth,dip,azimuth\nA,0,-90,0\n", encoding="utf-8")
    run_intervals(
        csv_file=tmp_path / "intervals.csv",
        parquet_file=tmp_path / "intervals.parquet",
        composites=[tmp_path / "A.parquet", tmp_path / "B.parquet"],
        collar_files=[collar],
        survey_files=[survey],
        cfg=json.dumps({"intervals": {"dip_down": "negative"}}),
    )
    read = pd.read_csv(tmp_path / "intervals.csv")
    assert list(read.columns[:3]) == ["HoleID", "From", "To"]
    assert read.loc[0, ["CollarX", "CollarY", "Z"]].tolist() == [500000.125, 6500000.5, pytest.approx(300 - 10.1)]
    assert read.loc[2:, "Z"].isna().all()
    pd.testing.assert_frame_equal(read, pd.read_parquet(tmp_path / "intervals.parquet"), atol=1e-6, check_dtype=False)
    courses = {"A": Path3d(np.zeros(3), np.array([0.0]), directions(np.array([90.0]), np.array([0.0])))}
    with pytest.raises(
        ConfigError, match=r"collar.csv: a table of collars needs a row for each hole, and 'B' has none"
    ):
        placed(read, courses, where="collar.csv")


def test_the_strip_log_shows_the_deepest_features() -> None:
    """Of features with a position everywhere, those that are deep; a deep one that is rarely there comes after."""
    table = pd.DataFrame({"HoleID": ["A"] * 4})
    for name, depth, seen in (
        ("a", 0.01, 4),
        ("b", 0.1, 4),
        ("c", 0.2, 4),
        ("d", 0.5, 0),
        ("e", 0.3, 1),
        ("f", 0.08, 4),
    ):
        there = np.arange(4) < seen
        table[f"median_{name}_position_nm"] = np.where(there, 2200.0, np.nan)
        table[f"median_{name}_depth"] = depth
    assert _features(table) == ["b", "c", "e", "f"]
