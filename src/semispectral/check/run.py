"""Run ``semispectral check``: inspect everything, then report jobs and problems."""

import argparse
import logging
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from semispectral.check import messages as words
from semispectral.check.dry_run import ALL, EXPLORE, jobs, start_dry_run
from semispectral.check.estimate import needs
from semispectral.check.hole_tables import check_hole_tables
from semispectral.check.inputs import check_windows, hull_words, library_words
from semispectral.check.machine import times_as_slow
from semispectral.check.plan import check_clusters, odd_of_scans, planned
from semispectral.check.problems import Problems
from semispectral.check.scenes import look_at_scenes
from semispectral.check.study import Study, read_study
from semispectral.check.worth_knowing import stated_by, warnings_of
from semispectral.errors import ConfigError
from semispectral.storage.results_format import older_format, require_readable_format
from semispectral.storage.run_again import run_command
from semispectral.study.names import printable_lines
from semispectral.study.paths import left_over, require_writable
from semispectral.study.scenes import require_test_holes
from semispectral.workflow.home import workflow_folder

MOST_WARNINGS = 12
READERS = "semispectral.scans"  # the room whose warnings are about files
MOST_STATED = 20


def run_check(wanted: argparse.Namespace) -> None:
    """Check a study and write its summary to stdout.

    Parameters
    ----------
    wanted : parsed arguments.

    Raises
    ------
    ConfigError : there are problems; each is a line of the message.
    """
    problems = Problems()
    folder = wanted.workflow or workflow_folder()
    study = read_study(folder, wanted.config, problems)
    if study is not None:
        with _stages_silent() as readers:
            lines = list(_summary(study, folder, wanted, problems, readers))
        sys.stdout.write(printable_lines("".join(f"{line}\n" for line in lines)))
    if problems.found:
        number = len(problems.found)
        raise ConfigError("\n".join(words.listed(f"{number} problem{'s' * (number != 1)}", problems.found)))
    unlabelled = study is not None and study.unlabelled
    sys.stdout.write(_what_next(unlabelled, in_clone=folder == Path.cwd(), overlays=wanted.config))


def _what_next(unlabelled: bool, *, in_clone: bool, overlays: Sequence[Path]) -> str:
    """Return the last sentence: the command that runs the study."""
    options = ["--cores all --resources gpu=1"] if in_clone else []
    options += ["--configfile", *(shlex.quote(str(path)) for path in overlays)] if overlays else []
    if unlabelled:
        explore = run_command(" ".join(["explore", *options]))
        return (
            f"Nothing is wrong. No scene has labels: {explore} shows what the scans hold, and which pixels to label.\n"
        )
    return f"Nothing is wrong: {run_command(' '.join(options))} runs it.\n"


class Kept(logging.Handler):
    """Logging handler that keeps each message once: a file is opened several times.

    Attributes
    ----------
    messages : the messages.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message.

        Parameters
        ----------
        record : the log record.
        """
        if record.getMessage() not in self.messages:
            self.messages.append(record.getMessage())


@contextmanager
def _stages_silent() -> Iterator[Kept]:
    """Silence the stages: their warnings are in the summary. Warnings of the readers of files are kept."""
    levels = {
        "semispectral": logging.ERROR,
        "semispectral.check": logging.INFO,
        READERS: logging.WARNING,
    }
    loggers = {name: logging.getLogger(name) for name in levels}
    before = {name: logger.level for name, logger in loggers.items()}
    readers, kept = loggers[READERS], Kept()
    readers.addHandler(kept)
    readers.propagate = False
    for name, level in levels.items():
        loggers[name].setLevel(level)
    try:
        yield kept
    finally:
        readers.removeHandler(kept)
        readers.propagate = True
        for name, level in before.items():
            loggers[name].setLevel(level)


def _summary(
    study: Study, folder: Path, wanted: argparse.Namespace, problems: Problems, readers: Kept
) -> Iterator[str]:
    """Yield the lines of the summary; problems found on the way are added to ``problems``."""
    dry_run = start_dry_run(folder, wanted.config, target=EXPLORE if study.unlabelled else ALL)
    known_holes = False
    with problems.noted():
        require_test_holes(study.config["split"], study.studied, where="split")
        known_holes = True
    with problems.noted():
        require_writable(study.results, what="the results (pathvars.results)")
        require_readable_format(study.results)
    looked = look_at_scenes(study, problems)
    with problems.noted():
        check_windows(study, looked)
    with problems.noted():
        check_clusters(study, looked)
    of_holes = check_hole_tables(study, problems)
    of_library = [] if study.unlabelled else [*hull_words(study, looked), *library_words(study, looked, problems)]
    odd: tuple[str, ...] = ()
    if study.unlabelled:
        with problems.noted():
            odd = odd_of_scans(study, looked)
    drawn = planned(study, looked, problems) if known_holes and not study.unlabelled else None
    would_run = jobs(dry_run, problems)
    yield from words.scenes(study, looked)
    yield from words.listed("What the files state, and what is made of it", stated_by(looked), most=MOST_STATED)
    if not study.unlabelled:
        yield from words.classes(study, looked)
        yield from words.split(study, drawn, sound=not problems.found)
        yield from words.labels_per_class(study, drawn)
        yield from words.features(study, looked)
    yield from of_library
    if would_run is not None:
        slower = times_as_slow()
        found = needs(study, looked, drawn, would_run, slower=slower)
        yield from words.needs(found, cores=max(1, wanted.cores), slower=slower)
        yield from words.trained_again(study, would_run)
    older = filter(None, (older_format(study.results), left_over(study.results)))
    warnings = [*older, *readers.messages, *of_holes, *warnings_of(study, looked, drawn, odd)]
    yield from words.listed("Worth knowing", warnings, most=MOST_WARNINGS)
