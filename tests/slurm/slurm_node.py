"""A private Slurm of one node with one pretended GPU, and what its own records say of the jobs that ran on it."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"  # Debian's daemons lie where a user's PATH may not look
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "srun")
ABSENT = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
UNITS = {"M": 1, "G": 1024}


@dataclass(frozen=True)
class Job:
    """One job in Slurm's records.

    Parameters
    ----------
    name, folder : of its rule, and the project that it works in.
    state, partition, memory_mb, minutes, gpus : as Slurm knows them; ``gpus`` is what was asked for.
    holds : the GPUs that a running job holds, as Slurm lists them, or empty.
    submitted, start, end : a job that waits has no start; the end of one that runs is its limit.
    """

    number: str
    name: str
    folder: Path
    state: str
    partition: str
    memory_mb: int
    minutes: int
    gpus: int
    holds: str
    submitted: datetime
    start: datetime | None
    end: datetime | None


class Node:
    """The daemons in one folder, from `start` to `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "SBATCH", "SRUN"))}
        conf, path = str(folder / "slurm.conf"), f"{folder / 'bin'}:{PATH}"
        self.environment = {**clean, "SLURM_CONF": conf, "PATH": path}

    def start(self) -> None:
        """Start the daemons; what they said is the error where they do not come up."""
        # Daemons keep the file that they inherit as stderr open: a pipe would never end.
        said = self.folder / "start.txt"
        self.folder.mkdir(parents=True, exist_ok=True)
        with said.open("w") as file:
            done = subprocess.run([HERE / "start.sh", self.folder, "1"], stdout=file, stderr=file, check=False)
        assert done.returncode == 0, said.read_text()

    def stop(self) -> None:
        """End the jobs and the daemons."""
        subprocess.run([HERE / "stop.sh", self.folder], check=True)

    def call(self, *command: str) -> str:
        """What one of Slurm's commands says."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def hold_up(self, job: Job) -> None:
        """Stop the processes of a job, as where its disk does not answer; its time goes on."""
        command = ("scancel", "--signal=STOP", "--full", job.number)
        subprocess.run(command, env=self.environment, capture_output=True, check=False)  # it may have ended just now

    def jobs(self) -> list[Job]:
        """All jobs since the start, in the order of their submission."""
        lines = self.call("scontrol", "show", "job", "--details", "--oneliner").splitlines()
        return [parse(line) for line in lines if line.startswith("JobId=")]


def parse(line: str) -> Job:
    """One line of ``scontrol show job --details --oneliner``."""
    said = dict(re.findall(r"(\S+?)=(\S*)", line))
    amount, unit = re.fullmatch(r"(\d+)([MG])", said["MinMemoryNode"]).groups()  # type: ignore[union-attr]
    hours, minute, _ = said["TimeLimit"].rpartition("-")[2].split(":")
    # One executor puts the rule into the name of a job, the other into its comment.
    rule = re.match(r"rule_(\w+?)(_wildcards_|$)", said.get("Comment", ""))
    return Job(
        number=said["JobId"],
        name=rule[1] if rule else said["JobName"],
        folder=Path(said["WorkDir"]),
        state=said["JobState"],
        partition=said["Partition"],
        memory_mb=int(amount) * UNITS[unit],
        minutes=int(hours) * 60 + int(minute),
        gpus=int(re.sub(r".*gpu:?", "", said["TresPerJob"]) or 1) if "gpu" in said.get("TresPerJob", "") else 0,
        holds=said.get("GRES", ""),
        submitted=datetime.fromisoformat(said["SubmitTime"]),
        start=_time(said["StartTime"]),
        end=_time(said["EndTime"]),
    )


def _time(text: str) -> datetime | None:
    return None if text == "Unknown" else datetime.fromisoformat(text)
