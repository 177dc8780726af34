"""Measure the shares within pixels against the known mixtures of the simulator.

    python measurements/accuracy/mixtures.py --seeds 2017

A tray of the first hole gives labelled pixels of each class of minerals; core pixels of a tray of the third are
unmixed. Printed is the mean error of a share (of the minerals that are classes, divided by their sum), beside that of
the true dominant mineral as a share of 1 and of equal shares; its correlation with the truth over pixels and classes;
and how often the truth lies within two standard errors. Intimate mixtures, which are not linear, have
a row of their own.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from few_labels_work import markdown
from semispectral.mixtures.endmembers import endmembers_of
from semispectral.mixtures.unmix import shares_with_errors
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
    shares, errors = shares_with_errors(x[some].astype(np.float64), known.means, known.spread)
    truth, intimate = truth[some], mixture.intimate[some]
    dominant = np.eye(len(known.codes))[truth.argmax(axis=1)]
    for name, rows in (("areal", ~intimate), ("intimate", intimate)):
        if rows.any():
            off = np.abs(shares - truth)[rows]
            yield [
                *(str(seed), name, str(int(rows.sum())), str(len(known.codes)), f"{np.nanmean(off):.3f}"),
                f"{np.abs(dominant - truth)[rows].mean():.3f}",
                f"{np.abs(1 / len(known.codes) - truth)[rows].mean():.3f}",
                f"{np.corrcoef(np.nan_to_num(shares[rows]).ravel(), truth[rows].ravel())[0, 1]:.2f}",
                f"{100 * (off <= 2 * errors[rows]).mean():.0f} %",
            ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2017])
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
    print(markdown([head, *(row for seed in wanted.seeds for row in rows_of(seed))]))


if __name__ == "__main__":
    main()
