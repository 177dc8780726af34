"""The page of a scan with its groups: they are on it by name, and a click labels a patch of one."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from browser import Tab, browse, in_a_browser
from semispectral.explore.cluster_map import CLUSTERS, write_cluster_map
from semispectral.explore.found_clusters import NO_CLUSTER, ClusterMap
from semispectral.explore.group_files import Group, Groups, write_groups
from semispectral.explore.stages.stage_group_page import run_group_page
from semispectral.maps.rasters import Ground
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.scene import Scene

LINES, SAMPLES = 6, 5


def group(name: str, match: str, *, known: bool) -> Group:
    place = {"scene": "A", "hole": "H", "line": 0, "sample": 0}
    return Group(name, 9, [0.5], [0.4], [0.6], [], [], place, [{"name": match, "group": "clay", "score": 0.9}], known)


@in_a_browser
def test_a_patch_of_a_group_is_labelled_by_a_click(tmp_path: Path) -> None:
    """Pixels without a group are in no patch; a group that may be something says so in the legend and at a click."""
    np.save(tmp_path / "A.npy", np.random.default_rng(1).uniform(0, 1, (LINES, SAMPLES, 8)).astype(np.float32))
    cluster = np.full((LINES, SAMPLES), NO_CLUSTER, np.int16)
    cluster[1:3], cluster[4:] = 0, 1
    found = ClusterMap(cluster, np.zeros((LINES, SAMPLES, 3), np.uint8))
    write_cluster_map(tmp_path / "A", found, names=("group 1", "group 2"), ground=Ground(), scene="A")
    groups = (group("group 1", "kaolinite", known=True), group("group 2", "talc", known=False))
    write_groups(tmp_path / "groups.json", Groups(groups, None, "reflectance"))
    codes = CodeSet(((1, 9),)), CodeSet(())
    files = tmp_path / "A.npy", "", tmp_path / "A.npy", ""
    scene = Scene("A", "H", *files, "line,sample,band", "none", 1.0, None, *codes)
    classes = ClassMap((1, 2), ("kaolinite", "talc"), ("#ff0000", "#00ff00"))
    cfg = {"scene": asdict(scene), "classes": classes.to_dict(), "cleaning": asdict(CleanConfig())}
    page = tmp_path / "A.html"
    run_group_page(
        page,
        clusters_file=tmp_path / "A" / CLUSTERS,
        groups_file=tmp_path / "groups.json",
        cfg=json.dumps(cfg, default=str),
    )
    assert "group 1 (kaolinite?) 50.0%" in page.read_text(encoding="utf-8")
    assert "group 2 50.0%" in page.read_text(encoding="utf-8")

    assert 'href="../../index.html">The contact sheet of the groups' in page.read_text(encoding="utf-8")

    async def story(tab: Tab) -> tuple[list[str], list[int]]:
        await tab.until("document.body && document.body.dataset.ready === 'yes'")
        await tab.value("semispectral.choose(2); semispectral.pickTool('patch')")
        said = []
        for line in (0, 2, 5):
            if line == 2:
                await tab.value("semispectral.pickTool('look')")
            await tab.click(*await tab.value(f"semispectral.view.windowAt({line}, 2)"))
            said.append(await tab.value("document.getElementById('pixel').textContent"))
            await tab.value("semispectral.pickTool('patch')")
        labels: list[int] = await tab.value("Array.from(semispectral.labels.at)")
        return said, labels

    expected = np.zeros((LINES, SAMPLES), int)
    expected[4:] = 2
    said, labels = browse(page, story)
    assert labels == expected.ravel().tolist()
    assert [text.split("\n")[-1] for text in said[1:]] == ["groups: group 1 (kaolinite?)", "groups: group 2"]
    assert "group" not in said[0]
