"""Every program of measurements/ runs, here in small, and measurements/README.md lists it with its command."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from browser import CHROMIUM
from cube_formats import write_tsg
from forks import Forks
from tiny_models import tiny_bundle

ROOT = Path(__file__).resolve().parents[2]
MEASUREMENTS = ROOT / "measurements"
README = (MEASUREMENTS / "README.md").read_text(encoding="utf-8")
PROGRAMS = sorted(
    str(path.relative_to(MEASUREMENTS))
    for path in MEASUREMENTS.rglob("*.py")
    if path.parent.name != "peers" and 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
)
COLLECTION = ("--seeds", "1", "--labels-per-class", "5", "--scenes", "collection", "--output", "OUT")
OF_TINY_MODELS = ("--configfile", str(ROOT / "tests/workflow/tiny.yaml"), "--per-hole", "1", "--output", "OUT")
SVM_SAYS = "1.00 of scikit-learn's; 0 of 2000 predictions differ"
# What is given to a program that runs by itself, and words of what it then prints. OUT is a folder for its files.
OF_SNAKEMAKE = {"scale/full_size.py", "scale/pool_size.py"}
IN_A_BROWSER = {"speed/hole_page.py", "speed/label_page.py"}
NARROW = ("accuracy/", "training/training_seconds.py")  # run with narrow models, by small_run.py
SMALL = {
    "accuracy/choices.py": (("--data", "OUT", *COLLECTION, "--variants", "as it is"), "seeds in each cell: [1]"),
    "accuracy/inputs.py": (
        ("--seeds", "1", "--pixels", "60", "--simulated-seeds", "7"),
        "\nharder simulated core: 60 spectra",
    ),
    "accuracy/hull_variants.py": (
        ("--seeds", "1", "--pixels", "120", "--m1m2", "--labels", "10", "--m1-methods", "hull"),
        "| other half | mean of both and the library |",
    ),
    "accuracy/interval_labels.py": (
        ("--quick", "--seeds", "1"),
        "| simulator | intervals of 1 m, 5 pixels per class |",
    ),
    "accuracy/labelling.py": (("looks", "--seeds", "1", "--output", "OUT"), "| looks | seeds | M1's latents | MNF |"),
    "accuracy/features.py": (("DATASET",), "aloh_2200, depth > 0.1, against nearest Centre"),
    "accuracy/sensors.py": (
        ("simulated", "--small", "--seeds", "1", "--pixels", "300", "--labels", "10"),
        "| half | M1+M2 |",
    ),
    "accuracy/members.py": (
        ("--data", "OUT", *COLLECTION, "--members", "svm mnf", "m2 latents 0 beside"),
        "M2 on latents with neighbours",
    ),
    "accuracy/mixtures.py": ((), "| seed | mixtures |"),
    "accuracy/simulate.py": (("--seeds", "1", "--repeats", "1"), "total"),
    "accuracy/space.py": (COLLECTION, "| collection | 5 | MNF + SVM |"),
    "accuracy/trust.py": (("calibration", *COLLECTION), "| collection | 5 | m1+m2 | 1 |"),
    "gpu/measure.py": (("--arrays", "none.npz", "--small", "--seconds", "0"), "no time left"),
    "soundness/bad_inputs.py": (("--only", "polygons"), "0 tracebacks"),
    "scale/full_size.py": (
        ("--scans", "3", "--shape", "64", "32", "24", "--per-hole", "1", "--output", "OUT", "--measure", "dry"),
        "| census | 3 |",
    ),
    "scale/pool_size.py": (
        ("--seeds", "5", "--shape", "64", "32", "24", "--pools", "200", "--steps", "2", *OF_TINY_MODELS),
        "mean over collections [5]",
    ),
    "speed/features.py": (("--shape", "20", "12", "120", "--rounds", "1"), "| class map |"),
    "speed/hole_page.py": (
        ("--boxes", "2", "--lines", "120", "--samples", "96", "--seconds", "0.2"),
        "whole in the window",
    ),
    "speed/ingest.py": (("--lines", "40", "--scenes", "0", "--rounds", "1", "--formats", "gzip.h5"), "gzip.h5"),
    "speed/job_starts.py": (("--jobs", "2", "--fresh", "1", "--rules", "downhole"), "| downhole |"),
    "speed/label_page.py": (
        ("--lines", "60", "--samples", "48", "--bands", "8", "--seconds", "0.2"),
        "labelling all by one polygon",
    ),
    "speed/map.py": (
        ("--shape", "20", "12", "16", "--rounds", "1", "--svm-labels", "60", "--smoothing", "none"),
        "the map runs at",
    ),
    "speed/svm.py": (("--labels", "60", "--bands", "5", "--classes", "3", "--rounds", "1"), SVM_SAYS),
    "training/train.py": (("--agree", "--contestants", "ours", "--tasks", "m2-11"), "agreement, M2"),
    "training/training_seconds.py": (
        ("--pixels", "300", "--bands", "8", "--classes", "3", "--steps", "2", "--rounds", "1", "--threads", "1"),
        "one evaluation",
    ),
}
ELSEWHERE = {
    "accuracy/conformal.py": "tests/measurements/test_conformal.py",
    "accuracy/core_and_depth.py": "tests/measurements/test_core_and_depth.py",
    "accuracy/results.py": "tests/benchmark/test_benchmark_results.py",
    "accuracy/neighbours.py": "tests/benchmark/test_benchmark_runs.py",
    "accuracy/smoothed.py": "tests/benchmark/test_benchmark_runs.py",
    "gpu/demo_arrays.py": "tests/workflow/test_reruns.py",
    "gpu/fits.py": "tests/measurements/test_gpu_programs.py",
    "gpu/products.py": "tests/measurements/test_gpu_programs.py",
    "gpu/seeds.py": "tests/measurements/test_gpu_programs.py",
    "gpu/steps.py": "tests/measurements/test_gpu_programs.py",
    "scale/asked_jobs.py": "tests/workflow/test_asked.py",
    "scale/changes.py": "tests/workflow/test_reruns.py",
    "scale/forecasts.py": "tests/workflow/test_asked.py",
    "scale/stand_in_job.py": "tests/workflow/test_asked.py",
    "scale/stand_ins.py": "tests/workflow/test_asked.py",
    "soundness/camera_folder.py": "tests/measurements/test_camera_folder.py",
    "soundness/reruns.py": "tests/workflow/test_reruns.py",
    "soundness/soundness.py": "tests/workflow/test_reruns.py",
    "training/train_operations.py": "tests/measurements/test_train_operations.py",
}


def test_every_program_has_a_run_in_small() -> None:
    """Here, or in the file that is named, which speaks of the program."""
    assert sorted([*SMALL, *ELSEWHERE]) == PROGRAMS
    for program, path in ELSEWHERE.items():
        assert re.search(rf"\b{Path(program).stem}\b", (ROOT / path).read_text(encoding="utf-8")), program


def test_every_program_is_listed_with_its_command() -> None:
    """The README has a row for each program: its command, and what it prints; and no row for one that is gone."""
    assert sorted(re.findall(r"^\| `python measurements/(\S+\.py)", README, flags=re.MULTILINE)) == PROGRAMS


def write_dataset(folder: Path) -> None:
    """A HyLogger dataset with a feature near 2200 nm in every spectrum, and its centre and depth as TSG's scalars."""
    nm = np.linspace(380, 2500, 531)
    centre = np.random.default_rng(4).uniform(2195, 2210, 30)
    spectra = 0.5 - 0.1 * np.exp(-(((nm - centre[:, np.newaxis]) / 18) ** 2) / 2)
    codes, depths = np.zeros(30, np.float32), np.linspace(65, 66, 30)
    path = write_tsg(folder / "DH7_tsg.tsg", spectra, codes=codes, names=("A",), depth_m=depths)
    places = {
        f"{kind}{number}": 10 + 30 * row + number
        for row, kind in enumerate(("Centre", "Depth"))
        for number in range(1, 26)
    }
    lines = "".join(f"{place}:{name}\r\n" for name, place in places.items())
    path.write_bytes(path.read_bytes().replace(b"[sample headers]", lines.encode() + b"[sample headers]"))
    values = np.fromfile(path.with_suffix(".bip"), "<f4").reshape(2, 30, 531)
    values[1][:, list(places.values())] = 0
    values[1][:, places["Centre1"]], values[1][:, places["Depth1"]] = centre, 0.2
    values.tofile(path.with_suffix(".bip"))


def keep_row(folder: Path) -> None:
    """The row of the whole run, as an earlier call of pool_size.py kept it: the one without neighbours is measured."""
    (folder / "5").mkdir()
    kept = {"seed": 5, "unlabelled": 200, "most_steps": 2, "neighbours": True, "M1+M2, unseen hole": 0.5}
    (folder / "5/200-2-True.json").write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("program", SMALL)
def test_a_program_runs(program: str, tmp_path: Path, forks: Forks) -> None:
    """It ends well and prints what it is for."""
    if program in IN_A_BROWSER and not CHROMIUM:
        pytest.skip("no chromium on this machine")
    given, words = SMALL[program]
    small = [str(Path(__file__).with_name("small_run.py"))] if program.startswith(NARROW) else []
    if "DATASET" in given:
        write_dataset(tmp_path)
    if program == "scale/pool_size.py":
        keep_row(tmp_path)
    arguments = [str(tmp_path) if word in ("OUT", "DATASET") else word for word in given]
    command = [*small, str(MEASUREMENTS / program), *arguments]
    status, said = forks.call(tmp_path, *command[1:], program=command[0], runs_snakemake=program in OF_SNAKEMAKE)
    assert status == 0, said[-2000:]
    assert words in said


@pytest.mark.slow
def test_new_scans_of_a_trained_model_are_planned(tmp_path: Path, forks: Forks) -> None:
    """A dry run maps them all, though every one lies in the hole that the study tests."""
    tiny_bundle(tmp_path / "model", seed=1)
    given = ["--scans", "3", "--shape", "64", "32", "24", "--output", str(tmp_path / "new"), "--measure", "new"]
    program = str(MEASUREMENTS / "scale/full_size.py")
    status, said = forks.call(tmp_path, *given, "--model", str(tmp_path / "model"), program=program)
    assert status == 0, said[-2000:]
    assert "predict_new, dry run of 16 jobs (new_map 3," in said
