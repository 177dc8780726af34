"""How the benchmark deals a pool: parts disjoint and buffered on disk, labels per class exact, folds of holes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from semispectral.benchmark.benchmark_settings import seeds_by_job
from semispectral.benchmark.splits import check_deal, split_settings, write_deal
from semispectral.errors import ConfigError, SplitError
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.labels_per_class import RunsConfig
from semispectral.sampling.split import LabelRaster, SplitConfig
from semispectral.sampling.split_names import LABELS_FILE, M1_FILE, PIXELS
from semispectral.sampling.study_split import StudySplit, deal_for_m1, rasters_of_codes, split_study
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.classes import IGNORED, ClassMap, CodeSet
from semispectral.study.scene import Scene
from tiny_pool import tiny_pool, unlabelled_draw

HOLES = ("A", "B", "C")
CHOSEN = RunsConfig(labels_per_class=(2, 5), seeds=(3,), valid_share=0.2)
BLOCKS = {"method": "blocks", "test_share": 0.3, "block_lines": 8, "block_samples": 8, "buffer": 1}


def rasters() -> list[LabelRaster]:
    """Three scenes of 48 x 24 pixels in stripes of three classes, a quarter of them unlabelled, a corner ignored."""
    random = np.random.default_rng(4)
    found = []
    for hole in HOLES:
        label = np.repeat(np.arange(48) // 4 % 3, 24).reshape(48, 24).astype(np.int16)
        label[random.random(label.shape) < 0.25] = -1
        label[:3, :3] = IGNORED
        found.append(LabelRaster(f"{hole}_1", hole, label))
    return found


CODES = {
    raster.scene: np.where(raster.label == IGNORED, 200, raster.label + 1).astype(np.int32) for raster in rasters()
}
CLASSES = ClassMap((1, 2, 3), ("a", "b", "c"), ("#000000", "#111111", "#222222"))


def scenes() -> list[Scene]:
    """The rows of these scenes, whose files are never opened."""
    use, ignore, file = CodeSet(((1, 9),)), CodeSet(((200, 200),)), Path("s.npy")
    return [
        Scene(raster.scene, raster.hole, file, "", file, "", "line,sample,band", "", 1.0, None, use, ignore)
        for raster in rasters()
    ]


def split_of(config: SplitConfig, pool: Mapping[str, pd.DataFrame] | None = None) -> StudySplit:
    """The pool, dealt to one split; every pixel in use is in the pool."""
    drawn = tiny_pool(scenes(), CODES) if pool is None else pool
    sample = SampleConfig(seed=1)
    return split_study(scenes(), CODES, drawn, CLASSES, split_settings=config, sample_settings=sample)


@cache
def files_of_deal(config: SplitConfig, labels: RunsConfig) -> dict[str, bytes]:
    """The files of one deal of the pool, dealt once for all tests."""
    unlabelled = unlabelled_draw(tiny_pool(scenes(), CODES))
    settings = {"split_settings": config, "sample_settings": SampleConfig(seed=1)}
    of_m1 = deal_for_m1(rasters_of_codes(scenes(), CODES), scenes(), unlabelled, **settings)
    with TemporaryDirectory() as folder:
        write_deal(Path(folder), split_of(config), of_m1, config=config, labels=labels)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def write(directory: Path, config: SplitConfig, labels: RunsConfig = CHOSEN) -> None:
    """Write one deal of the pool."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files_of_deal(config, labels).items():
        (directory / name).write_bytes(content)


def read_deal(directory: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pixels and labels per class of a deal."""
    return read_table(directory / PIXELS), read_table(directory / LABELS_FILE)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A deal of blocks with a buffer on disk."""
    write(tmp_path, split_settings(BLOCKS, HOLES, seed=3))
    return tmp_path


def test_each_seed_deals_anew_and_always_alike() -> None:
    """The same seed gives the same parts, another seed others, whatever the order of the pool."""
    one, again, other = (split_of(split_settings(BLOCKS, HOLES, seed=seed)).pixels for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)
    pool = tiny_pool(scenes(), CODES)
    shuffled = {name: table.sample(frac=1, random_state=0).reset_index(drop=True) for name, table in pool.items()}
    pd.testing.assert_frame_equal(split_of(split_settings(BLOCKS, HOLES, seed=1), shuffled).pixels, one)


def test_what_is_dealt_keeps_its_buffer(written: Path) -> None:
    """By brute force: no training pixel, labelled or of M1, lies within the buffer of a test pixel; nothing ignored."""
    parts, labels = read_deal(written)
    of_m1 = read_table(written / M1_FILE)
    for _, scene in pd.concat([parts, of_m1[of_m1["part"] != "valid"]]).groupby("scene"):
        places = {part: rows[["line", "sample"]].to_numpy() for part, rows in scene.groupby("part")}
        apart = np.abs(places["train"][:, None] - places["test"][None]).max(axis=-1)
        assert apart.min() > BLOCKS["buffer"]
    assert not ((parts["line"] < 3) & (parts["sample"] < 3)).any()
    spent = labels.groupby(["per_class", "label"]).size()
    assert spent["2"].tolist() == [2, 2, 2]
    assert spent["5"].tolist() == [5, 5, 5]
    assert labels.groupby("per_class")["part"].value_counts()["5"]["valid"] == 3


def test_folds_leave_each_hole_out_once() -> None:
    """With as many folds as holes, consecutive seeds test every hole, whole and seen by no training."""
    row = {"method": "groups", "folds": 3, "buffer": 1, "block_lines": 8, "name": "holes"}
    tested = []
    for seed in (1, 2, 3, 4):
        parts = split_of(split_settings(row, HOLES, seed=seed)).pixels
        tested.append(set(parts.loc[parts["part"] == "test", "hole"]))
        assert tested[-1].isdisjoint(parts.loc[parts["part"] != "test", "hole"])
    assert sorted(hole for holes in tested[:3] for hole in holes) == list(HOLES)
    assert tested[3] == tested[0]


@pytest.mark.parametrize("row", [{"method": "blocks", "folds": 2}, {"method": "groups", "folds": 4}])
def test_folds_of_what_cannot_be_folded(row: dict[str, object]) -> None:
    """Folds need holes, and no more folds than holes."""
    with pytest.raises(ConfigError, match="folds must be 2 to the number of holes"):
        split_settings(row, HOLES, seed=1)


def damage_part(parts: pd.DataFrame, labels: pd.DataFrame) -> None:
    """A training pixel lies beside a test pixel."""
    test = parts.index[(parts["part"] == "test")][0]
    neighbour = parts.iloc[test]
    near = (parts["scene"] == neighbour["scene"]) & ((parts["line"] - neighbour["line"]).abs() <= 1)
    parts.loc[near & ((parts["sample"] - neighbour["sample"]).abs() == 1), "part"] = "train"


def damage_pixel(parts: pd.DataFrame, labels: pd.DataFrame) -> None:
    """A pixel stands twice."""
    parts.loc[len(parts)] = parts.iloc[-1]


def damage_leak(parts: pd.DataFrame, labels: pd.DataFrame) -> None:
    """A label of a run is a test pixel."""
    test = parts[(parts["part"] == "test") & (parts["label"] == labels["label"].iloc[0])].iloc[0]
    for name in ("scene", "line", "sample"):
        labels.loc[0, name] = test[name]


def damage_labels(parts: pd.DataFrame, labels: pd.DataFrame) -> None:
    """A run has a label more than it may."""
    labels.loc[labels["per_class"] == "5", "per_class"] = "2"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (damage_part, "more than 1 pixels apart"),
        (damage_pixel, "more than once"),
        (damage_leak, "not labelled pixels of train or valid"),
        (damage_labels, "seed 3, 2 labels per class: counts"),
    ],
)
def test_a_wrong_deal_on_disk_is_refused(written: Path, damage: object, said: str) -> None:
    """What is checked are the files themselves."""
    parts, labels = read_deal(written)
    damage(parts, labels)  # type: ignore[operator]
    write_table(written / PIXELS, parts)
    write_table(written / LABELS_FILE, labels)
    with pytest.raises(SplitError, match=said):
        check_deal(written, split_settings(BLOCKS, HOLES, seed=3), CHOSEN)


def test_a_hole_in_two_parts_is_refused(tmp_path: Path) -> None:
    """With holes as the unit, a deal by blocks is wrong."""
    write(tmp_path, split_settings(BLOCKS, HOLES, seed=3))
    with pytest.raises(SplitError, match="hole lie in more than one"):
        check_deal(tmp_path, split_settings({"method": "groups", "buffer": 1}, HOLES, seed=3), CHOSEN)


def test_a_new_seed_changes_no_other_job() -> None:
    """Jobs have fixed ranges of seeds."""
    assert seeds_by_job([3, 1, 2], 2) == {"1-2": [1, 2], "3-4": [3]}
    assert seeds_by_job([1, 2, 3, 4, 7], 2) == {"1-2": [1, 2], "3-4": [3, 4], "7-8": [7]}
