"""The loss of M1 and M2 by NumPy in float64, and its slope: what every contestant of train.py has to find.

The sum over the classes is made class after class, the slope along a direction in the space of the weights is a
difference: neither has anything in common with what the contestants do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
LABELLED, UNLABELLED = 7, 11
CENTRE, REACH = -3.0, 8.0  # of a log-variance, which is bounded smoothly
STEP = 1e-5  # of the difference that is the oracle's slope


def shapes_of(job: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The weights of M1 or M2 by their names in this package."""
    y = [job["classes"]] if job["model"] == "m2" else []
    nets = {
        "q_z": ([job["inputs"], *y], {"mean": job["latents"], "log_variance": job["latents"]}),
        "p_x": ([job["latents"], *y], {"output": job["inputs"]}),
        **({"q_y": ([job["inputs"]], {"logits": job["classes"]})} if y else {}),
    }
    found: dict[str, tuple[int, ...]] = {"likelihood/log_sigma": (job["inputs"],)} if y else {}
    for name, (inputs, heads) in nets.items():
        for i, width in enumerate(job["hidden"]):
            found |= _layer(f"{name}_hidden_{i}", inputs, width)
            inputs = [width]
        for head, width in heads.items():
            found |= _layer(f"{name}_{head}", inputs, width)
    return found


def _layer(name: str, inputs: list[int], width: int) -> dict[str, tuple[int, ...]]:
    kernels = {f"{name}/kernel_{i}": (rows, width) for i, rows in enumerate(inputs)}
    return {**kernels, f"{name}/bias": (width,)}


def problem(job: dict[str, Any], seed: int) -> tuple[Arrays, Arrays, Arrays]:
    """Weights, a direction of length one, and a batch, all float32."""
    random = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return random.standard_normal(shape, np.float32)

    shapes = shapes_of(job)
    weights = {name: normal(*shape) / np.float32(np.sqrt(shape[0])) for name, shape in shapes.items()}
    directions = {name: normal(*shape) for name, shape in shapes.items()}
    length = np.sqrt(sum(np.sum(d.astype(np.float64) ** 2) for d in directions.values())).astype(np.float32)
    directions = {name: d / length for name, d in directions.items()}
    if job["model"] == "m1":
        x = 1.0 / (1.0 + np.exp(-normal(UNLABELLED, job["inputs"])))
        return weights, directions, {"x": x, "noise": normal(UNLABELLED, job["latents"])}
    batch = {
        "labelled": normal(LABELLED, job["inputs"]),
        "y": np.eye(job["classes"], dtype=np.float32)[random.integers(job["classes"], size=LABELLED)],
        "labelled_noise": normal(LABELLED, job["latents"]),
        "unlabelled": normal(UNLABELLED, job["inputs"]),
        "unlabelled_noise": normal(job["classes"], UNLABELLED, job["latents"]),
    }
    return weights, directions, batch


def expected(job: dict[str, Any], weights: Arrays, directions: Arrays, batch: Arrays) -> dict[str, dict[str, float]]:
    """Loss and slope in float64, for a KL in closed form and for one taken at the draw."""
    loss = m1_loss if job["model"] == "m1" else m2_loss
    exact = {name: array.astype(np.float64) for name, array in batch.items()}

    def at(step: float, kl: str) -> float:
        moved = {name: w.astype(np.float64) + step * directions[name] for name, w in weights.items()}
        return loss(job, moved, exact, KL[kl])

    return {
        kl: {"loss": at(0.0, kl), "slope": (at(STEP, kl) - at(-STEP, kl)) / (2.0 * STEP)} for kl in ("closed", "drawn")
    }


def closed_kl(mean: np.ndarray, log_variance: np.ndarray, z: np.ndarray) -> np.ndarray:
    """KL(q(z) || N(0, I)), float64 [pixel]."""
    return 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1.0 - log_variance, axis=-1)


def drawn_kl(mean: np.ndarray, log_variance: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log q(z) - log p(z) at the draw, float64 [pixel]."""
    return 0.5 * np.sum(z**2 - (z - mean) ** 2 / np.exp(log_variance) - log_variance, axis=-1)


Kl = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
KL: dict[str, Kl] = {"closed": closed_kl, "drawn": drawn_kl}


def m1_loss(job: dict[str, Any], weights: Arrays, batch: Arrays, kl: Kl) -> float:
    """Minus the mean bound per band."""
    x = batch["x"]
    mean, log_variance = posterior(job, weights, [x])
    z = mean + np.exp(0.5 * log_variance) * batch["noise"]
    logits = head(weights, "p_x_output", hidden(job, weights, "p_x", [z]))
    log_px = np.sum(x * logits - np.logaddexp(0.0, logits), axis=-1)
    return float(-np.mean(log_px - kl(mean, log_variance, z)) / x.shape[1])


def m2_loss(job: dict[str, Any], weights: Arrays, batch: Arrays, kl: Kl) -> float:
    """J^alpha per input (Kingma et al. 2014, eq. 9), class after class."""
    x, y, u = batch["labelled"], batch["y"], batch["unlabelled"]
    labelled = np.mean(bound(job, weights, x, y, batch["labelled_noise"], kl))
    log_qy, every = log_q_y(job, weights, u), np.eye(y.shape[1])
    unlabelled = 0.0
    for k, noise in enumerate(batch["unlabelled_noise"]):
        of_class = bound(job, weights, u, np.tile(every[k], (len(u), 1)), noise, kl)
        unlabelled += np.mean(np.exp(log_qy[:, k]) * (of_class - log_qy[:, k]))
    cross_entropy = -np.mean(np.sum(y * log_q_y(job, weights, x), axis=1))
    share = len(x) / (len(x) + len(u))
    return float(-(share * labelled + (1.0 - share) * unlabelled) / x.shape[1] + job["alpha"] * cross_entropy)


def bound(job: dict[str, Any], weights: Arrays, x: np.ndarray, y: np.ndarray, noise: np.ndarray, kl: Kl) -> np.ndarray:
    """Eq. 6, float64 [pixel]."""
    mean, log_variance = posterior(job, weights, [x, y])
    z = mean + np.exp(0.5 * log_variance) * noise
    variance = job["sigma_floor"] ** 2 + np.exp(2.0 * weights["likelihood/log_sigma"])
    error = x - head(weights, "p_x_output", hidden(job, weights, "p_x", [z, y]))
    log_px = -0.5 * np.sum(error**2 / variance + np.log(2.0 * np.pi * variance), axis=-1)
    return log_px - np.log(y.shape[1]) - kl(mean, log_variance, z)


def log_q_y(job: dict[str, Any], weights: Arrays, x: np.ndarray) -> np.ndarray:
    """log q(y|x), float64 [pixel, class]."""
    logits = head(weights, "q_y_logits", hidden(job, weights, "q_y", [x]))
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def posterior(job: dict[str, Any], weights: Arrays, inputs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and bounded log-variance of q(z|.)."""
    last = hidden(job, weights, "q_z", inputs)
    raw = head(weights, "q_z_log_variance", last)
    return head(weights, "q_z_mean", last), CENTRE + REACH * np.tanh((raw - CENTRE) / REACH)


def hidden(job: dict[str, Any], weights: Arrays, net: str, inputs: list[np.ndarray]) -> np.ndarray:
    """The last hidden layer."""
    for i in range(len(job["hidden"])):
        name = f"{net}_hidden_{i}"
        total = sum(x @ weights[f"{name}/kernel_{k}"] for k, x in enumerate(inputs))
        inputs = [np.logaddexp(0.0, total + weights[f"{name}/bias"])]
    return inputs[0]


def head(weights: Arrays, name: str, x: np.ndarray) -> np.ndarray:
    """A linear output."""
    return np.asarray(x @ weights[f"{name}/kernel_0"] + weights[f"{name}/bias"])
