"""What rules take from the run of Snakemake: files of the workflow's own folder, the hash of code, cores and GPUs."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from semispectral.workflow.rerun import Code
from semispectral.workflow.resources import has_gpu


class SnakemakeRun:
    """A run of Snakemake.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow.
    source : callable, where a file of the workflow's own folder lies, given its path in that folder. A rule file makes
        it: Snakemake looks beside the file that asks.
    """

    def __init__(self, workflow: Any, source: Callable[[str], str]) -> None:
        self._workflow = workflow
        self.source = source
        self._hashes: dict[Path, str] = {}

    @cached_property
    def _code(self) -> Code:
        return Code()

    @property
    def _elsewhere(self) -> bool:
        """Whether jobs run on other machines."""
        return bool(self._workflow.remote_exec or not self._workflow.local_exec)

    def code(self, rule: str) -> Callable[[Any], str]:
        """Return a parameter: the hash of a rule's adapter and of the package modules that it uses.

        It is taken when a job asks for it. A job on a cluster reads all rules and asks for one: to hash them all would
        cost every job seconds.

        Parameters
        ----------
        rule : str, name of the adapter.
        """
        script = Path(self.source(f"workflow/scripts/{rule}.py"))

        def hashed(wildcards: Any) -> str:
            if script not in self._hashes:
                self._hashes[script] = self._code.hash_of(script)
            return self._hashes[script]

        return hashed

    def at_most(self, threads: int) -> Callable[[Any], int]:
        """Return so many threads; on this machine half of its cores where that is less, so that two jobs run at once.

        Much of a job uses one core: imports, the compilation of a step, its elementwise work.

        Parameters
        ----------
        threads : int, threads that a job can use.
        """

        def given(wildcards: Any) -> int:
            return threads if self._elsewhere else max(1, min(threads, int(self._workflow.cores) // 2))

        return given

    def as_many_as(self, threads: int) -> Callable[[Any], int]:
        """Return so many threads; on this machine all its cores where these are fewer, for the last job of a run.

        Parameters
        ----------
        threads : int, threads that a job can use.
        """

        def given(wildcards: Any) -> int:
            return threads if self._elsewhere else min(threads, int(self._workflow.cores))

        return given

    def gpu_if_any(self, wildcards: Any) -> int:
        """Return one GPU; none on a machine without: its jobs need not wait for each other.

        A cluster says itself what it has.
        """
        return int(self._elsewhere or has_gpu())
