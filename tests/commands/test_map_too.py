"""``semispectral map-too``: rows for scenes.tsv, and Snakemake with the rules that train nothing."""

import os
import re
from pathlib import Path

import pytest

from semispectral.commands.main import main
from semispectral.commands.run_workflow import MAP_TOO, MAPPING, snakemake_command
from semispectral.study.scenes import read_scenes
from semispectral.workflow.home import workflow_folder

ROOT = Path(__file__).resolve().parents[2]
HEADER = "scene\thole\tdata\tdata_key\tlabels\tlabels_key\taxes\twavelengths\tscale\tnodata\tuse\tignore\n"


def row(name: str) -> str:
    """A row of scenes.tsv."""
    return f"{name}\tDH1\t{name}.h5\t\t\t\tline,sample,band\t\t\t\t1-99\t\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The folder of a study with a trained model, and the commands that Snakemake would get."""
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("results/bundle").mkdir(parents=True)
    Path("config/config.yaml").write_text("data_root: .\nscenes: config/scenes.tsv\nsimulate: {enabled: false}\n")
    Path("config/scenes.tsv").write_text(HEADER + row("A"))
    Path("more.tsv").write_text(HEADER + row("B"))
    for name in "AB":
        Path(f"{name}.h5").touch()
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: became.append(command))
    return became


def test_rows_are_added_and_nothing_that_trains_is_started(
    study: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    """The table gets its row, and Snakemake its target with the rules that it may start."""
    with caplog.at_level("INFO"):
        assert main(["map-too", "more.tsv", "--cores", "2"]) == 0
    found = {scene.name: scene.map_only for scene in read_scenes(Path("config/scenes.tsv"), data_root=Path())}
    assert found == {"A": False, "B": True}
    assert "B added, only to be mapped" in caplog.text
    wanted = ["map_too", "--cores", "2", "--allowed-rules", *MAPPING]
    assert study == [snakemake_command(wanted, workflow_folder())]
    assert main(["map-too", "more.tsv"]) == 0
    assert main(["map-too", "-n"]) == 0
    assert len(study) == 3


@pytest.mark.parametrize(
    ("arguments", "missing", "said"),
    [
        (["more.tsv", "-n"], "", "which a dry run must not do"),
        (["none.tsv"], "", "none.tsv: the table of scenes does not exist"),
        ([], "results/bundle", "the trained model of the study is needed"),
        ([], "config/config.yaml", "semispectral new FOLDER"),
    ],
)
def test_what_cannot_be_done_is_refused_before(
    study: list[list[str]], caplog: pytest.LogCaptureFixture, arguments: list[str], missing: str, said: str
) -> None:
    """One sentence each, and nothing is started or written."""
    before = Path("config/scenes.tsv").read_bytes()
    if missing:
        Path(missing).rename("elsewhere")
    assert main(["map-too", *arguments]) == 1
    assert said in caplog.text
    assert study == []
    assert Path("config/scenes.tsv").read_bytes() == before


def test_the_rules_that_it_starts_are_there_and_train_nothing() -> None:
    """Each is a rule of the workflow, and none of them runs in the environment of training."""
    texts = [path.read_text(encoding="utf-8") for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]]
    rules = dict(
        re.findall(r"^ *rule (\w+):\n(.*?)(?=^ *(?:use )?rule |\Z)", "\n".join(texts), re.MULTILINE | re.DOTALL)
    )
    assert set(MAPPING) <= set(rules)
    assert not [name for name in MAPPING if "envs/train.yaml" in rules[name]]
    assert any("envs/train.yaml" in text for text in rules.values())


def test_overlays_say_where_the_table_is(study: list[list[str]]) -> None:
    """A key of an overlay counts, as for Snakemake."""
    Path("other.tsv").write_text(HEADER + row("A"))
    Path("overlay.yaml").write_text("scenes: other.tsv\n")
    assert main(["map-too", "more.tsv", "--configfile", "overlay.yaml"]) == 0
    assert "B" in Path("other.tsv").read_text()
    assert "B" not in Path("config/scenes.tsv").read_text()
    assert MAP_TOO in study[0]
