"""Facts of each scene before a run: from its file, the simulation, or the description of a download."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semispectral.census.census_files import Census
from semispectral.census.count import census
from semispectral.check.problems import Problems
from semispectral.check.study import Study
from semispectral.downhole.depths import require_marks_on_scan
from semispectral.errors import about
from semispectral.features.absorption import differentiates, plan_for
from semispectral.scans.download import Source
from semispectral.scans.labels.label_rows import require_rows_of_scenes
from semispectral.scans.mask_picture import read_core
from semispectral.scans.readers import open_scene
from semispectral.scans.sensor_bands import Sensors
from semispectral.scans.tray_mask import shows_tray
from semispectral.simulate import SimulateConfig, scene_numbers
from semispectral.spectra.cleaned_scans import open_cleaned
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.storage.packed_rasters import PackedRaster
from semispectral.study.classes import ClassMap
from semispectral.study.scene import Scene
from semispectral.study.scenes import require_masks_outside

log = logging.getLogger(__name__)

SAY_EVERY_S = 5.0
SIMULATED, FETCHED, ON_DISK = "to be simulated", "to be downloaded", "on disk"


@dataclass(frozen=True, eq=False)
class Looked:
    """Facts of one scene.

    Attributes
    ----------
    scene : its row of scenes.tsv.
    origin : one of `ON_DISK`, `SIMULATED`, `FETCHED`.
    lines : number of lines.
    samples : number of samples.
    bands : number of bands.
    bytes_per_value : size of a stored value, in bytes.
    labelled : pixels of each class in use, by code; None if the labels do not exist yet.
    interest : pixels that are labelled or unlabelled, not ignored; all pixels if unknown.
    census : census of the scene without its codes, if its files exist.
    codes : its codes, compressed: a study may have hundreds of scenes.
    unseen : usual windows of absorption features, and formulas, that are left out.
    tray : whether the scan seems to show a tray or background, and nothing says what of it is core.
    wavelengths_nm : float64 [band] after cleaning, in nm; None if they are not known, or the files do not exist.
    """

    scene: Scene
    origin: str
    lines: int
    samples: int
    bands: int
    bytes_per_value: int
    labelled: dict[int, int] | None
    interest: int
    census: Census | None = None
    codes: PackedRaster | None = None
    unseen: tuple[str, ...] = ()
    tray: bool = False
    wavelengths_nm: np.ndarray | None = None

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.lines * self.samples

    @property
    def megabytes(self) -> float:
        """Size of the data in MB, without compression."""
        return self.pixels * self.bands * self.bytes_per_value / 1e6


def look_at_scenes(study: Study, problems: Problems) -> list[Looked]:
    """Collect the facts of every scene; problems with one scene do not stop the others.

    Parameters
    ----------
    study : configuration and tables.
    problems : takes errors of the scenes.
    """
    with problems.noted():
        require_rows_of_scenes(study.scenes)
    with problems.noted():
        require_masks_outside(study.scenes, study.results)
    found, said = [], time.monotonic()
    for number, scene in enumerate(study.scenes):
        with problems.noted(), about(*_names_of(scene)):
            looked = _look(study, scene)
            found += [looked] if looked else []
        if time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            log.info("looked at %d of %d scenes", number + 1, len(study.scenes))
    return found


def _names_of(scene: Scene) -> tuple[str, ...]:
    """Return the name of a scene and its files; an error that names one of them says which scene it is about."""
    others = (str(other.row.data) for other in scene.others)
    return (
        scene.name,
        str(scene.data),
        *others,
        *(str(source.path) for source in scene.label_sources),
        scene.wavelengths,
        str(scene.mask),
    )


def _look(study: Study, scene: Scene) -> Looked | None:
    """Return the facts of a scene; None if they cannot be known."""
    if not scene.data.exists():
        if study.config["simulate"]["enabled"] and scene.data == study.results / "scenes" / f"{scene.name}.h5":
            return _to_be_simulated(study, scene)
        source = _source(study, scene.data)
        if source is not None:
            return _to_be_fetched(scene, source, _source(study, scene.labels))
    return _on_disk(study, scene) if study.classes is not None else None


def _on_disk(study: Study, scene: Scene) -> Looked:
    """Return the facts of a scene on disk, from the census with no mask but a painted one, and check its cleaning."""
    cleaning = study.settings.get("cleaning", CleanConfig())
    found = census(scene, study.classes or ClassMap((), (), ()), core=_painted(scene), cleaning=cleaning)
    with open_cleaned(scene, cleaning) as cube:  # opening is what finds settings that do not fit the scene
        wavelengths_nm = cube.wavelengths_nm
        unseen = _unseen(study, wavelengths_nm, scene.name, cube.sensors)
    require_marks_on_scan(scene, found.lines)
    of_class = found.counts[found.counts["role"] == "class"]
    return Looked(
        scene,
        ON_DISK,
        found.lines,
        found.samples,
        found.bands,
        np.dtype(found.dtype).itemsize,
        {int(code): int(pixels) for code, pixels in zip(of_class["code"], of_class["pixels"], strict=True)},
        sum(found.pixels(role) for role in ("class", "unlabelled", "other")),
        found.without_codes(),
        PackedRaster.of(found.codes),
        unseen,
        _shows_tray(study, scene, found),
        wavelengths_nm,
    )


def _shows_tray(study: Study, scene: Scene, found: Census) -> bool:
    """Return whether a scan seems to show a tray, and nothing says what of it is core."""
    ignored = any(int(code) in scene.ignore for code in found.counts["code"])
    if scene.mask is not None or study.config["mask"]["method"] != "none" or ignored:
        return False
    with open_cleaned(scene, study.settings.get("cleaning", CleanConfig()).only_references) as cube:
        return shows_tray(cube)


def _painted(scene: Scene) -> np.ndarray | None:
    """Return the mask that a person painted, bool [line, sample], or None."""
    if scene.mask is None:
        return None
    with open_scene(scene) as cube:
        return read_core(scene.mask, cube.shape[:2])


def _unseen(study: Study, wavelengths_nm: np.ndarray | None, name: str, sensors: Sensors = ()) -> tuple[str, ...]:
    """Return the usual windows of absorption features that a sensor does not see; refuse others that it does not."""
    wanted = study.settings.get("features")
    if wanted is None or not wanted.enabled:
        return ()
    derivative = differentiates(study.settings.get("cleaning", CleanConfig()))
    return plan_for(wanted, wavelengths_nm, derivative=derivative, where=name, sensors=sensors).left_out


def _to_be_simulated(study: Study, scene: Scene) -> Looked | None:
    """Return the facts of a scene to simulate."""
    settings: SimulateConfig | None = study.settings.get("simulate")
    if settings is None:
        return None
    scene_numbers(settings, scene.name)
    unseen = _unseen(study, np.linspace(*settings.wavelength_range_nm, settings.bands), scene.name)
    core = round(settings.lines * settings.samples * settings.core_share)
    shape = (settings.lines, settings.samples, settings.bands)
    return Looked(scene, SIMULATED, *shape, 2, None, core, unseen=unseen)


def _source(study: Study, path: Path) -> Source | None:
    """Return the description of a file to download."""
    root = Path(study.config["data_root"])
    inside = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
    source: Source | None = study.settings.get(f"fetch.{inside}")
    return source


def _to_be_fetched(scene: Scene, data: Source, labels: Source | None) -> Looked:
    """Return the facts of a scene to download."""
    size = dict(zip(scene.axes.split(","), data.shape, strict=True))
    lines, samples, bands = (size[axis] for axis in ("line", "sample", "band"))
    counts = {int(code): pixels for code, pixels in (labels.counts if labels else {}).items()}
    labelled = {code: pixels for code, pixels in counts.items() if code in scene.use} or None
    ignored = sum(pixels for code, pixels in counts.items() if code in scene.ignore)
    return Looked(scene, FETCHED, lines, samples, bands, 2, labelled, lines * samples - ignored)


def classes_of(looked: Sequence[Looked]) -> dict[int, int]:
    """Return the labelled pixels of each class over all scenes, by code; empty if no labels are known.

    Parameters
    ----------
    looked : facts of the scenes.
    """
    total: dict[int, int] = {}
    for each in looked:
        for code, pixels in (each.labelled or {}).items():
            total[code] = total.get(code, 0) + pixels
    return dict(sorted(total.items()))
