"""Every command that README and the documentation print is run here, or by what CI runs; no other may stand there."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import yaml
from scipy.ndimage import gaussian_filter

import tiny_models as tiny
from cube_formats import write_tsg
from forks import Forks
from scene_rows import write_scenes
from semispectral.commands.main import main
from semispectral.commands.run_workflow import snakemake_command
from semispectral.scans.placing import fit_affine
from semispectral.simulate import SimulateConfig, scene_names, simulate_scene, write_scene
from semispectral.study.sensors import read_tie_points
from semispectral.study.stage_settings import settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("Snakefile", "rules", "workflow", "profiles", "config", "envs", "locks", "Makefile")
ON_FOLDERS = {"folders.md", *(f"folder-{camera}.md" for camera in ("lumo", "hyspex", "headwall", "plain"))}
# tests/slurm, tests/workflow, tests/scans/folders, and tests/project/test_wheel.py with tests/commands
WITH_TESTS_OF_THEIR_OWN = {"slurm.md", "resume.md", "own-folder.md", *ON_FOLDERS}
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "config/README.md",
    ROOT / "docs/tutorial.md",
    ROOT / "docs/tutorial-unlabelled.md",
    *(ROOT / f"docs/{page}.md" for page in ("start", "install", "gallery", "limits", "numbers", "public")),
    *(path for path in sorted((ROOT / "docs/howto").glob("*.md")) if path.name not in WITH_TESTS_OF_THEIR_OWN),
]
PROGRAMS = ("make", "snakemake", "semispectral", "python", "bash", ".")
Run = Callable[["Study", str], None]


def commands_of(text: str) -> list[str]:
    """Lines of fenced shell blocks, and code inside sentences that begins with a program's name and has arguments."""
    blocks = re.findall(r"^ *```(?:sh|bash|console)\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    fences = re.compile(r"^ *```.*?^ *```", flags=re.DOTALL | re.MULTILINE)
    inline = re.findall(r"`([^`\n]+)`", fences.sub("", text))
    said = [code for code in inline if len(code.split()) > 1 and code.split()[0] in PROGRAMS]
    return [" ".join(line.split()) for line in [*lines, *said] if line and not line.startswith("#")]


PRINTED = sorted({command for page in PAGES for command in commands_of(page.read_text(encoding="utf-8"))})


class Study:
    """A copy of the project whose configuration names three small scans of the user's own, as README's steps say."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self.folder, self.forks = folder, forks

    def snakemake(self, command: str, *more: str) -> str:
        """Run a printed snakemake command in the copy; what it said."""
        status, text = self.forks.call(self.folder, *shlex.split(command)[1:], *more)
        assert status == 0, text[-3000:]
        return text


def write_scans(folder: Path) -> list[str]:
    """Three simulated trays as HDF5 files; their names."""
    wanted = yaml.safe_load((ROOT / "tests/workflow/tiny.yaml").read_text(encoding="utf-8"))["simulate"]
    config = settings(SimulateConfig, {key: wanted[key] for key in wanted if key != "enabled"})
    names = scene_names(config)
    for name, (hole, scene) in names.items():
        write_scene(folder / f"{name}.h5", simulate_scene(config, hole, scene))
    return list(names)


def own_scans(folder: Path) -> None:
    """README's steps 1 to 3: the table of scenes, the codes (the demo's), and who tests."""
    header = (ROOT / "config/scenes.tsv").read_text(encoding="utf-8").splitlines()[0]
    cells = dict.fromkeys(header.split("\t"), "")
    cells |= {"data_key": "/hsimage/data", "labels_key": "/hsimage/labels", "axes": "line,sample,band"}
    cells |= {"wavelengths": "/hsimage/wavelengths", "scale": "2.5e-05", "use": "1-99", "ignore": "255"}
    rows = [
        cells | {"scene": name, "hole": name.split("_")[0], "data": f"{name}.h5"}
        for name in write_scans(folder / "scans")
    ]
    lines = [header, *("\t".join(row.values()) for row in rows)]
    (folder / "config/scenes.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    config["simulate"]["enabled"] = False
    config["data_root"] = "scans"
    config["split"] |= {"test_groups": ["DH3"], "block_lines": 8, "buffer": 1}
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Study:
    """The copy, and a process that starts snakemake in it."""
    folder = tmp_path_factory.mktemp("own")
    for name in SOURCES:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)
    own_scans(folder)
    return Study(folder, forks)


def in_ci(command: str) -> Run:
    """A command that .ci/run has as a step of its own."""

    def check(study: Study, printed: str) -> None:
        steps = re.findall(r"^step (make .*?)(?:\s+#.*)?$", (ROOT / ".ci/run").read_text(), flags=re.MULTILINE)
        assert any(step == command or step.startswith(f"{command} ") for step in steps), steps

    return check


def counts_and_splits(study: Study, printed: str) -> None:
    """It really runs: every scan is counted and the hole that tests is dealt."""
    study.snakemake(printed)
    split = json.loads((study.folder / "results/splits/main/classes.json").read_text())
    assert len(split["names"]) >= 2
    assert sorted(path.stem for path in (study.folder / "results/splits/main/parts").glob("*.npy")) == [
        "DH1_1",
        "DH2_1",
        "DH3_1",
    ]
    assert not (study.folder / "results/sample").exists()


def adds_to_be_mapped(study: Study, printed: str) -> None:
    """The row is added, and a dry run with the rules that it may start maps that scan and trains nothing."""
    scenes, model = study.folder / "config/scenes.tsv", study.folder / "results/bundle"
    before, began = scenes.read_text(encoding="utf-8"), []
    first = before.splitlines()[1].split("\t")
    header, more = before.splitlines()[0], "\t".join(["NEW_1", "DH9", *first[2:]])
    config = yaml.safe_load((study.folder / "config/config.yaml").read_text(encoding="utf-8"))
    root = study.folder / config["data_root"]
    shutil.copyfile(root / first[2], root / "new.h5")
    (study.folder / "more.tsv").write_text(f"{header}\n{more.replace(first[2], 'new.h5')}\n", encoding="utf-8")
    model.mkdir(parents=True)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(study.folder)
            patch.setattr("semispectral.commands.run_workflow.run_workflow", began.append)
            assert main(shlex.split(printed)[1:]) == 0
        assert "NEW_1" in scenes.read_text(encoding="utf-8")
        asked = ["results/maps/NEW_1/numbers.parquet", "--allowed-rules", *began[0][2:]]
        said = study.snakemake(shlex.join(["snakemake", "-n", *asked]))
    finally:
        scenes.write_text(before, encoding="utf-8")
        shutil.rmtree(model)
    assert "Classify every pixel of scene NEW_1" in said
    assert "train" not in said.partition("Job stats:")[2]


def would_run(*rules: str) -> Run:
    """A dry run succeeds and names these rules among its jobs."""

    def check(study: Study, printed: str) -> None:
        said = study.snakemake(printed, "--cores", "8", "-n", "--quiet", "rules")
        jobs = re.findall(r"^(\w+)\s+\d+$", said, flags=re.MULTILINE)
        assert set(rules) <= set(jobs), said[-2000:]

    return check


def would_mask(study: Study, printed: str) -> None:
    """With a method of the mask, a dry run finds the masks of all scenes and nothing that needs them."""
    said = study.snakemake(printed, "-n", "--quiet", "rules", "--config", "mask={method: spectra}")
    jobs = re.findall(r"^(\w+)\s+\d+$", said, flags=re.MULTILINE)
    assert "mask" in jobs, said[-2000:]
    assert "census" not in jobs


def as_make_demo(**variables: str) -> Run:
    """It is what `make demo`, a step of CI, runs; and a dry run of it succeeds."""

    def check(study: Study, printed: str) -> None:
        given = [f"{name}={value}" for name, value in variables.items()]
        said = subprocess.run(["make", "-n", "-o", ".venv/.installed", "demo", *given], cwd=ROOT, **SAID).stdout
        assert any(f"&& {printed} --logger " in " ".join(line.split()) for line in said.splitlines())
        in_ci("make demo")(study, "make demo")
        would_run("train_m1", "report")(study, printed)

    return check


def make_knows(study: Study, printed: str) -> None:
    """make has such a target, and would do something for it."""
    assert subprocess.run(["make", "-n", "-o", ".venv/.installed", *shlex.split(printed)[1:]], cwd=ROOT, **SAID).stdout


def make_runs(study: Study, printed: str) -> None:
    """It runs and says something."""
    assert "demo" in subprocess.run(shlex.split(printed), cwd=ROOT, **SAID).stdout


def predicts(study: Study, printed: str) -> None:
    """It maps a scan with a trained model, here a tiny one."""
    folder = study.folder / "new"
    tiny.tiny_bundle(folder / "results/model", seed=1)
    arguments = shlex.split(printed)[1:]
    scan = Path(arguments[arguments.index("predict") + 1])
    with h5py.File(folder / scan, "w") as file:
        file["hsimage/data"] = tiny.tiny_counts(seed=4)
        file["hsimage/wavelengths"] = tiny.WAVELENGTHS_NM
        file["hsimage/white"], file["hsimage/dark"] = np.full(tiny.BANDS, 40_000.0), np.zeros(tiny.BANDS)
    out = folder / arguments[arguments.index("--out") + 1]
    shutil.rmtree(out, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(arguments) == 0
    assert (out / "class.tif").is_file()


def predicts_several(study: Study, printed: str) -> None:
    """It maps each of the scans to a folder of its name."""
    folder = study.folder / "new"
    tiny.tiny_bundle(folder / "results/model", seed=1)
    for name in ("box_1.h5", "box_2.h5"):
        with h5py.File(folder / name, "w") as file:
            file["hsimage/data"] = tiny.tiny_counts(seed=4)
            file["hsimage/wavelengths"] = tiny.WAVELENGTHS_NM
            file["hsimage/white"], file["hsimage/dark"] = np.full(tiny.BANDS, 40_000.0), np.zeros(tiny.BANDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(shlex.split(printed)[1:]) == 0
    assert all((folder / "maps" / name / "class.tif").is_file() for name in ("box_1", "box_2"))


def maps_what_is_new(study: Study, printed: str) -> None:
    """With a model that was trained before, every scene of the table has its map and page, and nothing is trained."""
    model = study.folder / "results/model"
    tiny.tiny_bundle(model, seed=1)
    try:
        said = study.snakemake(printed, "-n", "--quiet", "rules")
    finally:
        shutil.rmtree(model)
    jobs = dict(re.findall(r"^(\w+)\s+(\d+)$", said, flags=re.MULTILINE))
    assert jobs == {
        "new_map": "3",
        "new_features": "3",
        "new_pixels": "3",
        "new_paint": "3",
        "predict_new": "1",
        "total": "13",
    }


def runs_in_small(study: Study, printed: str) -> None:
    """The tests of the programs that measure run it, with fewer data."""
    program = shlex.split(printed)[1].removeprefix("measurements/")
    assert (ROOT / "measurements" / program).is_file()
    assert f'    "{program}": (' in (ROOT / "tests/measurements/test_programs.py").read_text(encoding="utf-8")


def finds_nothing_wrong(study: Study, printed: str) -> None:
    """The study of README's steps is ready to run."""
    with redirect_stdout(StringIO()) as said:
        assert in_folder(study.folder, printed) == 0
    assert "DH3" in said.getvalue()
    assert "Nothing is wrong" in said.getvalue()


def make_checks(study: Study, printed: str) -> None:
    """make calls the command that README's steps call."""
    said = subprocess.run(["make", "-n", "-o", ".venv/.installed", *shlex.split(printed)[1:]], cwd=ROOT, **SAID).stdout
    assert "semispectral check" in said


def reports(study: Study, printed: str) -> None:
    """The archive is the one that the page names; .ci/run makes it."""
    in_ci(printed)(study, printed)
    said = subprocess.run(["make", "-n", "-o", ".venv/.installed", "report"], cwd=ROOT, **SAID).stdout
    (archive,) = re.findall(r"--report (\S+)", said)
    assert f"`{archive}`" in (ROOT / "docs/howto/report.md").read_text(encoding="utf-8")


def explains(study: Study, printed: str) -> None:
    """It says which stage a file came from; here the split, for the study has no map."""
    study.snakemake("snakemake --cores 1 --until split --quiet rules")
    with redirect_stdout(StringIO()) as said:
        assert (
            in_folder(study.folder, " ".join([*printed.split()[:2], "results/splits/main/training/quotas.parquet"]))
            == 0
        )
    assert "split" in said.getvalue()


def is_what_make_does(study: Study, printed: str) -> None:
    """The environment is entered the same way by make."""
    assert f"RUN := {printed} &&" in (ROOT / "Makefile").read_text(encoding="utf-8")


def is_ci(study: Study, printed: str) -> None:
    """It is what CI itself runs."""
    assert f"- run: {printed}\n" in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")


def clones(study: Study, printed: str) -> None:
    """A clone has what make needs."""
    where = study.folder / "clones"
    where.mkdir()
    if (ROOT / ".git").exists():
        subprocess.run(printed.replace("ADDRESS", str(ROOT)), cwd=where, shell=True, **SAID)  # noqa: S602 - ours
        assert (where / "semispectral/locks/run.lock").is_file()


def explores_without_labels(study: Study, printed: str) -> None:
    """It trains M1 and asks for labels, and needs none; here a dry run of the built-in collection."""
    said = study.snakemake(printed, "--config", "simulate={enabled: true}", "data_root=.", "-n", "--quiet", "rules")
    jobs = dict(re.findall(r"^(\w+)\s+(\d+)$", said, flags=re.MULTILINE))
    assert jobs["train_m1"] == jobs["queue"] == jobs["contact_sheet"] == "1"
    assert jobs["cluster_map"] == "6"
    assert not {"labels", "train_m2", "bundle"} & set(jobs)


def in_folder(folder: Path, printed: str) -> int:
    """Run a command of the package in a folder; its exit status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return main(shlex.split(printed)[1:])


def writes_templates(study: Study, printed: str) -> None:
    """It writes a raster and a layer of polygons for the scenes that are named, or for all."""
    folder = study.folder / "templates"
    shutil.copytree(study.folder / "config", folder / "config")
    shutil.copytree(study.folder / "scans", folder / "scans")
    try:
        assert in_folder(folder, f"{printed} --config config/config.yaml") == 0
        found = {path.name.removesuffix("_polygons.gpkg") for path in folder.rglob("*_polygons.gpkg")}
    finally:
        shutil.rmtree(folder)
    assert found == ({"DH1_1"} if "DH1_1" in printed else {"DH1_1", "DH2_1", "DH3_1"})


def writes_a_study(study: Study, printed: str) -> None:
    """The folder has a configuration and tables."""
    folder = study.folder / "studies"
    folder.mkdir()
    try:
        assert in_folder(folder, printed) == 0
        assert {path.name for path in (folder / "mine/config").iterdir()} == {
            "config.yaml",
            "scenes.tsv",
            "classes.tsv",
        }
    finally:
        shutil.rmtree(folder)


def lists_what_is_in(study: Study, printed: str) -> None:
    """The folder that is made has the scans of the folder that is named, or those of the demo."""
    scans = len(list((study.folder / "scans").glob("*.h5")))
    folder = study.folder / "begun"
    folder.mkdir()
    (folder / "scans").symlink_to(study.folder / "scans")
    try:
        assert in_folder(folder, printed.partition(" && ")[0]) == 0
        (made,) = (path for path in folder.iterdir() if path.name != "scans")
        rows = (made / "config/scenes.tsv").read_text(encoding="utf-8").splitlines()
        assert printed.endswith(f"&& cd {made.name}")
    finally:
        shutil.rmtree(folder)
    assert len(rows) == 1 + (6 if "--demo" in printed else scans)


def through_run(*rules: str) -> Run:
    """Snakemake takes what `semispectral run` makes of it; a dry run names these rules among its jobs."""

    def check(study: Study, printed: str) -> None:
        _, _, _, _, snakefile, *rest = snakemake_command(shlex.split(printed)[2:], study.folder)
        assert Path(snakefile) == study.folder / "Snakefile"
        would_run(*rules)(study, shlex.join(["snakemake", *rest]))

    return check


def installs_the_wheel(study: Study, printed: str) -> None:
    """The wheel has the name that this version's would have; tests/project/test_wheel.py builds and installs it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"dist/semispectral-{version}-py3-none-any.whl[train]" in printed


def runs_with_pipx(study: Study, printed: str) -> None:
    """It is what the job of the wheel does in GitHub's CI, with the wheel of that job."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    lines = "\n".join(step.get("run", "") for step in jobs["wheel"]["steps"]).replace(
        '"$GITHUB_WORKSPACE/dist"', "$PWD/dist"
    )
    assert printed in lines.splitlines()


def installs_nothing(study: Study, printed: str) -> None:
    """It is Python's own command for an environment."""
    assert printed.split()[1:3] == ["-m", "venv"]


def is_not_run_here(*files: str) -> Run:
    """What needs a container service or conda: the files that it reads are there (tests/project/test_image.py)."""

    def check(study: Study, printed: str) -> None:
        assert all((ROOT / name).is_file() for name in files)

    return check


def runs_in_the_image(study: Study, printed: str) -> None:
    """With an image named, the workflow is read, and every job has it; whether it starts needs Apptainer."""
    variable, _, command = printed.partition(" ")
    name, _, image = variable.partition("=")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, image)
        would_run("train_m1", "report")(study, command.replace(" --sdm apptainer", ""))


def writes_classes(study: Study, printed: str) -> None:
    """The names in the file that it reads, a page's, a table's or a HyLogger's, become classes.tsv."""
    folder = study.folder / "named"
    words = shlex.split(printed)
    file, table = folder / words[3], folder / (words[5] if "--out" in words else "classes.tsv")
    for path in (file, table):
        path.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".tsg":
        write_tsg(file, **A_HOLE)
    elif file.suffix == ".tsv":
        file.write_text("scene\tline\tsample\tclass\nDH1_1\t0\t0\tKAOLIN\n")
    else:
        drawn = [{"type": "Feature", "properties": {"class": "KAOLIN", "colour": "#123456"}, "geometry": None}]
        file.write_text(json.dumps({"type": "FeatureCollection", "semispectral_labels": {}, "features": drawn}))
    try:
        assert in_folder(folder, printed) == 0
        rows = table.read_text(encoding="utf-8").splitlines()
    finally:
        shutil.rmtree(folder)
    assert rows[1].split("\t")[:2] == ["1", "KAOLIN"]


def row_of_a_hole(study: Study, printed: str, name: str) -> tuple[str, str]:
    """The hole and the data of the one row that a command writes of a HyLogger's dataset, in a table of this name."""
    folder = study.folder / "with_a_hole"
    (folder / "hylogger").mkdir(parents=True)
    write_tsg(folder / "hylogger/DH7_0001_tsg.tsg", **A_HOLE)
    try:
        assert in_folder(folder, printed) == 0
        head, row = (folder / name).read_text(encoding="utf-8").splitlines()
    finally:
        shutil.rmtree(folder)
    cells = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    return cells["hole"], cells["data"]


def lists_a_hole(study: Study, printed: str) -> None:
    """It writes a row for the dataset of a HyLogger, with its hole."""
    assert row_of_a_hole(study, printed, "scenes.tsv") == ("DH7", "hylogger/DH7_0001_tsg.tsg")


def begins_with_a_hole(study: Study, printed: str) -> None:
    """The folder of a study has the row of a HyLogger dataset, with its hole; its path starts from the data."""
    assert row_of_a_hole(study, printed, "pe257d/config/scenes.tsv") == ("DH7", "DH7_0001_tsg.tsg")


def aligns_a_sensor(study: Study, printed: str) -> None:
    """It finds the place of a second sensor with pixels twice as large, and writes tie points that can be read."""
    folder = study.folder / "aligned"
    folder.mkdir()
    grains = gaussian_filter(np.random.default_rng(8).standard_normal((144, 96, 1)), (2.5, 2.5, 0)).astype(np.float32)
    np.save(folder / "A.npy", np.repeat(grains, 2, axis=2))
    np.save(folder / "A_swir.npy", -grains.reshape(72, 2, 48, 2, 1).mean(axis=(1, 3)))
    row = dict.fromkeys(
        ("data_key", "labels", "labels_key", "axes", "wavelengths", "scale", "nodata", "use", "ignore"), ""
    )
    write_scenes(folder / "scenes.tsv", {"scene": "A", "hole": "A", "data": "A.npy", **row})
    write_scenes(folder / "sensors.tsv", {"scene": "A", "sensor": "swir", "data": "A_swir.npy"})
    try:
        assert in_folder(folder, printed) == 0
        affine = fit_affine(read_tie_points(folder / "points.tsv", "A", "swir")).affine
    finally:
        shutil.rmtree(folder)
    np.testing.assert_allclose(affine.at(np.array(70), np.array(40)), (34.75, 19.75), atol=0.2)


A_HOLE: dict[str, Any] = {
    "spectra": np.ones((4, 8), np.float32),
    "codes": np.array([0.0, 1.0, 1.0, 0.0]),
    "names": ("KAOLIN", "WHITE-MICA"),
    "depth_m": np.arange(4.0),
}
SAID = {"check": True, "capture_output": True, "text": True}
PREDICT = (
    "semispectral predict scan.h5 --key /hsimage/data --wavelengths /hsimage/wavelengths "
    "--white-key /hsimage/white --dark-key /hsimage/dark --model results/model"
)
DEMO = "snakemake --cores 8 --resources gpu=1"
FULL_SIZE = "python measurements/scale/full_size.py"
OVERLAY = "config/indian_pines.yaml"
WHEEL = "dist/semispectral-0.2.0-py3-none-any.whl"
DOCKER = 'docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/study" semispectral'
RECIPE = "envs/recipe/recipe.yaml"
EXPLAIN = "semispectral explain results/mine/maps/DH07_12/class.tif"
RUN_BY: dict[str, Run] = {
    ". .venv/bin/activate": is_what_make_does,
    "bash .ci/run": is_ci,
    "git clone ADDRESS semispectral && cd semispectral": clones,
    "make setup": in_ci("make setup"),
    "make demo": in_ci("make demo"),
    "make resume": in_ci("make resume"),
    "make report": reports,
    "make test": in_ci("make test"),
    "make docs": in_ci("make docs"),
    "make check": make_knows,
    "make coverage": make_knows,
    "make dag": make_knows,
    "make hooks": make_knows,
    "make lock": make_knows,
    "make test-quick": make_knows,
    "make demo GPU=1": make_knows,
    "make help": make_runs,
    "make ready": make_checks,
    f"make ready CONFIG={OVERLAY}": make_checks,
    f"make demo CONFIG={OVERLAY}": make_knows,
    f"{FULL_SIZE} --scans 5000 --shape 40 24 16 --output NEW --model MODEL --measure new": runs_in_small,
    "python measurements/speed/svm.py": runs_in_small,
    "semispectral check": finds_nothing_wrong,
    EXPLAIN: explains,
    f"{PREDICT} --out maps/scan": predicts,
    PREDICT.replace("scan.h5", "box_1.h5 box_2.h5") + " --out maps": predicts_several,
    "snakemake --cores 8 --until split_tested": counts_and_splits,
    "semispectral map-too more.tsv": adds_to_be_mapped,
    "snakemake --cores 8 map_too": would_run("train_m1", "report"),
    DEMO: as_make_demo(CORES="8"),
    f"{DEMO} --configfile {OVERLAY}": as_make_demo(CORES="8", CONFIG=OVERLAY),
    f"{DEMO} -n": would_run("train_m1", "report"),
    "snakemake explore": would_run("train_m1", "queue_by_model", "contact_sheet"),
    "snakemake explore --cores 8 --resources gpu=1 --configfile config/unlabelled.yaml": explores_without_labels,
    "snakemake --cores 8 -R train_m1": would_run("train_m1", "encode"),
    "snakemake --cores 8 predict_new --config scenes=config/scenes.tsv model=results/model": maps_what_is_new,
    "snakemake --profile profiles/slurm": would_run("train_m1"),
    "snakemake --profile profiles/slurm benchmark": would_run("benchmark_train", "benchmark_report"),
    "snakemake --cores 4 --until features": would_run("features"),
    "snakemake explore --cores 4 --until mask": would_mask,
    "semispectral new mine": writes_a_study,
    "semispectral run pages": through_run("features", "scan_page"),
    "semispectral run benchmark": through_run("benchmark_train", "benchmark_report"),
    "semispectral labels init": writes_templates,
    "semispectral labels init DH1_1 --out to_label": writes_templates,
    "semispectral labels classes DH1_1_labels.geojson": writes_classes,
    "semispectral labels classes results/explore/queue.tsv --out config/classes.tsv": writes_classes,
    "semispectral labels classes hylogger/PE257D_0001_tsg.tsg --out classes.tsv": writes_classes,
    "semispectral align --scenes scenes.tsv --sensors sensors.tsv --output points.tsv": aligns_a_sensor,
    "semispectral new core --demo && cd core": lists_what_is_in,
    "semispectral new dh7 --from scans --hole DH7 && cd dh7": lists_what_is_in,
    "semispectral run": through_run("train_m1", "report"),
    "semispectral resume": through_run("train_m1", "report"),
    "semispectral run explore": through_run("train_m1", "contact_sheet"),
    "semispectral run --profile slurm": through_run("train_m1", "report"),
    "make dist": make_knows,
    "make setup GPU=1": make_knows,
    "python -m venv env && . env/bin/activate": installs_nothing,
    f"pip install '{WHEEL}[train]'": installs_the_wheel,
    "export PIP_FIND_LINKS=$PWD/dist": runs_with_pipx,
    "pipx run semispectral new core --demo && cd core": runs_with_pipx,
    "pipx run --spec 'semispectral[train]' semispectral run": runs_with_pipx,
    "docker build -t semispectral .": is_not_run_here("Dockerfile", ".dockerignore"),
    "docker build -t semispectral:gpu --build-arg GPU=1 .": is_not_run_here("Dockerfile", "locks/gpu.lock"),
    f"{DOCKER} check": is_not_run_here("Dockerfile"),
    f"{DOCKER} run --cores 8": is_not_run_here("Dockerfile"),
    "apptainer build semispectral.sif docker-daemon://semispectral:latest": is_not_run_here("Dockerfile"),
    "apptainer exec semispectral.sif semispectral run --cores 8": is_not_run_here("Dockerfile"),
    "SEMISPECTRAL_IMAGE=semispectral.sif snakemake --cores 8 --sdm apptainer": runs_in_the_image,
    "snakemake --cores 8 --sdm conda": is_not_run_here("envs/base.yaml", "envs/train.yaml"),
    f"rattler-build build --channel conda-forge --channel bioconda --recipe {RECIPE}": is_not_run_here(RECIPE),
    "semispectral new pe257d --from hylogger": begins_with_a_hole,
    "semispectral scenes hylogger --output scenes.tsv --data-root .": lists_a_hole,
}


@pytest.mark.parametrize("command", PRINTED)
def test_every_printed_command_is_run(study: Study, command: str) -> None:
    """A printed command without a run of its own is an error; each run says what it must do."""
    assert command in RUN_BY, f"{command!r} is printed, and nothing runs it"
    RUN_BY[command](study, command)


def test_no_run_is_left_over() -> None:
    """A run whose command is printed nowhere goes."""
    assert sorted(set(RUN_BY) - set(PRINTED)) == []
