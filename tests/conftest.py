"""What tests of several rooms share."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forks import Forks
from semispectral.storage import provenance

# The files of tests that take longest on one core, the longest first. A worker takes whole files in this order, so that
# none of these is begun when the others are done; all files with a slow test come before those without.
LONGEST = (
    "measurements/test_programs.py",
    "workflow/test_reruns.py",
    "estimators/test_estimators_checks.py",
    "project/test_install.py",
    "estimators/test_estimators.py",
    "workflow/test_asked.py",
    "training/test_killed.py",
    "workflow/test_benchmark.py",
    "training/test_compiled.py",
    "workflow/test_warm.py",
    "workflow/test_commands.py",
    "report/test_report.py",
    "workflow/test_labelled_on_pages.py",
    "project/test_wheel.py",
    "storage/test_atomic.py",
    "commands/test_predict.py",
    "training/test_devices.py",
    "training/test_training.py",
    "workflow/test_killed_workflow.py",
    "estimators/test_estimators_page.py",
    "check/test_check.py",
    "workflow/test_explore.py",
    "page/test_page.py",
    "workflow/test_labels_of_shares.py",
    "training/test_batch_pieces.py",
    "measurements/test_gpu_programs.py",
    "benchmark/test_benchmark_runs.py",
    "scans/test_fuzz.py",
    "workflow/test_stages.py",
)
TESTS = Path(__file__).parent
PROGRAMS = pytest.StashKey[str]()
XLA = "TF_XLA_FLAGS"  # which TensorFlow reads when it is imported
COMPILER = "XLA_FLAGS"  # likewise
# Tests train for seconds, and faster code takes longer to compile; so does that of XLA's new emitters.
UNOPTIMISED = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes of one session share what TensorFlow compiles, without much optimisation."""
    os.environ[COMPILER] = f"{os.environ.get(COMPILER, '')} {UNOPTIMISED}"
    if XLA not in os.environ:
        config.stash[PROGRAMS] = tempfile.mkdtemp(prefix="compiled-")
        os.environ[XLA] = f"--tf_xla_persistent_cache_directory={config.stash[PROGRAMS]}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove them."""
    if PROGRAMS in config.stash:
        del os.environ[XLA]
        shutil.rmtree(config.stash[PROGRAMS], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files by what they take."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.relative_to(TESTS).as_posix()
        return LONGEST.index(name) if name in LONGEST else len(LONGEST), item.path not in slow

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for garbage: it stays until the end."""
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    """No test writes the provenance that a command in the test before it began with."""
    provenance._current.clear()
    provenance._others.clear()


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """The process that runs Snakemake for all tests of a worker."""
    forks = Forks(tmp_path_factory.mktemp("said"))
    yield forks
    forks.close()


@pytest.fixture
def uncompiled() -> Iterator[None]:
    """TensorFlow without compilation: a few steps of training are not worth its seconds. Their graph is made once."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def eager(uncompiled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with a graph: where each model is trained once, that takes longer to make than to run."""
    from semispectral.training.compiled import Programme

    monkeypatch.setattr(Programme, "stretch", Programme._stretch)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of maps and logs are empty files: they take most of a map's time, and other tests look at them."""
    from semispectral.commands import predict_run
    from semispectral.downhole import write_log
    from semispectral.maps import map_files

    def empty(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b"")

    monkeypatch.setattr(map_files, "draw_picture", empty)
    monkeypatch.setattr(write_log, "draw_log", empty)
    monkeypatch.setattr(predict_run, "write_strip_log", empty)


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """A training run with its checkpoints in a temporary directory."""
    from semispectral.training.run import Run

    return Run(seed=3, checkpoints=tmp_path / "checkpoints")
