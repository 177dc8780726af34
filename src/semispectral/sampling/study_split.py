"""Split a study: assign every pixel to a part, and deal the pixels of the pool to the parts, up to their caps."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from semispectral.errors import DataError, IntegrityError
from semispectral.pool.pixel_ranks import scene_labels
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.quotas import available_pixels, class_warnings, expected_draw, share_quotas
from semispectral.sampling.split import LabelsMade, Parts, Rasters, SplitConfig, all_tested, assign_for_m1, split
from semispectral.scans.cube import PARTS
from semispectral.storage.run_again import run_command
from semispectral.study.classes import UNLABELLED, ClassMap
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

MOST_SAID = 5  # warnings on the terminal; the log file and the split hold all
CELL = ["scene", "label", "part"]
DEALT = ["scene", "hole", "line", "sample", "code", "label", "part", "row"]


@dataclass(frozen=True)
class StudySplit:
    """Parts of all pixels, and the pixels of the pool that each part takes.

    Attributes
    ----------
    classes : ClassMap, the classes that occur; a label is an index into them.
    parts : by scene, uint8 [line, sample]: 0 not used, 1 train, 2 valid, 3 test; packed, or on disk.
    quotas : DataFrame, table with the columns scene, hole, label (-1 unlabelled), part, available (pixels of the
        scene), drawn (pixels of the pool) and quota (pixels taken).
    pixels : DataFrame, the pixels taken, with the columns `DEALT`. Those of the unlabelled draw have label -1, whatever
        lies there; a pixel may be in both draws. ``row`` is the row in the shard.
    method : str, method of the split.
    buffer : int, buffer between the parts on disk, in pixels.
    warnings : tuple of str, sentences about classes that cannot be learnt, tested or validated.
    """

    classes: ClassMap
    parts: Mapping[str, np.ndarray]
    quotas: pd.DataFrame
    pixels: pd.DataFrame
    method: str
    buffer: int
    warnings: tuple[str, ...]


def split_study(
    scenes: Sequence[Scene],
    codes: Mapping[str, np.ndarray],
    pool: Mapping[str, pd.DataFrame],
    classes: ClassMap,
    *,
    split_settings: SplitConfig,
    sample_settings: SampleConfig,
    odd: Sequence[str] = (),
) -> StudySplit:
    """Split the pixels of a collection into parts and deal its pool.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``, in any order.
    codes : label codes by scene, int [line, sample], from the census.
    pool : mapping from scene to DataFrame, tables of its shards, such as `semispectral.pool.pool_files.PoolTables`;
        each is asked for twice, and memory holds one.
    classes : ClassMap, all of ``classes.tsv``.
    split_settings : SplitConfig, method and options of the split.
    sample_settings : SampleConfig, numbers of pixels to take.
    odd : sequence of str, sentences on what is unusual about the scenes together; they are added to the warnings.

    Raises
    ------
    DataError : a code that is used has no class, or a scene has no codes.
    SplitError : the split leaves no labelled pixel to train on.
    """
    occurring, parts, available, warnings = _assigned(scenes, codes, classes, split_settings)
    quotas, pixels = _dealt(scenes, pool, occurring, parts, available, sample_settings)
    method, buffer = split_settings.method, split_settings.distance
    return StudySplit(occurring, parts, quotas, pixels, method, buffer, (*odd, *warnings))


def split_tested(
    training: StudySplit,
    scenes: Sequence[Scene],
    codes: Mapping[str, np.ndarray],
    pool: Mapping[str, pd.DataFrame],
    classes: ClassMap,
    *,
    method: str,
    sample_settings: SampleConfig,
    odd: Sequence[str] = (),
) -> StudySplit:
    """Return the split of a whole study: that of the scenes which are learnt from, and those of named test holes.

    The part of the latter is known without the others, and theirs is the same with and without them. Classes that only
    test holes have come after those that can be learnt, so that no label of these changes.

    Parameters
    ----------
    training : StudySplit, split of the scenes that are learnt from.
    scenes : sequence of Scene, rows of the scenes of named test holes; none: the split is whole as it is.
    codes, classes, sample_settings, odd : as in `split_study`.
    pool : mapping from scene to DataFrame, as in `split_study`, of all scenes.
    method : str, method of the split.
    """
    own = set(occurring_classes(scenes, codes, classes).codes) - set(training.classes.codes)
    both = classes.in_order([*training.classes.codes, *sorted(own)])
    rasters = label_rasters(scenes, codes, both)
    parts = all_tested(rasters)
    known, learnt = _with_labels(training.quotas, len(both)), _with_hashes(training.pixels, pool)
    quotas, pixels = known, learnt
    if scenes:
        available = available_pixels(rasters, parts, classes=len(both))
        own_quotas, own_pixels = _dealt(scenes, pool, both, parts, available, sample_settings)
        quotas, pixels = (
            pd.concat(tables).sort_values("scene", kind="stable", ignore_index=True)
            for tables in ((known, own_quotas), (learnt, own_pixels[learnt.columns]))
        )
    for scene, raster in training.parts.items():
        parts[scene] = raster
    return StudySplit(both, parts, quotas, pixels, method, training.buffer, (*odd, *class_warnings(quotas, both)))


def _with_labels(quotas: pd.DataFrame, classes: int) -> pd.DataFrame:
    """Return quotas with a row for every label, also for those of which the scenes have no pixel."""
    known = int(quotas["label"].max()) + 1
    if known >= classes:
        return quotas
    one = quotas.drop_duplicates(["scene", "part"]).assign(available=0, drawn=0, quota=0)
    more = [one.assign(label=np.int16(label)) for label in range(known, classes)]
    return pd.concat([quotas, *more]).sort_values(["scene", "label"], kind="stable", ignore_index=True)


def _with_hashes(pixels: pd.DataFrame, pool: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the pixels of a split with the hashes of their spectra, by which copies are found."""
    found = []
    for scene, mine in pixels.groupby("scene", sort=False, observed=True):
        drawn = pool[str(scene)]
        hashes = drawn.assign(labelled=drawn["code"] != 0)[["labelled", "row", "hash"]]
        found.append(mine[DEALT].assign(labelled=mine["label"] >= 0).merge(hashes, on=["labelled", "row"]))
    known = pd.concat(found, ignore_index=True) if found else pixels.assign(hash=np.uint64(0))
    if len(known) != len(pixels):
        raise IntegrityError(
            f"the pool lacks {len(pixels) - len(known)} pixels of the split; run split again "
            f"({run_command('-R split')})"
        )
    return known[[*DEALT, "hash"]]


def _dealt(
    scenes: Sequence[Scene],
    pool: Mapping[str, pd.DataFrame],
    classes: ClassMap,
    parts: Parts,
    available: pd.DataFrame,
    settings: SampleConfig,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the quotas of scenes whose parts are known, and the pixels of the pool that are taken."""
    number = {code: place for place, code in enumerate(classes.codes)}

    def placed() -> Iterator[pd.DataFrame]:
        for scene, table in _by_scene(scenes, pool):
            labelled = table.assign(label=table["code"].map(number).fillna(UNLABELLED))
            yield place(labelled, parts[scene.name], hole=scene.hole)

    drawn = pd.concat([table.groupby(CELL).size().rename("drawn").reset_index() for table in placed()])
    counted = available.merge(drawn, on=CELL, how="left").fillna({"drawn": 0}).astype({"drawn": np.int64})
    quotas = share_quotas(counted, settings)
    return quotas, _taken(placed(), quotas)


def expected_split(
    scenes: Sequence[Scene],
    codes: Mapping[str, np.ndarray],
    classes: ClassMap,
    *,
    split_settings: SplitConfig,
    sample_settings: SampleConfig,
    odd: Sequence[str] = (),
) -> StudySplit:
    """Return the split that `split_study` will make, before the pool is drawn: quotas as expected, no pixels.

    Parameters
    ----------
    scenes, codes, classes, split_settings, sample_settings, odd : as in `split_study`.
    """
    occurring, parts, available, warnings = _assigned(scenes, codes, classes, split_settings)
    quotas = share_quotas(available.assign(drawn=expected_draw(available, sample_settings)), sample_settings)
    method, buffer = split_settings.method, split_settings.distance
    return StudySplit(occurring, parts, quotas, pd.DataFrame(columns=DEALT), method, buffer, (*odd, *warnings))


def _assigned(
    scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], classes: ClassMap, settings: SplitConfig
) -> tuple[ClassMap, Parts, pd.DataFrame, tuple[str, ...]]:
    """Return the classes that occur, the parts, their pixels by scene and label, and warnings on the classes."""
    occurring = occurring_classes(scenes, codes, classes)
    rasters = label_rasters(scenes, codes, occurring)
    parts = split(rasters, settings)
    available = available_pixels(rasters, parts, classes=len(occurring))
    return occurring, parts, available, class_warnings(available, occurring)


def say_warnings(warnings: Sequence[str]) -> None:
    """Log the warnings of a split: the first ones on the terminal.

    Parameters
    ----------
    warnings : sentences.
    """
    for number, warning in enumerate(warnings):
        log.log(logging.WARNING if number < MOST_SAID else logging.DEBUG, "%s", warning)
    if len(warnings) > MOST_SAID:
        log.warning("and %d more warnings, see the report", len(warnings) - MOST_SAID)


def deal_for_m1(
    rasters: Rasters,
    scenes: Sequence[Scene],
    pool: Mapping[str, pd.DataFrame],
    *,
    split_settings: SplitConfig,
    sample_settings: SampleConfig,
) -> pd.DataFrame:
    """Return the pixels that M1 trains and is validated on, with the columns `DEALT`: of the unlabelled draw alone.

    Parameters
    ----------
    rasters : labels of the scenes, only if they decide what is tested (`assign_for_m1`).
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    pool : mapping from scene to DataFrame, as in `split_study`, of the unlabelled draw alone.
    split_settings : SplitConfig, method and options of the split.
    sample_settings : SampleConfig, numbers of pixels to take.
    """
    parts = assign_for_m1(rasters, split_settings)

    def placed() -> Iterator[pd.DataFrame]:
        for scene, table in _by_scene(scenes, pool):
            yield place(table.assign(label=UNLABELLED), parts[scene.name], hole=scene.hole)

    drawn = pd.concat([table.groupby([*CELL, "hole"]).size().rename("drawn").reset_index() for table in placed()])
    return _taken(placed(), share_quotas(drawn, sample_settings))


def _by_scene(scenes: Sequence[Scene], pool: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Scene, pd.DataFrame]]:
    """Yield the scenes that are in the pool, in the order of their names, with the tables of their shards."""
    for scene in sorted(scenes, key=lambda scene: scene.name):
        if scene.name in pool:
            yield scene, pool[scene.name]


def _taken(placed: Iterable[pd.DataFrame], quotas: pd.DataFrame) -> pd.DataFrame:
    """Return the pixels that are taken of the placed ones of each scene."""
    return pd.concat([take(table, quotas) for table in placed], ignore_index=True)


def place(drawn: pd.DataFrame, parts: np.ndarray, *, hole: str) -> pd.DataFrame:
    """Return the drawn pixels of a scene that are in a part, with their hole and their part.

    Parameters
    ----------
    drawn : DataFrame, tables of the shards of the scene, with the column label.
    parts : uint8 [line, sample], parts of the scene.
    hole : str, its hole.
    """
    part = parts[drawn["line"].to_numpy(), drawn["sample"].to_numpy()]
    words = pd.array(["", *PARTS], dtype="str").take(part.astype(np.int64))
    of_hole = pd.Series([hole] * len(drawn), index=drawn.index, dtype="str")
    placed = drawn.assign(hole=of_hole, part=pd.Series(words, index=drawn.index))
    kept: pd.DataFrame = placed[part > 0].astype({"label": np.int16}).reset_index(drop=True)
    return kept


def take(placed: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    """Return those of the placed pixels that were drawn first, up to the quota of their scene, label and part.

    Parameters
    ----------
    placed : DataFrame, from `place`.
    quotas : DataFrame, from `share_quotas`.
    """
    order = placed.sort_values("turn", kind="stable").groupby(CELL).cumcount()
    most = placed[CELL].merge(quotas[[*CELL, "quota"]], on=CELL, how="left")["quota"].to_numpy()
    kept = placed[order.sort_index().to_numpy() < most]
    return kept.sort_values(["scene", "label", "line", "sample"], kind="stable", ignore_index=True)


def occurring_classes(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], classes: ClassMap) -> ClassMap:
    """Return the classes whose codes occur in the scenes that use them.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : label codes by scene, int [line, sample].
    classes : ClassMap, all of ``classes.tsv``.
    """
    found: set[int] = set()
    for scene in scenes:
        raster = codes.get(scene.name)
        if raster is None or raster.ndim != 2 or raster.dtype.kind not in "iu":
            got = "none" if raster is None else f"{raster.dtype} {raster.shape}"
            raise DataError(
                f"{scene.name}: the split needs its codes as integers [line, sample], got {got}; run census again"
            )
        found |= {int(code) for code in np.unique(raster) if code in scene.use and code not in scene.ignore}
    return classes.select(found)


def label_rasters(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray], classes: ClassMap) -> list[LabelsMade]:
    """Return the labels of every scene by its own `use` and `ignore`, ordered by the scene's name.

    They are made whenever they are asked for.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : label codes by scene, int [line, sample].
    classes : ClassMap, classes of the study.

    Returns
    -------
    list of LabelsMade.
    """

    def labels_of(scene: Scene) -> np.ndarray:
        return scene_labels(codes[scene.name], classes, use=scene.use, ignore=scene.ignore)

    ordered = sorted(scenes, key=lambda scene: scene.name)
    return [LabelsMade(scene.name, scene.hole, partial(labels_of, scene)) for scene in ordered]


def rasters_of_codes(scenes: Sequence[Scene], codes: Mapping[str, np.ndarray]) -> list[LabelsMade]:
    """Return the labels of every scene where nobody asks for the names of the classes.

    Parameters
    ----------
    scenes : sequence of Scene, rows of ``scenes.tsv``.
    codes : codes by scene, int [line, sample]: of the labels, or of the census alone.
    """
    used = {code for scene in scenes for code in np.unique(codes[scene.name]).tolist() if code in scene.use}
    nameless = ClassMap(tuple(sorted(used)), tuple(map(str, sorted(used))), ("#000000",) * len(used))
    return label_rasters(scenes, codes, nameless)
