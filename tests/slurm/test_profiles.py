"""The profiles: each one starts, GPUs are limited, and what the rules ask for reaches the jobs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from semispectral.workflow.resources import has_gpu

ROOT = Path(__file__).resolve().parents[2]
PROFILES = sorted(path.name for path in (ROOT / "profiles").iterdir())
EXECUTORS = {"default": None, "slurm": "slurm", "slurm-generic": "cluster-generic", "kubernetes": "cluster-generic"}
KUBERNETES = ROOT / "profiles/kubernetes"
ADAPTERS = ROOT / "workflow/scripts"
TRAINED_ON_GPU = {"train_m1", "train_m2", "train_qy"}
# Our Snakefile without its messages, in whose place a dry run shows what each job asks for.
WITHOUT_MESSAGES = f"""
include: "{ROOT}/Snakefile"

for each in workflow.rules:
    each.message = None
"""
# Our Snakefile, and two jobs of one GPU each that say when they began and ended.
TWO_GPU_JOBS = f"""
include: "{ROOT}/Snakefile"


rule both:
    input:
        "one.txt",
        "two.txt",


rule busy:
    output:
        "{{name}}.txt",
    wildcard_constraints:
        name="one|two",
    resources:
        gpu=1,
    shell:
        "date +%s.%N > {{output}}; sleep 1.5; date +%s.%N >> {{output}}"
"""


def snakemake(folder: Path, *arguments: str, **environment: str) -> str:
    """What snakemake says in a folder, where all went well."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    own = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1", **environment}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout + done.stderr


def settings(profile: str) -> dict[str, object]:
    """The settings of a profile."""
    found: dict[str, object] = yaml.safe_load((ROOT / f"profiles/{profile}/config.yaml").read_text())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_passes_a_dry_run(tmp_path: Path, profile: str) -> None:
    """With the plugins of the lock file and without a cluster, each profile plans the whole demo."""
    target = ("--workflow-profile" if profile == "default" else "--profile", str(ROOT / "profiles" / profile))
    said = snakemake(tmp_path, "--snakefile", str(ROOT / "Snakefile"), *target, "--dry-run", "--quiet", "rules")
    assert re.search(r"^report +1$", said, flags=re.MULTILINE)
    assert settings(profile).get("executor") == EXECUTORS[profile]


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "default"])
def test_a_cluster_s_profile_does_not_speak_against_the_default_one(profile: str) -> None:
    """Where both set a key, Snakemake takes the default profile's: so none is set twice."""
    assert settings(profile).keys() & settings("default").keys() == set()
    assert settings(profile)["retries"] == 2


@pytest.mark.parametrize("profile", ["slurm", "slurm-generic"])
def test_training_goes_to_the_partition_with_gpus(profile: str) -> None:
    """Every rule that asks for a GPU is named in the profile, and no other."""
    assert settings(profile)["set-resources"] == {rule: {"slurm_partition": "gpu"} for rule in TRAINED_ON_GPU}


def test_only_training_sees_a_gpu() -> None:
    """The rules that ask for a GPU are those whose adapters pass it on; all others hide it from their process."""
    text = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    pieces = re.split(r"^\s*rule (\w+):", text, flags=re.MULTILINE)[1:]
    asking = {name for name, rule in zip(pieces[::2], pieces[1::2], strict=True) if "gpu=" in rule}
    passing = {path.stem for path in ADAPTERS.glob("*.py") if "gpu=snakemake.resources" in path.read_text()}
    assert asking == passing == TRAINED_ON_GPU


@pytest.mark.slow
@pytest.mark.parametrize(("given", "at_once"), [((), False), (("gpu=2",), True)])
def test_one_gpu_unless_the_user_says_more(tmp_path: Path, given: tuple[str, ...], at_once: bool) -> None:
    """Two jobs that want a GPU wait for each other, also where `--resources gpu=1` was forgotten."""
    (tmp_path / "Snakefile").write_text(TWO_GPU_JOBS)
    options = ("--resources", *given) if given else ()
    snakemake(tmp_path, "--cores", "4", "--workflow-profile", "none", *options, "--", "both")
    times = [(tmp_path / f"{name}.txt").read_text().split() for name in ("one", "two")]
    (_, end), (start, _) = sorted([float(begin), float(end)] for begin, end in times)
    assert (start < end) == at_once


@pytest.mark.slow
@pytest.mark.parametrize(("cores", "threads"), [(2, 1), (8, 4)])
def test_two_trainings_fit_on_a_machine(tmp_path: Path, cores: int, threads: int) -> None:
    """M1 takes half of the cores at most, and asks for a GPU only where there is one."""
    (tmp_path / "Snakefile").write_text(WITHOUT_MESSAGES)
    said = snakemake(tmp_path, "--cores", str(cores), "--dry-run", "all")
    asked = said.partition("rule train_m1:")[2].partition("\nrule ")[0]
    assert int((re.findall(r"threads: (\d+)", asked) or ["1"])[0]) == threads
    assert f"gpu={int(has_gpu())}" in asked


@pytest.mark.slow
@pytest.mark.parametrize(("attempt", "memory", "runtime"), [("1", 1050, 11), ("3", 3150, 33)])
def test_what_a_rule_asks_for_reaches_its_job(tmp_path: Path, attempt: str, memory: int, runtime: int) -> None:
    """A scan of 50 MB: its size and the attempt show in the job; a job whose input is not there yet is asked later."""
    with (tmp_path / "scan.h5").open("wb") as file:
        file.truncate(50 * 2**20 - 100)
    (tmp_path / "classes.tsv").write_text("code\tname\tcolour\n1\ttalc\t#00ff00\n")
    header = "scene\thole\tdata\tdata_key\tlabels\tlabels_key\taxes\twavelengths\tscale\tnodata\tuse\tignore\n"
    rows = "".join(f"{name}\t{name}\tscan.h5\t{name}\t\ty\tline,sample,band\t\t1\t\t1-9\t\n" for name in ("one", "two"))
    (tmp_path / "scenes.tsv").write_text(header + rows)
    config = {"scenes": "scenes.tsv", "classes": "classes.tsv", "split": {"test_groups": ["two"]}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(config | {"simulate": {"enabled": False}}))
    (tmp_path / "Snakefile").write_text(WITHOUT_MESSAGES)
    said = snakemake(tmp_path, "all", "--cores", "2", "--configfile", "own.yaml", "--dry-run", "--attempt", attempt)
    census, draw = (said.partition(f"rule {name}:")[2].partition("\nrule ")[0] for name in ("census", "draw"))
    assert f"mem_mb={memory}," in census
    assert f"runtime={runtime}," in census
    assert "mem_mb=<TBD>" in draw
    assert "RuntimeWarning" not in said


@pytest.mark.slow
def test_stages_run_as_jobs_of_kubernetes(tmp_path: Path) -> None:
    """With a stand-in for kubectl, stages run as Jobs that end well; a plain run afterwards has nothing to do."""
    for name in ("Snakefile", "rules", "workflow", "profiles", "config", "envs", "src", "tests/slurm"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    options = ("--profile", "profiles/kubernetes", "--configfile", "tests/slurm/study.yaml")
    path = f"{tmp_path / 'tests/slurm'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {"PATH": path, "CLUSTER": str(cluster), "PYTHONPATH": str(tmp_path / "src")}
    quickly = ("--seconds-between-status-checks", "1", "--latency-wait", "20")
    said = snakemake(tmp_path, *options, *quickly, "--", "results/census/DH1_1.parquet", **own)
    assert "RuntimeWarning" not in said
    jobs = [yaml.safe_load(path.read_text()) for path in sorted(cluster.glob("*.yaml"))]
    assert [job["metadata"]["labels"]["rule"] for job in jobs] == ["census", "simulate"]
    stages = [job["spec"]["template"]["spec"]["containers"][0] for job in jobs]
    assert [stage["workingDir"] for stage in stages] == [str(tmp_path)] * 2
    assert not any("nvidia.com/gpu" in stage["resources"]["limits"] for stage in stages)
    said = snakemake(tmp_path, "--cores", "2", *options[2:], "--dry-run", "--", "results/census/DH1_1.parquet", **own)
    assert "Nothing to be done" in said, said


def kubectl(script: str, *arguments: str, cluster: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One script of the profile, with the stand-in for kubectl."""
    path = f"{ROOT / 'tests/slurm'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {"PATH": path, "CLUSTER": str(cluster), **environment}
    return subprocess.run([KUBERNETES / script, *arguments], env=own, capture_output=True, text=True, check=False)


def test_a_job_of_kubernetes_asks_for_what_the_rule_asks(tmp_path: Path) -> None:
    """CPUs, memory, time and a GPU stand in the Job, and it is not tried again by the cluster."""
    needs = {"IMAGE": "an/image:1", "CLAIM": "scans", "MOUNT": "/data"}
    (tmp_path / "job.sh").write_text("exit 3")
    arguments = ("train_m1", "4", "8000", "240", "1", str(tmp_path / "job.sh"))
    name = kubectl("submit.sh", *arguments, cluster=tmp_path, **needs).stdout.strip()
    assert name == "job.batch/semispectral-train-m1-0"
    spec = yaml.safe_load((tmp_path / "semispectral-train-m1-0.yaml").read_text())["spec"]
    pod = spec["template"]["spec"]
    stage = pod["containers"][0]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], stage["image"]) == (0, 240 * 60, "an/image:1")
    assert stage["resources"]["requests"] == {"cpu": "4", "memory": "8000M"}
    assert stage["resources"]["limits"] == {"memory": "8000M", "nvidia.com/gpu": "1"}
    assert pod["volumes"] == [{"name": "shared", "persistentVolumeClaim": {"claimName": "scans"}}]
    assert stage["volumeMounts"] == [{"name": "shared", "mountPath": "/data"}]
    assert kubectl("status.sh", name, cluster=tmp_path).stdout.strip() == "failed"


@pytest.mark.parametrize(
    ("says", "status"),
    [("Error from server (NotFound): no such job", "failed"), ("Unable to connect to the server", "running")],
)
def test_a_job_that_kubernetes_does_not_know(tmp_path: Path, says: str, status: str) -> None:
    """A forgotten Job is made again; a cluster that does not answer is asked again."""
    assert kubectl("status.sh", "job.batch/x", cluster=tmp_path, SAYS=says).stdout.strip() == status


def test_what_must_be_adapted_is_said(tmp_path: Path) -> None:
    """Without the image, the script names what is missing and where to set it."""
    done = kubectl("submit.sh", "plan", "1", "2000", "10", "0", "job.sh", cluster=tmp_path)
    assert done.returncode != 0
    assert "IMAGE: the image" in done.stderr
    assert "profiles/kubernetes/config.yaml" in done.stderr
