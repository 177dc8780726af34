"""A folder of results says in which format it was written, and another version says so before it reads anything."""

from pathlib import Path

import pytest

from semispectral.errors import IntegrityError
from semispectral.storage import results_format, seal
from semispectral.storage.results_format import FORMAT, MARK, mark_format, older_format, require_readable_format


def test_results_of_today_are_read_without_a_word(tmp_path: Path) -> None:
    """The mark is written once, and read again."""
    (tmp_path / "census").mkdir()
    mark_format(tmp_path)
    before = (tmp_path / MARK).stat().st_mtime_ns
    mark_format(tmp_path)
    assert (tmp_path / MARK).stat().st_mtime_ns == before
    require_readable_format(tmp_path)
    assert older_format(tmp_path) == ""


def test_an_empty_folder_is_of_no_format(tmp_path: Path) -> None:
    """Nothing is said of a folder without results, or with logs alone."""
    (tmp_path / "logs").mkdir()
    require_readable_format(tmp_path)
    assert older_format(tmp_path) == ""


def test_newer_results_are_refused_with_their_version(tmp_path: Path) -> None:
    """One sentence names the folder, both formats, and what to install."""
    seal.write_json(tmp_path / MARK, {"format": FORMAT + 1, "version": "9.1.0"})
    with pytest.raises(IntegrityError, match=rf"version 9\.1\.0 \(format {FORMAT + 1}\).*install semispectral 9\.1\.0"):
        require_readable_format(tmp_path)


def test_older_results_are_said_and_marked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results without a mark are of before; those of an older mark name their version; a stage then marks its own."""
    (tmp_path / "shards").mkdir()
    assert "are of version 0.1 (format 1), which is older" in older_format(tmp_path)
    mark_format(tmp_path)
    monkeypatch.setattr(results_format, "FORMAT", FORMAT + 1)
    assert f"(format {FORMAT}), which is older" in older_format(tmp_path)
    mark_format(tmp_path)
    assert older_format(tmp_path) == ""


def test_a_changed_mark_is_refused(tmp_path: Path) -> None:
    """A mark whose number somebody has edited is no mark of ours."""
    mark_format(tmp_path)
    text = (tmp_path / MARK).read_text(encoding="utf-8").replace(f'"format": {FORMAT}', '"format": 7')
    (tmp_path / MARK).write_text(text, encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"format\.json: the file was cut or changed"):
        require_readable_format(tmp_path)
