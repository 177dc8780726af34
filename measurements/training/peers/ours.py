"""Contestant: this package's own training loop, M1Task or M2Task under Fit, as `train_m1` and `train_m2` run it.

Options: float32; bfloat16 (products of bfloat16); tf32 (float32 with a GPU's shorter products, TensorFlow's default).
"""

import numpy as np
import pandas as pd
import tensorflow as tf

from contest import Clock, Job, end, given, latents, read_job, say, spectra
from semispectral.models.fit_settings import FitConfig, NetConfig
from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.sampling.training_set import Features, TrainingSet
from semispectral.training.checkpoint import NoCheckpoint
from semispectral.training.fit import Fit
from semispectral.training.m1_task import M1Task
from semispectral.training.m2_task import M2Task
from semispectral.training.run import use_threads
from semispectral.training.train_m2 import m2_of

JUDGED = 1000  # pixels of the one evaluation after the last chunk


class Paced:
    """A task whose epochs are chunks: after each, its seconds are said and the next is waited for."""

    clock = Clock()
    left = 0

    def end_epoch(self, epoch: int) -> None:
        """Stop the clock."""
        super().end_epoch(epoch)  # type: ignore[misc]
        self.clock.stop()
        self.left -= 1
        if self.left:
            self.clock.wait()


class PacedM1(Paced, M1Task):
    """M1."""


class PacedM2(Paced, M2Task):
    """M2."""


def fit_settings(job: Job) -> FitConfig:
    """One epoch is one chunk; nothing is evaluated before the last."""
    steps = {"least_steps": job.steps, "most_steps": job.steps, "epochs": job.chunks, "evaluate_every": job.chunks}
    precision = "bfloat16" if job.option == "bfloat16" else "float32"
    return FitConfig(learning_rate=job.rate, decay="none", batch=job.batch, precision=precision, **steps)


def m1_task(job: Job, x: np.ndarray) -> PacedM1:
    """M1 as in 2017: Bernoulli, softplus, no warm-up of the KL term."""
    net = NetConfig(hidden=job.hidden, activation="softplus")
    settings = M1Config(latents=job.latents, likelihood="bernoulli", kl_warm_up=0, net=net, fit=fit_settings(job))
    return PacedM1(M1(x.shape[1], settings, seed=job.seed), x, x[:JUDGED], settings, seed=job.seed)


def m2_task(job: Job, data: TrainingSet) -> PacedM2:
    """M2 with every term and pixel at full weight from the start, and x drawn anew from all of q(z1|x)."""
    net = NetConfig(hidden=job.hidden, activation="softplus")
    settings = M2Config(
        latents=job.latents,
        sigma_floor=job.sigma_floor,
        alpha=job.alpha,
        labelled_batch=job.labelled_batch,
        supervised_epochs=0,
        ramp=0,
        pure_share=0.0,
        kl_warm_up=0,
        drawn=1.0,
        select="bound",
        net=net,
        classifier=net,
        fit=fit_settings(job),
    )
    model = m2_of(job.inputs, job.classes, settings, seed=job.seed)
    return PacedM2(model, data, np.arange(job.classes), settings, evened=data.labelled, seed=job.seed)


def training_set(job: Job) -> TrainingSet:
    """The latents of all contestants as this package holds them."""

    def features(mean: np.ndarray, std: np.ndarray, label: np.ndarray) -> Features:
        return Features(mean, std, pd.DataFrame({"label": label.astype(np.int16)}))

    labelled, unlabelled = latents(job)
    judges = slice(0, JUDGED)
    return TrainingSet(
        features(labelled.mean, labelled.std, labelled.label),
        features(unlabelled.mean, unlabelled.std, np.full(job.pixels, -1)),
        features(labelled.mean[judges], labelled.std[judges], labelled.label[judges]),
    )


def train(job: Job, task: PacedM1 | PacedM2, term: str) -> None:
    """Compete."""
    fit = Fit(task, task.settings.fit, seed=job.seed, checkpoint=NoCheckpoint())
    task.left = job.chunks
    say(ready=True)
    task.clock.wait()
    history = fit.run()
    end(float(history[term].iloc[-1]))


def agree(task: PacedM1 | PacedM2, job: Job) -> None:
    """Say the loss and its slope at what is given."""
    weights, directions, batch = given(job)
    variables = task.model.arrays()
    for name, array in weights.items():
        variables[name].assign(array)
    if "unlabelled" in batch:
        batch["unlabelled_weight"] = np.ones((len(batch["unlabelled"]), 1), np.float32)
    named = {name: tf.constant(array) for name, array in batch.items()}
    with tf.GradientTape() as tape:
        loss, _ = task.loss(named, {name: tf.constant(value) for name, value in task.weights(0).items()})
    gradients = tape.gradient(loss, {name: variables[name] for name in directions})
    slope = sum(float(tf.reduce_sum(gradients[name] * direction)) for name, direction in directions.items())
    say(loss=float(loss), slope=slope, kl="closed")


def main() -> None:
    """Do the job."""
    job = read_job()
    use_threads(job.threads)
    tf.config.experimental.enable_tensor_float_32_execution(job.option == "tf32")
    task = m1_task(job, spectra(job)) if job.model == "m1" else m2_task(job, training_set(job))
    if job.given:
        agree(task, job)
    else:
        train(job, task, "bound" if job.model == "m1" else "unlabelled_bound")


if __name__ == "__main__":
    main()
