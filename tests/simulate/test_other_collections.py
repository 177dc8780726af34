"""The other simulated studies: config/mixed.yaml, whose labels lie on pure pixels alone, and config/hard_core.yaml."""

from pathlib import Path

import numpy as np
import pytest
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


@pytest.mark.parametrize("name", ["mixed", "hard_core"])
def test_its_scenes_are_those_of_the_demo(name: str) -> None:
    """But for the folder of the results, row by row."""
    demo, own = ((CONFIG / path).read_text(encoding="utf-8") for path in ("scenes.tsv", f"{name}/scenes.tsv"))
    assert own == demo.replace("results/scenes", f"results/{name}/scenes")


def test_hard_core_differs_more_from_pixel_to_pixel() -> None:
    """Of one mineral, spectra of hard core lie further from their mean than those of the built-in core, on the SNV."""
    given = yaml.safe_load((CONFIG / "hard_core.yaml").read_text(encoding="utf-8"))
    whole = complete(given, read_schema(CONFIG / "config.schema.yaml"))["simulate"]
    spread = []
    for settings in (SimulateConfig(bands=40), SimulateConfig(**{**whole, "bands": 40})):
        scene = simulate_scene(settings, 0, 0)
        pixels = scene.core & (scene.mineral == class_code("muscovite")) & (scene.white > scene.dark).all(axis=1)
        light = (scene.counts[pixels] - scene.dark.astype(float)[np.nonzero(pixels)[1]]).clip(1)
        x = light / light.std(axis=1, keepdims=True)
        spread.append(np.median((x - x.mean(axis=1, keepdims=True)).std(axis=0)))
    assert spread[1] > 1.3 * spread[0]
