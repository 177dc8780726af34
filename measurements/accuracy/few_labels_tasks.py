"""The tasks of choices.py and trust.py: pixels of each scene, dealt to parts by the project's own split."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.io
import yaml

from semispectral.pool.pixel_ranks import priority
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.quotas import available_pixels, share_quotas
from semispectral.sampling.split import LabelRaster, SplitConfig, check_parts, split
from semispectral.scans.cube import PARTS
from semispectral.simulate import SimulateConfig, scene_names, simulate_scene
from semispectral.spectra.transforms import to_reflectance
from semispectral.study.classes import IGNORED, UNLABELLED
from semispectral.study.stage_settings import settings as as_settings

FILES = {
    "indian_pines": ("indian_pines/Indian_pines_corrected.mat", "indian_pines/Indian_pines_gt.mat"),
    "salinas_a": ("salinas_a/SalinasA_corrected.mat", "salinas_a/SalinasA_gt.mat"),
}
SAMPLE = SampleConfig(seed=1, cap_per_class=5000, unlabelled=12_000)  # as in config/config.yaml
CONFIG = Path(__file__).parents[2] / "config"
WHITE_REFLECTANCE = 0.99  # likewise
MOST_MINERAL = 99  # codes above are lithologies: unlabelled here
UNSEEN = "unseen"  # the part of a hole that was held out to judge choices
TRAY = 255  # not core: used for nothing


@dataclass(frozen=True)
class Dealt:
    """The pixels in use: spectra, and a table of scene, hole, line, sample, label, part and maybe mineral.

    ``wavelengths_nm`` float64 [band], in nm; None where nobody knows them.
    """

    x: np.ndarray
    table: pd.DataFrame
    classes: int
    wavelengths_nm: np.ndarray | None = None


def _labels(codes: np.ndarray) -> tuple[np.ndarray, int]:
    """Labels int16 of codes, and the number of classes; code 0 and those of lithologies are unlabelled."""
    known = np.unique(codes[(codes > 0) & (codes <= MOST_MINERAL)])
    label = np.where(np.isin(codes, known), np.searchsorted(known, codes), UNLABELLED)
    return np.where(codes == TRAY, IGNORED, label).astype(np.int16), len(known)


def _array(path: Path) -> np.ndarray:
    """The one array of a MATLAB file."""
    return next(np.asarray(value) for name, value in scipy.io.loadmat(path).items() if not name.startswith("__"))


def _part_table(raster: LabelRaster, parts: np.ndarray, used: np.ndarray, buffer: int) -> pd.DataFrame:
    """The pixels in use, once the buffer between them has been checked."""
    kept = np.where(used, parts, 0).astype(np.uint8)
    check_parts(kept, buffer, where=raster.scene)
    line, sample = np.nonzero(kept)
    part = np.array(["", *PARTS])[kept[line, sample]]
    label = raster.label[line, sample]
    place = {"scene": raster.scene, "hole": raster.hole, "line": line, "sample": sample}
    return pd.DataFrame({**place, "label": label, "part": part})


def _single_scene(name: str, data: Path, settings: SplitConfig) -> Dealt:
    """A scene of its own, dealt to parts; its code 0 is unlabelled, and spectra that are all zero are no data."""
    cube, codes = (_array(data / file) for file in FILES[name])
    label, classes = _labels(codes.astype(np.int64))
    raster = LabelRaster(name, name, label)
    parts = split([raster], settings)[name]
    table = _part_table(raster, parts, (cube != 0).any(axis=-1), settings.distance)
    return Dealt(cube[table["line"], table["sample"]].astype(np.float32), table, classes)


def indian_pines_random(data: Path, seed: int) -> Dealt:
    """The published protocol: half of the pixels at random. Leaky."""
    settings = SplitConfig("leaky", seed=seed, test_share=0.5, valid_share=0.1)
    return _single_scene("indian_pines", data, settings)


def _blocks(seed: int, size: int) -> SplitConfig:
    return SplitConfig(
        "blocks", seed=seed, test_share=0.3, valid_share=0.2, block_lines=size, block_samples=size, buffer=1
    )


def indian_pines_blocks(data: Path, seed: int) -> Dealt:
    """Spatial blocks with a buffer of 6 x 6 pixels."""
    return _single_scene("indian_pines", data, _blocks(seed, 6))


def salinas_a_blocks(data: Path, seed: int) -> Dealt:
    """Spatial blocks with a buffer of 10 x 10 pixels."""
    return _single_scene("salinas_a", data, _blocks(seed, 10))


@lru_cache(maxsize=1)
def _holes(simulated: SimulateConfig) -> Dealt:
    """Simulated holes with the split and the sample of config/config.yaml, which do not depend on the seed."""
    scenes = [simulate_scene(simulated, hole, number) for hole, number in scene_names(simulated).values()]
    codes = np.stack([scene.codes for scene in scenes]).astype(np.int64)
    labels, classes = _labels(codes)
    place = dict(zip(codes.ravel().tolist(), labels.ravel().tolist(), strict=True))
    rasters = [LabelRaster(scene.name, scene.hole, label) for scene, label in zip(scenes, labels, strict=True)]
    settings = SplitConfig("groups", seed=1, test_groups=("DH3",), valid_share=0.2, block_lines=16, buffer=2)
    parts = split(rasters, settings)
    available = available_pixels(rasters, parts, classes=classes)
    quotas = share_quotas(available.assign(drawn=available["available"]), SAMPLE)  # whole scenes are the pool
    spectra, tables = [], []
    for scene, raster in zip(scenes, rasters, strict=True):
        live = (scene.white > scene.dark).any(axis=-1)  # not the camera's dead column
        used = live & (scene.counts != 0).any(axis=-1)
        table = _drawn(_part_table(raster, parts[raster.scene], used, settings.distance), quotas)
        line, sample = table["line"].to_numpy(), table["sample"].to_numpy()
        references = {"dark": scene.dark[sample], "white": scene.white[sample]}
        spectra.append(to_reflectance(scene.counts[line, sample], **references, white_reflectance=WHITE_REFLECTANCE))
        mineral = [place.get(code, UNLABELLED) for code in scene.mineral[line, sample].tolist()]
        tables.append(table.assign(mineral=np.where(table["label"] >= 0, table["label"], mineral)))
    return Dealt(np.concatenate(spectra), pd.concat(tables, ignore_index=True), classes, scenes[0].wavelengths_nm)


def _drawn(table: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    """The pixels of lowest priority of each label and part, up to the quota, of whole scenes and not of a pool."""
    scene = table["scene"].iloc[0]
    quota = quotas[quotas["scene"] == scene].set_index(["label", "part"])["quota"]
    rank = priority(SAMPLE.seed, scene, table["line"].to_numpy(), table["sample"].to_numpy())
    ranked = table.assign(rank=rank).sort_values("rank")
    place = ranked.groupby(["label", "part"]).cumcount().to_numpy()
    most = quota.reindex(pd.MultiIndex.from_frame(ranked[["label", "part"]])).to_numpy()
    return table.loc[np.sort(ranked.index[place < most])]


def collection(data: Path, seed: int) -> Dealt:
    """The built-in collection: holes DH1 and DH2 train, DH3 is predicted."""
    return _holes(SimulateConfig(seed=2017))


def other_collection(data: Path, seed: int) -> Dealt:
    """A collection for each seed that no benchmark has, whose held-out hole may judge choices: it is no test part."""
    return _held_out(SimulateConfig(seed=2017 + seed))


def other_hard_collection(data: Path, seed: int) -> Dealt:
    """The same, as hard as real core: the settings of config/hard_core.yaml with another seed of the simulator."""
    return _held_out(_simulated("hard_core.yaml", seed=2017 + seed))


def _held_out(simulated: SimulateConfig) -> Dealt:
    """A collection whose held-out hole may judge choices, in place of a test part."""
    dealt = _holes(simulated)
    return replace(dealt, table=dealt.table.assign(part=dealt.table["part"].replace("test", UNSEEN)))


def _simulated(name: str, *, seed: int) -> SimulateConfig:
    """The simulator's settings of a configuration, with a seed."""
    given = yaml.safe_load((CONFIG / name).read_text(encoding="utf-8"))["simulate"]
    return as_settings(SimulateConfig, {**given, "seed": seed}, where=name)


def mixed(data: Path, seed: int) -> Dealt:
    """The collection of config/mixed.yaml, dealt likewise: labels on pure pixels alone, in rock that is mixed."""
    return _holes(_simulated("mixed.yaml", seed=2017))


def salinas_a_mixed(data: Path, seed: int) -> Dealt:
    """Salinas-A with linear mixtures of two classes among the unlabelled training pixels, a third of all of them."""
    pure = salinas_a_blocks(data, seed)
    random = np.random.default_rng([seed, 5])
    train = np.flatnonzero((pure.table["part"] == "train") & (pure.table["label"] >= 0))
    one, other = random.choice(train, len(train)), random.choice(train, len(train))
    label = pure.table["label"].to_numpy()
    kept = np.flatnonzero(label[one] != label[other])[: len(train) // 2]
    share = random.uniform(0.2, 0.8, (len(kept), 1)).astype(np.float32)
    x = share * pure.x[one[kept]] + (1 - share) * pure.x[other[kept]]
    beside = int(pure.table["line"].max()) + 1 + np.arange(len(kept))  # lines of their own, so that no place is double
    table = pure.table.iloc[one[kept]].assign(label=np.int16(UNLABELLED), line=beside)
    return Dealt(np.concatenate([pure.x, x]), pd.concat([pure.table, table], ignore_index=True), pure.classes)


TASKS: dict[str, Callable[[Path, int], Dealt]] = {
    "indian_pines_random": indian_pines_random,
    "indian_pines_blocks": indian_pines_blocks,
    "salinas_a_blocks": salinas_a_blocks,
    "salinas_a_mixed": salinas_a_mixed,
    "collection": collection,
    "other_collection": other_collection,
    "other_hard_collection": other_hard_collection,
    "mixed": mixed,
}
TESTED = [name for name in TASKS if not name.startswith("other_")]  # those that have a test part


def missing_files(task: str, data: Path) -> list[str]:
    """The files that a task needs and that are not there."""
    needed = next((files for scene, files in FILES.items() if task.startswith(scene)), ())
    return [file for file in needed if not (data / file).is_file()]
