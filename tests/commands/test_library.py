"""``semispectral library``: list, import and plot reference spectra."""

from pathlib import Path

import pytest

from semispectral.commands.main import main
from semispectral.library.library_files import read_libraries


def test_the_built_in_library_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each spectrum, and how many there are."""
    assert main(["library", "list", "--only", "kaolin"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split()[:3] == ["group", "mineral", "name"]
    assert all(line.startswith("kaolin") for line in shown[1:-1])
    assert shown[-1] == f"{len(shown) - 2} spectra of 1 groups"


def test_chosen_spectra_are_imported(tmp_path: Path) -> None:
    """The table holds the named groups and can be named in the configuration."""
    out = tmp_path / "mine.csv"
    assert main(["library", "import", "--only", "white mica", "--only", "talc", "--out", str(out)]) == 0
    assert read_libraries([out]).groups == ("white mica", "talc")


@pytest.mark.parametrize("window", [[], ["--window", "2100", "2400"]])
def test_spectra_are_drawn(window: list[str], tmp_path: Path) -> None:
    """A PNG of reflectance, or of the hull quotient over a window."""
    out = tmp_path / "library.png"
    assert main(["library", "plot", "--only", "kaolin", *window, "--out", str(out)]) == 0
    assert out.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "--only", "kaolim"], "did you mean 'kaolin'"),
        (["list", "nowhere.csv"], "nothing is there"),
        (["import", "--out", "mine.txt"], "a file that ends in .csv is needed"),
        (["plot", "--window", "9000", "9100", "--out", "mine.png"], "no spectrum has three channels"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], words: str, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1, and one sentence."""
    monkeypatch.chdir(tmp_path)
    assert main(["library", *arguments]) == 1
    assert words in caplog.text
