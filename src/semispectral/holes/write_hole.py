"""Write the folder of a hole: its page, with the pictures and the spectra that the page shows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from semispectral.downhole.core_strips import palette_of, strips_of_hole
from semispectral.downhole.depths import from_top
from semispectral.features.feature_files import SceneFeatures
from semispectral.holes.hole_page import HoleContent, write_hole_page
from semispectral.holes.hole_spectra import spectra_facts
from semispectral.holes.strip_images import write_strips
from semispectral.maps.classify import Drawn
from semispectral.study.scene import Scene

IMAGES, SPECTRA, INDEX = "strips", "spectra", "index.html"


@dataclass(frozen=True)
class Places:
    """Addresses of what a page links to, as seen from it.

    Attributes
    ----------
    map : str, folder of the map of a scan, with ``{scene}`` in it.
    report : str, the report; empty: none.
    """

    map: str
    report: str = ""


def write_hole(
    folder: Path,
    *,
    hole: str,
    scenes: Sequence[Scene],
    read: Callable[[Scene], Drawn],
    pixels: Mapping[str, Path],
    features: Callable[[Scene], SceneFeatures],
    table: pd.DataFrame,
    run_share: float,
    places: Places,
) -> None:
    """Write the page of a hole with its pictures; memory holds one scan.

    Parameters
    ----------
    folder : folder to write to.
    hole : name of the hole.
    scenes : rows of scenes.tsv of the hole.
    read : function that reads the map of a scan; all maps have the same classes.
    pixels : folder of the spectra of each scan, by its name.
    features : function that reads the absorption features of a scan.
    table : intervals of the hole, from `semispectral.downhole.composites.composite`.
    run_share : share of a row's pixels that are core, from which the row is of a run of core.
    places : addresses of maps and report.
    """
    down = from_top(scenes)
    (folder / SPECTRA).mkdir(exist_ok=True)

    def drawn() -> Iterator[Drawn]:
        for scene in down:
            found = read(scene)
            own, address = folder / SPECTRA / scene.name, f"{SPECTRA}/{scene.name}"
            folders = (f"{places.map.format(scene=scene.name)}/pixels", address)
            facts = spectra_facts(pixels[scene.name], found.map, features(scene), own=own, folders=folders)
            said = json.dumps(facts, separators=(",", ":"))
            (folder / SPECTRA / f"{scene.name}.js").write_text(f"semispectral.scene({said});\n", encoding="utf-8")
            yield found

    classes = read(down[0]).map.classes
    listed = write_strips(folder / IMAGES, strips_of_hole(down, drawn(), run_share=run_share), palette_of(classes))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    content = HoleContent(
        hole=hole,
        strips=listed,
        table=table,
        classes=classes,
        pages={scene.name: f"{places.map.format(scene=scene.name)}/page.html" for scene in down},
        megabytes=size / 1e6,
        report=places.report,
    )
    write_hole_page(folder / INDEX, content)
