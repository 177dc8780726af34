"""Split pixels into train, valid and test: by hole, by block with a buffer, or (as a warning example) at random."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from semispectral.errors import ConfigError, SplitError
from semispectral.pool.pixel_ranks import priority
from semispectral.sampling.split_search import Units, best_deal, grid, grid_units, part_bounds, with_buffer
from semispectral.scans.cube import PARTS
from semispectral.storage.packed_rasters import PackedRasters
from semispectral.study.classes import IGNORED, UNLABELLED
from semispectral.study.keys_in_use import labels_decide, names_test_holes
from semispectral.study.names import some
from semispectral.study.setting_types import Count, CountFromZero, OneOf, Seed, ShareBelowOne, Unique, settings_class

NO_PART, TRAIN, VALID, TEST = range(len(PARTS) + 1)


@settings_class("split")
class SplitConfig:
    """Method and options of a split into parts."""

    method: Annotated[str, OneOf(("groups", "blocks", "leaky"))] = "groups"
    """Whole holes, spatial blocks with a buffer, or (to show the leak) random pixels."""
    seed: Seed = 1
    """Seed of the split."""
    test_groups: Annotated[tuple[str, ...], Unique()] = ()
    """Holes to test on; empty: chosen for about test_share."""
    test_share: ShareBelowOne = 0.25
    """Share of the holes or blocks to test on."""
    valid_share: ShareBelowOne = 0.2
    """Share of the blocks to validate on."""
    block_lines: Count = 16
    """Height of a block in lines."""
    block_samples: CountFromZero = 0
    """Width of a block in samples; 0: the whole width."""
    buffer: CountFromZero = 2
    """Buffer between two parts, in pixels; pixels of different parts are further apart than this (Chebyshev
    distance).
    """

    def __post_init__(self) -> None:
        """Check that something is left to train on, and that a buffer leaves something of a block."""
        if self.test_share + self.valid_share >= 1:
            raise ConfigError(
                "split.test_share and valid_share must be 0 or more and leave something to train on, "
                f"got {self.test_share} and {self.valid_share}"
            )
        if self.buffer >= min(self.block_lines, self.block_samples or self.block_lines):
            raise ConfigError(
                f"split.buffer ({self.buffer}) must be smaller than a block "
                f"({self.block_lines} x {self.block_samples or 'all'}): make the blocks larger"
            )

    @property
    def looks_at_labels(self) -> bool:
        """Whether the labels decide which pixels are tested."""
        return labels_decide({"method": self.method, "test_groups": self.test_groups})

    @property
    def of_other_holes(self) -> "SplitConfig":
        """The split of the scenes that are left where those of named test holes are taken out: nothing is tested."""
        named = names_test_holes({"method": self.method, "test_groups": self.test_groups})
        return replace(self, method="blocks", test_share=0.0) if named else self

    @property
    def distance(self) -> int:
        """Buffer between the parts on disk, in pixels; 0 for random pixels, which cannot keep one."""
        return 0 if self.method == "leaky" else self.buffer


@dataclass(frozen=True)
class LabelRaster:
    """Labels of one scene, at hand.

    Attributes
    ----------
    scene : str, name of the scene.
    hole : str, name of its drill hole.
    label : int16 [line, sample], a class, `UNLABELLED` or `IGNORED`.
    """

    scene: str
    hole: str
    label: np.ndarray


@dataclass(frozen=True)
class LabelsMade:
    """Labels of one scene, made whenever they are asked for: of the scenes of a large study, memory holds one.

    Attributes
    ----------
    scene : str, name of the scene.
    hole : str, name of its drill hole.
    make : callable, function that returns them, int16 [line, sample].
    """

    scene: str
    hole: str
    make: Callable[[], np.ndarray]

    @property
    def label(self) -> np.ndarray:
        """Labels, int16 [line, sample]."""
        return self.make()


Rasters = Sequence[LabelRaster | LabelsMade]
Parts = MutableMapping[str, np.ndarray]


def split(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign every pixel to a part.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes.
    settings : SplitConfig, method and options.

    Returns
    -------
    Mapping from scene to uint8 [line, sample]: 0 not used (ignored or in the buffer), 1 train, 2 valid, 3 test.

    Raises
    ------
    ConfigError : no scene belongs to a given test hole.
    SplitError : no labelled pixel is left to train on, or there are too few holes.

    Examples
    --------
    >>> label = np.zeros((12, 4), np.int16)
    >>> rasters = [LabelRaster("one", "DH1", label), LabelRaster("two", "DH2", label)]
    >>> parts = split(rasters, SplitConfig(method="groups", seed=1, test_groups=("DH2",), block_lines=4))
    >>> np.unique(parts["two"]).tolist()
    [3]
    """
    parts = assign(rasters, settings)
    _check_train(rasters, parts)
    return parts


def assign(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign every pixel to a part, as `split` does, even if nothing is labelled.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes.
    settings : SplitConfig, method and options.
    """
    rasters = sorted(rasters, key=lambda raster: raster.scene)
    parts = METHODS[settings.method](rasters, settings)
    for raster in rasters:
        used = np.where(raster.label == IGNORED, np.uint8(NO_PART), parts[raster.scene])
        check_parts(used, settings.distance, where=raster.scene)
        parts[raster.scene] = used
    return parts


def all_tested(rasters: Rasters) -> Parts:
    """Return the parts of scenes of named test holes: all pixels that are not ignored are tested.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of these scenes.
    """
    parts = PackedRasters()
    for raster in rasters:
        parts[raster.scene] = np.where(raster.label == IGNORED, np.uint8(NO_PART), np.uint8(TEST))
    return parts


def assign_for_m1(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign every pixel to a part for M1, which sees no labels: the same parts before and after labels came.

    The test part is that of `split`. The validation blocks are chosen as if nothing were labelled. Only where the
    labels decide what is tested (`SplitConfig.looks_at_labels`), the whole split is that of the labels; and as long as
    there are none, nothing is tested.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes; `UNLABELLED` will do unless the labels decide.
    settings : SplitConfig, method and options.
    """
    if not settings.looks_at_labels:
        return assign([_as_if_unlabelled(raster) for raster in rasters], settings)
    if any((raster.label >= 0).any() for raster in rasters):
        return assign(rasters, settings)
    return assign(rasters, replace(settings, method="blocks", test_share=0.0))


def _as_if_unlabelled(raster: LabelRaster | LabelsMade) -> LabelsMade:
    """Return a raster whose pixels are all unlabelled."""
    return LabelsMade(raster.scene, raster.hole, lambda: np.full_like(raster.label, UNLABELLED))


def _check_train(rasters: Rasters, parts: Mapping[str, np.ndarray]) -> None:
    """Check that the train part holds labelled pixels."""
    counts = sum((np.bincount(parts[r.scene][r.label >= 0], minlength=4) for r in rasters), np.zeros(4, np.int64))
    if counts[TRAIN] == 0:
        raise SplitError(
            f"the train part needs labelled pixels, got none: {counts[VALID]} labelled pixels are in valid, "
            f"{counts[TEST]} in test, {counts[NO_PART]} in the buffer; choose other test holes, smaller shares or "
            "a smaller buffer, or check the columns 'use' and 'ignore' of scenes.tsv"
        )


def check_parts(parts: np.ndarray, buffer: int, *, where: str = "parts") -> None:
    """Check a parts raster: known values, and more than `buffer` pixels (Chebyshev) between different parts.

    Parameters
    ----------
    parts : uint8 [line, sample].
    buffer : int, buffer, in pixels.
    where : str, place named in error messages.

    Raises
    ------
    SplitError : two parts are nearer, or a value is not a part.
    """
    if parts.ndim != 2 or parts.dtype != np.uint8 or (parts.size and parts.max() > TEST):
        raise SplitError(
            f"{where}: parts must be uint8 [line, sample], 0 to {TEST}, got {parts.dtype} {parts.shape}, "
            f"up to {parts.max(initial=0)}; run split again"
        )
    from scipy.ndimage import distance_transform_cdt  # here: whoever reads a split does not wait for it

    present = [part for part in (TRAIN, VALID, TEST) if (parts == part).any()]
    for index, part in enumerate(present[:-1]):
        distance = distance_transform_cdt(parts != part, metric="chessboard")
        for other in present[index + 1 :]:
            nearest = int(distance[parts == other].min())
            if nearest <= buffer:
                raise SplitError(
                    f"{where}: {PARTS[part - 1]} and {PARTS[other - 1]} must be more than {buffer} pixels apart, "
                    f"got pixels at distance {nearest}; run split again"
                )


def _split_blocks(rasters: Rasters, settings: SplitConfig, *, test_share: float) -> Parts:
    """Assign blocks of every scene to the parts."""
    size = {"lines": settings.block_lines, "samples": settings.block_samples}
    found, shapes = [], []
    for raster in rasters:
        label = raster.label
        shapes.append(label.shape)
        found.append(grid_units(label, grid(label.shape, **size), buffer=settings.buffer))
    shares = (1 - test_share - settings.valid_share, settings.valid_share, test_share)
    deal = best_deal(Units.join(found), shares, seed=settings.seed)
    parts, first = PackedRasters(), 0
    for raster, shape in zip(rasters, shapes, strict=True):
        blocks = grid(shape, **size)
        count = int(blocks.max()) + 1
        parts[raster.scene] = with_buffer(deal[first : first + count][blocks].astype(np.uint8), settings.buffer)
        first += count
    return parts


def blocks(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign spatial blocks of every scene to train, valid and test.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes.
    settings : SplitConfig, method and options.

    Returns
    -------
    Mapping from scene to uint8 [line, sample].
    """
    return _split_blocks(rasters, settings, test_share=settings.test_share)


def groups(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign whole holes to test, and blocks of the other holes to train and valid.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes.
    settings : SplitConfig, method and options.

    Returns
    -------
    Mapping from scene to uint8 [line, sample].
    """
    holes = sorted({raster.hole for raster in rasters})
    test = set(settings.test_groups) or _choose_test(rasters, holes, settings)
    unknown = sorted(test - set(holes))
    if unknown:
        raise ConfigError(
            f"split.test_groups names {some(unknown)}, but the holes of scenes.tsv are {some(holes)}; correct them"
        )
    if len(test) == len(holes):
        raise SplitError(f"split by groups needs a hole to train on, but all holes are test: {holes}; use 'blocks'")
    parts = _split_blocks([raster for raster in rasters if raster.hole not in test], settings, test_share=0.0)
    for raster in rasters:
        if raster.hole in test:
            parts[raster.scene] = np.full(raster.label.shape, TEST, np.uint8)
    return parts


def _choose_test(rasters: Rasters, holes: list[str], settings: SplitConfig) -> set[str]:
    """Choose test holes by share, so that most classes can be both learnt and tested."""
    if settings.test_share == 0:
        return set()
    if len(holes) < 2:
        raise SplitError(f"split by groups needs two holes or more, got {holes}; use the method 'blocks'")
    units = Units.join([Units.whole([r.label for r in rasters if r.hole == hole]) for hole in holes])
    deal = best_deal(units, (1 - settings.test_share, 0.0, settings.test_share), seed=settings.seed)
    return {hole for hole, part in zip(holes, deal, strict=True) if part == TEST}


def leaky(rasters: Rasters, settings: SplitConfig) -> Parts:
    """Assign random pixels to the parts.

    Neighbours lie in different parts, so the scores are too good. Use it only to show that effect.

    Parameters
    ----------
    rasters : sequence of LabelRaster, labels of all scenes.
    settings : SplitConfig, method and options.

    Returns
    -------
    Mapping from scene to uint8 [line, sample].
    """
    shares = (1 - settings.valid_share - settings.test_share, settings.valid_share, settings.test_share)
    parts = PackedRasters()
    for raster in rasters:
        lines, samples = (np.arange(size) for size in raster.label.shape)
        rank = priority(settings.seed, f"leaky split of {raster.scene}", lines[:, None], samples)
        chance = (rank >> np.uint64(11)) / 2.0**53  # 53 bits fit a float64, so that it stays below 1
        parts[raster.scene] = (1 + np.searchsorted(part_bounds(shares), chance, side="right")).astype(np.uint8)
    return parts


METHODS: dict[str, Callable[[Rasters, SplitConfig], Parts]] = {
    "groups": groups,
    "blocks": blocks,
    "leaky": leaky,
}
