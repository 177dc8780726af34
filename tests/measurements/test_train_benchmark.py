"""What measurements/training/train.py counts, tells and compares; nothing is trained here."""

import ast
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "measurements/training"
sys.path.append(str(BENCHMARKS))

import train_agree  # noqa: E402
import train_counts  # noqa: E402
import train_oracle  # noqa: E402
import train_table  # noqa: E402
from train import kernels  # noqa: E402
from train_contest import CONTESTANTS, ContestError, Worker, present, surroundings  # noqa: E402
from train_counts import Shape  # noqa: E402
from train_jobs import SMALL, TASKS, shape_of  # noqa: E402

M1 = Shape(inputs=7, hidden=(3,), latents=2, classes=0, pixels=10, labelled=0)
M2 = Shape(inputs=7, hidden=(3,), latents=2, classes=5, pixels=10, labelled=4)
OWN = {
    "contest.py": set(),
    "ours.py": {"semispectral", "tensorflow", "pandas"},
    "naive_tensorflow.py": {"tensorflow"},
    "torch_nets.py": {"torch"},
    "plain_pytorch.py": {"torch"},
    "pyro_svi.py": {"torch", "pyro"},
    "jax_jit.py": {"jax", "optax"},
    "limits_tensorflow.py": {"tensorflow"},
    "limits_ours.py": {"semispectral", "tensorflow"},
    "limits_pytorch.py": {"torch"},
}


def row(name: str, *seconds: float, bound: float = -50.0) -> train_table.Row:
    """A contestant's line."""
    return train_table.Row(name, seconds, seconds, compiling=2.0, peak_mb=1000.0, bound=bound)


def test_flops_of_m1_are_those_of_its_layers() -> None:
    """Forward 2 a b a layer, as many for its weights' gradient and for its input's, which data have none of."""
    encoder = 4 * 7 * 3 + 6 * 3 * 4  # mean and log-variance are 4 outputs
    decoder = 6 * 2 * 3 + 6 * 3 * 7
    assert train_counts.counts(M1).flops == 10 * (encoder + decoder)


def test_flops_of_m2_make_what_does_not_depend_on_y_once() -> None:
    """q(y|x) and W_x x are made once a pixel, the rest once a pixel and class; a labelled pixel has one class."""
    once = (4 * 7 * 3 + 6 * 3 * 5) + 4 * 7 * 3
    each = 6 * 3 * 4 + (6 * 2 * 3 + 6 * 3 * 7)
    assert train_counts.counts(M2).flops == 10 * (once + 5 * each) + 4 * (once + each)


def test_tiling_adds_flops_which_grow_faster_than_the_classes() -> None:
    """At 100 classes of 2017 the tiled GEMMs are about twice the others, at 11 a quarter more."""
    share = {}
    for task in ("m2-11", "m2-100"):
        shape = shape_of(TASKS[task][1])
        share[task] = train_counts.tiled_flops(shape) / train_counts.m2_flops(shape)
    assert share["m2-11"] == pytest.approx(1.23, abs=0.02)
    assert share["m2-100"] == pytest.approx(1.99, abs=0.03)


def test_elements_are_counted_for_every_hidden_unit_and_draw() -> None:
    """Two networks in M1; in M2 q(y|x) once and two for every class, x drawn anew and z for every class."""
    assert train_counts.counts(M1).softplus == 2 * 10 * 3
    assert train_counts.counts(M1).normals == 10 * 2
    assert train_counts.counts(M2).softplus == (10 * (1 + 2 * 5) + 4 * 3) * 3
    assert train_counts.counts(M2).normals == (10 + 4) * 7 + (10 * 5 + 4) * 2


def test_the_floor_is_counts_over_rates() -> None:
    """Softplus counts twice: forward, and its gradient."""
    rates = {"gemm": 100.0, "softplus": 10.0, "softplus_gradient": 20.0, "normals": 4.0}
    floor = train_counts.floor_seconds(train_counts.Counts(flops=1000, softplus=40, normals=8), rates)
    assert floor == {"gemm": 10.0, "softplus": 6.0, "normals": 2.0}


def test_the_table_has_medians_spread_and_ratios_to_ours() -> None:
    """Ratios are of medians, and above one for who is slower, by the clock and by the processor."""
    rows = {"ours": row("we", 2.0, 1.0, 9.0), "pyro": replace(row("Pyro", 5.0, 6.0, 7.0), processor=(8.0, 7.0, 9.0))}
    _, _, ours, pyro = train_table.seconds_table(rows).splitlines()
    assert ours == "| we | 2.00 | 1.00 to 9.00 | 1.00 | 2.00 | 1.00 | 1000 | 2.0 | -50.00 |"
    assert pyro == "| Pyro | 6.00 | 5.00 to 7.00 | 3.00 | 8.00 | 4.00 | 1000 | 2.0 | -50.00 |"


def test_goals_are_held_against_the_medians() -> None:
    """A peer must be so much slower than ours; our own bfloat16 so much faster, and end at the same bound."""
    rows = {
        "ours": row("we", 3.0),
        "ours-bfloat16": row("we, bfloat16", 2.0, bound=-50.5),
        "pytorch": row("PyTorch", 5.7),
    }
    pytorch, bfloat16, bound = train_table.goal_lines("M2, 100 classes", rows)
    assert pytorch == "- ours against PyTorch: 1.90 x, goal 2.0 x: not met"
    assert bfloat16 == "- bfloat16 against our float32: 1.50 x, goal 1.3 x: met"
    assert bound == "- bound in bfloat16: 1.00% from float32, goal 0.5%: not met"


@pytest.mark.parametrize(("value", "text"), [(0.123, "0.12"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123")])
def test_figures_are_three(value: float, text: str) -> None:
    """Without an exponent."""
    assert train_table.figures(value) == text


def test_a_straight_line_is_found() -> None:
    """Two seconds and three for each class."""
    assert train_table.linear_line("class", [1, 2, 3], [5.0, 8.0, 11.0]).startswith("2.00 s + 3 s for each class; ")


def test_a_busy_machine_is_told() -> None:
    """Figures from a machine that others used are marked."""
    assert "only the seconds of the processor compare" in train_table.quiet_line(0.5)
    assert "only the seconds of the processor compare" not in train_table.quiet_line(0.01)
    assert "not known" in train_table.quiet_line(float("nan"))


def test_the_tables_go_between_the_marks_of_a_page() -> None:
    """What was there is replaced, and the rest of the page stays; a page without marks is not kept."""
    page = "before\n<!-- training: begin -->\nold\n<!-- training: end -->\nafter\n"
    found = train_table.filled(page, "training", "new\n")
    assert found == "before\n<!-- training: begin -->\n\nnew\n\n<!-- training: end -->\nafter\n"
    assert train_table.filled("", "training", "new") == "new\n"


@pytest.mark.parametrize("model", SMALL)
def test_the_oracles_drawn_kl_is_the_closed_one_on_average(model: str) -> None:
    """Over many draws of z both give the same loss."""
    job = SMALL[model]
    losses: dict[str, list[float]] = {"closed": [], "drawn": []}
    loss = train_oracle.m1_loss if model == "M1" else train_oracle.m2_loss
    weights, _, batch = train_oracle.problem(job, 1)
    random = np.random.default_rng(2)
    for _ in range(200):
        noise = {name: random.standard_normal(array.shape) for name, array in batch.items() if "noise" in name}
        for kl, found in losses.items():
            found.append(loss(job, weights, batch | noise, train_oracle.KL[kl]))
    error = np.std(np.subtract(losses["drawn"], losses["closed"])) / np.sqrt(200)
    assert np.mean(losses["drawn"]) == pytest.approx(np.mean(losses["closed"]), abs=4 * error)


@pytest.mark.parametrize("less", ["loss", "slope"])
def test_a_contestant_that_does_less_work_is_found_out(less: str) -> None:
    """A loss or a slope that is off by a thousandth does not agree."""
    wanted: dict[str, dict[str, float]] = {"closed": {"loss": 2.0, "slope": 0.5}}
    right: dict[str, Any] = {"kl": "closed", "loss": 2.0, "slope": 0.5}
    assert train_agree.verdict("pytorch", "M2", wanted, right)[0]
    assert not train_agree.verdict("pytorch", "M2", wanted, right | {less: right[less] * 1.001})[0]


def test_a_contestant_that_is_not_installed_is_named_with_its_installation() -> None:
    """The others go on."""
    heard: list[str] = []
    lacking = {"pyro": CONTESTANTS["pyro"].__class__("Pyro", "pyro_svi.py", needs="no_such_package")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("train_contest.CONTESTANTS", CONTESTANTS | lacking)
        assert present(["ours", "pyro"], sys.executable, heard.append) == ["ours"]
    assert "Pyro is left out" in heard[0]
    assert "pip install '.[train,bench]'" in heard[0]


def test_contestants_use_the_best_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that asks for kernels of an older processor is not handed on, and the heading says so."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.delenv("NVPL_BLAS_DEBUG_CPU_TYPE", raising=False)
    monkeypatch.setenv("SOMETHING_ELSE", "kept")
    assert "OPENBLAS_CORETYPE" not in surroundings(2)
    assert surroundings(2)["SOMETHING_ELSE"] == "kept"
    said = kernels(1)
    assert said.startswith("NumPy multiplies by ")
    assert "ignored: OPENBLAS_CORETYPE=Haswell" in said


def test_a_contestant_that_ends_early_is_told_with_its_last_words() -> None:
    """A job without an item is refused by the contestant."""
    with (
        Worker("contest.py", {}, python=sys.executable, threads=1) as silent,
        pytest.raises(ContestError, match="early"),
    ):
        silent.hear()


def test_a_peer_imports_its_own_framework_alone() -> None:
    """So that one can be installed, and be measured, without the others."""
    imported = {}
    for path in (BENCHMARKS / "peers").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
        firsts = {name.split(".")[0] for name in names}
        imported[path.name] = firsts - set(sys.stdlib_module_names) - {"numpy", "contest", "torch_nets"}
    assert imported == OWN
