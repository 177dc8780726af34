"""The downhole log: runs of core, depths, proportions and their intervals, and its files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import lasio
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import beta

import tiny_models as tiny
from semispectral.downhole.depths import has_depth, logged_holes, natural
from semispectral.downhole.feature_log import ByInterval, quantiles_by
from semispectral.downhole.log import (
    NO_SCENES,
    Core,
    DownholeConfig,
    beta_interval,
    core_of,
    cores_of_hole,
    downhole_log,
    find_runs,
)
from semispectral.downhole.log_figure import draw_log
from semispectral.downhole.log_files import NULL, mnemonics, write_csv, write_las
from semispectral.errors import ConfigError, DataError
from semispectral.features.feature_files import SceneFeatures
from semispectral.maps.scene_map import SceneMap
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

SETTINGS = DownholeConfig(interval_m=0.1, correlation_m=0.02)


def _scene(name: str, **depths: float | None) -> Scene:
    none = CodeSet(())
    return Scene(name, "H1", Path(name), "", Path(name), "", "line,sample,band", "", 1.0, None, none, none, **depths)


def _map(valid: np.ndarray, *, seed: int) -> SceneMap:
    probability = np.random.default_rng(seed).dirichlet(np.ones(3), valid.shape).astype(np.float32)
    probability[~valid] = np.nan
    return SceneMap(probability, np.zeros(valid.shape, np.float32), -1.0, tiny.NAMES)


def _core(*, seed: int, count: int = 500) -> Core:
    random = np.random.default_rng(seed)
    probability = random.dirichlet(np.ones(3), count).astype(np.float32)
    return Core(random.uniform(0, 0.5, count), probability, random.random(count) < 0.1)


def test_runs_are_found_between_the_dividers_of_a_tray() -> None:
    """Columns that are mostly tray part the runs; a column or two of dirt is none."""
    valid = np.zeros((50, 30), bool)
    valid[3:, 2:9], valid[:45, 12:20], valid[:, 25] = True, True, True
    valid[::7, 10] = True
    assert find_runs(valid, run_share=0.3) == [slice(2, 9), slice(12, 20)]
    assert find_runs(np.ones((5, 4), bool), run_share=0.3) == [slice(0, 4)]
    assert find_runs(np.zeros((5, 4), bool), run_share=0.3) == []


def test_a_dead_column_does_not_part_a_run() -> None:
    """A scar of one or two samples lies inside a run, a divider of three lies between two."""
    valid = np.ones((50, 30), bool)
    valid[:, [4, 11, 12, 20, 21, 22]] = False
    assert find_runs(valid, run_share=0.3) == [slice(0, 20), slice(23, 30)]
    valid[:] = False
    assert find_runs(valid, run_share=0.3) == []


def test_depth_runs_down_one_run_and_then_the_next() -> None:
    """The first line of the second run follows on the last line of the first."""
    valid = np.zeros((50, 20), bool)
    valid[:, 2:8], valid[:, 11:18] = True, True
    core, end = core_of(_scene("A", pixel_mm=2.0), _map(valid, seed=1), below_m=7.0, run_share=0.3)
    assert end == pytest.approx(7.2)
    np.testing.assert_allclose(np.unique(core.depth_m), 7.0 + (np.arange(100) + 0.5) * 0.002)
    first_of_second = np.flatnonzero(np.isclose(core.depth_m, 7.101))
    assert len(first_of_second) == 7


def test_given_depths_are_shared_among_the_runs() -> None:
    """Depths of scenes.tsv count before the size of the pixels."""
    valid = np.zeros((50, 20), bool)
    valid[:, 2:8], valid[:, 11:18] = True, True
    scene = _scene("A", pixel_mm=2.0, depth_from_m=100.0, depth_to_m=101.0)
    core, end = core_of(scene, _map(valid, seed=1), below_m=7.0, run_share=0.3)
    assert end == pytest.approx(101)
    assert core.depth_m.min() == pytest.approx(100.005)
    assert core.depth_m.max() == pytest.approx(100.995)


def test_depths_that_a_file_states_for_its_lines_count() -> None:
    """A gap stays a gap where the ends are those of scenes.tsv; with other ends depths are even."""
    valid, stated = np.ones((4, 1), bool), np.array([65.9, 65.91, 70.0, 70.01])
    found = replace(_map(valid, seed=1), line_depth_m=stated)
    core, end = core_of(_scene("A", depth_from_m=65.9, depth_to_m=70.01), found, below_m=0, run_share=0.3)
    np.testing.assert_array_equal(core.depth_m, stated)
    assert end == 70.01
    other, _ = core_of(_scene("A", depth_from_m=60.0, depth_to_m=64.0), found, below_m=0, run_share=0.3)
    np.testing.assert_allclose(other.depth_m, [60.5, 61.5, 62.5, 63.5])


def hole(scans: list[tuple[Scene, SceneMap]], *, features: Mapping[str, SceneFeatures] = NO_SCENES) -> Core:
    """The core of all scans of a hole, from the top."""
    maps = {scene.name: found for scene, found in scans}
    scenes = [scene for scene, _ in scans]
    _, cores = cores_of_hole(scenes, lambda scene: maps[scene.name], run_share=0.3, features=features)
    pieces = list(cores)
    names = ("depth_m", "probability", "novel", "features")
    joined = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in names}
    return Core(**joined, feature_names=pieces[0].feature_names)


def test_trays_follow_each_other_by_name_or_depth() -> None:
    """Without depths the second tray begins where the first ends; with them the shallower comes first."""
    valid = np.ones((50, 5), bool)
    maps = [_map(valid, seed=1), _map(valid, seed=2)]
    named = [(_scene("B", pixel_mm=2.0), maps[1]), (_scene("A", pixel_mm=2.0), maps[0])]
    core = hole(named)
    top = core.probability[np.isclose(core.depth_m, 0.001)]
    np.testing.assert_array_equal(top, maps[0].probability[0])
    assert core.depth_m.max() == pytest.approx(0.199)
    deep = [
        (_scene("A", depth_from_m=9.0, depth_to_m=10.0), maps[0]),
        (_scene("B", depth_from_m=8.0, depth_to_m=9.0), maps[1]),
    ]
    core = hole(deep)
    np.testing.assert_array_equal(core.probability[np.argmin(core.depth_m)], maps[1].probability[0, 0])


def test_boxes_without_depths_follow_by_the_numbers_in_their_names() -> None:
    """box_2 lies above box_10, and a box without a depth below the one before it, whose depth is known."""
    valid = np.ones((500, 5), bool)
    maps = {name: _map(valid, seed=seed) for seed, name in enumerate(("box_1", "box_2", "box_10"))}
    core = hole([(_scene(name, pixel_mm=2.0), maps[name]) for name in ("box_10", "box_1", "box_2")])
    for metre, name in enumerate(("box_1", "box_2", "box_10")):
        first = core.probability[np.isclose(core.depth_m, metre + 0.001)]
        np.testing.assert_array_equal(first, maps[name].probability[0])
    begun = {"box_1": {"depth_from_m": 30.0}, "box_2": {}, "box_10": {}}
    scans = [(_scene(name, pixel_mm=2.0, **begun[name]), maps[name]) for name in reversed(begun)]
    core = hole(scans)
    assert (core.depth_m.min(), core.depth_m.max()) == (pytest.approx(30.001), pytest.approx(32.999))
    np.testing.assert_array_equal(core.probability[np.isclose(core.depth_m, 31.001)], maps["box_2"].probability[0])


def test_names_are_ordered_as_people_count() -> None:
    """Numbers count as numbers wherever they stand, beside names that have none."""
    names = ["DH1_10", "DH1_2", "DH1", "DH1_2b", "2", "DH1_002", "10", "DH10_1", "DH2_1"]
    expected = ["2", "10", "DH1", "DH1_002", "DH1_2", "DH1_2b", "DH1_10", "DH2_1", "DH10_1"]
    assert sorted(names, key=natural) == expected


def test_unknown_depth_and_missing_core_are_refused() -> None:
    """The message says what scenes.tsv lacks, or that no core was found."""
    with pytest.raises(DataError, match="neither pixel_mm nor depth"):
        core_of(_scene("A"), _map(np.ones((5, 5), bool), seed=1), below_m=0, run_share=0.3)
    with pytest.raises(DataError, match="no run of core"):
        core_of(_scene("A", pixel_mm=1.0), _map(np.zeros((5, 5), bool), seed=1), below_m=0, run_share=0.3)


def test_without_ignored_pixels_the_tray_is_what_is_like_nothing_known() -> None:
    """A new scan has no labels of its tray; its runs are found all the same."""
    found = _map(np.ones((30, 12), bool), seed=1)
    found.log_p[:, [0, 5, 6, 7]] = -5
    core, end = core_of(_scene("A", pixel_mm=1.0), found, below_m=0, run_share=0.3)
    assert end == pytest.approx(0.06)
    assert len(core.depth_m) == 30 * 8


def test_proportions_are_mean_probabilities_by_depth() -> None:
    """Against a loop over the intervals; they sum to 1."""
    core = _core(seed=1)
    table = downhole_log("H1", [core], tiny.NAMES, SETTINGS)
    assert table["pixels"].sum() == len(core.depth_m)
    for _, row in table.iterrows():
        inside = (core.depth_m >= row["depth_from_m"]) & (core.depth_m < row["depth_to_m"])
        expected = core.probability[inside].mean(axis=0)
        np.testing.assert_allclose([row[f"share_{name}"] for name in tiny.NAMES.names], expected, rtol=1e-5)
        assert row["dominant"] == tiny.NAMES.names[expected.argmax()]
        assert row["none_of_the_known"] == pytest.approx(core.novel[inside].mean())


def test_certain_pixels_leave_no_doubt() -> None:
    """Probabilities of 0 and 1 give intervals of no width."""
    core = _core(seed=2)
    sure = Core(core.depth_m, np.eye(3, dtype=np.float32)[core.probability.argmax(axis=1)], core.novel)
    table = downhole_log("H1", [sure], tiny.NAMES, SETTINGS)
    for name in tiny.NAMES.names:
        np.testing.assert_allclose(table[f"low_{name}"], table[f"high_{name}"])


def test_an_interval_holds_its_share() -> None:
    """Also of a class that nearly all pixels are, or nearly none is."""
    mean = np.array([1e-6, 1e-3, 0.0016, 0.03, 0.5, 0.997, 1 - 1e-6])
    for variance in (1e-9, 1e-6, 1e-3, 0.2):
        low, high = beta_interval(mean, np.full(mean.shape, variance), coverage=0.9)
        assert (low <= mean).all()
        assert (mean <= high).all()


def test_even_odds_give_the_beta_interval_of_as_many_pieces() -> None:
    """Five pieces of core, each a toss-up: the quantiles of a beta distribution of mean 1/2 and variance 1/20."""
    depth = np.repeat((np.arange(10) + 0.5) / 100, 8)
    core = Core(depth, np.tile(np.float32([0.5, 0.5, 0]), (80, 1)), np.zeros(80, bool))
    row = downhole_log("H1", [core], tiny.NAMES, SETTINGS).iloc[0]
    shape = 0.5 * (0.25 / 0.05 - 1)
    assert row["low_kaolinite"] == pytest.approx(beta.ppf(0.05, shape, shape), rel=1e-4)
    assert row["high_kaolinite"] == pytest.approx(beta.ppf(0.95, shape, shape), rel=1e-4)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """With truths drawn piece by piece from the probabilities, 90 % intervals hold about 90 % of the proportions."""
    random = np.random.default_rng(3)
    pieces, held = 10, []
    for _ in range(400):
        p = random.beta(2, 2, pieces)
        truth = (random.random(pieces) < p).mean()
        low, high = beta_interval(np.array([p.mean()]), np.array([(p * (1 - p)).mean() / pieces]), coverage=0.9)
        held.append(low[0] - 0.05 <= truth <= high[0] + 0.05)  # the truth comes in steps of 0.1
    assert 0.85 < np.mean(held) <= 1


def test_las_reads_back_with_gaps_as_null(tmp_path: Path) -> None:
    """lasio finds the depths, evenly stepped, the proportions, and the null value where no core is."""
    core = _core(seed=4)
    keep = (core.depth_m < 0.2) | (core.depth_m > 0.3)
    core = Core(core.depth_m[keep], core.probability[keep], core.novel[keep])
    table = downhole_log("DH 7", [core], tiny.NAMES, SETTINGS)
    write_las(tmp_path / "log.las", table, tiny.NAMES)
    las = lasio.read(str(tmp_path / "log.las"))
    assert las.version["VERS"].value == 2.0
    assert las.well["WELL"].value == "DH 7"
    assert las.well["NULL"].value == NULL
    np.testing.assert_allclose(las["DEPT"], [0.0, 0.1, 0.2, 0.3, 0.4])
    assert las.well["STEP"].value == pytest.approx(0.1)
    assert np.isnan(las["KAOLINITE"][2])
    kept = [0, 1, 3, 4]
    np.testing.assert_allclose(las["TALC__MASSIVE_HI"][kept], table["high_talc, massive"], atol=1e-5)
    assert set(las["DOMINANT"][kept]) <= set(tiny.NAMES.codes)


def test_csv_reads_back(tmp_path: Path) -> None:
    """Six digits of everything."""
    table = downhole_log("H1", [_core(seed=5)], tiny.NAMES, SETTINGS)
    write_csv(tmp_path / "log.csv", table)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "log.csv"), table, rtol=1e-5, check_dtype=False)


AWKWARD = (
    ("talc", "talc_low", "talc_high", "talc_LO", "TALC", "Talc_2"),
    ("pixels", "dominant", "hole", "depth_from_m", "depth_to_m", "none_of_the_known"),
    ("code", "DEPT", "novel", "share_code", "low_code", "high_code"),
    ("\u00e9pidote", "\u00eapidote", "K-mica", "K mica", "\u6ed1\u77f3", "\u77f3\u82f1"),
    ("Fe:Mg 2:1", "Fe/Mg 2/1", "illite 1:1", "Gr\u00fcn\u00df", "a.b", "a~b"),
    ("lo", "hi", "_LO", "_", "null", "step"),
)


@pytest.mark.parametrize("names", AWKWARD)
def test_no_name_of_a_class_meets_another_column_or_curve(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Each class keeps its own three columns and curves, and the log its own, whatever the classes are called."""
    random = np.random.default_rng(8)
    core = Core(
        random.uniform(0, 0.5, 600), random.dirichlet(np.arange(1, 7), 600).astype(np.float32), np.zeros(600, bool)
    )
    classes = ClassMap((2, 3, 5, 7, 11, 301), names, ("#102030",) * 6)
    table = downhole_log("H1", [core], classes, SETTINGS)
    assert len(set(table.columns)) == table.shape[1] == 6 + 3 * 6
    assert table["pixels"].sum() == 600
    write_csv(tmp_path / "log.csv", table)
    write_las(tmp_path / "log.las", table, classes)
    back, las = pd.read_csv(tmp_path / "log.csv"), lasio.read(str(tmp_path / "log.las"))
    assert len(set(las.curves.keys())) == len(las.curves) == 4 + 3 * 6
    index = np.floor(core.depth_m / 0.1).astype(int)
    for place, (curve, name) in enumerate(zip(mnemonics(names), names, strict=True)):
        expected = np.bincount(index, core.probability[:, place]) / np.bincount(index)
        np.testing.assert_allclose(back[f"share_{name}"], expected, rtol=1e-5)
        np.testing.assert_allclose(las[curve], expected, atol=1e-5)
        assert (las[curve + "_LO"] <= las[curve] + 1e-5).all()
        assert (las[curve] <= las[curve + "_HI"] + 1e-5).all()
        assert las.params[curve].value == classes.codes[place]
    assert set(las["DOMINANT"]) <= set(classes.codes)


@pytest.mark.parametrize(
    ("hole", "read"),
    [
        ("Gr\u00e4sberg-3", "Grasberg-3"),
        ("DH 1: \u00c4-2", "DH 1/ A-2"),
        ("\u0141\u00f3d\u017a \u2013 7", "Lodz - 7"),
        ("\u5bb6", "?"),
    ],
)
def test_las_is_ascii_that_lasio_reads_by_itself(tmp_path: Path, hole: str, read: str) -> None:
    """Letters with marks lose them, a colon becomes a stroke: header and descriptions read as they were meant."""
    classes = ClassMap((1, 4, 9), ("\u00c9pidote", "Fe:Mg 2:1", "talc"), tiny.NAMES.colours)
    write_las(tmp_path / "log.las", downhole_log(hole, [_core(seed=4)], classes, SETTINGS), classes)
    assert (tmp_path / "log.las").read_bytes().isascii()
    las = lasio.read(tmp_path / "log.las", ignore_header_errors=False)
    assert las.well["WELL"].value == read
    assert las.well["UWI"].value == read
    assert [las.curves[place].descr for place in (4, 7)] == ["Epidote, expected", "Fe/Mg 2/1, expected"]
    assert las.params["EPIDOTE"].descr == "code of Epidote"


@pytest.mark.parametrize("hole", ["0012", "1E5", "12.50", "nan"])
def test_a_hole_that_looks_like_a_number_keeps_its_name(tmp_path: Path, hole: str) -> None:
    """Readers turn WELL into a number; UWI stays the text that it is."""
    write_las(tmp_path / "log.las", downhole_log(hole, [_core(seed=4)], tiny.NAMES, SETTINGS), tiny.NAMES)
    assert lasio.read(tmp_path / "log.las").well["UWI"].value == hole


def test_curve_names_are_plain_and_stand_once() -> None:
    """Well-log software takes capital letters, digits and '_', and keeps one curve of a name."""
    assert mnemonics(["alunite-K (2)"]) == ["ALUNITE_K__2_"]
    assert mnemonics(["Talc", "TALC", "talc"]) == ["TALC", "TALC_2", "TALC_3"]
    assert mnemonics(["\u6ed1\u77f3", "\u77f3\u82f1", "DEPT"]) == ["CLASS", "CLASS_2", "DEPT_2"]


@pytest.mark.filterwarnings("ignore:Glyph")  # the figure's font has no Chinese, and draws boxes
def test_a_figure_is_drawn_whatever_the_classes_are_called(tmp_path: Path) -> None:
    """Two of the awkward names of each kind."""
    names = tuple(name for some in AWKWARD for name in some[::3])
    random, count = np.random.default_rng(8), len(names)
    probability = random.dirichlet(np.ones(count), 200).astype(np.float32)
    classes = ClassMap(tuple(range(1, count + 1)), names, ("#102030",) * count)
    table = downhole_log("H1", [Core(random.uniform(0, 0.5, 200), probability, np.zeros(200, bool))], classes, SETTINGS)
    draw_log(tmp_path / "log.png", table, classes, coverage=0.9)
    assert (tmp_path / "log.png").stat().st_size > 1000


def test_figure_is_drawn(tmp_path: Path) -> None:
    """A figure of some size, higher than wide for a few minerals."""
    draw_log(tmp_path / "log.png", downhole_log("H1", [_core(seed=6)], tiny.NAMES, SETTINGS), tiny.NAMES, coverage=0.9)
    with Image.open(tmp_path / "log.png") as image:
        assert image.height > image.width > 300


def test_holes_with_depths_get_a_log() -> None:
    """One scene without depth is enough to leave its hole out."""
    scenes = [_scene("B", pixel_mm=1.0), _scene("A", depth_from_m=1.0, depth_to_m=2.0)]
    assert logged_holes(scenes) == {"H1": ["A", "B"]}
    assert logged_holes([*scenes, _scene("C", depth_from_m=1.0)]) == {}
    assert not has_depth(_scene("C"))


@pytest.mark.parametrize("wrong", [{"interval_m": 0.0}, {"correlation_m": -1.0}, {"coverage": 1.0}, {"run_share": 0.0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    """The message names the key."""
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        DownholeConfig(**wrong)


def test_quantiles_of_features_are_those_of_numpy() -> None:
    """By interval, without pixels that have no value; an interval with too few of them has none."""
    random = np.random.default_rng(11)
    inverse, values = random.integers(0, 7, 400), random.normal(size=400).astype(np.float32)
    values[random.random(400) < 0.3] = np.nan
    values[inverse == 4] = np.nan
    found = quantiles_by(inverse, values, (0.05, 0.5, 0.95))
    for group in range(7):
        known = values[(inverse == group) & np.isfinite(values)]
        expected = np.quantile(known, (0.05, 0.5, 0.95)) if len(known) else [np.nan] * 3
        np.testing.assert_allclose([column[group] for column in found], expected, rtol=1e-6)


def _hole_with_features() -> tuple[Core, np.ndarray]:
    """A hole of two scans, the second by a sensor that sees a feature less; and the first scan's positions."""
    valid = np.ones((50, 5), bool)
    random = np.random.default_rng(2)
    position = random.normal(2205, 3, valid.shape).astype(np.float32)
    position[0, 0] = np.nan
    depth = random.uniform(0.05, 0.3, valid.shape).astype(np.float32)
    features = {
        "A": SceneFeatures(("al_position_nm", "al_depth"), np.stack([position, depth])),
        "B": SceneFeatures(("al_depth",), depth[None]),
    }
    scans = [(_scene(name, pixel_mm=2.0), _map(valid, seed=1)) for name in features]
    return hole(scans, features=features), position


def test_features_stand_beside_the_classes(tmp_path: Path) -> None:
    """The log has median and range of each value; the LAS has them as curves with units; the figure shows them."""
    core, position = _hole_with_features()
    table = downhole_log("H1", [core], tiny.NAMES, SETTINGS)
    assert table["median_al_position_nm"][0] == pytest.approx(np.nanmedian(position), abs=1e-3)
    assert table["lower_al_position_nm"][0] == pytest.approx(np.nanquantile(position, 0.05), abs=1e-3)
    assert np.isnan(table["median_al_position_nm"][1])
    assert np.isfinite(table["upper_al_depth"]).all()
    write_las(tmp_path / "log.las", table, tiny.NAMES)
    las = lasio.read(tmp_path / "log.las")
    assert las.curves["AL_POSITION_NM"].unit == "NM"
    np.testing.assert_allclose(las["AL_DEPTH_LO"], table["lower_al_depth"], atol=1e-5)
    draw_log(tmp_path / "log.png", table, tiny.NAMES, coverage=0.9)
    without = table[[name for name in table if not str(name).startswith(("median_", "lower_", "upper_"))]]
    draw_log(tmp_path / "without.png", without, tiny.NAMES, coverage=0.9)
    with Image.open(tmp_path / "log.png") as one, Image.open(tmp_path / "without.png") as other:
        assert one.width > other.width


@pytest.mark.parametrize(
    "tops",
    [(0.0, 0.1, 0.2), (0.2, 0.0, 0.1), (0.0, 0.02, 0.04), (None, None, None), (0.0, None, 0.2), (None, 0.0, 0.1)],
)
def test_features_of_a_hole_do_not_depend_on_what_is_held_of_them(tops: tuple[float | None, ...]) -> None:
    """Whether scans follow each other, overlap or have no depth: the rows are those of all pixels at once."""
    random, valid = np.random.default_rng(4), np.ones((50, 5), bool)
    scans, features = [], {}
    for number, top in enumerate(tops):
        depths = {} if top is None else {"depth_from_m": top}
        scans.append((_scene(f"S{number}", pixel_mm=2.0, **depths), _map(valid, seed=number)))
        features[f"S{number}"] = SceneFeatures(("depth",), random.random((1, *valid.shape)).astype(np.float32))
    maps = {scene.name: found for scene, found in scans}
    _, cores = cores_of_hole(
        [scene for scene, _ in scans], lambda each: maps[each.name], run_share=0.3, features=features
    )
    streamed = downhole_log("H", cores, tiny.NAMES, SETTINGS)
    pd.testing.assert_frame_equal(streamed, downhole_log("H", [hole(scans, features=features)], tiny.NAMES, SETTINGS))


def test_what_is_complete_is_not_held() -> None:
    """Of intervals above those to come, the values are gone and the results are there; of the others it is as ever."""
    random, found = np.random.default_rng(6), ByInterval(("a", "b"), coverage=0.9)
    interval, values = random.integers(0, 30, 900), random.random((900, 2)).astype(np.float32)
    at_once = ByInterval(("a", "b"), coverage=0.9)
    at_once.add(interval, values)
    for first in range(0, 30, 10):
        mine = (interval >= first) & (interval < first + 10)
        found.close(first)
        assert sum(len(each) for each, _ in found._open) == 0
        found.add(interval[mine], values[mine])
    expected, got = (each.columns(np.arange(31)) for each in (at_once, found))
    assert list(got) == ["median_a", "lower_a", "upper_a", "median_b", "lower_b", "upper_b"]
    for name, column in expected.items():
        np.testing.assert_allclose(got[name], column, rtol=1e-9)
    assert np.isnan(got["median_a"][30])


def test_a_lower_end_that_nobody_means_is_none() -> None:
    """Ends of intervals below half a percent are 0; the others, and all upper ends, are as they were."""
    table = downhole_log("H1", [_core(seed=5)], tiny.NAMES, SETTINGS)
    low = table[[f"low_{name}" for name in tiny.NAMES.names]].to_numpy()
    assert ((low == 0) | (low >= 0.005)).all()
    assert (low > 0).any()


def test_a_log_of_many_intervals_shows_colours(tmp_path: Path) -> None:
    """Of 276 intervals the colours of the classes cover more of the figure than the dark lines of their intervals."""
    random = np.random.default_rng(7)
    depth_m = random.uniform(0, 27.6, 5000)
    core = Core(depth_m, random.dirichlet(np.ones(3), 5000).astype(np.float32), np.zeros(5000, bool))
    table = downhole_log("H1", [core], tiny.NAMES, SETTINGS)
    assert len(table) == 276
    draw_log(tmp_path / "log.png", table, tiny.NAMES, coverage=0.9)
    pixels = np.asarray(Image.open(tmp_path / "log.png").convert("RGB")).astype(int)
    vivid = (pixels.max(axis=2) - pixels.min(axis=2) > 100).sum()
    dark = (pixels.max(axis=2) < 100).sum()
    assert vivid > 2 * dark


def test_columns_are_as_wide_as_the_largest_share_needs(tmp_path: Path) -> None:
    """Where no share of 12 classes reaches a half, bars are twice as wide as beside one of 1."""
    colour, random = "#c03020", np.random.default_rng(8)
    names = tuple(f"c{number}" for number in range(12))
    classes = ClassMap(tuple(range(1, 13)), names, (colour, *["#102030"] * 11))
    core = Core(random.uniform(0, 2, 5000), random.dirichlet(np.full(12, 50), 5000), np.zeros(5000, bool))
    small = downhole_log("H1", [core], classes, SETTINGS)
    assert small.filter(regex="^(share|high)_").to_numpy().max() < 0.5
    large = small.copy()
    large.loc[0, "share_c1"] = 1.0
    painted = []
    for name, table in (("small", small), ("large", large)):
        draw_log(tmp_path / f"{name}.png", table, classes, coverage=0.9)
        pixels = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        column = pixels[:, pixels.shape[1] // 10 : pixels.shape[1] // 2]  # right of the strip of dominant classes
        painted.append((column == [0xC0, 0x30, 0x20]).all(axis=2).sum())
    assert 1.6 < painted[0] / painted[1] < 2.4
