"""What a training step is compiled to does the work that it has to, and nothing twice."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "measurements/training"))

from train_counts import counts
from train_jobs import SMALL
from train_operations import PRODUCTS, compiled, operations, shape_of_step

PROGRAM = """
%fused (x.1: f32[4,3]) -> f32[4,3] {
  %x.1 = f32[4,3]{1,0} parameter(0)
  ROOT %u = f32[4,3]{1,0} exponential(%x.1)
}
ENTRY %main (a: f32[5,4], b: f32[4,3]) -> f32[5,3] {
  %a = f32[5,4]{1,0} parameter(0)
  %b = f32[4,3]{1,0} parameter(1)
  %c = f32[4,3]{1,0} fusion(%b), kind=kLoop, calls=%fused
  %d = f32[] log(%z)
  ROOT %e = f32[5,3]{1,0} dot(%a, %c), lhs_contracting_dims={1}, rhs_contracting_dims={0}
}
"""


def test_operations_are_read_from_a_program() -> None:
    """5 x 4 by 4 x 3 is 2 x 60 FLOPs; functions count by their elements, a scalar as one."""
    assert operations(PROGRAM) == {PRODUCTS: 120, "exponential": 12, "log": 1}


def test_m1_multiplies_what_it_must() -> None:
    """One exponential for each softplus, and those of the deviations and of the Bernoulli likelihood."""
    found, needed = compiled(SMALL["M1"]), counts(shape_of_step(SMALL["M1"]))
    assert found[PRODUCTS] == needed.flops
    inputs, batch = SMALL["M1"]["inputs"], SMALL["M1"]["batch"]
    assert needed.softplus <= found["exponential"] <= needed.softplus + batch * (3 * inputs + 4 * 5)


def test_m2_multiplies_what_it_must_and_looks_labels_up() -> None:
    """W_x x is made once for all classes; the rows of W_y are products with one-hot labels, of no size."""
    job = SMALL["M2"]
    found, needed = compiled(job), counts(shape_of_step(job))
    labelled, classes, width = job["labelled_batch"], job["classes"], job["hidden"][0]
    of_networks = 2 * 4 * (labelled + classes) * classes * width
    of_prior = 2 * (labelled + classes) * classes
    assert needed.flops < found[PRODUCTS] <= needed.flops + of_networks + of_prior
    rows = job["batch"] * classes + labelled
    assert needed.softplus <= found["exponential"] <= needed.softplus + 6 * rows * job["latents"]
