"""What a compiled training step does, counted in XLA's program for it: the same figures on every machine, busy or not.

    python measurements/training/train_operations.py

At the shapes of train.py, for the gradient of one minibatch as a whole: FLOPs of the products, beside those
that a step needs at least (train_counts.py), and the elements of every costly function. Nothing is trained.
"""

import argparse
import math
import re
from collections import Counter

import tensorflow as tf

from semispectral.models.fit_settings import NetConfig
from semispectral.models.m1 import M1
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.training.compiled import Programme
from semispectral.training.m1_task import M1Objective
from semispectral.training.m2_objectives import M2Objective
from semispectral.training.train_m2 import m2_of
from train_counts import Shape, counts
from train_jobs import TASKS, Job, shape_of

LINE = re.compile(r"\s*(?:ROOT )?%(?P<name>\S+) = \w+\[(?P<shape>[\d,]*)\]\S* (?P<operation>[\w-]+)\((?P<rest>.*)")
CONTRACTED = re.compile(r"lhs_contracting_dims=\{(\d+)\}")
COSTLY = ("exponential", "exponential-minus-one", "log", "log-plus-one", "tanh", "logistic", "power", "sqrt", "divide")
PRODUCTS = "FLOPs of products"


def operations(text: str) -> Counter[str]:
    """FLOPs of the products, and elements of each function in `COSTLY`, in the text of an optimised XLA program."""
    shapes: dict[str, list[int]] = {}
    found: Counter[str] = Counter()
    for line in text.splitlines():
        if not (read := LINE.match(line)):
            continue
        shape = shapes[read["name"]] = [int(size) for size in read["shape"].split(",") if size]
        if read["operation"] == "dot":
            left = read["rest"].split(",")[0].strip().lstrip("%")
            along = CONTRACTED.search(read["rest"])
            found[PRODUCTS] += 2 * math.prod(shape) * (shapes[left][int(along[1])] if along else 1)
        elif read["operation"] in COSTLY:
            found[read["operation"]] += math.prod(shape)
    return found


def step_of(job: Job) -> tuple[Programme, dict[str, tf.Tensor], tuple[str, ...]]:
    """What is compiled for a job, the shapes of its minibatch, and the weights of its terms."""
    net = NetConfig(hidden=job["hidden"], activation="softplus")
    inputs, z, batch = job["inputs"], job["latents"], job["batch"]
    if not job["classes"]:
        m1 = M1(inputs, M1Config(latents=z, likelihood="bernoulli", net=net), seed=1)
        shapes = {"x": [batch, inputs], "noise": [batch, z]}
        return Programme(m1, M1Objective(), "adam", 10.0), zeros(shapes), ("kl",)
    model = m2_of(inputs, job["classes"], M2Config(latents=z, net=net, classifier=net), seed=1)
    labelled = job["labelled_batch"]
    shapes = {"labelled": [labelled, inputs], "y": [labelled, job["classes"]], "labelled_noise": [labelled, z]}
    shapes |= {"unlabelled": [batch, inputs], "unlabelled_weight": [batch, 1]}
    shapes |= {"unlabelled_noise": [job["classes"], batch, z]}
    return Programme(model, M2Objective(job["alpha"]), "adam", 10.0), zeros(shapes), ("kl", "unlabelled")


def zeros(shapes: dict[str, list[int]]) -> dict[str, tf.Tensor]:
    """Tensors of these shapes: a program depends on nothing else."""
    return {name: tf.zeros(shape) for name, shape in shapes.items()}


def compiled(job: Job) -> Counter[str]:
    """The operations of a whole minibatch's gradient."""
    programme, batch, terms = step_of(job)
    gradient = tf.function(programme.gradients_of, jit_compile=True, autograph=False)
    weights = zeros({name: [] for name in terms})
    return operations(gradient.experimental_get_compiler_ir(batch, weights)(stage="optimized_hlo"))


def shape_of_step(job: Job) -> Shape:
    """A pass of one minibatch."""
    return shape_of(job | {"pixels": job["batch"], "labelled": job["labelled_batch"]})


def main() -> None:
    """Count and print."""
    print("| a step of | FLOPs of products, 1e9 | needed | softplus needed, 1e6 | elements of costly functions, 1e6 |")
    print("|---|---|---|---|---|")
    for title, job, _ in TASKS.values():
        found, needed = compiled(job), counts(shape_of_step(job))
        costly = ", ".join(f"{name} {found[name] / 1e6:.2f}" for name in COSTLY if found[name])
        products = f"{found[PRODUCTS] / 1e9:.2f} | {needed.flops / 1e9:.2f}"
        print(f"| {title} | {products} | {needed.softplus / 1e6:.2f} | {costly} |", flush=True)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
