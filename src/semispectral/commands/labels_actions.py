"""What ``semispectral labels`` does: write templates to draw labels in, and classes.tsv from the names of labels."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from semispectral.check.problems import Problems
from semispectral.check.study import Study, read_study
from semispectral.errors import ConfigError
from semispectral.labelling.class_table import cells_for, classes_of, write_classes_table
from semispectral.labelling.templates import KEY, Templates, require_free, write_templates
from semispectral.study.classes import ClassMap
from semispectral.study.names import printable_lines
from semispectral.study.scene import Scene
from semispectral.study.suggestions import hint
from semispectral.workflow.home import workflow_folder


def init(wanted: argparse.Namespace) -> None:
    """Write the templates of the scenes, and print the cells of scenes.tsv that name them.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    ConfigError : the study cannot be read, a scene is unknown, or a file is there already.
    """
    study, classes = _study(wanted)
    scenes = _chosen(study.scenes, wanted.scenes)
    root = Path(study.config["data_root"])
    templates = [Templates.of(scene, wanted.out or root / "labels") for scene in scenes]
    require_free(templates)
    for files in templates:
        write_templates(files, classes.select(code for code in classes.codes if code in files.scene.use))
    sys.stdout.write(printable_lines(_told(templates, root)))


def _study(wanted: argparse.Namespace) -> tuple[Study, ClassMap]:
    """Return the study and its classes."""
    problems = Problems()
    study = read_study(wanted.workflow or workflow_folder(), wanted.config, problems)
    if study is None or study.classes is None or not study.scenes:
        raise ConfigError("\n".join(problems.found))
    return study, study.classes


def _chosen(scenes: Sequence[Scene], names: Sequence[str]) -> list[Scene]:
    """Return the scenes of these names, or all."""
    by_name = {scene.name: scene for scene in scenes}
    for name in names:
        if name not in by_name:
            raise ConfigError(f"SCENE: scenes.tsv has no scene {name!r}; {hint(name, by_name)}")
    return [by_name[name] for name in names or by_name]


def _told(templates: Sequence[Templates], root: Path) -> str:
    """Return what was written, and what to write into scenes.tsv."""
    rows = [
        ("scene", "labels", "labels_key"),
        *((files.scene.name, Path(os.path.relpath(files.polygons, root)).as_posix(), KEY) for files in templates),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return (
        f"{templates[0].picture.parent}: a picture, a label raster and a GeoPackage to draw in, of each scan\n"
        f"For the polygons, scenes.tsv needs these cells; for a raster, the .tif and an empty labels_key:\n{table}\n"
    )


def classes(wanted: argparse.Namespace) -> None:
    """Write the table of the classes that labels name.

    Parameters
    ----------
    wanted : parsed arguments.
    """
    found = classes_of(wanted.labels)
    write_classes_table(wanted.out, found)
    said = f"{wanted.out}: {len(found)} classes\n{cells_for(wanted.labels, found)}"
    sys.stdout.write(printable_lines(said))
