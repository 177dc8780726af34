"""Find the same pixels under two names by their spectra, whatever their files and headers say.

The census keeps the hashes of a sample of spectra of each scene, and the split compares them between scenes. The sample
costs a few lines of each scan and not a pass over it: some lines at even distances, which a copy of a whole scan
shares, and the first and last labelled pixels of each class, which a part of a scan shares too. The pixels that are
dealt to the parts are compared once more, one by one (`refuse_shared`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from semispectral.errors import SplitError
from semispectral.scans.cube import Cube
from semispectral.study.classes import CodeSet
from semispectral.study.names import some

Fingerprint = Mapping[str, Sequence[int]]

EVEN_LINES, EVEN_SAMPLES = 8, 64  # a grid over the whole scan
MOST_CLASSES, PIXELS_OF_CLASS = 16, 8  # labelled pixels at the first line of a class and at its last
SAME_SHARE = (
    0.25  # of the smaller sample; two scans share a few spectra by chance where bands are few and values coarse
)
LEAST_SHARED = 4
HASH_WEIGHTS_SEED = 20140612
DRAWN_SHARE = 0.01  # of the drawn pixels of a part; fewer may be chance in data of few bands


def spectra_hash(x: np.ndarray) -> np.ndarray:
    """Return a number for each spectrum that depends on its values but not on their dtype.

    Parameters
    ----------
    x : [pixel, band], numbers.

    Returns
    -------
    uint64 [pixel]; 0 for a spectrum without shape: one value in all bands, or no finite value.
    """
    # Equal values must have equal bits: float64 holds every stored dtype, -0 becomes 0, and there is one NaN. Each band
    # has odd weights of its own, so that the sum depends on the order of the bands and no factor loses bits.
    values = np.asarray(x, np.float64) + 0.0
    values[np.isnan(values)] = np.nan
    bits = np.ascontiguousarray(values).view(np.uint64)
    weights = np.random.default_rng(HASH_WEIGHTS_SEED).integers(2**63, size=(2, x.shape[1]), dtype=np.uint64) * 2 + 1
    mixed = (bits ^ (bits >> np.uint64(32))) * weights[0]
    mixed = ((mixed ^ (mixed >> np.uint64(29))) * weights[1]).sum(axis=1, dtype=np.uint64)
    finite = np.where(np.isfinite(values), values, np.nan)
    with np.errstate(invalid="ignore"):
        shaped = np.fmax.reduce(finite, axis=1) > np.fmin.reduce(finite, axis=1)
    return np.where(shaped, mixed | np.uint64(1), np.uint64(0))


def fingerprint(cube: Cube) -> Fingerprint:
    """Return hashes of spectra at even distances in a scene, ``even``, sorted; repeated ones are left out.

    Parameters
    ----------
    cube : Cube, open scene.
    """
    return {"even": _hashes(cube, _even(cube))}


def fingerprint_of_labels(cube: Cube, codes: np.ndarray, use: CodeSet) -> Fingerprint:
    """Return hashes of some labelled spectra of a scene, ``labelled``, sorted; repeated ones are left out.

    Parameters
    ----------
    cube : Cube, open scene.
    codes : int32 [line, sample], label codes.
    use : CodeSet, codes that are classes.
    """
    return {"labelled": _hashes(cube, _labelled(codes, use))}


def _hashes(cube: Cube, places: Iterable[tuple[int, np.ndarray]]) -> tuple[int, ...]:
    wanted: dict[int, set[int]] = {}
    for line, samples in places:
        wanted.setdefault(line, set()).update(samples.tolist())
    found: Counter[int] = Counter()
    for line, chosen in sorted(wanted.items()):
        found.update(spectra_hash(cube.read_lines(line, line + 1)[0, sorted(chosen)]).tolist())
    return tuple(sorted(value for value, times in found.items() if value and times == 1))


def _even(cube: Cube) -> Iterator[tuple[int, np.ndarray]]:
    lines, samples, _ = cube.shape
    places = np.unique(np.linspace(0, samples - 1, EVEN_SAMPLES).round().astype(int))
    for line in np.unique(np.linspace(0, lines - 1, EVEN_LINES).round().astype(int)).tolist():
        yield line, places


def _labelled(codes: np.ndarray, use: CodeSet) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first and the last line of each class, with its first and last pixels in them."""
    for code in [value for value in np.unique(codes).tolist() if value in use][:MOST_CLASSES]:
        of_class = codes == code
        lines = np.flatnonzero(of_class.any(axis=1))
        for line in {int(lines[0]), int(lines[-1])}:
            samples = np.flatnonzero(of_class[line])
            yield line, np.concatenate([samples[: PIXELS_OF_CLASS // 2], samples[-PIXELS_OF_CLASS // 2 :]])


def shared_scenes(prints: Mapping[str, Fingerprint]) -> list[tuple[str, str]]:
    """Return the pairs of scenes that have the same pixels.

    Parameters
    ----------
    prints : fingerprints by scene.
    """
    kinds = sorted({kind for found in prints.values() for kind in found})
    return sorted({pair for kind in kinds for pair in _shared({name: prints[name].get(kind, ()) for name in prints})})


def _shared(samples: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, str]]:
    """Yield the pairs whose samples have more in common than chance gives."""
    holders: dict[int, list[str]] = {}
    for scene in sorted(samples):
        for value in samples[scene]:
            holders.setdefault(value, []).append(scene)
    common = Counter(pair for scenes in holders.values() if len(scenes) > 1 for pair in combinations(scenes, 2))
    for (a, b), number in common.items():
        if number >= max(LEAST_SHARED, SAME_SHARE * min(len(samples[a]), len(samples[b]))):
            yield a, b


def refuse_shared(table: pd.DataFrame) -> None:
    """Check that no two scenes give the same pixels to different parts.

    A spectrum that a scene has several times, such as an even background, tells nothing of copies: a copy shares the
    spectra that are there once.

    Parameters
    ----------
    table : DataFrame, one row per pixel and draw: scene, line, sample, part, and ``hash``, from `spectra_hash`.

    Raises
    ------
    SplitError : more pixels than chance allows are in two parts.
    """
    once = table.drop_duplicates(["scene", "line", "sample"])  # a pixel may be in both draws
    table = once.drop_duplicates(["scene", "hash"], keep=False)
    value = table["hash"].to_numpy(np.uint64)
    scenes, scene = np.unique(table["scene"].to_numpy(str), return_inverse=True)
    parts, part = np.unique(table["part"].to_numpy(str), return_inverse=True)
    for one, other in combinations(range(len(parts)), 2):
        first, second = (np.flatnonzero((part == place) & (value != 0)) for place in (one, other))
        both = np.intersect1d(value[first], value[second])
        if not len(both):
            continue
        in_first, in_second = (rows[np.isin(value[rows], both)] for rows in (first, second))
        pair = {int(v): int(s) for v, s in zip(value[in_first], scene[in_first], strict=True)}
        across = [row for row in in_second.tolist() if pair[int(value[row])] != scene[row]]
        share = len(across) / min(len(first), len(second))
        if share > DRAWN_SHARE:
            names = scenes[np.unique(scene[np.concatenate([in_first, in_second])])]
            raise SplitError(
                f"{len(across)} pixels ({share:.0%}) are in {parts[one]} and in {parts[other]}, with the same spectra "
                f"to the last digit: scenes {some(names.tolist())} hold copies of each other, so that scores would "
                "be false; leave one out of scenes.tsv, or name its own file in the column data"
            )
