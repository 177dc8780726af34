"""Measure the shares within pixels against known mixtures: of the simulator, or made of the pixels of a real scene.

    python measurements/accuracy/mixtures.py --seeds 2017
    python measurements/accuracy/mixtures.py --scene SCENE.mat --labels LABELS.mat --windows 2 3 5 --seeds 1 2 3

Without a scene: a tray of the first hole gives labelled pixels of each class of minerals; core pixels of a tray of the
third are unmixed. Printed is the mean error of a share (of the minerals that are classes, divided by their sum), beside
that of the true dominant mineral as a share of 1 and of equal shares; its correlation with the truth over pixels and
classes; and how often the truth lies within two standard errors. Intimate mixtures, which are not linear, have
a row of their own.

With a scene: the labelled pixels of windows of 2 x 2, 3 x 3, ... in which two classes or more are labelled are
averaged. So the spectra are real and the shares known: each class has the share of its pixels. Windows do not overlap.
Means of the classes are of labelled pixels, so many of each, further than a pixel from every window. Such a mixture is
areal and linear by the way it is made, and as right as the labels; in another scene minerals may mix otherwise. Shares
are of all classes of the scene that have enough pixels, not only of those in the window.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_dilation

from few_labels_work import markdown
from semispectral.mixtures.endmembers import endmembers_of
from semispectral.mixtures.unmix import shares_with_errors
from semispectral.scans.labels.label_files import read_labels
from semispectral.scans.readers import open_cube
from semispectral.simulate import SimulateConfig, simulate_scene
from semispectral.simulate.fields import generator
from semispectral.simulate.geology import lay_units
from semispectral.simulate.hole import draw_hole, mixed_minerals
from semispectral.simulate.makeup import draw_mixture
from semispectral.simulate.mixing import Mixture
from semispectral.simulate.scene import SimulatedScene, class_code
from semispectral.simulate.tray import lay_tray

PER_CLASS, PIXELS, RESAMPLES = 20, 4000, 20
TRAIN, TEST = (0, 0), (2, 0)  # hole and tray


def mixture_of(settings: SimulateConfig, hole: int, tray: int) -> tuple[np.ndarray, Mixture]:
    """The covered pixels of a tray in row-major order, bool [line, sample], and what they are made of."""
    common = draw_hole(settings, hole)
    random = {part: generator(settings.seed, part, hole, tray) for part in ("tray", "rock")}
    laid = lay_tray(settings, random["tray"])
    geology = lay_units(settings, common, laid, random["rock"])
    covered = laid.coverage > 0
    return covered, draw_mixture(settings, common, geology, covered, random["rock"])


def reflectance(scene: SimulatedScene) -> np.ndarray:
    """Reflectance of a tray, NaN in dead columns."""
    dark, white = scene.dark.astype(np.float32), scene.white.astype(np.float32)
    span = np.where(white > dark, white - dark, np.nan)
    return np.asarray((scene.counts - dark) / span)


def true_shares(settings: SimulateConfig, codes: tuple[int, ...], mixture: Mixture) -> np.ndarray:
    """True shares of some minerals in each pixel, float64 [pixel, class], divided by their sum; NaN without any."""
    number = [class_code(mineral.name) for mineral in mixed_minerals(settings)]
    found = np.stack(
        [np.where(np.asarray(number)[mixture.mineral] == code, mixture.fraction, 0).sum(axis=1) for code in codes]
    )
    total = found.sum(axis=0)
    return np.asarray(np.where(total > 0, found / np.where(total > 0, total, 1), np.nan).T)


def rows_of(seed: int) -> Iterator[list[str]]:
    """Rows of one collection."""
    settings = SimulateConfig(seed=seed)
    train, test = (simulate_scene(settings, *place) for place in (TRAIN, TEST))
    covered, mixture = mixture_of(settings, *TEST)
    minerals = {class_code(mineral.name) for mineral in mixed_minerals(settings)}
    random, values = np.random.default_rng(seed), reflectance(train)
    usable = np.isfinite(values).all(axis=2)
    places = [np.flatnonzero((train.codes == code).ravel() & usable.ravel()) for code in sorted(minerals)]
    chosen = np.concatenate([random.permutation(place)[:PER_CLASS] for place in places])
    known = endmembers_of(
        values.reshape(-1, values.shape[2])[chosen],
        train.codes.ravel()[chosen].astype(int),
        resamples=RESAMPLES,
        seed=seed,
    )
    x, truth = reflectance(test)[covered], true_shares(settings, known.codes, mixture)
    good = test.core[covered] & np.isfinite(x).all(axis=1) & np.isfinite(truth).all(axis=1)
    some = random.permutation(np.flatnonzero(good))[:PIXELS]
    shares, errors = shares_with_errors(x[some].astype(np.float64), known.means, known.whitening)
    truth, intimate = truth[some], mixture.intimate[some]
    for name, rows in (("areal", ~intimate), ("intimate", intimate)):
        if rows.any():
            yield [str(seed), name, *cells(shares[rows], errors[rows], truth[rows])]


def cells(shares: np.ndarray, errors: np.ndarray, truth: np.ndarray) -> list[str]:
    """What is printed of shares, their errors and the true shares, float64 [pixel, class]."""
    pixels, classes = truth.shape
    off, dominant = np.abs(shares - truth), np.eye(classes)[truth.argmax(axis=1)]
    return [
        *(str(pixels), str(classes), f"{np.nanmean(off):.3f}"),
        f"{np.abs(dominant - truth).mean():.3f}",
        f"{np.abs(1 / classes - truth).mean():.3f}",
        f"{np.corrcoef(np.nan_to_num(shares).ravel(), truth.ravel())[0, 1]:.2f}",
        f"{100 * (off <= 2 * errors).mean():.0f} %",
    ]


# ------------------------------------------------------------------------------------------------------ a real scene


def windows_of(code: np.ndarray, size: int, *, seed: int) -> np.ndarray:
    """Return first line and sample of windows with labels of several classes, int [window, 2].

    They are taken in random order, each that overlaps none before it.
    """
    views = np.lib.stride_tricks.sliding_window_view(code, (size, size))
    least = np.where(views > 0, views, code.max() + 1).min(axis=(2, 3))
    places = np.argwhere(least < views.max(axis=(2, 3)))
    taken, found = np.zeros(code.shape, bool), []
    for line, sample in np.random.default_rng(seed).permutation(places):
        here = taken[line : line + size, sample : sample + size]
        if not here.any():
            here[:] = True
            found.append((line, sample))
    return np.array(found, int).reshape(-1, 2)


def mixed(values: np.ndarray, labelled: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Return the mean of the labelled pixels of each window, float64 [window, band], of values [line, sample, band]."""
    inside = np.arange(size)
    lines = places[:, 0, np.newaxis, np.newaxis] + inside[:, np.newaxis]
    samples = places[:, 1, np.newaxis, np.newaxis] + inside
    weight = labelled[lines, samples].astype(np.float64)
    total = np.einsum("wls,wlsb->wb", weight, values[lines, samples].astype(np.float64))
    return np.asarray(total / weight.sum(axis=(1, 2))[:, np.newaxis])


def rows_of_scene(x: np.ndarray, code: np.ndarray, size: int, *, seed: int) -> Iterator[list[str]]:
    """Rows of one size of windows of a scene: x [line, sample, band], code int [line, sample], 0 where unlabelled."""
    places = windows_of(code, size, seed=seed)
    near = np.zeros(code.shape, bool)
    for line, sample in places:
        near[line : line + size, sample : sample + size] = True
    away = np.where(binary_dilation(near, np.ones((3, 3))), 0, code)
    random, codes = np.random.default_rng(seed), np.unique(code[code > 0])
    members = {value: random.permutation(np.flatnonzero(away == value))[:PER_CLASS] for value in codes}
    known = [value for value, mine in members.items() if len(mine) == PER_CLASS]
    if len(known) < 2 or not len(places):
        return
    truth = mixed(code[..., np.newaxis] == known, code > 0, places, size)
    whole = np.isclose(truth.sum(axis=1), 1)  # all classes of the window have a mean
    if not whole.any():
        return
    chosen = np.concatenate([members[value] for value in known])
    found = endmembers_of(x.reshape(-1, x.shape[2])[chosen], code.ravel()[chosen], resamples=RESAMPLES, seed=seed)
    shares, errors = shares_with_errors(mixed(x, code > 0, places[whole], size), found.means, found.whitening)
    yield [str(seed), f"{size} x {size}", *cells(shares, errors, truth[whole])]


def read_scene(scene: Path, labels: Path, *, keys: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Spectra [line, sample, band] and codes [line, sample] of a labelled scene, by the keys of both in their files."""
    with open_cube(scene, key=keys[0]) as cube:
        x = np.asarray(cube.read_lines(0, cube.shape[0]))
    return x, np.asarray(read_labels(labels, key=keys[1], shape=x.shape[:2])).astype(int)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2017])
    parser.add_argument("--scene", type=Path, help="a labelled scene, whose pixels are averaged")
    parser.add_argument("--labels", type=Path, help="its labels, a raster of codes; 0: none")
    parser.add_argument("--keys", nargs=2, default=("", ""), help="names of both in their files, where one is needed")
    parser.add_argument("--windows", type=int, nargs="+", default=[2, 3, 5], help="lines and samples of a window")
    wanted = parser.parse_args()
    head = [
        "seed",
        "mixtures",
        "pixels",
        "classes",
        "mean error",
        "dominant as 1",
        "equal shares",
        "correlation",
        "within 2 errors",
    ]
    if wanted.scene:
        x, code = read_scene(wanted.scene, wanted.labels, keys=tuple(wanted.keys))
        found = [row for k in wanted.windows for seed in wanted.seeds for row in rows_of_scene(x, code, k, seed=seed)]
    else:
        found = [row for seed in wanted.seeds for row in rows_of(seed)]
    print(markdown([head, *found]))


if __name__ == "__main__":
    main()
