"""Simulate one scene as a pure function of the settings, the hole and the scene."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from semispectral.errors import ConfigError
from semispectral.simulate.annotation import draw_labels
from semispectral.simulate.fields import generator
from semispectral.simulate.geology import lay_units
from semispectral.simulate.hole import Hole, draw_hole, mixed_minerals
from semispectral.simulate.hole_settings import SimulateConfig
from semispectral.simulate.lithologies import LITHOLOGIES, TRAY_CODE
from semispectral.simulate.makeup import dominant_minerals, draw_mixture
from semispectral.simulate.minerals import get_mineral
from semispectral.simulate.mixing import Mixture, mix
from semispectral.simulate.sensor import Sensor, build_sensor, count, extended_wavelengths_nm
from semispectral.simulate.surface import Light, compose, draw_light, light_core
from semispectral.simulate.tray import Tray, lay_tray
from semispectral.study.suggestions import hint

BLOCK_PIXELS = 1 << 14  # made at a time
CHUNK_LINES = 32  # of a file: as many lines are made at a time, or a multiple of them


@dataclass(frozen=True, eq=False)
class SimulatedScene:
    """Scan of one tray, with the truth.

    Attributes
    ----------
    name, hole : str, names such as ``DH1_2`` and ``DH1``.
    blocks : function without arguments that yields the counts, some lines at a time: uint16 [line, sample, band].
    wavelengths_nm : float64 [band], in nm.
    codes : uint16 [line, sample], label codes: minerals 1 to 99, lithologies from 100, tray 255, 0 unlabelled.
    dark, white : uint16 [sample, band], counts of the references.
    core : bool [line, sample], pixels of interest.
    mineral : uint16 [line, sample], code of the true dominant mineral; 0 away from core.
    unit_class : uint16 [line, sample], true code of the unit (mineral or lithology) of the pixel; 0 away from core.
    pixel_mm : float, size of a pixel, in mm.
    depth_from_m, depth_to_m : float, depth of the first and the last line, in metres.
    """

    name: str
    hole: str
    blocks: Callable[[], Iterator[np.ndarray]]
    wavelengths_nm: np.ndarray
    codes: np.ndarray
    dark: np.ndarray
    white: np.ndarray
    core: np.ndarray
    mineral: np.ndarray
    unit_class: np.ndarray
    pixel_mm: float
    depth_from_m: float
    depth_to_m: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lines, samples and bands of the counts."""
        return (*self.codes.shape, self.wavelengths_nm.size)

    @cached_property
    def counts(self) -> np.ndarray:
        """Values of the sensor, uint16 [line, sample, band], all in memory at once."""
        return np.concatenate(list(self.blocks()))


def scene_names(settings: SimulateConfig) -> dict[str, tuple[int, int]]:
    """Return the names of all scenes with their hole and scene numbers, from 0.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    """
    return {
        f"DH{hole + 1}_{scene + 1}": (hole, scene)
        for hole in range(settings.holes)
        for scene in range(settings.scenes_per_hole)
    }


def scene_numbers(settings: SimulateConfig, name: str) -> tuple[int, int]:
    """Return the hole and scene number of a scene, from 0.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    name : str, name of the scene.

    Raises
    ------
    ConfigError : the collection has no such scene.
    """
    known = scene_names(settings)
    if name not in known:
        raise ConfigError(
            f"scenes.tsv: {name} is not a scene that the section simulate makes; {hint(name, known)} Or give "
            "simulate.holes and scenes_per_hole as many as there are rows"
        )
    return known[name]


def class_code(name: str) -> int:
    """Return the code of a mineral or lithology in the label files.

    Parameters
    ----------
    name : str, mineral or lithology.
    """
    return LITHOLOGIES[name].code if name in LITHOLOGIES else get_mineral(name).code


def simulate_scene(settings: SimulateConfig, hole: int, scene: int) -> SimulatedScene:
    """Simulate a scene.

    Parameters
    ----------
    settings : SimulateConfig, settings of the collection.
    hole : int, number of the hole, from 0.
    scene : int, number of the scene in its hole, from 0.
    """
    if not (0 <= hole < settings.holes and 0 <= scene < settings.scenes_per_hole):
        raise ConfigError(
            f"the collection has {settings.holes} holes of {settings.scenes_per_hole} scenes, counted from 0; "
            f"there is no scene {scene} of hole {hole}"
        )
    common, sensor = draw_hole(settings, hole), build_sensor(settings)
    random = {part: generator(settings.seed, part, hole, scene) for part in ("tray", "rock", "light", "label")}
    tray = lay_tray(settings, random["tray"])
    geology = lay_units(settings, common, tray, random["rock"])
    covered = tray.coverage > 0
    mixture = draw_mixture(settings, common, geology, covered, random["rock"])
    class_codes = np.array([class_code(name) for name in common.classes], dtype=np.uint16)
    mineral, share = np.zeros(tray.core.shape, dtype=np.uint16), np.zeros(tray.core.shape)
    mineral[covered], share[covered] = dominant_minerals(settings, mixture)
    clear = tray.whole & (sensor.gain > 0) & (share >= settings.labelled_purity)
    labels = draw_labels(settings, common, geology, class_codes, clear, int(tray.core.sum()), random["label"])
    light = draw_light(settings, common, tray, covered, random["light"])
    noise = partial(generator, settings.seed, "noise", hole, scene)
    length_m = settings.runs * settings.lines * settings.pixel_mm / 1000
    return SimulatedScene(
        name=f"DH{hole + 1}_{scene + 1}",
        hole=f"DH{hole + 1}",
        blocks=partial(_blocks, settings, common, sensor, tray, mixture, light, noise),
        wavelengths_nm=sensor.wavelengths_nm,
        codes=_with_tray(labels, tray),
        dark=sensor.dark.astype(np.uint16),
        white=np.clip(sensor.white, 0, np.iinfo(np.uint16).max).astype(np.uint16),
        core=tray.core,
        mineral=np.where(tray.core, mineral, 0).astype(np.uint16),
        unit_class=np.where(tray.core, class_codes[geology.member], 0).astype(np.uint16),
        pixel_mm=settings.pixel_mm,
        depth_from_m=common.top_m + scene * length_m,
        depth_to_m=common.top_m + (scene + 1) * length_m,
    )


def _blocks(
    settings: SimulateConfig,
    hole: Hole,
    sensor: Sensor,
    tray: Tray,
    mixture: Mixture,
    light: Light,
    noise: Callable[[], np.random.Generator],
) -> Iterator[np.ndarray]:
    """Yield the counts of the tray, uint16 [line, sample, band], made some lines at a time.

    Spectra and image of a whole scan of 586 MB are 5 GB; what chance draws does not depend on the lines of a block.
    """
    covered, minerals, random = tray.coverage > 0, mixed_minerals(settings), noise()
    wavelengths_nm = extended_wavelengths_nm(sensor)
    before = np.concatenate([[0], np.cumsum(covered.sum(axis=1))])  # pixels of core above each line
    step = max(1, BLOCK_PIXELS // (settings.samples * CHUNK_LINES)) * CHUNK_LINES
    for start in range(0, settings.lines, step):
        lines = slice(start, min(start + step, settings.lines))
        part = mixture.of(slice(before[lines.start], before[lines.stop]))
        spectra = mix(minerals, part, wavelengths_nm, hole.centre_shift_nm)
        seen = light_core(settings, light, spectra, covered, wavelengths_nm, lines)
        yield count(sensor, compose(tray, light, seen, covered, wavelengths_nm, lines), random)


def _with_tray(labels: np.ndarray, tray: Tray) -> np.ndarray:
    """Return the labels with the code of the tray where there is no core; rims and cracks stay unlabelled."""
    return np.where(tray.coverage == 0, TRAY_CODE, labels).astype(np.uint16)
