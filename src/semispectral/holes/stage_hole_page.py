"""The stage `hole_page`: the page of a whole hole."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from semispectral.downhole.core_strips import palette_of, strips_of_hole
from semispectral.downhole.depths import from_top
from semispectral.features.feature_files import NO_FEATURES, read_features
from semispectral.holes.hole_page import HoleContent, write_hole_page
from semispectral.holes.hole_spectra import spectra_facts
from semispectral.holes.strip_images import write_strips
from semispectral.maps.classify import Drawn
from semispectral.maps.numbers import read_numbers
from semispectral.storage.atomic import replacing_directory
from semispectral.storage.parquet import read_table
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

MAPS, REPORT = "../../maps", "../../report/index.html"  # as seen from holes/{hole}/index.html
IMAGES, SPECTRA, INDEX = "strips", "spectra", "index.html"


def run_hole_page(
    directory: str | Path,
    *,
    numbers_files: Sequence[str | Path],
    pixels_directories: Sequence[str | Path],
    features: Sequence[str | Path],
    intervals_file: str | Path,
    hole: str,
    cfg: str,
) -> None:
    """Write the page of a hole with its pictures; memory holds one scan.

    Parameters
    ----------
    directory : str or Path
        Folder to write.
    numbers_files, pixels_directories : sequence of str or Path
        Numbers of the map and spectra of every scene of the hole, in the order of ``scenes``.
    features : sequence of str or Path
        ``features.json`` of every scene of the hole, in the same order; empty: no features.
    intervals_file : str or Path
        Intervals of the hole, from the stage `composite`.
    hole : str
        Name of the hole.
    cfg : str
        JSON of ``scenes`` (rows of scenes.tsv of the hole), ``classes`` (codes, names and colours of all classes) and
        ``run_share``.
    """
    given = json.loads(cfg)
    known = ClassMap.from_dict(given["classes"])
    scenes = [settings(Scene, row, where="scenes.tsv") for row in given["scenes"]]
    numbers = dict(zip((scene.name for scene in scenes), numbers_files, strict=True))
    pixels = dict(zip((scene.name for scene in scenes), pixels_directories, strict=True))
    measured = dict(zip((scene.name for scene in scenes), features, strict=True)) if features else {}
    down = from_top(scenes)
    with replacing_directory(Path(directory)) as folder:

        def drawn() -> Iterator[Drawn]:
            for scene in down:
                found = read_numbers(Path(numbers[scene.name])).drawn.named(known)
                of_scene = read_features(Path(measured[scene.name]).parent) if measured else NO_FEATURES
                own, address = folder / SPECTRA / scene.name, f"{SPECTRA}/{scene.name}"
                folders = (f"{MAPS}/{scene.name}/pixels", address)
                facts = spectra_facts(Path(pixels[scene.name]), found.map, of_scene, own=own, folders=folders)
                (folder / SPECTRA).mkdir(exist_ok=True)
                said = json.dumps(facts, separators=(",", ":"))
                (folder / SPECTRA / f"{scene.name}.js").write_text(f"semispectral.scene({said});\n", encoding="utf-8")
                yield found

        first = read_numbers(Path(numbers[down[0].name])).drawn.named(known).map
        strips = strips_of_hole(down, drawn(), run_share=given["run_share"])
        listed = write_strips(folder / IMAGES, strips, palette_of(first.classes))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        content = HoleContent(
            hole=hole,
            strips=listed,
            table=read_table(intervals_file),
            classes=first.classes,
            pages={scene.name: f"{MAPS}/{scene.name}/page.html" for scene in down},
            megabytes=size / 1e6,
            report=REPORT,
        )
        write_hole_page(folder / INDEX, content)
