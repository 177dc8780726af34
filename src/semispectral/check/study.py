"""Read the configuration of a study as the workflow does: overlays, defaults, tables, and settings of each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semispectral.check.problems import Problems
from semispectral.classifiers.baseline_settings import BaselineConfig
from semispectral.classifiers.svm import SvmConfig
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.drillholes.label_settings import IntervalLabelConfig
from semispectral.errors import SemispectralError
from semispectral.explore.explore_settings import ExploreConfig
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.library.library_settings import LibraryConfig
from semispectral.maps.bundle_build import Recipe
from semispectral.maps.smoothing import SmoothConfig
from semispectral.mixtures.mixture_settings import MixtureConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.labels_per_class import RunsConfig
from semispectral.sampling.share_settings import ShareLabelConfig, require_files_of
from semispectral.sampling.split import SplitConfig
from semispectral.scans.download import Source
from semispectral.scans.tray_mask import MaskConfig
from semispectral.simulate import SimulateConfig
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.study.classes import ClassMap, read_class_minerals, study_classes
from semispectral.study.config import complete, lay_over, read_schema
from semispectral.study.config_file import read_config
from semispectral.study.methods import trained_rows
from semispectral.study.paths import outside_allowed
from semispectral.study.scene import Scene
from semispectral.study.scenes import read_scenes
from semispectral.study.sensors import require_sensors_of, with_sensors
from semispectral.study.stage_settings import settings
from semispectral.workflow.home import SCHEMA
from semispectral.workflow.logs import in_words
from semispectral.workflow.profiles import own_settings

CONFIG = Path("config/config.yaml")
SMOOTHING = ("smoothing", "radius", "epsilon")
RECIPE = ("method", "features", "false_alarm")


@dataclass(frozen=True)
class Study:
    """Configuration and tables of a study.

    Attributes
    ----------
    config : configuration with all defaults.
    scenes : rows of scenes.tsv; empty if it cannot be read.
    classes : classes of classes.tsv; None if it cannot be read.
    settings : settings of each stage, by the name of its section.
    minerals : column ``mineral`` of classes.tsv, by code.
    """

    config: dict[str, Any]
    scenes: tuple[Scene, ...]
    classes: ClassMap | None
    settings: dict[str, Any]
    minerals: dict[int, str] = field(default_factory=dict)

    @property
    def studied(self) -> tuple[Scene, ...]:
        """The scenes that may be learnt from, tested or explored: not those only to be mapped."""
        return tuple(scene for scene in self.scenes if not scene.map_only)

    @property
    def unlabelled(self) -> bool:
        """Whether the table names scenes, and labels of none that is studied."""
        return bool(self.scenes) and not any(scene.has_labels for scene in self.studied)

    @property
    def results(self) -> Path:
        """Folder of all results."""
        return Path(self.config["pathvars"]["results"])


def read_study(folder: Path, overlays: Sequence[Path], problems: Problems) -> Study | None:
    """Read a study from the working directory; None without a valid configuration.

    Parameters
    ----------
    folder : folder of the workflow.
    overlays : configuration files over the default.
    problems : takes errors.
    """
    try:
        own_settings()  # Snakemake runs what code it finds in a profile
        config = complete(_merged(folder, overlays), read_schema(folder / SCHEMA))
    except (SemispectralError, OSError) as error:
        problems.add(in_words(error) or str(error))
        return None
    scenes: tuple[Scene, ...] = ()
    classes = None
    with problems.noted():
        root, outside = Path(config["data_root"]), outside_allowed(config)
        listed = read_scenes(_own_or_built_in(config["scenes"], folder), data_root=root, allow_outside=outside)
        sensors = Path(config["sensors"]) if config["sensors"] else None
        scenes = with_sensors(listed, sensors, data_root=root, allow_outside=outside)
    with problems.noted():
        require_sensors_of(scenes, config["cleaning"]["sensors"])
    with problems.noted():
        classes = study_classes(_own_or_built_in(config["classes"], folder), scenes)
    minerals: dict[int, str] = {}
    with problems.noted():
        minerals = read_class_minerals(_own_or_built_in(config["classes"], folder)) if classes and len(classes) else {}
    found = _settings(config, problems)
    if "share_labels" in found:
        with problems.noted():
            require_files_of(scenes, found["share_labels"])
    return Study(config, scenes, classes, found, minerals)


def _own_or_built_in(path: str, folder: Path) -> Path:
    """Return a path in the working directory, or else in the folder of the workflow."""
    return Path(path) if Path(path).exists() else folder / path


def _merged(folder: Path, overlays: Sequence[Path]) -> dict[str, Any]:
    """Read and merge the configuration files."""
    config: dict[str, Any] = {}
    for path in (_own_or_built_in(str(CONFIG), folder), *overlays):
        lay_over(config, read_config(path))
    return config


def _settings(config: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """Return the settings of every stage; errors are added to the problems."""
    simulate = {key: value for key, value in config["simulate"].items() if key != "enabled"}
    maps, sections = config["map"], config
    wanted: list[tuple[str, Any, Mapping[str, Any]]] = [
        ("split", SplitConfig, sections["split"]),
        ("sample", SampleConfig, sections["sample"]),
        ("runs", RunsConfig, sections["runs"]),
        ("mask", MaskConfig, sections["mask"]),
        ("cleaning", CleanConfig, sections["cleaning"]),
        ("m1", M1Config, sections["m1"]),
        ("m2", M2Config, sections["m2"]),
        ("svm", SvmConfig, sections["svm"]),
        ("explore", ExploreConfig, sections["explore"]),
        ("baselines", BaselineConfig, {"svm": sections["svm"]} | sections["baselines"]),
        ("library", LibraryConfig, sections["library"]),
        ("map", SmoothConfig, {key: maps[key] for key in SMOOTHING}),
        (
            "map.recipe",
            Recipe,
            {key: maps[key] for key in RECIPE} | {"per_class": str(maps["labels_per_class"]), "seed": 0},
        ),
        ("map.downhole", DownholeConfig, maps["downhole"]),
        ("intervals", IntervalConfig, sections["intervals"]),
        ("mixtures", MixtureConfig, sections["mixtures"]),
        ("interval_labels", IntervalLabelConfig, sections["interval_labels"]),
        ("share_labels", ShareLabelConfig, sections["share_labels"]),
        ("features", FeaturesConfig, sections["features"]),
        *((f"fetch.{path}", Source, known) for path, known in config["fetch"].items()),
    ]
    if config["simulate"]["enabled"]:
        wanted.append(("simulate", SimulateConfig, simulate))
    found: dict[str, Any] = {}
    with problems.noted():
        trained_rows(maps["method"], maps["features"])
    for name, cls, given in wanted:
        with problems.noted():
            found[name] = settings(cls, given, where=name)
    return found
