"""Folders that an earlier version left among the results."""

from pathlib import Path

from semispectral.study.paths import left_over


def test_folders_of_an_earlier_version_are_named(tmp_path: Path) -> None:
    """The old folders are named, and those of today are not."""
    for name in ("splits/main", "labels_per_class", "predictions/main/inductive", "report/benchmark"):
        (tmp_path / name).mkdir(parents=True)
    assert left_over(tmp_path) == ""
    (tmp_path / "budgets").mkdir()
    assert "wrote budgets, which" in left_over(tmp_path)
