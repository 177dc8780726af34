"""The tiny study, run once in a session for every test that needs a finished one."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from checkout import TINY, copy_sources

from forks import Forks


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Path:
    """A copy of the project in which the tiny study has run; to be read, or copied by `copy_study`.

    Of the workers of a session the first one runs it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    session = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = session / "finished_study", session / "finished_study_is_made"
    with (session / "finished_study_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            copy_sources(folder)
            status, said = forks.call(folder, "--cores", "2", "--configfile", TINY, whole=True)
            assert status == 0, said[-4000:]
            made.touch()
    return folder
