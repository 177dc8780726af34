"""The stage `group_page`: the interactive page of a scan with its groups, to look at and to label."""

import json
from collections.abc import Sequence
from pathlib import Path

from semispectral.explore.found_clusters import group_colours
from semispectral.explore.group_files import Group, read_groups
from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.page.content import Labelling
from semispectral.page.layers import Overlay
from semispectral.page.unmapped import write_unmapped_page
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.storage.seal import read_array
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

SHEET = "../../index.html", "The contact sheet of the groups"


def run_group_page(
    page_file: str | Path,
    *,
    clusters_file: str | Path,
    groups_file: str | Path,
    features: Sequence[str | Path] = (),
    cfg: str,
) -> None:
    """Write the interactive page of a scan with its groups: a click can give a whole patch of a group a class.

    The files of the scene are those that its row of scenes.tsv names.

    Parameters
    ----------
    page_file : str or Path
        HTML file to write.
    clusters_file : str or Path
        Cluster of every pixel of the scene.
    groups_file : str or Path
        Description of the clusters.
    features : sequence of str or Path
        ``features.json`` of the scene, whose raster lies beside it; empty: no absorption features.
    cfg : str
        JSON of the sections ``scene`` (its row of scenes.tsv), ``classes`` and ``cleaning``.
    """
    given = json.loads(cfg)
    scene = settings(Scene, given["scene"], where="scenes.tsv")
    groups = read_groups(Path(groups_file)).groups
    names = tuple(_in_words(group) for group in groups)
    overlay = Overlay("groups", read_array(Path(clusters_file)) + 1, names, group_colours(len(groups)))
    write_unmapped_page(
        Path(page_file),
        scene,
        settings(CleanConfig, given["cleaning"]),
        labelling=Labelling.of(scene, ClassMap.from_dict(given["classes"])),
        overlays=(overlay,),
        features=read_features(Path(features[0]).parent) if features else NO_FEATURES,
        back=SHEET,
    )


def _in_words(group: Group) -> str:
    """Return the name of a group, and what it may be."""
    return f"{group.name} ({group.suggested}?)" if group.suggested else group.name
