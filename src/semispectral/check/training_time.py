"""How long the networks train: steps, and the arithmetic of a step. Epochs are counted in full, as without patience."""

from collections.abc import Sequence
from itertools import pairwise

from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config

# Of the runs that `semispectral.check.rates` names. A step costs its arithmetic and so much besides.
STEP_SECONDS = 0.004
GIGAFLOPS = 40.0  # per second
START_SECONDS = 12.0  # imports, reading the features, writing the model
COMPILE_SECONDS = 9.0  # once for each time that training starts
FORWARD_AND_BACKWARD = 6  # floating-point operations for each weight and pixel


def m1_seconds(settings: M1Config, *, pixels: int, views: Sequence[int]) -> float:
    """Of training M1 on so many pixels: the autoencoders of views of so many columns, one after the other."""
    hidden, latents, fit = settings.net.hidden, settings.latents, settings.fit
    weights = [_weights(columns, *hidden, 2 * latents) + _weights(latents, *hidden, columns) for columns in views]
    steps = fit.epochs * fit.steps(max(pixels, 1))
    return START_SECONDS + sum(COMPILE_SECONDS + steps * _step(each * fit.batch) for each in weights)


def m2_seconds(settings: M2Config, *, unlabelled: int, inputs: int, classes: int) -> float:
    """Of training M2; of an unlabelled pixel, every class is tried."""
    fit, hidden = settings.fit, settings.net.hidden
    by_class = _weights(inputs, *hidden, 2 * settings.latents) + _weights(settings.latents + classes, *hidden, inputs)
    pairs = fit.batch * classes + settings.labelled_batch
    pixels = fit.batch + settings.labelled_batch
    work = pixels * _classifier(settings, inputs, classes) + pairs * by_class
    return _twice(settings, fit.epochs * fit.steps(max(unlabelled, 1)) * _step(work))


def qy_seconds(settings: M2Config, *, unlabelled: int, inputs: int, classes: int) -> float:
    """Of training q(y|x) on the labels alone."""
    steps = settings.fit.epochs * settings.fit.steps(max(unlabelled, 1))
    return _twice(settings, steps * _step(settings.labelled_batch * _classifier(settings, inputs, classes)))


def _twice(settings: M2Config, seconds: float) -> float:
    rounds = 2 if settings.select == "refit" else 1
    return START_SECONDS + rounds * (COMPILE_SECONDS + seconds)


def _classifier(settings: M2Config, inputs: int, classes: int) -> int:
    return _weights(inputs, *settings.classifier.hidden, classes)


def _weights(*widths: int) -> int:
    return sum(first * second for first, second in pairwise(widths))


def _step(weights_times_pixels: float) -> float:
    return STEP_SECONDS + FORWARD_AND_BACKWARD * weights_times_pixels / (1e9 * GIGAFLOPS)
