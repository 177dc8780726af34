"""A configuration file as it stands: refused in one sentence before Snakemake reads it, and runs what it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from semispectral.errors import SemispectralError
from semispectral.study.config_file import main, read_config

ROOT = Path(__file__).resolve().parents[2]
BAD = {
    "a key twice": (
        "m1: {latents: 3}\nm2: {}\nm1: {latents: 4}\n",
        "duplicate key 'm1' in one section",
    ),
    "a key twice inside": (
        "m1:\n  latents: 3\n  latents: 4\n",
        "duplicate key 'latents' in one section",
    ),
    "code": ("__use_yte__: true\n__definitions__: [import os]\n", "the key __use_yte__ has Snakemake run code"),
    "code that is off": ("__definitions__: [import os]\n", "the key __definitions__"),
    "a tag of Python": ("m1: !!python/object/apply:os.system [id]\n", "must be YAML"),
    "a list": ("- m1\n", "needs keys with values"),
    "no YAML": ("m1: [\n", "must be YAML"),
    "a date": ("m1: 2026-13-01\n", "must be YAML"),
    "an odd value": ("m1: .inf\n", "finite numbers"),
    "a number to the base of 8": ("m1: {latents: 017}\n", "line 1 holds '017'"),
    "a number to the base of 60": ("m1:\n  latents: 1:30\n", "line 2 holds '1:30'"),
    "a fraction to the base of 60": ("m2: {alpha: 1:30.5}\n", "line 1 holds '1:30.5'"),
    "control characters": ("m1: \x1b[2J\n", "must be YAML"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_configuration_is_refused(tmp_path: Path, kind: str) -> None:
    """The error is ours, names the file, and says what is wrong."""
    text, words = BAD[kind]
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(SemispectralError) as raised:
        read_config(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert words in str(raised.value)


def test_numbers_that_look_like_themselves_stay(tmp_path: Path) -> None:
    """0, 0.5, 1e-3, 0x1F and text in quotes are read as they look."""
    path = tmp_path / "mine.yaml"
    path.write_text("a: [0, -0, 0.5, 1.0e-3, 0x1F, '017', \"1:30\", 10]\n")
    assert read_config(path) == {"a": [0, 0, 0.5, 1e-3, 31, "017", "1:30", 10]}


def test_yaml_s_own_means_stay(tmp_path: Path) -> None:
    """Anchors, merges and the same key in two sections are no mistake; an empty file is an empty configuration."""
    path = tmp_path / "mine.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\nc: {x: 1}\n")
    assert read_config(path) == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}, "c": {"x": 1}}
    path.write_text("# nothing\n")
    assert read_config(path) == {}


@pytest.mark.parametrize("kind", ["absent", "folder", "pipe", "latin-1"])
def test_what_is_no_file_of_text_is_refused(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As a program: status 1 and one line, and it waits for no pipe."""
    path = tmp_path / "mine.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "latin-1":
        path.write_bytes("m1: Gr\xe4sberg\n".encode("latin-1"))
    assert main([str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{path}: ")
    assert said.count("\n") == 1


def test_make_reads_the_configuration_before_snakemake_does(tmp_path: Path) -> None:
    """Whatever runs Snakemake refuses a file with code before, in one sentence, and starts nothing."""
    (tmp_path / "evil.yaml").write_text('__use_yte__: true\nx: ?open("pwned.txt", "w").name\n')
    guards = set()
    for target in ("demo", "resume", "report", "benchmark"):
        said = subprocess.run(
            ["make", "-n", "-o", ".venv/.installed", target, f"CONFIG={tmp_path}/evil.yaml"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        commands = [line.partition("activate && ")[2] for line in said.splitlines() if "snakemake --cores" in line]
        assert commands
        for command in commands:
            guard, _, rest = command.partition(" && ")
            assert rest.startswith("snakemake --cores")
            guards.add(guard)
    for guard in guards:
        done = subprocess.run(
            [sys.executable, *guard.split()[1:]], cwd=ROOT, check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "evil.yaml: plain values are needed" in done.stderr
    assert not (ROOT / "pwned.txt").exists()
