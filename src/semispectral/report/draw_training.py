"""Draw the report's figures of training: curves, and samples of M1 and M2. A figure without content is None."""

import numpy as np
from matplotlib.figure import Figure

from semispectral.figures import samples as draws
from semispectral.figures import spectra, training
from semispectral.figures.methods import method_name
from semispectral.figures.units import Scale, scale_of
from semispectral.inference.feature_names import WITH_M1
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.report.chosen_models import best_of_each_family
from semispectral.report.results import Kept, Study

DRAWS = 8
MOST_SPECTRA = 12
MOST_DRAWN = 6  # lines that can be told apart in one panel


def m1_curves(study: Study) -> Figure | None:
    """Draw the curves of M1, for all seeds.

    Parameters
    ----------
    study : results of the study.
    """
    if not study.m1:
        return None
    best = {seed: kept.description["best_epoch"] for seed, kept in study.m1.items()}
    return training.m1_curves({seed: kept.history for seed, kept in study.m1.items()}, best)


def latents(study: Study) -> Figure | None:
    """Draw M1's latents and sigma, for the first seed.

    Parameters
    ----------
    study : results of the study.
    """
    if not study.m1:
        return None
    kept, bands = _first_m1(study), study.scaler_m1.bands  # level, contrast or a second view stand behind the bands
    sigma = draws.sigma(M1Inference(kept.arrays, kept.description))
    return training.latents_and_sigma(
        np.asarray(kept.description["latent_std"]),
        None if sigma is None else study.scaler_m1.bands_first(sigma)[:bands],
        study.scaler_m1.bands_first(np.asarray(kept.description["error"]))[:bands],
        _scale_m1(study),
        dead_std=kept.description["settings"]["dead_std"],
    )


def reconstructions(study: Study) -> Figure | None:
    """Draw test spectra and their reconstructions by M1.

    Parameters
    ----------
    study : results of the study.
    """
    chosen = _test_spectra(study)
    if not study.m1 or not len(chosen):
        return None
    kept = _first_m1(study)
    x, names = study.sample_m1.x[chosen], [study.classes.names[k] for k in study.sample_m1.label[chosen]]
    again = draws.reconstructed(M1Inference(kept.arrays, kept.description), x)
    return spectra.reconstructions(x, again, names, _scale_m1(study))


def prior(study: Study) -> Figure | None:
    """Draw spectra sampled from M1's prior beside measured ones.

    Parameters
    ----------
    study : results of the study.
    """
    chosen = _test_spectra(study)
    if not study.m1 or not len(chosen):
        return None
    kept = _first_m1(study)
    chosen = chosen[:MOST_DRAWN]
    drawn = draws.from_prior(M1Inference(kept.arrays, kept.description), len(chosen), seed=study.seed)
    return spectra.drawn_from_prior(drawn, study.sample_m1.x[chosen], _scale_m1(study))


def classifier_curves(study: Study) -> Figure | None:
    """Draw the curves of M2, M1+M2 and q(y|x) alone, for the first seed and the most labels per class.

    Parameters
    ----------
    study : results of the study.
    """
    shown = {
        method_name(method, features): kept
        for (method, features, per_class, seed), kept in sorted(study.classifiers.items())
        if per_class == study.headline and seed == study.seed
    }
    if not shown:
        return None
    best = {name: kept.description["best_epoch"] for name, kept in shown.items()}
    return training.classifier_curves({name: kept.history for name, kept in shown.items()}, best)


def class_draws(study: Study) -> Figure | None:
    """Draw spectra that the chosen M2 samples for each class.

    Parameters
    ----------
    study : results of the study.
    """
    chosen = next((best for best in best_of_each_family(study) if best.method == "m2"), None)
    kept = study.classifiers.get((*chosen, study.headline, study.seed)) if chosen else None
    if chosen is None or kept is None or (chosen.features in WITH_M1 and study.seed not in study.m1):
        return None
    on_latents = chosen.features in WITH_M1
    m1 = M1Inference(*_model(study.m1[study.seed])) if on_latents else None
    sample, scale = (study.sample_m1, _scale_m1(study)) if on_latents else (study.sample, _scale(study))
    model = M2Inference(*_model(kept))
    drawn = draws.of_every_class(model, DRAWS, seed=study.seed, m1=m1)
    members = [sample.x[sample.label == label] for label in model.labels]
    means = [of_class.mean(axis=0) if len(of_class) else None for of_class in members]
    names = [study.classes.names[label] for label in model.labels]
    title = f"drawn by {method_name(*chosen)} (coloured) and measured (black)"
    return spectra.class_draws(drawn, names, scale, title=title, means=means)


def _model(kept: Kept) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Return arrays and description of a model."""
    return kept.arrays, kept.description


def _scale(study: Study) -> Scale:
    """Return the scale of spectra for models on bands."""
    return scale_of(study.scaler, study.wavelengths_nm)


def _scale_m1(study: Study) -> Scale:
    """Return the scale of spectra for M1."""
    return scale_of(study.scaler_m1, study.wavelengths_nm)


def _first_m1(study: Study) -> Kept:
    """Return the M1 of the first seed."""
    return study.m1[min(study.m1)]


def _test_spectra(study: Study) -> np.ndarray:
    """Return the index of one test spectrum for each class, from the middle of its rows."""
    of_test = (study.sample_m1.table["part"] == "test").to_numpy()
    rows = [np.flatnonzero(of_test & (study.sample_m1.label == k)) for k in range(len(study.classes))]
    return np.array([places[len(places) // 2] for places in rows if len(places)][:MOST_SPECTRA], np.int64)
