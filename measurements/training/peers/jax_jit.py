"""Contestant: JAX as a user would write it: one jitted step with its draws, x tiled over the classes, optax's Adam.

On JAX's first device. Options: float32 (products of float32), tf32 (as JAX's default is on a GPU), bfloat16 (products
of bfloat16).
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from contest import Job, Order, compete, given, latents, read_job, say, spectra

Arrays = dict[str, Any]
CENTRE, REACH = -3.0, 8.0  # of a log-variance, which is bounded smoothly
HALF_LOG_2PI = 0.5 * float(np.log(2.0 * np.pi))
LARGEST_LOG_SIGMA = float(np.log(20.0))
HEADS = {"q_z": ("mean", "log_variance"), "p_x": ("output",), "q_y": ("logits",)}
PRECISIONS = {"float32": "highest", "tf32": "default", "bfloat16": "bfloat16"}


def layers_of(arrays: dict[str, np.ndarray], net: str, hidden: int) -> list[tuple[Any, Any]]:
    """Kernel and bias of each layer, from weights by the names of this package: x over y, and heads side by side."""
    names = [*([f"{net}_hidden_{i}"] for i in range(hidden)), [f"{net}_{head}" for head in HEADS[net]]]

    def kernel(name: str) -> np.ndarray:
        return np.concatenate([array for key, array in sorted(arrays.items()) if key.startswith(f"{name}/kernel_")])

    return [
        (
            jnp.asarray(np.concatenate([kernel(name) for name in layer], axis=1)),
            jnp.asarray(np.concatenate([arrays[f"{name}/bias"] for name in layer])),
        )
        for layer in names
    ]


def parameters_of(job: Job, arrays: dict[str, np.ndarray]) -> Arrays:
    """The parameters from weights by the names of this package."""
    nets = ("q_z", "p_x", "q_y") if job.model == "m2" else ("q_z", "p_x")
    found: Arrays = {net: layers_of(arrays, net, len(job.hidden)) for net in nets}
    if job.model == "m2":
        found["log_sigma"] = jnp.asarray(arrays["likelihood/log_sigma"])
    return found


def initial(job: Job) -> Arrays:
    """Random parameters."""
    y = job.classes if job.model == "m2" else 0
    widths = {
        "q_z": [job.inputs + y, *job.hidden, 2 * job.latents],
        "p_x": [job.latents + y, *job.hidden, job.inputs],
        **({"q_y": [job.inputs, *job.hidden, y]} if y else {}),
    }
    random = np.random.default_rng(job.seed)

    def layer(a: int, b: int) -> tuple[Any, Any]:
        return jnp.asarray(random.normal(0.0, a**-0.5, (a, b)), jnp.float32), jnp.zeros(b, jnp.float32)

    found: Arrays = {net: [layer(a, b) for a, b in pairwise(w)] for net, w in widths.items()}
    return found | ({"log_sigma": jnp.full(job.inputs, float(np.log(0.5)), jnp.float32)} if y else {})


def perceptron(layers: list[tuple[Any, Any]], x: Any) -> Any:
    """Softplus layers and one linear output."""
    *hidden, (kernel, bias) = layers
    for weights, shift in hidden:
        x = jax.nn.softplus(x @ weights + shift)
    return x @ kernel + bias


def posterior(parameters: Arrays, x: Any) -> tuple[Any, Any]:
    """Mean and log-variance of q(z|x), or of q(z|x, y) for x and y side by side."""
    mean, raw = jnp.split(perceptron(parameters["q_z"], x), 2, axis=-1)
    return mean, CENTRE + REACH * jnp.tanh((raw - CENTRE) / REACH)


def kl(mean: Any, log_variance: Any) -> Any:
    """KL(N(mean, variance) || N(0, I)), summed over the latents."""
    return 0.5 * (mean**2 + jnp.exp(log_variance) - 1.0 - log_variance).sum(-1)


def m1_loss(job: Job, parameters: Arrays, batch: Arrays) -> tuple[Any, Any]:
    """Minus the mean bound per band, and the mean bound."""
    x = batch["x"]
    mean, log_variance = posterior(parameters, x)
    logits = perceptron(parameters["p_x"], mean + jnp.exp(0.5 * log_variance) * batch["noise"])
    bound = ((x * logits - jax.nn.softplus(logits)).sum(-1) - kl(mean, log_variance)).mean()
    return -bound / x.shape[1], bound


def labelled_bound(job: Job, parameters: Arrays, x: Any, y: Any, noise: Any) -> Any:
    """Kingma et al. (2014), eq. 6, float32 [pixel]; p(y) is uniform."""
    mean, log_variance = posterior(parameters, jnp.concatenate([x, y], axis=1))
    z = mean + jnp.exp(0.5 * log_variance) * noise
    sigma = jnp.sqrt(job.sigma_floor**2 + jnp.exp(2.0 * jnp.minimum(parameters["log_sigma"], LARGEST_LOG_SIGMA)))
    error = (x - perceptron(parameters["p_x"], jnp.concatenate([z, y], axis=1))) / sigma
    log_px = (-0.5 * error**2 - jnp.log(sigma) - HALF_LOG_2PI).sum(-1)
    return log_px - jnp.log(y.shape[1]) - kl(mean, log_variance)


def m2_loss(job: Job, parameters: Arrays, batch: Arrays) -> tuple[Any, Any]:
    """J^alpha per input, eq. 9, and the mean of eq. 7 over the unlabelled pixels, tiled over the classes."""
    x, y, u = batch["labelled"], batch["y"], batch["unlabelled"]
    classes, pixels = y.shape[1], len(u)
    labelled = labelled_bound(job, parameters, x, y, batch["labelled_noise"]).mean()
    every_y = jnp.repeat(jnp.eye(classes), pixels, axis=0)
    noise = batch["unlabelled_noise"].reshape(classes * pixels, -1)
    bounds = labelled_bound(job, parameters, jnp.tile(u, (classes, 1)), every_y, noise).reshape(classes, pixels)
    log_qy = jax.nn.log_softmax(perceptron(parameters["q_y"], u), axis=1).T
    unlabelled = (jnp.exp(log_qy) * (bounds - log_qy)).sum(0).mean()
    cross_entropy = -(y * jax.nn.log_softmax(perceptron(parameters["q_y"], x), axis=1)).sum(1).mean()
    share = len(x) / (len(x) + pixels)
    loss = -(share * labelled + (1.0 - share) * unlabelled) / x.shape[1] + job.alpha * cross_entropy
    return loss, unlabelled


def m1_batch(job: Job, data: Arrays, places: Arrays, key: Any) -> Arrays:
    """Spectra and noise."""
    x = data["x"][places["x"]]
    return {"x": x, "noise": jax.random.normal(key, (len(x), job.latents))}


def m2_batch(job: Job, data: Arrays, places: Arrays, key: Any) -> Arrays:
    """Latents drawn anew, classes and noise."""
    one, two, three, four = jax.random.split(key, 4)
    labelled, others = places["labelled"], places["unlabelled"]

    def drawn(name: str, index: Any, key: Any) -> Any:
        mean = data[f"{name}_mean"][index]
        return mean + data[f"{name}_std"][index] * jax.random.normal(key, mean.shape)

    return {
        "labelled": drawn("labelled", labelled, one),
        "y": jax.nn.one_hot(data["label"][labelled], job.classes),
        "labelled_noise": jax.random.normal(two, (len(labelled), job.latents)),
        "unlabelled": drawn("unlabelled", others, three),
        "unlabelled_noise": jax.random.normal(four, (job.classes, len(others), job.latents)),
    }


def data_of(job: Job) -> tuple[Arrays, dict[str, Order]]:
    """The data on the device, and the order of the pixels."""
    if job.model == "m1":
        return {"x": jnp.asarray(spectra(job))}, {"x": Order(job.pixels, job.batch, job.seed)}
    labelled, unlabelled = latents(job)
    data = {f"labelled_{name}": jnp.asarray(getattr(labelled, name)) for name in ("mean", "std")}
    data |= {f"unlabelled_{name}": jnp.asarray(getattr(unlabelled, name)) for name in ("mean", "std")}
    orders = {
        "labelled": Order(job.labelled, job.labelled_batch, job.seed),
        "unlabelled": Order(job.pixels, job.batch, job.seed + 1),
    }
    return data | {"label": jnp.asarray(labelled.label)}, orders


def step_of(job: Job, loss: Callable[..., Any], batch_of: Callable[..., Arrays], adam: Any) -> Callable[..., Any]:
    """One jitted step: draw, gradient, update."""

    @jax.jit
    def step(parameters: Arrays, state: Any, data: Arrays, places: Arrays, key: Any) -> tuple[Arrays, Any, Any]:
        batch = batch_of(job, data, places, key)
        (_, bound), gradients = jax.value_and_grad(partial(loss, job), has_aux=True)(parameters, batch)
        updates, state = adam.update(gradients, state, parameters)
        return optax.apply_updates(parameters, updates), state, bound

    return step


def agree(job: Job, loss: Callable[..., Any]) -> None:
    """Say the loss and its slope at what is given."""
    weights, directions, batch = given(job)
    found, gradients = jax.value_and_grad(lambda p: loss(job, p, {k: jnp.asarray(v) for k, v in batch.items()})[0])(
        parameters_of(job, weights)
    )
    along = parameters_of(job, directions)
    slope = sum(float((g * d).sum()) for g, d in zip(jax.tree.leaves(gradients), jax.tree.leaves(along), strict=True))
    say(loss=float(found), slope=slope, kl="closed")


def train(job: Job, loss: Callable[..., Any]) -> None:
    """Compete."""
    data, orders = data_of(job)
    adam = optax.adam(job.rate)
    step = step_of(job, loss, m1_batch if job.model == "m1" else m2_batch, adam)
    now: dict[str, Any] = {"parameters": initial(job), "key": jax.random.key(job.seed)}
    now["state"] = adam.init(now["parameters"])

    def chunk() -> float:
        total = jnp.zeros(())
        for _ in range(job.steps):
            now["key"], key = jax.random.split(now["key"])
            places = {name: order.next().astype(np.int32) for name, order in orders.items()}
            now["parameters"], now["state"], bound = step(now["parameters"], now["state"], data, places, key)
            total += bound
        return float(total) / job.steps

    compete(job, chunk)


def main() -> None:
    """Do the job."""
    job = read_job()
    jax.config.update("jax_default_matmul_precision", PRECISIONS[job.option])
    loss = m1_loss if job.model == "m1" else m2_loss
    (agree if job.given else train)(job, loss)


if __name__ == "__main__":
    main()
