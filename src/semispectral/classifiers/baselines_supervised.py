"""Baselines that learn from the labels alone (the principal components also use the unlabelled pixels)."""

from dataclasses import replace

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from semispectral.classifiers.baseline_settings import (
    BaselineConfig,
    baseline,
    in_columns,
    probabilities,
    temperature_of,
    tuning_folds,
)
from semispectral.classifiers.svm import fit_quietly, fit_svm, kernel_width
from semispectral.classifiers.tuning import choose, known_classes


@baseline("majority")
def majority(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Predict the class shares of the training data for every pixel.

    The labels per class are equal, so the shares cannot be learned from them.

    Parameters
    ----------
    x_labelled : not used.
    label_labelled : int [labelled], labels; classes without labels get probability 0.
    x_unlabelled : not used.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : float64 [class], class shares among all labelled training pixels.
    seed : not used.
    settings : not used.

    Returns
    -------
    float32 [pixel, class].
    """
    known = known_classes(label_labelled, classes)
    share = np.where(np.isin(np.arange(classes), known), shares, 0)
    return np.tile((share / share.sum()).astype(np.float32), (len(x_query), 1))


@baseline("sam")
def spectral_angle(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Assign each pixel to the mean spectrum at the smallest angle (SAM).

    Probabilities are softmax(-angle / temperature).

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : not used.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """
    known_classes(label_labelled, classes)
    sample, fold = tuning_folds(label_labelled, settings=settings, seed=seed)

    def logits(inside: np.ndarray, query: np.ndarray) -> np.ndarray:
        x, label = x_labelled[inside], label_labelled[inside]
        present = np.unique(label)
        means = np.stack([x[label == index].mean(axis=0, dtype=np.float64) for index in present])
        # Angles between minerals are tenths of a radian: in units of 0.1 they suit the bounds of the temperature.
        return in_columns(-10 * angles(query, means), present, classes, fill=-np.inf)

    def held_logits(inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        return logits(sample[inside], x_labelled[sample[held]])

    temperature = temperature_of(held_logits, label_labelled[sample], fold)
    return probabilities(logits(np.arange(len(label_labelled)), x_query), temperature)


def angles(x: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Return the angle between every pixel and every mean spectrum, float64 [pixel, class], in radians.

    A spectrum of zeros has an angle of 90 degrees to all others.

    Parameters
    ----------
    x : float [pixel, band].
    means : float [class, band].
    """
    lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(means, axis=1)
    cosine = (x @ means.T) / np.maximum(lengths, np.finfo(np.float64).tiny)
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)))


@baseline("rf")
def random_forest(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Classify with a random forest. One more, undecided tree is added to the vote, so that no class is impossible.

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : not used.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds and the trees.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """
    known_classes(label_labelled, classes)
    sample, fold = tuning_folds(label_labelled, settings=settings, seed=seed)
    x, label = x_labelled[sample], label_labelled[sample]
    weight = "balanced" if settings.svm.balanced else None

    def forest_of(candidate: tuple[float, ...], trees: int) -> RandomForestClassifier:
        share, leaf = candidate
        return RandomForestClassifier(
            trees, max_features=share, min_samples_leaf=int(leaf), class_weight=weight, random_state=seed
        )

    def grow(candidate: tuple[float, ...], inside: np.ndarray) -> RandomForestClassifier:
        return forest_of(candidate, settings.tuning_trees).fit(x[inside], label[inside])

    best = choose(settings.candidates("rf"), lambda one, inside, held: grow(one, inside).predict(x[held]), label, fold)
    temperature = temperature_of(lambda inside, held: _log_votes(grow(best, inside), x[held], classes), label, fold)
    forest = forest_of(best, settings.trees).fit(x_labelled, label_labelled)
    return probabilities(_log_votes(forest, x_query, classes), temperature)


def _log_votes(forest: RandomForestClassifier, x: np.ndarray, classes: int) -> np.ndarray:
    """Return the logarithm of the mean vote, with one more, undecided tree, float64 [pixel, class]."""
    votes = forest.predict_proba(x) * forest.n_estimators + 1 / len(forest.classes_)
    return in_columns(np.log(votes / (forest.n_estimators + 1)), forest.classes_, classes, fill=-np.inf)


@baseline("pca_svm")
def pca_svm(
    x_labelled: np.ndarray,
    label_labelled: np.ndarray,
    x_unlabelled: np.ndarray,
    x_query: np.ndarray,
    *,
    classes: int,
    shares: np.ndarray,
    seed: int,
    settings: BaselineConfig,
) -> np.ndarray:
    """Classify with an SVM on principal components of labelled and unlabelled pixels.

    It is the baseline for the latents of M1.

    Parameters
    ----------
    x_labelled : float32 [labelled, band], normalised spectra with labels.
    label_labelled : int [labelled], their labels.
    x_unlabelled : float32 [unlabelled, band], normalised spectra without labels.
    x_query : float32 [pixel, band], pixels to classify.
    classes : number of classes.
    shares : not used.
    seed : seed of the folds.
    settings : settings of the baselines.

    Returns
    -------
    float32 [pixel, class].
    """
    known_classes(label_labelled, classes)
    mean, axes = principal_axes(np.concatenate([x_labelled, x_unlabelled]))
    score = ((x_labelled - mean) @ axes).astype(np.float32)
    sample, fold = tuning_folds(label_labelled, settings=settings, seed=seed)

    def predict(candidate: tuple[float, ...], inside: np.ndarray, held: np.ndarray) -> np.ndarray:
        kept = score[sample, : int(candidate[0])]
        machine = SVC(C=candidate[1], gamma=kernel_width(kept[inside]), class_weight=settings.svm.class_weight)
        return np.asarray(fit_quietly(machine, kept[inside], label_labelled[sample[inside]]).predict(kept[held]))

    count, cost = choose(settings.candidates("pca_svm"), predict, label_labelled[sample], fold)
    kept = slice(0, int(count))
    tuned = replace(settings.svm, gamma=(1.0,), cost=(cost,))
    model = fit_svm(score[:, kept], label_labelled, classes=classes, settings=tuned, seed=seed)
    return model.predict_proba(((x_query - mean) @ axes[:, kept]).astype(np.float32))


def principal_axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean float64 [band] and principal axes float64 [band, component], largest variance first.

    Parameters
    ----------
    x : float [pixel, band].
    """
    mean = x.mean(axis=0, dtype=np.float64)
    centred = x - mean
    _, axes = np.linalg.eigh(centred.T @ centred)
    return mean, axes[:, ::-1]
