"""The pages on folders: every command that they print runs on such a folder."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from test_discover import COUNTS, write_envi, write_hyspex, write_lumo

from semispectral.commands.main import main
from semispectral.study.scenes import read_scenes

PAGES = Path(__file__).resolve().parents[3] / "docs/howto"
NAME = "DH7_12_38.50_42.10"


def lumo(folder: Path) -> None:
    """A capture of Lumo."""
    write_lumo(folder, NAME)


def hyspex(folder: Path) -> None:
    """A scan and a scan of the panel."""
    write_hyspex(folder / "box_SWIR_2023-10-05T125814_raw.hyspex")
    write_hyspex(folder / "PANEL_SWIR_2023-10-05T125214_raw.hyspex")


def headwall(folder: Path) -> None:
    """A folder of a box, and the table of boxes."""
    for stem in ("raw", "whiteReference", "darkReference"):
        write_envi(folder / "box_5" / stem).rename(folder / "box_5" / stem)
    Path("boxes.csv").write_text("scan,hole\nbox_5,DH7\n")


def plain(folder: Path) -> None:
    """An array."""
    folder.mkdir()
    np.save(folder / f"{NAME}.npy", COUNTS)


FOLDERS = {
    "folders": lumo,
    "folder-lumo": lumo,
    "folder-hyspex": hyspex,
    "folder-headwall": headwall,
    "folder-plain": plain,
}


@pytest.mark.parametrize(("page", "write"), FOLDERS.items())
def test_what_a_page_prints(
    page: str, write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One scan is found, with its hole, and with its references where its camera writes some."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "scans")
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    commands = re.findall(
        r"^semispectral .*$", "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)), re.MULTILINE
    )
    assert len(commands) == 1
    assert main(shlex.split(commands[0])[1:]) == 0
    (scene,) = read_scenes(Path("scenes.tsv"), data_root=Path())
    assert scene.hole == "DH7"
    assert scene.has_references == (page != "folder-plain")
