"""What a pass over the data needs at least: multiplications and additions of the GEMMs, softplus elements, draws.

A layer of a x b weights takes 2 a b FLOPs for an input forward, as many for the gradient of its weights, and as many
for the gradient of its input where something trainable lies below. Biases, heads, likelihood, KL and Adam are not
counted: what is counted is a floor.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

Layer = tuple[int, int]


@dataclass(frozen=True)
class Shape:
    """Widths and pixels of a pass.

    Parameters
    ----------
    classes : 0 for M1.
    pixels : unlabelled pixels of a pass (for M1: all). labelled : those beside them.
    """

    inputs: int
    hidden: tuple[int, ...]
    latents: int
    classes: int
    pixels: int
    labelled: int


def layers(inputs: int, hidden: Iterable[int], outputs: int) -> list[Layer]:
    """The layers of a perceptron."""
    return list(pairwise([inputs, *hidden, outputs]))


def flops_of(net: list[Layer], *, below: bool) -> int:
    """FLOPs of one input through a perceptron, forward and backward: 6 a b for each layer.

    The first layer takes 4 a b where nothing trainable lies ``below`` it.
    """
    total = sum(6 * a * b for a, b in net)
    return total if below else total - 2 * net[0][0] * net[0][1]


def m1_flops(shape: Shape) -> int:
    """FLOPs of an epoch: N (q(z|x) on data + p(x|z) on draws)."""
    encoder = flops_of(layers(shape.inputs, shape.hidden, 2 * shape.latents), below=False)
    decoder = flops_of(layers(shape.latents, shape.hidden, shape.inputs), below=True)
    return shape.pixels * (encoder + decoder)


def m2_flops(shape: Shape) -> int:
    """FLOPs of a pass, factorised: N (q(y|x) + first layer of q(z|x, y) + K (the rest of it + p(x|y, z))).

    The first layer of q(z|x, y) is W_x x + W_y y: W_x x is made once for all classes, W_y y is a look-up. Of p(x|y, z)
    only W_z z is counted, for the same reason. A labelled pixel is one of K = 1, and q(y|x) of it is needed too.
    """
    classifier = flops_of(layers(shape.inputs, shape.hidden, shape.classes), below=False)
    first, *rest = layers(shape.inputs, shape.hidden, 2 * shape.latents)
    once = flops_of([first], below=False)
    decoder = flops_of(layers(shape.latents, shape.hidden, shape.inputs), below=True)
    each = flops_of(rest, below=True) + decoder
    unlabelled = shape.pixels * (classifier + once + shape.classes * each)
    return unlabelled + shape.labelled * (classifier + once + each)


def tiled_flops(shape: Shape) -> int:
    """FLOPs of a pass of M2 with x and one-hot y side by side, copied for every class."""
    classifier = flops_of(layers(shape.inputs, shape.hidden, shape.classes), below=False)
    encoder = flops_of(layers(shape.inputs + shape.classes, shape.hidden, 2 * shape.latents), below=False)
    decoder = flops_of(layers(shape.latents + shape.classes, shape.hidden, shape.inputs), below=True)
    copies = shape.pixels * shape.classes + shape.labelled
    return (shape.pixels + shape.labelled) * classifier + copies * (encoder + decoder)


def m1_softplus(shape: Shape) -> int:
    """Softplus elements of an epoch, forward: 2 N times the hidden units; backward has as many of its gradient."""
    return 2 * shape.pixels * sum(shape.hidden)


def m2_softplus(shape: Shape) -> int:
    """Softplus elements of a pass, forward: N (1 + 2 K) times the hidden units, K = 1 where labelled."""
    return (shape.pixels * (1 + 2 * shape.classes) + 3 * shape.labelled) * sum(shape.hidden)


def m1_normals(shape: Shape) -> int:
    """Normal draws of an epoch: N times the latents."""
    return shape.pixels * shape.latents


def m2_normals(shape: Shape) -> int:
    """Normal draws of a pass: x anew for each pixel, and z for each pixel and class."""
    drawn_x = (shape.pixels + shape.labelled) * shape.inputs
    return drawn_x + (shape.pixels * shape.classes + shape.labelled) * shape.latents


def gemms(shape: Shape, batch: int) -> list[tuple[int, int, int]]:
    """[rows, inputs, outputs] of the forward GEMMs of a minibatch, of which the machine's rate is measured."""
    copies = batch * max(shape.classes, 1)
    first, *rest = layers(shape.inputs, shape.hidden, 2 * shape.latents)
    decoder = layers(shape.latents, shape.hidden, shape.inputs)
    return [(batch, *first), *((copies, *layer) for layer in [*rest, *decoder])]


@dataclass(frozen=True)
class Counts:
    """A pass in numbers."""

    flops: int
    softplus: int
    normals: int


def counts(shape: Shape) -> Counts:
    """Of M1 (no classes) or M2."""
    if shape.classes:
        return Counts(m2_flops(shape), m2_softplus(shape), m2_normals(shape))
    return Counts(m1_flops(shape), m1_softplus(shape), m1_normals(shape))


def floor_seconds(needed: Counts, rates: dict[str, float]) -> dict[str, float]:
    """Seconds of a pass, part by part, at measured rates: FLOPs or elements a second."""
    return {
        "gemm": needed.flops / rates["gemm"],
        "softplus": needed.softplus / rates["softplus"] + needed.softplus / rates["softplus_gradient"],
        "normals": needed.normals / rates["normals"],
    }
