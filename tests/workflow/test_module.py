"""The workflow as a module of another: the block of docs/howto/module.md, dry and for real."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from forks import Forks

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/howto/module.md"
Call = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Call:
    """A function that runs snakemake on the page's Snakefile in a folder of its own: status and what was said."""
    folder = tmp_path_factory.mktemp("somebody_else")
    (block,) = re.findall(r"```snakemake\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "Snakefile").write_text(block.replace("/path/to/semispectral", str(ROOT)), encoding="utf-8")
    return partial(forks.call, folder, "--cores", "1", "--configfile", str(ROOT / "tests/workflow/tiny.yaml"))


def test_a_dry_run_takes_what_the_rule_needs(call: Call) -> None:
    """The other workflow's own rule is the target, and of ours only what it asks for is planned."""
    status, text = call("-n", "--quiet", "rules")
    assert status == 0, text
    jobs = dict(re.findall(r"^(\w+)\s+(\d+)$", text, flags=re.MULTILINE))
    assert jobs == {"shares": "1", "simulate": "1", "census": "1", "total": "3"}


def test_our_rules_run_in_it(call: Call) -> None:
    """One scene is simulated and counted by our rules, with their scripts, in the other workflow's folder."""
    status, text = call("--quiet", "rules")
    assert status == 0, text[-3000:]
    assert not re.findall(r"^simulate\s", call("-n", "--quiet", "rules")[1], flags=re.MULTILINE)
    folder = Path(str(call.args[0]))  # type: ignore[attr-defined]
    assert (folder / "results/shares.txt").read_text() == "counted\n"
    assert (folder / "results/census/DH1_1.npy").is_file()
    assert not (ROOT / "tests/workflow/results").exists()
