"""Estimate training times: number of steps times operations per step. Early stopping is not included."""

from collections.abc import Sequence
from itertools import pairwise

from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config

# Of the runs that `semispectral.check.rates` names. A step costs its arithmetic and so much besides.
STEP_SECONDS = 0.0008
GIGAFLOPS = 140.0  # per second
START_SECONDS = 0.7  # reading the features, writing the model
COMPILE_SECONDS = {"m1": 2.0, "m2": 4.0, "qy": 0.8}  # once for each time that training starts
FORWARD_AND_BACKWARD = 6  # floating-point operations for each weight and pixel


def m1_seconds(settings: M1Config, *, pixels: int, views: Sequence[int]) -> float:
    """Return the training time of M1, in s.

    Parameters
    ----------
    settings : settings of M1.
    pixels : number of training pixels.
    views : number of columns of each view; their autoencoders are trained one after the other.
    """
    hidden, latents, fit = settings.net.hidden, settings.latents, settings.fit
    weights = [_weights(columns, *hidden, 2 * latents) + _weights(latents, *hidden, columns) for columns in views]
    steps = fit.epochs * fit.steps(max(pixels, 1))
    return START_SECONDS + sum(COMPILE_SECONDS["m1"] + steps * _step(each * fit.batch) for each in weights)


def m2_seconds(settings: M2Config, *, unlabelled: int, inputs: int, classes: int) -> float:
    """Return the training time of M2, in s. An unlabelled pixel is evaluated for every class.

    Parameters
    ----------
    settings : settings of M2.
    unlabelled : number of unlabelled pixels.
    inputs : number of inputs per pixel.
    classes : number of classes.
    """
    fit, hidden = settings.fit, settings.net.hidden
    by_class = _weights(inputs, *hidden, 2 * settings.latents) + _weights(settings.latents + classes, *hidden, inputs)
    pairs = fit.batch * classes + settings.labelled_batch
    pixels = fit.batch + settings.labelled_batch
    work = pixels * _classifier(settings, inputs, classes) + pairs * by_class
    return _twice(settings, "m2", fit.epochs * fit.steps(max(unlabelled, 1)) * _step(work))


def qy_seconds(settings: M2Config, *, unlabelled: int, inputs: int, classes: int) -> float:
    """Return the training time of q(y|x) on the labels alone, in s.

    Parameters
    ----------
    settings : settings of M2.
    unlabelled : number of unlabelled pixels, which determines the number of steps.
    inputs : number of inputs per pixel.
    classes : number of classes.
    """
    steps = settings.fit.epochs * settings.fit.steps(max(unlabelled, 1))
    return _twice(settings, "qy", steps * _step(settings.labelled_batch * _classifier(settings, inputs, classes)))


def _twice(settings: M2Config, model: str, seconds: float) -> float:
    """Add start and compilation; ``refit`` trains twice."""
    rounds = 2 if settings.select == "refit" else 1
    return START_SECONDS + rounds * (COMPILE_SECONDS[model] + seconds)


def _classifier(settings: M2Config, inputs: int, classes: int) -> int:
    """Return the number of weights of q(y|x)."""
    return _weights(inputs, *settings.classifier.hidden, classes)


def _weights(*widths: int) -> int:
    """Return the number of weights of a perceptron with these widths."""
    return sum(first * second for first, second in pairwise(widths))


def _step(weights_times_pixels: float) -> float:
    """Return the time of a step, in s."""
    return STEP_SECONDS + FORWARD_AND_BACKWARD * weights_times_pixels / (1e9 * GIGAFLOPS)
