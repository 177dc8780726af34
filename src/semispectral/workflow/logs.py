"""Start the logging of a stage: to its log file and to the terminal, in one plain line format."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from semispectral.errors import SemispectralError
from semispectral.storage import provenance, seal
from semispectral.storage.atomic import FULL
from semispectral.storage.results_format import mark_format
from semispectral.study.names import printable_lines
from semispectral.workflow import running

log = logging.getLogger(__name__)

LINE = "%(asctime)s {stage}: %(message)s"
CLOCK = "%H:%M:%S"
TERMINAL, SILENT = "SEMISPECTRAL_TERMINAL", logging.CRITICAL + 1  # off where something else draws on the terminal


def start(path: str | Path, *, job: Any = None, gpu: int = 0) -> None:
    """Send this process's logging to a file and to stderr, and report our errors by their message.

    An uncaught `SemispectralError` is one line in the terminal, with the full traceback in the log file. The process
    still ends with a non-zero status.

    Parameters
    ----------
    path : path-like, log file, ``logs/<rule>/<wildcards>.log``; its name gives the stage's name in every line.
    job : object ``snakemake`` of the job, whose provenance is then kept in its results and in the log; None: no job.
    gpu : int, number of GPUs that the job was given; with 0, GPUs are hidden from this process.
    """
    path = Path(path)
    if not gpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    path.parent.mkdir(parents=True, exist_ok=True)
    formatter = Plain(LINE.format(stage=stage_name(path)), CLOCK)
    root = logging.getLogger()
    root.setLevel(logging.WARNING)  # of libraries: what they do is not of the stage
    for handler in (_file_handler(path), _terminal_handler()):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    logging.getLogger("semispectral").setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    sys.excepthook = say
    if job is not None:
        running.hold()
        seal.results_in(_results_of(path))
        provenance.start(provenance.of_job(job))
        mark_format(_results_of(path))


class Plain(logging.Formatter):
    """Formatter whose lines any terminal can show: control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record.

        Parameters
        ----------
        record : LogRecord, record to format.
        """
        return printable_lines(super().format(record))


def leave_terminal() -> None:
    """Let the stages that this process starts write to their log files only."""
    os.environ[TERMINAL] = "off"


@contextmanager
def set_aside(path: str | Path) -> Iterator[None]:
    """Send the output of native libraries on stderr to the log file for a while.

    Used for the import of TensorFlow, whose first lines no environment variable silences.

    Parameters
    ----------
    path : path-like, log file.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with Path(path).open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)


def stage_name(path: Path) -> str:
    """Return the stage of a log file: ``logs/train_m2/latents/20/1.log`` gives ``train_m2 latents 20 1``.

    Parameters
    ----------
    path : Path, log file.

    Examples
    --------
    >>> stage_name(Path("logs/train_m2/latents/20/1.log"))
    'train_m2 latents 20 1'
    """
    parts = path.with_suffix("").parts
    return " ".join(parts[parts.index("logs") + 1 :] if "logs" in parts else parts[-1:])


def _results_of(path: Path) -> Path:
    """Return the folder of the results that a log file lies in: the parent of ``logs``."""
    parents = path.absolute().parents
    return next((folder.parent for folder in parents if folder.name == "logs"), path.absolute().parent)


def _file_handler(path: Path) -> logging.Handler:
    handler = LogFile(path, mode="a", encoding="utf-8")
    handler.setLevel(logging.DEBUG)
    return handler


class LogFile(logging.FileHandler):
    """Log file that stops writing on a full disk without a traceback for each line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Ignore a record that could not be written for lack of space.

        Parameters
        ----------
        record : LogRecord, record that failed.
        """
        error = sys.exc_info()[1]
        if not (isinstance(error, OSError) and error.errno in FULL):
            super().handleError(record)


def _terminal_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(SILENT if os.environ.get(TERMINAL) == "off" else logging.INFO)
    return handler


def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report an uncaught error: ours, Ctrl-C and a full disk in words, any other with its traceback.

    Parameters
    ----------
    kind : class of the error.
    error : BaseException, the error.
    trace : its traceback.
    """
    if issubclass(kind, KeyboardInterrupt):
        log.error("interrupted")
        log.debug("this is where it was:", exc_info=(kind, error, trace))
        return
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, error, trace)
        return
    words = in_words(error)
    if words is None:
        log.critical("stopped by an unexpected error", exc_info=(kind, error, trace))
        return
    log.error("%s", words)
    log.debug("where it was raised:", exc_info=(kind, error, trace))


def in_words(error: BaseException) -> str | None:
    """Return the message of an error that the user can act on; None for any other error.

    Parameters
    ----------
    error : BaseException, the error.
    """
    if isinstance(error, SemispectralError):
        return str(error)
    if isinstance(error, OSError) and error.errno in FULL:
        return (
            f"no space is left on the disk ({error.filename or error}); free some and run again, it goes on from here"
        )
    if isinstance(error, OSError) and error.filename:
        return (
            f"{error.filename}: cannot be opened or written ({error.strerror}); see to its permissions, or name another"
        )
    if isinstance(error, MemoryError):
        return f"not enough memory ({error}); give the stage more mem_mb, or lower the sample or batch sizes"
    return None
