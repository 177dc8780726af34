"""The command that messages name: the one that runs the study in the folder where the user is."""

import re
from pathlib import Path

import pytest

from semispectral.errors import MissingFileError
from semispectral.sampling.quota_files import read_quotas
from semispectral.storage.run_again import run_command
from semispectral.storage.seal import damaged

ROOT = Path(__file__).resolve().parents[2]
NAMES_SNAKEMAKE = re.compile(r"snakemake (-(?!-help)|all|explore|benchmark|predict_new|pages|map_too|first)")


def test_it_is_that_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own is run by the package; a clone, and another workflow that uses ours, by Snakemake."""
    monkeypatch.chdir(tmp_path)
    assert run_command("explore -n") == "semispectral run explore -n"
    for name in ("workflow/Snakefile", "Snakefile"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
        assert run_command() == "snakemake"
        Path(name).unlink()


def test_errors_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who made a study in a folder of its own is not sent to a program that finds no workflow there."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError, match=re.escape("(semispectral run -R split)")):
        read_quotas(Path("results/quotas.parquet"))
    assert "run the workflow again (semispectral run), which makes it anew" in str(damaged(Path("a"), "cut"))


def test_no_message_names_snakemake_by_itself() -> None:
    """Whatever in the package or the rules sends the user to a command asks which it is."""
    files = [path for folder in ("src", "rules") for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".html", ".js", ".smk")}
    lines = [(path, line) for path, text in texts.items() for line in text.splitlines() if not line.startswith("#")]
    assert [(path.name, line) for path, line in lines if NAMES_SNAKEMAKE.search(line)] == []
    assert len(texts) > 400
