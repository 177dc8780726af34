"""Shares of classes as labels: what is drawn, what is to be said of a pixel, and which pixels of a split have them."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.sampling.share_labels import known_labels, targets, with_shares
from semispectral.sampling.stages.stage_share_labels import run_share_labels
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.storage.parquet import read_table, write_table
from semispectral.storage.seal import write_json
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import LabelSource, Scene
from semispectral.training.batches import balanced_steps
from semispectral.workflow.rerun import stage_cfg

CLASSES = "code\tname\tcolour\n1\ttalc\t#ff0000\n2\tcalcite\t#00ff00\n5\tmica\t#0000ff\n"


def pixels(label: list[int]) -> Features:
    """Pixels of a scene, one on each line."""
    table = pd.DataFrame({"scene": "A", "line": range(len(label)), "sample": 0, "label": np.asarray(label, np.int16)})
    return Features(np.zeros((len(label), 2), np.float32), np.zeros((len(label), 1), np.float32), table)


def test_pixels_without_shares_are_ordinary_labels(tmp_path: Path) -> None:
    """Shares are joined by place, with validation labels or without; other pixels are one-hot, of weight 1."""
    shares = pd.DataFrame(
        {"scene": "A", "line": [1, 9], "sample": 0, "source": "sem", "weight": np.float32([0.5, 1])}
        | {"share_0": np.float32([0.25, 1]), "share_1": np.float32([0.75, 0]), "share_2": np.float32([0, 0])}
    )
    write_table(tmp_path / "shares.parquet", shares)
    data = with_shares(TrainingSet(pixels([0, 1]), pixels([-1]), pixels([0, 1, 2])), [tmp_path / "shares.parquet"])
    joined = data.with_valid_labels().labelled
    found = targets(joined, known_labels(joined))
    np.testing.assert_allclose(
        found.shares, [[1, 0, 0], [0.25, 0.75, 0], [1, 0, 0], [0.25, 0.75, 0], [0, 0, 1]], rtol=1e-6
    )
    assert found.weight.tolist() == [1, 0.5, 1, 0.5, 1]
    assert not found.one_hot
    ordinary = targets(pixels([2, 0]), np.array([0, 2]))
    assert ordinary.one_hot
    np.testing.assert_array_equal(ordinary.balanced, [[0, 1], [1, 0]])


def test_a_class_counts_once_its_shares_make_up_a_pixel() -> None:
    """A class that is dominant nowhere is in the model by shares that sum to a pixel, and not by less."""
    part = pixels([0, 0, 0])
    shares = {"share_0": [0.5, 0.5, 0.6], "share_1": [0.4, 0.4, 0.3], "share_2": [0.1, 0.1, 0.1], "weight": 1.0}
    part = Features(part.mean, part.std, part.table.assign(**shares))
    assert known_labels(part).tolist() == [0, 1]
    np.testing.assert_allclose(targets(part, known_labels(part)).shares.sum(axis=1), 1, rtol=1e-6)


def test_draws_and_targets_have_every_class_equally_often() -> None:
    """By brute force over classes and pixels: what is drawn, times what is said of it, has all classes alike."""
    random = np.random.default_rng(4)
    shares = random.dirichlet([4, 1, 0.5], 30).astype(np.float32)
    part = pixels(shares.argmax(axis=1).tolist())
    columns = {f"share_{label}": shares[:, label] for label in range(3)}
    weight = np.where(np.arange(30) < 10, 0.25, 1).astype(np.float32)
    part = Features(part.mean, part.std, part.table.assign(**columns, weight=weight))
    found = targets(part, np.arange(3))
    chance = np.zeros((30, 3))  # of a class, and then of a pixel in it
    for label in range(3):
        for pixel in range(30):
            of_class = (weight * shares[:, label]).sum()
            chance[pixel, label] = weight[pixel] * shares[pixel, label] / of_class / 3
    drawn = np.bincount(balanced_steps(found.drawn, 400, 100, seed=[1]).ravel(), minlength=30) / 40_000
    np.testing.assert_allclose(drawn, chance.sum(axis=1), atol=0.006)
    even = targets(Features(part.mean, part.std, part.table.assign(weight=1.0)), np.arange(3))
    of_each = np.stack([even.shares[:, label] / even.shares[:, label].sum() / 3 for label in range(3)], axis=1)
    np.testing.assert_allclose(even.balanced, of_each / of_each.sum(axis=1, keepdims=True), rtol=1e-4)


def test_ordinary_labels_are_drawn_as_one_class_and_one_of_its_pixels() -> None:
    """The draws are those of a class by a whole number and a pixel of it by a place, number for number."""
    label = np.array([2, 0, 0, 2, 2, 1])
    random = np.random.default_rng([7])
    members = [np.flatnonzero(label == value) for value in range(3)]
    of_class, place = random.integers(3, size=60), random.random(60)
    expected = [members[each][int(at * len(members[each]))] for each, at in zip(of_class, place, strict=True)]
    assert balanced_steps(np.eye(3, dtype=np.float32)[label], 6, 10, seed=[7]).ravel().tolist() == expected


def test_labelled_pixels_of_a_split_get_their_shares(tmp_path: Path) -> None:
    """Training and validation pixels alone, not those that a later file labelled; the first pattern weighs a file."""
    np.save(tmp_path / "scan.npy", np.ones((6, 2, 3)))
    shares = np.random.default_rng(2).dirichlet([3, 1, 1], (6, 2)).astype(np.float32)
    shares[4] = np.nan
    np.save(tmp_path / "sem.npy", shares)
    np.save(tmp_path / "over.npy", np.full((6, 2), 5, np.uint8))
    codes = CodeSet(((1, 9),)), CodeSet(())
    labels = tmp_path / "sem.npy", "shares"
    over = (LabelSource(tmp_path / "over.npy"),)
    scene = Scene(
        "A", "H", tmp_path / "scan.npy", "", *labels, "line,sample,band", "", 1.0, None, *codes, labels_over=over
    )
    (tmp_path / "classes.tsv").write_text(CLASSES, encoding="utf-8")
    write_json(tmp_path / "known.json", ClassMap((1, 2), ("talc", "calcite"), ("#ff0000", "#00ff00")).to_dict())
    line, dominant = np.arange(6), shares[:, 1].argmax(axis=1)
    dealt = pd.DataFrame({"scene": "A", "line": line, "sample": 1, "label": np.minimum(dominant, 1)})
    dealt["part"] = ["train", "valid", "test", "train", "train", "train"]
    dealt.loc[3, "label"] = 1 - dealt.loc[3, "label"]
    write_table(tmp_path / "dealt.parquet", dealt)
    sources = [{"files": "other/*.npy", "weight": 3.0}, {"files": "*.npy", "weight": 0.5}, {"files": "sem.npy"}]
    run_share_labels(
        tmp_path / "shares.parquet",
        dealt_file=tmp_path / "dealt.parquet",
        known_file=tmp_path / "known.json",
        classes_file=tmp_path / "classes.tsv",
        cfg=stage_cfg({"scenes": [asdict(scene)], "share_labels": {"sources": sources}}, "scenes", "share_labels"),
    )
    found = read_table(tmp_path / "shares.parquet")
    expected = [at for at in (0, 1, 5) if dominant[at] < 2]
    assert found["line"].tolist() == expected
    of_known = shares[expected, 1, :2]
    np.testing.assert_allclose(found[["share_0", "share_1"]], of_known / of_known.sum(axis=1, keepdims=True), rtol=1e-5)
    assert set(found["source"]) == {"*.npy"}
    assert set(found["weight"]) == {0.5}
