"""What explores hundreds of scenes holds one of them: against all latents, spectra and maps read at once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_latents import tiny_latents

from semispectral.explore.found_clusters import NO_CLUSTER
from semispectral.explore.pool_spectra import spectra_of
from semispectral.explore.samples import PLACE, all_latents, among, latents_among, rows_of, trained_on
from semispectral.explore.shares import shares_of
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.shards import write_latents, write_shard
from semispectral.storage.model_files import save_model
from semispectral.storage.read_later import ReadLater
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Latents of two scenes, some pixels of each drawn twice."""
    latents, _ = tiny_latents(seed=3)
    paths = []
    for scene in ("A_1", "B_1"):
        mine = np.flatnonzero(latents.table["scene"] == scene)
        rows = np.concatenate([mine, mine[::7]])
        path = tmp_path / f"{scene}.parquet"
        write_latents(path, Latents(latents.mean[rows], latents.log_variance[rows], latents.table.iloc[rows]))
        paths.append(path)
    return paths


def same(found: Latents, expected: Latents) -> None:
    """Both hold the same pixels in the same order."""
    np.testing.assert_array_equal(found.mean, expected.mean)
    np.testing.assert_array_equal(found.log_variance, expected.log_variance)
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_a_small_pool_is_read_whole(files: Sequence[Path]) -> None:
    """Each pixel once, in the order of the scenes."""
    latents, _ = tiny_latents(seed=3)
    first = (latents.table["scene"] == "A_1").to_numpy()
    same(all_latents(files), Latents.concat([rows_of(latents, first), rows_of(latents, ~first)]))


def test_of_a_large_pool_each_scene_gives_as_many(files: Sequence[Path]) -> None:
    """Twenty of each scene, the first and the last among them and none far from the next, and those asked for."""
    whole = all_latents(files)
    also = whole.table.iloc[[3, 4, 5, 290]]
    found = all_latents(files, also=also, most=40)
    even = all_latents(files, most=40)
    assert even.table["scene"].value_counts().to_dict() == {"A_1": 20, "B_1": 20}
    kept = np.flatnonzero(among(whole.table, even.table))
    assert {0, 149, 150, 299} <= set(kept.tolist())
    assert np.diff(kept).max() <= 8
    same(found, rows_of(whole, among(whole.table, pd.concat([even.table, also]))))


def test_pixels_of_a_table_are_those_of_all(files: Sequence[Path], tmp_path: Path) -> None:
    """Read scene by scene, as found among all at once; M1's pixels are those of the training part of its sample."""
    whole = all_latents(files)
    asked = whole.table.iloc[[2, 151, 40, 260]]
    same(latents_among(files, asked), rows_of(whole, among(whole.table, asked)))
    table = whole.table.assign(part=np.where(np.arange(len(whole)) % 3 == 0, "train", "valid"))
    write_shard(tmp_path / "sample.parquet", Pixels(np.ones((len(table), 2), np.float32), table))
    expected = rows_of(whole, (table["part"] == "train").to_numpy())
    same(trained_on(files, [tmp_path / "sample.parquet"]), expected)


def test_spectra_of_some_pixels_are_those_of_all(files: Sequence[Path], tmp_path: Path) -> None:
    """In the order of the table, from shards of which one holds some pixels of the other draw again."""
    whole = all_latents(files)
    x = np.random.default_rng(1).uniform(0.1, 0.9, (len(whole), 6)).astype(np.float32)
    pixels = Pixels(x, whole.table)
    shards = [tmp_path / f"{draw}.parquet" for draw in ("labelled", "unlabelled")]
    for shard, step in zip(shards, (1, 5), strict=True):
        write_shard(shard, pixels.where(np.arange(len(x)) % step == 0))
    save_model(tmp_path / "scaler", *fit_scaler(x, method="standardise").to_saved())
    rows = np.array([299, 4, 5, 150, 20])
    found = spectra_of(shards, whole.table.iloc[rows], scaler=tmp_path / "scaler", scenes={})
    np.testing.assert_array_equal(found.x, x[rows])
    assert found.table[PLACE].to_numpy().tolist() == whole.table.iloc[rows][PLACE].to_numpy().tolist()


def test_shares_along_a_hole_are_counted_scene_by_scene(tmp_path: Path) -> None:
    """Two scans of one hole: each pixel in its thirty-second part of the depth, as counted one by one."""
    random = np.random.default_rng(2)
    maps = {name: random.integers(-1, 3, (40, 6)).astype(np.int16) for name in ("a", "b")}
    for found in maps.values():
        found[:, 0] = NO_CLUSTER
    row = (tmp_path / "s.h5", "data", None, "", "line,sample,band", "", 1.0, None)
    scenes = [
        Scene(name, "H", *row, CodeSet(((1, 9),)), CodeSet(()), depth_from_m=top, depth_to_m=top + 4.0)
        for name, top in (("b", 104.0), ("a", 100.0))
    ]
    asked: list[str] = []
    later = ReadLater({name: Path(name) for name in maps}, lambda path: asked.append(path.name) or maps[path.name])
    profile = shares_of(later, scenes, groups=3, run_share=0.3).profiles["H"]
    assert asked == ["a", "b"] * 3
    step = (profile.to_m - profile.from_m) / 32
    line_m = {name: top + 4.0 * (np.arange(40) + 0.5) / 40 for name, top in (("a", 100.0), ("b", 104.0))}
    counts = np.zeros((32, 3))
    for name, found in maps.items():
        for line, sample in zip(*np.nonzero(found >= 0), strict=True):
            place = min(int((line_m[name][line] - profile.from_m) / step + 1e-9), 31)
            counts[place, found[line, sample]] += 1
    np.testing.assert_allclose(profile.share, counts / counts.sum(axis=1, keepdims=True), atol=1e-12)
