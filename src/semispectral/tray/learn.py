"""Learn to tell tray from core, by pixels that a study left out and pixels of its core."""

import numpy as np

from semispectral.tray.tray_model import KIND, MIXTURES, TrayModel, described, shapes

COMPONENTS = 8  # of the shapes
PARTS = {"tray": 4, "core": 8}  # of the mixtures: plastic, shadow, wood and metal; rocks
LEAST_VARIANCE = 1e-3  # added to each, of 1: a mixture is no list of single pixels
FEWEST = 100  # pixels of tray and of core, with fewer of which nothing is told
FALSE_ALARM = 0.005  # share of the pixels of core that may be taken for tray
KNOWN_SHARE = 0.5  # of tray that has to be told, for the model to be used


def learn_tray(tray: np.ndarray, core: np.ndarray, *, seed: int) -> TrayModel:
    """Learn to tell tray from core. Half of the pixels of each decide the mixtures, and the other half the threshold.

    Parameters
    ----------
    tray : float32 [pixel, band], cleaned spectra of pixels that were left out.
    core : float32 [pixel, band], cleaned spectra of pixels that were not.
    seed : seed of the mixtures.
    """
    brightness = float(np.median(np.nanmean(core, axis=1))) if len(core) else 1.0
    fitted = {"tray": tray[::2], "core": core[::2]}
    asked = {"tray": tray[1::2], "core": core[1::2]}
    arrays = _description(fitted, max(brightness, float(np.finfo(np.float32).tiny)))
    enough = min(len(tray), len(core)) >= FEWEST
    told, threshold = {"tray": 0.0, "core": 0.0}, np.inf
    if enough:
        for name in MIXTURES:
            arrays |= _mixture(described(fitted[name], arrays), name, seed=seed)
        told_by = TrayModel(arrays, {})
        odds = {name: told_by.odds(asked[name]) for name in MIXTURES}
        threshold = max(0.0, float(np.quantile(odds["core"], 1 - FALSE_ALARM)))
        told = {name: float((odds[name] > threshold).mean()) for name in MIXTURES}
    else:
        for name in MIXTURES:
            arrays |= _one_point(len(arrays["centre"]), name)
    used = told["tray"] >= KNOWN_SHARE
    arrays["threshold"] = np.array([threshold if used else np.inf])
    facts = {
        "kind": KIND,
        "pixels": {"tray": len(tray), "core": len(core)},
        "told": told["tray"],
        "false_alarm": told["core"],
        "used": used,
    }
    return TrayModel(arrays, facts)


def _description(fitted: dict[str, np.ndarray], brightness: float) -> dict[str, np.ndarray]:
    """Return how spectra are described: the components of the shapes of both, each counted as one half."""
    bands = fitted["core"].shape[1]
    found = [shapes(each, brightness) for each in fitted.values() if len(each)]
    mean = np.mean([np.nanmean(shape, axis=0) for _, shape in found], axis=0) if found else np.zeros(bands)
    mean = np.nan_to_num(mean, nan=1.0)
    centred = [np.nan_to_num(shape - mean, nan=0.0) for _, shape in found]
    covariance = sum((each.T @ each / len(each) for each in centred), np.zeros((bands, bands)))
    _, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1][:, :COMPONENTS]
    arrays = {"brightness": np.array([brightness]), "mean": mean, "axes": np.ascontiguousarray(axes)}
    width = 1 + axes.shape[1]
    arrays |= {"centre": np.zeros(width), "spread": np.ones(width)}
    seen = [described(each, arrays) for each in fitted.values() if len(each)]
    if seen:
        arrays["centre"] = np.mean([each.mean(axis=0) for each in seen], axis=0)
        spread = np.sqrt(np.mean([np.square(each - arrays["centre"]).mean(axis=0) for each in seen], axis=0))
        arrays["spread"] = np.maximum(spread, 1e-9)
    return arrays


def _mixture(seen: np.ndarray, name: str, *, seed: int) -> dict[str, np.ndarray]:
    """Return a mixture of normal distributions, fitted to what is seen."""
    from sklearn.mixture import GaussianMixture  # half a second, for one job of a study

    parts = min(PARTS[name], max(1, len(seen) // (5 * seen.shape[1])))
    found = GaussianMixture(parts, reg_covar=LEAST_VARIANCE, random_state=seed).fit(seen)
    return {
        f"{name}/weight": np.maximum(found.weights_, 1e-9),
        f"{name}/mean": found.means_,
        f"{name}/root": found.precisions_cholesky_,
    }


def _one_point(width: int, name: str) -> dict[str, np.ndarray]:
    """Return a mixture of one part, of variance 1: where there are too few pixels to learn from."""
    return {f"{name}/weight": np.ones(1), f"{name}/mean": np.zeros((1, width)), f"{name}/root": np.eye(width)[None]}
