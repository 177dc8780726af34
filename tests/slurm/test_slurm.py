"""The whole workflow on a real Slurm, through both of its profiles, judged by what Slurm itself recorded.

Both runs share one node with one pretended GPU and go on at the same time, so their training competes for it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from slurm_node import ABSENT, Job, Node

NEEDED = f"Slurm is not installed ({', '.join(ABSENT)}): apt-get install --no-install-recommends slurm-wlm munge"
pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.skipif(bool(ABSENT), reason=NEEDED)]

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("Snakefile", "rules", "workflow", "profiles", "config", "envs", "src", "tests/slurm")
STUDY = "tests/slurm/study.yaml"
PROFILES = ("slurm-generic", "slurm")  # each as it is, but for how often it asks how the jobs are
# One goes through all stages, the other through those that a profile treats in a way of its own, and what these need.
UP_TO = {"slurm": (), "slurm-generic": ("--until", "train_m1", "train_m2", "features")}
FIRST_WAIT = "slurm-init-seconds-before-status-checks"
# Snakemake that asks every second: the executor `slurm` waits 10 s longer each time that no job has ended.
ASKING_OFTEN = """
import sys
from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

RemoteExecutor.next_seconds_between_status_checks = property(lambda executor: 1, lambda executor, seconds: None)
main(sys.argv[1:])
"""
TRAINED_ON_GPU = {"train_m1", "train_m2"}
CANCELLED = "split"
# Of these jobs, one is given too little memory at first, and one too little time, in which it is held up.
TOO_LARGE, TOO_LATE = "report", "features"
TOO_LITTLE = {TOO_LARGE: {"mem_mb": "500 * attempt"}, TOO_LATE: {"runtime": "attempt"}}
MOST_SECONDS = 2400
# Three scans, whose jobs of one rule share a submission; the census is given too little memory at first.
SHARED = {"scenes": "shared.tsv", "simulate": {"holes": 1, "scenes_per_hole": 3}}
SHARING, SHARED_MB = 3, 200


@dataclass
class Run:
    """One run of the workflow through a profile: its folder, its end, what it said, and its jobs on Slurm."""

    folder: Path
    status: int
    said: str
    jobs: list[Job]


@dataclass
class Runs:
    """Both runs, the jobs of each rule that each had to run, and the GPUs held at once, each time that we looked."""

    of: dict[str, Run]
    wanted: dict[str, Counter[str]]
    held: list[list[str]]

    @property
    def gpu_jobs(self) -> list[Job]:
        """Those that asked for a GPU, in the order of their start."""
        jobs = [job for run in self.of.values() for job in run.jobs if job.gpus]
        return sorted(jobs, key=lambda job: (started(job), job.submitted))


def started(job: Job) -> datetime:
    """When a job that did run began."""
    assert job.start is not None, job
    return job.start


def ended(job: Job) -> datetime:
    """When a job that did run ended."""
    assert job.end is not None, job
    return job.end


def project(folder: Path) -> Path:
    """A copy of what the workflow needs, whose profiles give two rules too little, as a user would write it there."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    for name in PROFILES:
        profile = folder / f"profiles/{name}/config.yaml"
        settings = yaml.safe_load(profile.read_text())
        settings["set-resources"] |= TOO_LITTLE
        settings |= {FIRST_WAIT: 1} if FIRST_WAIT in settings else {}
        profile.write_text(yaml.safe_dump(settings))
    return folder


def begin(node: Node, folder: Path, *arguments: str, more: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start snakemake in a project, with more configurations over that of the study; what it says goes into a file."""
    own = {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", ASKING_OFTEN, "--configfile", STUDY, *more, *arguments]
    with (folder / "said.txt").open("wb") as file:
        return subprocess.Popen(command, cwd=folder, env={**node.environment, **own}, stdout=file, stderr=file)


def wanted(node: Node, folder: Path, *up_to: str) -> Counter[str]:
    """Jobs of each rule that a dry run counts, without the target."""
    assert begin(node, folder, *up_to, "--cores", "1", "--dry-run", "--quiet", "rules").wait() == 0
    stats = (folder / "said.txt").read_text().partition("Job stats:")[2].partition("\ntotal")[0]
    found = re.findall(r"^(\w+) +(\d+)$", stats, flags=re.MULTILINE)
    return Counter({name: int(count) for name, count in found if name != "all"})


def watch(node: Node, processes: list[subprocess.Popen[bytes]]) -> list[list[str]]:
    """Until all have ended: cancel one job of each, hold up another one until its time is over, note the GPUs held."""
    held, cancelled, since = [], set(), time.monotonic()
    while any(process.poll() is None for process in processes):
        assert time.monotonic() - since < MOST_SECONDS, "the runs on Slurm took too long"
        running = [job for job in node.jobs() if job.state in ("RUNNING", "STOPPED")]
        held.append([job.holds for job in running if "gpu" in job.holds])
        for job in running:
            if job.name == CANCELLED and job.folder not in cancelled:
                node.call("scancel", job.number)
                cancelled.add(job.folder)
            if job.name == TOO_LATE and job.minutes == 1:
                node.hold_up(job)
        time.sleep(0.5)
    return held


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Slurm, running."""
    node = Node(tmp_path_factory.mktemp("slurm"))
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="module")
def runs(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The study, run through both profiles at the same time, through one of them only up to some stages."""
    folders = {name: project(tmp_path_factory.mktemp(name)) for name in PROFILES}
    counts = {name: wanted(node, folders[name], *UP_TO[name]) for name in PROFILES}
    waiting = ("--latency-wait", "20", "--profile")
    processes = {name: begin(node, folders[name], *UP_TO[name], *waiting, f"profiles/{name}") for name in PROFILES}
    try:
        held = watch(node, list(processes.values()))
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    jobs = node.jobs()
    found = {}
    for name, folder in folders.items():
        own = [job for job in jobs if job.folder == folder]
        found[name] = Run(folder, processes[name].returncode, (folder / "said.txt").read_text(), own)
    return Runs(found, counts, held)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_stage_is_a_job(runs: Runs, profile: str) -> None:
    """The run ends well, and Slurm completed as many jobs of each rule as Snakemake had to run; one to the report."""
    run = runs.of[profile]
    assert run.status == 0, run.said[-6000:]
    assert "RuntimeWarning" not in run.said
    assert Counter(job.name for job in run.jobs if job.state == "COMPLETED") == runs.wanted[profile]
    assert {"simulate", "train_m1", "train_m2", CANCELLED, TOO_LATE} <= runs.wanted[profile].keys()
    if not UP_TO[profile]:
        assert {"evaluate", "map", "downhole", "report"} <= runs.wanted[profile].keys()
        assert (run.folder / "results/report/index.html").is_file()


@pytest.mark.parametrize("profile", PROFILES)
def test_only_training_asks_for_a_gpu(runs: Runs, profile: str) -> None:
    """The rules that train have one GPU in the partition for it; all others have none."""
    asked = {(job.name in TRAINED_ON_GPU, job.gpus, job.partition) for job in runs.of[profile].jobs}
    assert asked == {(True, 1, "gpu"), (False, 0, "main")}


def test_the_gpu_is_held_by_one_job_at_a_time(runs: Runs) -> None:
    """While they ran, Slurm listed the one GPU as theirs; no two overlap, and some had to wait for another."""
    assert {holder for holders in runs.held for holder in holders} == {"gpu:1(IDX:0)"}
    assert max(map(len, runs.held)) == 1
    jobs = runs.gpu_jobs
    assert len(jobs) == 4
    assert all(started(later) >= ended(earlier) for earlier, later in pairwise(jobs))
    assert any(later.submitted < ended(earlier) for earlier, later in pairwise(jobs))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_cancelled_job_is_made_again_with_more(runs: Runs, profile: str) -> None:
    """The job that was cancelled while it ran comes back with twice the memory and twice the time, and completes."""
    first, second = (job for job in runs.of[profile].jobs if job.name == CANCELLED)
    assert (first.state, second.state) == ("CANCELLED", "COMPLETED")
    assert started(second) >= ended(first)
    assert (second.memory_mb, second.minutes) == (2 * first.memory_mb, 2 * first.minutes)


def test_a_job_that_is_killed_for_its_memory_is_made_again_with_more(runs: Runs) -> None:
    """Slurm kills a job whose processes hold more than it asked for; it completes once it has asked for enough.

    So do jobs that share a submission, through each profile.
    """
    run = runs.of["slurm"]
    *killed, last = (job for job in run.jobs if job.name == TOO_LARGE)
    assert killed
    assert {job.state for job in killed} <= {"FAILED", "OUT_OF_MEMORY"}
    assert all("exceeded memory limit" in logged(run.folder, job) for job in killed)
    assert last.state == "COMPLETED"
    assert [job.memory_mb for job in (*killed, last)] == [500 * n for n in range(1, len(killed) + 2)]
    assert last.minutes == killed[0].minutes * (len(killed) + 1)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_job_that_runs_out_of_time_is_made_again_with_more(runs: Runs, profile: str) -> None:
    """Slurm ends a job that is not done within its time; it completes once it has time enough."""
    *late, last = (job for job in runs.of[profile].jobs if job.name == TOO_LATE)
    assert late
    assert {job.state for job in late} == {"TIMEOUT"}
    assert all("DUE TO TIME LIMIT" in logged(runs.of[profile].folder, job) for job in late)
    assert last.state == "COMPLETED"
    assert [job.minutes for job in (*late, last)] == list(range(1, len(late) + 2))
    assert last.memory_mb == late[0].memory_mb * (len(late) + 1)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_slurm_made_is_not_made_again(node: Node, runs: Runs, profile: str) -> None:
    """Afterwards, a plain run on the same machine has nothing to do."""
    folder = runs.of[profile].folder
    assert begin(node, folder, *UP_TO[profile], "--cores", "1", "--dry-run").wait() == 0
    said = (folder / "said.txt").read_text()
    assert re.search(r"Nothing to be done|^total +0$", said, flags=re.MULTILINE), said  # the latter of a part of a run


def share_submissions(folder: Path) -> None:
    """Three scans, and profiles whose lines on groups are no comments any more."""
    (folder / "shared.yaml").write_text(yaml.safe_dump(SHARED))
    table = (folder / "tests/slurm/scenes.tsv").read_text().splitlines()
    rows = [table[1].replace("DH1_1", f"DH1_{number + 1}") for number in range(SHARING)]
    (folder / "shared.tsv").write_text("\n".join([table[0], *rows]) + "\n")
    for name in PROFILES:
        profile = folder / f"profiles/{name}/config.yaml"
        as_printed = (ROOT / f"profiles/{name}/config.yaml").read_text()
        settings = yaml.safe_load(re.sub(r"^# (groups|group-components):", r"\1:", as_printed, flags=re.MULTILINE))
        settings["set-resources"]["census"] = {"mem_mb": f"{SHARED_MB} * attempt"}
        profile.write_text(yaml.safe_dump(settings))


@pytest.fixture(scope="module")
def shared(node: Node, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A study of three scans up to the census, through both profiles at the same time."""
    folders = {name: project(tmp_path_factory.mktemp(f"shared_{name}")) for name in PROFILES}
    for folder in folders.values():
        share_submissions(folder)
    given = ("--latency-wait", "20", "--until", "census", "--profile")
    processes = {
        name: begin(node, folders[name], *given, f"profiles/{name}", more=["shared.yaml"]) for name in PROFILES
    }
    try:
        status = {name: process.wait(MOST_SECONDS) for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    jobs, found = node.jobs(), {}
    for name, folder in folders.items():
        own = [job for job in jobs if job.folder == folder]
        found[name] = Run(folder, status[name], (folder / "said.txt").read_text(), own)
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_jobs_of_many_scans_share_a_submission(shared: dict[str, Run], profile: str) -> None:
    """A rule is one job for all scans, one after the other: memory of one, the time of all, and more once killed."""
    run = shared[profile]
    assert run.status == 0, run.said[-6000:]
    assert len(list((run.folder / "results/census").glob("*.parquet"))) == SHARING
    simulated, *killed, last = run.jobs
    assert killed
    assert all("exceeded memory limit" in logged(run.folder, job) for job in killed)
    assert (simulated.state, last.state) == ("COMPLETED", "COMPLETED")
    assert (simulated.memory_mb, simulated.minutes) == (2000, 30 * SHARING)
    assert [job.memory_mb for job in (*killed, last)] == [SHARED_MB * n for n in range(1, len(killed) + 2)]
    assert last.minutes == killed[0].minutes * (len(killed) + 1)
    assert last.minutes % SHARING == 0
    at_once = {number for job in run.jobs for number in re.findall(r"Execute (\d+) jobs", logged(run.folder, job))}
    assert at_once == {"1"}


def logged(folder: Path, job: Job) -> str:
    """What Slurm and the job wrote, in the folder that the profile names."""
    return "".join(path.read_text() for path in (folder / "results/logs/slurm").rglob(f"*{job.number}.log"))


def status(job: str, environment: dict[str, str]) -> str:
    """What the script of profiles/slurm-generic says of a job."""
    script = ROOT / "profiles/slurm-generic/status.sh"
    return subprocess.run([script, job], env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_the_status_of_a_job_is_said_in_snakemake_s_words(node: Node, runs: Runs, tmp_path: Path) -> None:
    """Completed, cancelled, forgotten; and a Slurm that does not answer is asked again."""
    jobs = {job.state: job.number for job in runs.of["slurm-generic"].jobs}
    assert status(jobs["COMPLETED"], node.environment) == "success"
    assert status(jobs["CANCELLED"], node.environment) == "failed"
    assert status("999999", node.environment) == "failed"
    silent = "SlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort=1\nMessageTimeout=2\nTCPTimeout=1\nNodeName=localhost\n"
    (tmp_path / "slurm.conf").write_text(f"ClusterName=silent\n{silent}PartitionName=main Nodes=localhost\n")
    assert status("1", {"PATH": os.environ["PATH"], "SLURM_CONF": str(tmp_path / "slurm.conf")}) == "running"
