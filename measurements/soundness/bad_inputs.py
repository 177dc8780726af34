"""Bad inputs of every kind, and odd ones that are right: each is refused in one sentence, or taken.

    python measurements/soundness/bad_inputs.py

Each case takes a sound study, model or command line apart in one place. It is good when it is refused in one sentence
of ours that names the file (or the option, or the key), says what was needed and what came, and ends with what to do;
or, where the input is right, when it is taken. It prints how many were tried and how many are good, by kind, and each
that is not.
"""

import argparse
import contextlib
import io
import logging
import os
import re
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bad_inputs_cases import CASES, Case
from bad_inputs_study import Study
from semispectral.check.hole_tables import check_hole_tables
from semispectral.check.inputs import check_windows, library_words
from semispectral.check.plan import check_clusters, planned
from semispectral.check.problems import Problems
from semispectral.check.scenes import look_at_scenes
from semispectral.check.study import read_study
from semispectral.check.worth_knowing import stated_by, warnings_of
from semispectral.commands.main import main as command_line
from semispectral.study.scenes import require_test_holes

ROOT = Path(__file__).resolve().parents[2]
SECONDS, MEMORY_BYTES = 20, 6 << 30  # of one case; of this program
LONGEST = 1200  # letters of a sentence that a person still reads
INSTRUCTION = re.compile(r"[;?:]")  # what to do stands behind one of them


@dataclass
class Outcome:
    """What came of a case.

    Parameters
    ----------
    refused : the sentences.
    said : what was told beside, where the input was taken.
    trace : of an error that is none of ours, or empty.
    """

    refused: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    trace: str = ""


def checked(study: Study) -> Outcome:
    """A study looked at as `semispectral check` does it, but for the dry run."""
    study.write()
    with hearing() as heard:
        refused, said = looked_at()
    return Outcome(refused, [*said, *heard.lines])


def looked_at() -> tuple[list[str], list[str]]:
    """What is wrong with the study in the working directory, and what is worth knowing."""
    problems = Problems()
    found = read_study(ROOT, [Path("study.yaml")], problems)
    if found is None:
        return problems.found, []
    with problems.noted():
        require_test_holes(found.config["split"], found.scenes, where="split")
    known_holes = not problems.found
    looked = look_at_scenes(found, problems)
    with problems.noted():
        check_windows(found, looked)
    with problems.noted():
        check_clusters(found, looked)
    of_holes = check_hole_tables(found, problems)
    of_library = [] if found.unlabelled else list(library_words(found, looked, problems))
    drawn = planned(found, looked, problems) if known_holes and not found.unlabelled else None
    return problems.found, [*stated_by(looked), *of_holes, *of_library, *warnings_of(found, looked, drawn)]


def commanded(arguments: list[str]) -> Outcome:
    """A command line: its status, and what it wrote."""
    out = io.StringIO()
    with hearing() as heard, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = command_line(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
    said = [*heard.lines, *out.getvalue().splitlines()]
    return Outcome(heard.errors or said[-1:], said) if status else Outcome([], said)


class Heard(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        (self.errors if record.levelno >= logging.ERROR else self.lines).append(record.getMessage())


@contextlib.contextmanager
def hearing() -> Iterator[Heard]:
    """Keep what is logged meanwhile."""
    root, heard = logging.getLogger(), Heard()
    root.setLevel(logging.INFO)
    root.addHandler(heard)
    try:
        yield heard
    finally:
        root.removeHandler(heard)


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """End what waits for ever, such as the opening of a pipe."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(case: Case) -> Outcome:
    """Run a case in a folder of its own."""
    before = Path.cwd()
    logging.disable(logging.NOTSET)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with at_most(SECONDS):
                study = Study(Path(folder))
                given = case.build(study)
                is_command = isinstance(given, list) and all(isinstance(word, str) for word in given)
                return commanded(given) if given and is_command else checked(study)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return Outcome(trace="".join(traceback.format_exception(error)[-3:]))
        finally:
            os.chdir(before)


def fault(case: Case, found: Outcome) -> str:
    """What is wrong with the outcome; empty where it is good."""
    if found.trace:
        return f"traceback: {found.trace.strip().splitlines()[-1][:300]}"
    if case.taken:
        if found.refused:
            return f"refused, though it is right: {found.refused[0][:300]}"
        told = " | ".join(found.said)
        return "" if case.words in told else f"taken without {case.words!r}: {told[:300]}"
    if not found.refused:
        return "taken without a word" if not found.said else f"taken; said: {' | '.join(found.said)[:300]}"
    return next((wrong for sentence in found.refused if (wrong := fault_of(sentence))), "") or (
        ""
        if any(case.words in sentence for sentence in found.refused)
        else f"no {case.words!r} in: {found.refused[0][:300]}"
    )


def fault_of(sentence: str) -> str:
    """What is wrong with the wording of a refusal."""
    lines = sentence.splitlines()
    head_and_keys = lines[0].endswith(":") and all(line.startswith("  ") for line in lines[1:])  # of a configuration
    rules: dict[str, bool] = {
        "longer than a person reads": len(sentence) > LONGEST,
        "several lines": len(lines) > 1 and not head_and_keys,
        "letters that control a terminal": not all(line.isprintable() for line in lines),
        "the system's own words": "[Errno" in sentence,
        "no instruction": not INSTRUCTION.search(sentence),
    }
    return next((f"{rule}: {sentence[:300]!r}" for rule, broken in rules.items() if broken), "")


def main(arguments: list[str] | None = None) -> int:
    """Try all cases and print the counts; 1 where one is not good."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="cases whose kind or name holds this text")
    only = parser.parse_args(arguments).only
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    sys.path.insert(0, str(ROOT / "tests"))
    chosen = [case for case in CASES if only in f"{case.kind}: {case.name}"]
    tried: dict[str, list[str]] = {}
    for case in chosen:
        found = fault(case, outcome(case))
        tried.setdefault(case.kind, []).append(found)
        if found:
            sys.stdout.write(f"{case.kind}: {case.name}\n    {found}\n")
    sys.stdout.write(f"{'kind':<16}{'tried':>7}{'good':>6}\n")
    for kind, faults in tried.items():
        sys.stdout.write(f"{kind:<16}{len(faults):>7}{faults.count(''):>6}\n")
    every = [found for faults in tried.values() for found in faults]
    traces = sum(found.startswith("traceback") for found in every)
    sys.stdout.write(f"{'together':<16}{len(every):>7}{every.count(''):>6}; {traces} tracebacks\n")
    return int(any(every))


if __name__ == "__main__":
    sys.exit(main())
