"""Run ``semispectral predict``: check the arguments, then write map, page and log, all of them or none."""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from semispectral.commands.predict_options import (
    HoleTables,
    hole_tables_of,
    in_options,
    require_files,
    said_in_options,
    scene_of,
)
from semispectral.downhole.depths import has_depth
from semispectral.downhole.hole_composite import hole_composite
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.stage_intervals import write_intervals
from semispectral.downhole.strip_log import write_strip_log
from semispectral.downhole.write_log import write_hole_log
from semispectral.errors import ConfigError, DataError, SemispectralError
from semispectral.features.feature_files import NO_FEATURES, SceneFeatures, write_features
from semispectral.features.feature_settings import FILES as FEATURE_FILES
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.features.new_features import measure_new
from semispectral.holes.write_hole import Places, write_hole
from semispectral.maps.bundle import Bundle, read_bundle
from semispectral.maps.classify import Drawn
from semispectral.maps.map_files import FACTS, FILES, read_facts, write_map
from semispectral.maps.new_scans import map_new
from semispectral.maps.numbers import Numbers
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.smoothing import SmoothConfig
from semispectral.page.mapped import PIXELS, Beside, depths_of, write_page
from semispectral.page.pixel_files import read_index
from semispectral.page.tiles import write_scan_pixels
from semispectral.scans.formats.scene_files import scene_files
from semispectral.scans.tray_mask import MaskConfig
from semispectral.storage import provenance
from semispectral.storage.atomic import remove, replacing_files
from semispectral.storage.model_files import DESCRIPTION
from semispectral.storage.run_again import run_command
from semispectral.study.cells import positive
from semispectral.study.names import printable, some
from semispectral.study.paths import require_writable
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

OF_ONE_SCAN = {
    "--hole": "hole",
    "--depth-from": "depth_from",
    "--depth-to": "depth_to",
    "--depth-marks": "depth_marks",
    "--mask": "mask",
}
PAGE, LOG_FILES, HOLE = "page.html", ("downhole.csv", "downhole.las", "downhole.png"), "hole"
INTERVALS = ("downhole.pdf", "intervals.csv", "intervals.parquet")
OF_DEPTH = (*LOG_FILES, *INTERVALS, HOLE)


def predict_all(wanted: argparse.Namespace) -> None:
    """Map one scan, or several of which each gets a folder of its name; what is done already is passed over.

    A scan that cannot be mapped does not stop the others.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    SemispectralError : the scan cannot be mapped, or some of several.
    """
    scans = list(dict.fromkeys(wanted.scans))
    if len(scans) == 1:
        predict(_of_scan(wanted, scans[0], wanted.out))
        return
    _require_alike(wanted, scans)
    failed = []
    for number, scan in enumerate(scans, start=1):
        one = _of_scan(wanted, scan, wanted.out / printable(scan.stem))
        log.info("%s: scan %d of %d", scan, number, len(scans))
        try:
            if _is_done(one):
                log.info("%s: is there already, of the same scan, model and options: passed over", one.out)
            else:
                predict(one)
        except SemispectralError as error:
            log.error("%s", error)
            failed.append(str(scan))
    if failed:
        raise DataError(f"{len(failed)} of {len(scans)} scans were not mapped, for the reasons above: {some(failed)}")


def _of_scan(wanted: argparse.Namespace, scan: Path, out: Path) -> argparse.Namespace:
    """Return the arguments as of one scan."""
    given = {name: value for name, value in vars(wanted).items() if name != "scans"}
    return argparse.Namespace(**given | {"scan": scan, "out": out})


def _require_alike(wanted: argparse.Namespace, scans: Sequence[Path]) -> None:
    """Refuse options that are of one scan only, and scans whose maps would lie in one folder."""
    given = [option for option, name in OF_ONE_SCAN.items() if getattr(wanted, name)]
    if given:
        raise ConfigError(
            f"{some(given)}: of one scan, but {len(scans)} are named; map each by itself, or list them in a table and "
            f"run {run_command('predict_new')} (docs/howto/predict.md)"
        )
    names = Counter(printable(scan.stem).casefold() for scan in scans)
    if twice := [str(scan) for scan in scans if names[printable(scan.stem).casefold()] > 1]:
        raise ConfigError(
            f"{some(twice)}: the maps of these scans would lie in one folder of --out, for each takes the name of its "
            "scan; map them apart, or rename one"
        )


def _is_done(wanted: argparse.Namespace) -> bool:
    """Return whether map and page of a scan are there, made of the same files with the same options and versions."""
    if not all(path.is_file() for path in (wanted.out / FACTS, wanted.out / PAGE, wanted.scan)):
        return False
    try:
        before = read_facts(wanted.out)["made"]
    except (SemispectralError, KeyError):
        return False
    now = json.loads(json.dumps(_made(wanted)))
    return all(before.get(name) == now[name] for name in ("config", "inputs", "versions"))


def predict(wanted: argparse.Namespace) -> None:
    """Map one scan. The folder of the map is changed only if everything succeeds.

    Parameters
    ----------
    wanted : parsed arguments.
    """
    with said_in_options():
        require_files(wanted)
        scene = scene_of(wanted)
        by_model = wanted.tray == "model"
        mask = MaskConfig(method="none" if by_model else wanted.tray, darker_than=wanted.darker_than)
        smooth, downhole = SmoothConfig(smoothing=wanted.smoothing), _downhole(wanted.interval_m)
        tables = hole_tables_of(wanted, scene)
        inputs = (*scene_files(scene), *tables.files)
        require_folder(wanted.out, inputs=inputs, names=(*FILES, PAGE, *OF_DEPTH, *FEATURE_FILES))
        bundle = read_bundle(wanted.model)
        bundle = bundle if by_model else replace(bundle, tray=None)
        provenance.start(_made(wanted))
        with replacing_files(wanted.out, last=FACTS) as unfinished:
            numbers = map_new(
                scene,
                bundle,
                mask=mask,
                smooth=smooth,
                threads=max(1, wanted.threads),
                table="the command line",
            )
            ground = numbers.ground.sized(scene.pixel_mm)
            write_map(unfinished, numbers.drawn, ground=ground, scene=scene.name, smoothing=smooth.smoothing)
            _warn_of_tray(wanted, bundle)
            measured = _add_features(unfinished, scene, numbers, bundle, wanted) if wanted.features else NO_FEATURES
            _add_page(unfinished, scene, numbers.drawn, bundle, downhole, measured)
            _add_depths(unfinished, scene, numbers.drawn, downhole, measured, tables)
            if not read_index(unfinished / PIXELS)["tiles"]:
                remove(unfinished / PIXELS)
            written = sorted(path.name for path in unfinished.iterdir())
    for name in {PAGE, PIXELS, *OF_DEPTH, *FEATURE_FILES}.difference(written):
        remove(wanted.out / name)  # of an older map
    log.info("%s: %s", wanted.out, ", ".join(written))


def _warn_of_tray(wanted: argparse.Namespace, bundle: Bundle) -> None:
    """Warn where training left out the tray and this scan does not: the model may call plastic by a mineral's name."""
    knows = wanted.tray == "model" and bundle.tray is not None
    if bundle.facts.get("masked") and wanted.mask is None and wanted.tray in ("model", "none") and not knows:
        log.warning(
            "%s: training left out tray and background, and this map does not: the model has never seen them and may "
            "call them by the name of a mineral, with high confidence. Give --mask or --tray spectra, and look at "
            "map.png",
            wanted.scan,
        )


def _made(wanted: argparse.Namespace) -> provenance.Made:
    """Return the provenance of the map, without arguments that do not change it."""
    unimportant = ("run", "command", "out", "threads")
    asked = {name: str(value) for name, value in vars(wanted).items() if name not in unimportant}
    tables = (wanted.intervals, wanted.collar, wanted.survey, wanted.depth_marks)
    inputs = {*scene_files(scene_of(wanted)), wanted.model, *(path for path in tables if path)}
    return provenance.describe("predict", config={"arguments": asked}, inputs=inputs)


def require_folder(out: Path, *, inputs: Sequence[Path], names: Iterable[str]) -> None:
    """Refuse a folder that the map cannot or must not be written to.

    Parameters
    ----------
    out : folder of the map.
    inputs : files that are read; none of them may be overwritten.
    names : names of the files to write.

    Raises
    ------
    ConfigError : the folder holds a trained model, or an input would be overwritten.
    """
    require_writable(out, what="the map")
    if (out / DESCRIPTION).is_file():
        raise ConfigError(f"{out}: a folder for the map is needed, but a trained model lies there; name another folder")
    taken = {(out / name).resolve() for name in names}
    if overwritten := [path for path in inputs if path.resolve() in taken]:
        raise ConfigError(f"--out {out}: the map would overwrite {overwritten[0]}, which is read; name another folder")


def _downhole(interval_m: str) -> DownholeConfig:
    """Return the settings of the log."""
    return DownholeConfig(interval_m=positive(interval_m, "--interval-m")) if interval_m else DownholeConfig()


def _add_features(
    folder: Path, scene: Scene, numbers: Numbers, bundle: Bundle, wanted: argparse.Namespace
) -> SceneFeatures:
    """Write the absorption features beside a map, if the model leaves wavelengths and a window is seen."""
    mapped, threads = numbers.drawn.map.valid, max(1, wanted.threads)
    try:
        values, plan = measure_new(scene, bundle, wanted=mapped, settings=FeaturesConfig(), threads=threads)
    except DataError as error:
        log.warning("no absorption features: %s", in_options(str(error)))
        return NO_FEATURES
    if not plan.names:
        return NO_FEATURES
    write_features(folder, values, plan, ground=numbers.ground.sized(scene.pixel_mm), scene=scene.name)
    return SceneFeatures(plan.names, values, plan.windows)


def _add_page(
    folder: Path, scene: Scene, drawn: Drawn, bundle: Bundle, settings: DownholeConfig, measured: SceneFeatures
) -> None:
    """Write the page beside a map, with its spectra."""
    write_scan_pixels(folder / PIXELS, scene, drawn.map, bundle, features=measured)
    beside = Beside(depth_m=depths_of(scene, drawn.map, run_share=settings.run_share), features=measured)
    write_page(folder / PAGE, drawn, folder / PIXELS, beside=beside)


def _add_depths(
    folder: Path, scene: Scene, drawn: Drawn, settings: DownholeConfig, measured: SceneFeatures, tables: HoleTables
) -> None:
    """Write what is by depth beside a map, if depths are known and there is core: log, intervals, page of the hole."""
    if not has_depth(scene):
        log.info("no downhole log, for the depths are not known: give --depth-from and --depth-to, or --pixel-mm")
        return
    try:
        _add_log(folder, scene, drawn.map, settings, measured)
        _add_hole(folder, scene, drawn, settings, measured, tables)
    except DataError as error:
        log.warning("no downhole log: %s", in_options(str(error)))


def _add_log(folder: Path, scene: Scene, found: SceneMap, settings: DownholeConfig, measured: SceneFeatures) -> None:
    """Write the downhole log beside a map."""
    csv, las, figure = (folder / name for name in LOG_FILES)
    write_hole_log(
        csv,
        las,
        figure,
        hole=scene.hole,
        scenes=[scene],
        read=lambda _: found,
        settings=settings,
        features={scene.name: measured} if measured.names else {},
    )


def _add_hole(
    folder: Path, scene: Scene, drawn: Drawn, settings: DownholeConfig, measured: SceneFeatures, tables: HoleTables
) -> None:
    """Write the strip log, the table of intervals, and the page of the hole, as a study has them of its own holes."""
    found = hole_composite(
        scene.hole,
        scenes=[scene],
        read=lambda _: drawn,
        features={scene.name: measured} if measured.names else {},
        tables=tables.intervals,
        downhole=settings,
        settings=tables.settings,
    )
    strip, csv, parquet = (folder / name for name in INTERVALS)
    write_strip_log(strip, found.table, found.strips, found.classes, tables.settings)
    dip_down = tables.settings.dip_down
    write_intervals(csv, parquet, found.table, collars=tables.collar, surveys=tables.survey, dip_down=dip_down)
    (folder / HOLE).mkdir()
    write_hole(
        folder / HOLE,
        hole=scene.hole,
        scenes=[scene],
        read=lambda _: drawn,
        pixels={scene.name: folder / PIXELS},
        features=lambda _: measured,
        table=found.table,
        run_share=settings.run_share,
        places=Places(map=".."),
    )
