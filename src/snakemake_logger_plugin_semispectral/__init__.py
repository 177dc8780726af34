"""Snakemake's progress in plain lines, one for each job that ends, for logs and pipes: ``--logger semispectral``."""

import re
import sys
import time
from logging import WARNING, LogRecord
from pathlib import Path
from typing import Any, NamedTuple

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from semispectral.workflow.logs import stage_name
from semispectral.workflow.units import clock

# What a job's command ends with after Ctrl-C, or after a polite kill.
INTERRUPTED = re.compile(r"died with <Signals\.SIG(INT|TERM)\b|exit status (130|143)\b")
GO_ON = "interrupted: the same command goes on from here"
SAID_ANYWAY = ("Nothing to be done", "Complete log(s)")  # of what Snakemake says by the way


class Job(NamedTuple):
    """A job that was started: the name of its stage, its log file, and when."""

    name: str
    log: str
    started: float


class LogHandler(LogHandlerBase):
    """Writes to stderr: how many jobs there are, each job that ended, and whatever went wrong."""

    def __post_init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.total = self.ended = 0
        self.interrupted = False

    def emit(self, record: LogRecord) -> None:
        """Say a record in one line, or nothing; a dry run is told as Snakemake itself does."""
        event = getattr(record, "event", None)
        if self.common_settings.dryrun:
            line = self.format(record)
        else:
            line = SAY[event](self, record) if event in SAY else _plain(event, record)
        if line:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    def run_info(self, record: Any) -> str:
        """How many jobs there are of each rule."""
        counts = {rule: count for rule, count in record.stats.items() if rule not in ("total", "all")}
        self.total = sum(counts.values())
        return f"{self.total} jobs: {', '.join(f'{rule} {count}' for rule, count in counts.items())}"

    def job_info(self, record: Any) -> str:
        """Remember a job that starts."""
        logs = [str(path) for path in record.log or []]
        name = stage_name(Path(logs[0])) if logs else record.rule_name  # as in the lines of the stage
        self.jobs[record.jobid] = Job(name, ", ".join(logs), record.created)
        return ""

    def job_finished(self, record: Any) -> str:
        """Log a job that ended, with its number and time."""
        job = self.jobs.get(record.job_id)
        if job is None or job.name == "all":
            return ""
        self.ended += 1
        took = clock(record.created - job.started)
        return f"{_now(record)} {job.name}: done in {took} ({self.ended} of {self.total} jobs)"

    def job_error(self, record: Any) -> str:
        """Log a job that failed, and its log file; an interrupted job has logged that itself."""
        job = self.jobs.get(record.jobid)
        if self.interrupted:
            return ""
        return f"{_now(record)} {job.name}: failed, its log is {job.log}" if job else ""

    def error(self, record: LogRecord) -> str:
        """Log the error that stopped the workflow; Ctrl-C is logged once, in one word."""
        message = record.getMessage()
        first, self.interrupted = not self.interrupted, self.interrupted or bool(INTERRUPTED.search(message))
        return (GO_ON if first else "") if self.interrupted else message

    writes_to_stream = True
    writes_to_file = has_filter = has_formatter = needs_rulegraph = False


SAY = {
    LogEvent.RUN_INFO: LogHandler.run_info,
    LogEvent.JOB_INFO: LogHandler.job_info,
    LogEvent.JOB_FINISHED: LogHandler.job_finished,
    LogEvent.JOB_ERROR: LogHandler.job_error,
    LogEvent.ERROR: LogHandler.error,
}


def _plain(event: Any, record: LogRecord) -> str:
    message = record.getMessage() if record.msg else ""
    heard = event is None and (record.levelno >= WARNING or message.startswith(SAID_ANYWAY))
    return message if heard else ""


def _now(record: LogRecord) -> str:
    return time.strftime("%H:%M:%S", time.localtime(record.created))
