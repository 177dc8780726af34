"""The study of mixed pixels, config/mixed.yaml: many mixtures, of which only pure pixels are labelled."""

from pathlib import Path

import numpy as np
import yaml

from semispectral.simulate import SimulateConfig, simulate_scene
from semispectral.simulate.scene import class_code
from semispectral.study.config import complete, read_schema

CONFIG = Path(__file__).parents[2] / "config"


def test_every_hole_has_few_pure_labels_of_most_classes_in_mixed_rock() -> None:
    """Labels are of the dominant mineral and cover less than a tenth of the core."""
    given = yaml.safe_load((CONFIG / "mixed.yaml").read_text(encoding="utf-8"))
    whole = complete(given, read_schema(CONFIG / "config.schema.yaml"))["simulate"]
    settings = SimulateConfig(**{**whole, "bands": 12})
    for hole in range(settings.holes):
        scene = simulate_scene(settings, hole, 0)
        known = [class_code(name) for name in settings.labelled_minerals]
        labelled = np.isin(scene.codes, known)
        assert (scene.codes[labelled] == scene.mineral[labelled]).all()
        assert 0.03 < labelled.sum() / scene.core.sum() < 0.1
        assert len(np.unique(scene.codes[labelled])) >= len(known) - 1


def test_its_scenes_are_those_of_the_demo() -> None:
    """But for the folder of the results, row by row."""
    demo, mixed = ((CONFIG / name).read_text(encoding="utf-8") for name in ("scenes.tsv", "mixed/scenes.tsv"))
    assert mixed == demo.replace("results/scenes", "results/mixed/scenes")
