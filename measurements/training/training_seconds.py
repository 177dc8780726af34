"""Where a second of training goes: drawing the batch, forward, backward, update, evaluation; of M1, M2 and M1+M2.

    python measurements/training/training_seconds.py --threads 2
    python measurements/training/training_seconds.py --threads 2 --activations

Each part is timed in a loop inside one graph, as training runs it, on spectra of random numbers: medians over rounds.
What a part costs is the difference to the loop without it; backward has the norm of the gradients, by which they are
clipped. A small difference can come out negative: the whole step is compiled as one, and a busy machine adds noise. The
compilation of the step comes once, before the first. With --activations, whole steps with each activation take turns.
"""

import argparse
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import tensorflow as tf

from semispectral.models.fit_settings import ACTIVATION_NAMES
from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.checkpoint import NoCheckpoint
from semispectral.training.fit import Fit
from semispectral.training.m1_task import M1Task
from semispectral.training.m2_task import M2Task
from semispectral.training.run import use_threads
from semispectral.training.task import Task
from semispectral.training.train_m2 import m2_of

Of = Callable[[dict[str, tf.Tensor]], tf.Tensor]  # something that is done with a batch

LABELLED_PER_CLASS = 20


def seconds(call: Callable[[], object]) -> float:
    """What a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def median(call: Callable[[], object], rounds: int) -> float:
    """Median seconds of a call, after one that compiles."""
    call()
    return float(np.median([seconds(call) for _ in range(rounds)]))


def looper(task: Task, steps: int) -> Callable[[Of], Callable[[], np.ndarray]]:
    """What makes a loop of something that is done with the batch of every step."""
    held, places = task.hold({name: index[:steps] for name, index in task.order(0).items()})
    index, seed = {name: tf.constant(place) for name, place in places.items()}, tf.constant([1, 0], tf.int32)

    def looped(what: Of) -> Callable[[], np.ndarray]:
        @tf.function
        def loop() -> tf.Tensor:
            total = tf.zeros([])
            for i in tf.range(steps):
                batch = task.draw(held, {name: places[i] for name, places in index.items()}, seed + tf.stack([0, i]))
                total += what(batch)
            return total

        return lambda: loop().numpy()

    return looped


def whole_step(task: Task, fit: Fit) -> Of:
    """A step of training."""
    weights, rate = ones(task), tf.constant(1e-4)
    return lambda batch: fit.programme.step(batch, weights, rate)[0]


def ones(task: Task) -> dict[str, tf.Tensor]:
    """The weights of all terms, at their full."""
    return {name: tf.constant(1.0) for name in task.weights(0)}


def parts_of(task: Task, fit: Fit, *, steps: int, rounds: int) -> dict[str, float]:
    """Seconds of one step, part by part, and of one evaluation."""
    choosing = seconds(lambda: task.order(0))
    weights = ones(task)
    forward = tf.function(lambda batch: task.loss(batch, weights)[0], jit_compile=True)
    backward = tf.function(
        lambda batch: tf.linalg.global_norm(fit.programme.gradients(batch, weights)[0]), jit_compile=True
    )
    looped = looper(task, steps)
    drawn, ahead, back, whole = (
        median(looped(what), rounds) / steps
        for what in (lambda batch: firsts(batch.values()), forward, backward, whole_step(task, fit))
    )
    return {
        "choose pixels": choosing / task.steps,
        "draw the batch": drawn,
        "forward": ahead - drawn,
        "backward": back - ahead,
        "update": whole - back,
        "an evaluation": median(lambda: task.evaluate(10_000), rounds),
    }


def firsts(tensors: Iterable[tf.Tensor]) -> tf.Tensor:
    """The sum of their first values: so that none of them is left out as unused."""
    return tf.add_n([tf.reshape(x, [-1])[0] for x in tensors])


def tasks(pixels: int, bands: int, classes: int, activation: str = "") -> dict[str, tuple[Task, Fit]]:
    """M1 and M2 with their defaults, or with another activation, on random spectra."""
    random = np.random.default_rng(1)
    m1_settings, m2_settings = M1Config(), M2Config()
    if activation:
        m1_settings = replace(m1_settings, net=replace(m1_settings.net, activation=activation))
        nets = {name: replace(getattr(m2_settings, name), activation=activation) for name in ("net", "classifier")}
        m2_settings = replace(m2_settings, **nets)
    x = random.standard_normal((pixels, bands), np.float32)
    m1 = M1Task(M1(bands, m1_settings, seed=1), x, x[:2000], m1_settings, seed=1)
    found: dict[str, tuple[Task, Fit]] = {"M1": (m1, Fit(m1, m1_settings.fit, seed=1, checkpoint=NoCheckpoint()))}
    labels = np.repeat(np.arange(classes), LABELLED_PER_CLASS)
    for name, inputs, std in (("M2 on bands", bands, 0.0), ("M1+M2", m1_settings.latents, 0.3)):

        def part(label: np.ndarray, width: int = inputs, spread: float = std) -> Features:
            mean = random.standard_normal((len(label), width), np.float32)
            return Features(mean, np.full_like(mean, spread), pd.DataFrame({"label": label.astype(np.int16)}))

        data = TrainingSet(part(labels), part(np.full(pixels, -1)), part(labels))
        model = m2_of(inputs, classes, m2_settings, seed=1)
        settings = replace(m2_settings, fit=replace(m2_settings.fit, most_steps=400))
        task = M2Task(model, data, np.arange(classes), settings, evened=data.labelled, seed=1)
        found[name] = (task, Fit(task, settings.fit, seed=1, checkpoint=NoCheckpoint()))
    return found


def print_parts(asked: argparse.Namespace) -> None:
    """The parts of a step."""
    table = {}
    for name, (task, fit) in tasks(asked.pixels, asked.bands, asked.classes).items():
        table[name] = parts_of(task, fit, steps=min(asked.steps, task.steps), rounds=asked.rounds)
    milliseconds = 1e3 * pd.DataFrame(table)
    step = milliseconds.drop("an evaluation")
    shares = step.map("{:.3f}".format) + (step / step.sum()).map(" ({:.0%})".format)
    print(shares.to_string())
    print("a step  " + "  ".join(f"{name} {value:.3f}" for name, value in step.sum().items()))
    print(
        "one evaluation  "
        + "  ".join(f"{name} {value:.1f}" for name, value in milliseconds.loc["an evaluation"].items())
    )


def print_activations(asked: argparse.Namespace) -> None:
    """A step with each activation: medians, and the least."""
    models = {
        (activation, name): model
        for activation in ACTIVATION_NAMES
        for name, model in tasks(asked.pixels, asked.bands, asked.classes, activation).items()
    }
    steps = min(asked.steps, *(task.steps for task, _ in models.values()))
    loops = {key: looper(task, steps)(whole_step(task, fit)) for key, (task, fit) in models.items()}
    for loop in loops.values():
        loop()  # compiles
    rounds = [{key: seconds(loop) / steps for key, loop in loops.items()} for _ in range(asked.rounds)]
    milliseconds = 1e3 * pd.DataFrame(rounds)
    print(pd.DataFrame({"median": milliseconds.median(), "least": milliseconds.min()}).round(3).to_string())


def main(asked: argparse.Namespace) -> None:
    """Time and print."""
    use_threads(asked.threads)
    print(f"{platform.machine()}, {asked.threads} threads, TensorFlow {tf.__version__}; milliseconds per step")
    print(f"{asked.pixels} pixels, {asked.bands} bands, {asked.classes} classes; the defaults of M1 and M2")
    (print_activations if asked.activations else print_parts)(asked)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pixels", type=int, default=20_000, help="unlabelled pixels")
    parser.add_argument("--bands", type=int, default=268)
    parser.add_argument("--classes", type=int, default=11)
    parser.add_argument("--steps", type=int, default=40, help="steps in a timed loop")
    parser.add_argument("--rounds", type=int, default=7, help="timed loops; the median counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--activations", action="store_true", help="a step with each activation, instead of its parts")
    main(parser.parse_args())
