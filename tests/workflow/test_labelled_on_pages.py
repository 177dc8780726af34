"""From scans without labels to a map: pages are written, three minerals are labelled on them, and the files train."""

import asyncio
import shutil
from pathlib import Path

import h5py
import numpy as np
import rasterio
from checkout import ROOT

from browser import IN_A_BROWSER, Tab, browse
from forks import Forks
from semispectral.scans.facts.georeference import quiet

pytestmark = IN_A_BROWSER

SCENES = ("DH1_1", "DH2_1", "DH3_1")
HEADER = "scene\thole\tdata\tdata_key\tlabels\tlabels_key\taxes\twavelengths\tscale\tnodata\tuse\tignore\n"
MINERALS, CLICKS, LABELLED = 3, 3, 14  # clicks by the mouse, and labels in all, of each mineral of a scene
NO_CLASS = {0, 255}  # of a map: no data, unknown
READY = "document.body && document.body.dataset.ready === 'yes'"


def snakemake(forks: Forks, folder: Path, *arguments: str) -> None:
    """Run the workflow on the tiny study in a folder of its own."""
    (folder / "own.yaml").write_text("scenes: scenes.tsv\nmask: {method: otsu}\n", encoding="utf-8")
    tiny = ["--configfile", str(ROOT / "tests/workflow/tiny.yaml"), "own.yaml", "--"]
    status, said = forks.call(folder, "--snakefile", str(ROOT / "Snakefile"), "--cores", "2", *tiny, *arguments)
    assert status == 0, said[-4000:]


def write_scenes(folder: Path, labels: str) -> None:
    """Write the table of scenes, which names files of labels by the name of their scene."""
    rows = (
        f"{name}\t{name[:3]}\tresults/scenes/{name}.h5\t/hsimage/data\t{labels.format(name)}\t\tline,sample,band\t"
        "/hsimage/wavelengths\t2.5e-05\t\t1-99\t\n"
        for name in SCENES
    )
    (folder / "scenes.tsv").write_text(HEADER + "".join(rows), encoding="utf-8")


def minerals(folder: Path) -> list[int]:
    """The codes of the minerals that all scans have most of, by the labels that the simulation knows."""
    known = [h5py.File(folder / f"results/scenes/{name}.h5")["hsimage/labels"][()] for name in SCENES]
    counts = {code: min(int((labels == code).sum()) for labels in known) for code in range(1, 28)}
    return sorted(sorted(counts, key=counts.__getitem__)[-MINERALS:])


def label(folder: Path, name: str, codes: list[int]) -> None:
    """Label three minerals of a scan on its page, and save the file beside it."""
    with h5py.File(folder / f"results/scenes/{name}.h5") as file:
        known = file["hsimage/labels"][()]

    async def story(tab: Tab) -> list[str]:
        await tab.until(READY)
        await tab.value("semispectral.pickTool('pixel')")
        for code in codes:
            place = await tab.value(f"semispectral.labels.classes.findIndex((each) => each.code === {code}) + 1")
            await tab.value(f"semispectral.choose({place})")
            pixels = np.argwhere(known == code)[:LABELLED].tolist()
            for line, sample in pixels[:CLICKS]:
                await tab.click(*await tab.value(f"semispectral.view.windowAt({line}, {sample})"))
            others = [line * known.shape[1] + sample for line, sample in pixels[CLICKS:]]
            await tab.value(f"semispectral.labels.give({others}, {place})")
        await tab.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        await tab.value("document.getElementById('geojson').click()")
        while not (folder / f"{name}_labels.geojson").is_file():
            await asyncio.sleep(0.05)
        return tab.errors()

    assert browse(folder / f"results/pages/{name}.html", story) == []


def test_three_minerals_from_their_pages_to_a_map(tmp_path: Path, forks: Forks) -> None:
    """The pages need no labels; what is saved on them trains as it is, and the map has those minerals and no other."""
    write_scenes(tmp_path, labels="")
    snakemake(forks, tmp_path, "pages")
    codes = minerals(tmp_path)
    for name in SCENES:
        label(tmp_path, name, codes)
    write_scenes(tmp_path, labels="{}_labels.geojson")
    snakemake(forks, tmp_path, "results/maps/DH3_1/class.tif", "results/maps/DH3_1/page.html")
    with quiet(), rasterio.open(tmp_path / "results/maps/DH3_1/class.tif") as found:
        mapped = set(np.unique(found.read(1)).tolist()) - NO_CLASS
    assert mapped <= set(codes)
    assert len(mapped) > 1
    page = (tmp_path / "results/maps/DH3_1/page.html").read_text(encoding="utf-8")
    assert "labels of the study" in page
    shutil.rmtree(tmp_path / "results")
