"""The study that the rules work on is refused before the first job where `semispectral check` refuses it."""

from pathlib import Path
from typing import Any

import pytest
from snakemake.exceptions import WorkflowError

from scene_rows import GOOD, write_scenes
from semispectral.rules.read_study import read_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"cleaning": {"sensors": {"swirr": {"steps": []}}}}, "'swirr' is no sensor of the scenes"),
        (
            {"share_labels": {"sources": [{"files": "sem/*.tif"}]}},
            "'sem/[*].tif' fits no file of labels that are shares",
        ),
    ],
)
def test_names_that_nothing_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: dict[str, Any], words: str
) -> None:
    """A sensor and a pattern of files that no scene has would change nothing without a word."""
    monkeypatch.chdir(tmp_path)
    write_scenes(tmp_path / "scenes.tsv", GOOD | {"scene": "one", "data": "one.h5"})
    (tmp_path / "classes.tsv").write_text("code\tname\tcolour\n1\ttalc\t#112233\n")
    given = {"scenes": "scenes.tsv", "classes": "classes.tsv", "data_root": ".", "simulate": {"enabled": False}}
    assert read_study(given, lambda path: str(ROOT / path)).slices.scenes.keys() == {"one"}
    with pytest.raises(WorkflowError, match=words):
        read_study(given | section, lambda path: str(ROOT / path))
