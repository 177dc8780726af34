"""Damaged headers, tables and configurations: each is read, or refused in our words, with little work.

Every case starts from a good file and is changed in a few places by hypothesis: bytes are flipped, cut out, repeated,
or replaced by what breaks parsers. The number of files that were tried is printed at the end; DAMAGED=10000 in the
environment tries as many.
"""

import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semispectral.errors import SemispectralError
from semispectral.scans.formats import envi
from semispectral.study.classes import ClassMap
from semispectral.study.config import complete, read_schema
from semispectral.study.config_file import read_config
from semispectral.study.scenes import read_scenes

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = read_schema(ROOT / "config/config.schema.yaml")
TO_THROW = int(os.environ.get("DAMAGED", "1000"))
MEMORY_BYTES = 1 << 30  # beyond what the process has already
MOST_CALLS = 500_000  # of functions, Python's and others'; the good files take 200 to 27 000
MOST_CPU_SECONDS = 1800  # of the whole process: it ends a loop in C, which makes no calls
LINES, SAMPLES, BANDS = 4, 3, 5
HEADER = """ENVI
description = {a scan
  of two lines}
samples = 3
lines = 4
bands = 5
header offset = 0
file type = ENVI Standard
data type = 12
interleave = bil
byte order = 0
; a comment
wavelength units = Nanometers
wavelength = {1000, 1100, 1200.5, 1300, 1400}
bbl = {1, 1, 0, 1, 1}
band names = {a, b, c, d, e}
data ignore value = -9999
reflectance scale factor = 10000
class names = {Unclassified, talc}
class lookup = {0, 0, 0, 255, 128, 0}
map info = {UTM, 1, 1, 500000, 7000000, 2, 2, 33, North, WGS-84}
"""
CLASSES = 'code\tname\tcolour\n1\ttalc\t#00ff00\n2\t"calcite, white"\t#0000ff\n255\ttray\t#2c3142\n'
SCENES = (ROOT / "config/scenes.tsv").read_text(encoding="utf-8")
CONFIG = """
scenes: config/scenes.tsv
simulate: {enabled: true, seed: 2017}
split:
  method: groups
  test_groups: [DH3]
  valid_share: 0.2
runs: {labels_per_class: [5, all], seeds: [1]}
m1:
  latents: 30
  net: {hidden: [16]}
fetch:
  a.mat: {url: "https://example.org/a.mat", key: a, shape: [2, 2]}
"""
BREAKERS = (
    *("", "\0", "\t", "\n", "\r", " ", "=", "{", "}", "{" * 50, ",", ";", ":", "-", "- ", "[" * 400, "&a ", "*a", "!!"),
    *("nan", "-inf", "1e999", "-1", "0", "65536", "4294967296", "9" * 30, "9" * 5000, "1" + "0" * 400, "0x10", "1_000"),
    *(
        "../../etc/passwd",
        "/etc/passwd",
        "~",
        "\ufeff",
        "\u202e",
        "\U0001f600",
        "٣",
        "é",
        '"',
        "'",
        "\\",
        "#",
        "<script>",
    ),
    *("!!python/object/apply:os.system ['true']", "!!binary aGk=", "2026-13-45", "null", "true", "? [a, b]\n: c\n"),
    *("a: &b [*b]\n", "<<: 3\n", " " * 3000, "\t" * 500, "x" * 50_000, "ENVI", "lines = 3\n", "code", "1-99"),
    "\n".join(["a0: &a0 [1, 2]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]),
)
tried: dict[str, int] = {}
refused: dict[str, int] = {}


def read_header(path: Path) -> object:
    """Open the scene beside the header, and read a line of it."""
    with envi.open_cube(path, key="", axes="", wavelengths="") as cube:
        assert cube.shape[0] * cube.shape[1] * cube.shape[2] <= LINES * SAMPLES * BANDS * 2
        return cube.read_lines(0, 1)


READERS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "header": ("scan.hdr", HEADER, read_header),
    "scenes": ("scenes.tsv", SCENES, lambda path: read_scenes(path, data_root=path.parent)),
    "classes": ("classes.tsv", CLASSES, ClassMap.read),
    "config": ("config.yaml", CONFIG, lambda path: complete(read_config(path), SCHEMA)),
}
change = st.tuples(
    st.integers(0, 10**9), st.integers(0, 5), st.integers(0, 40), st.sampled_from(BREAKERS), st.binary(max_size=4)
)


def changed(content: bytes, changes: list[tuple[int, int, int, str, bytes]]) -> bytes:
    """The content with something cut, repeated, turned or put in, at each of the places."""
    for where, how, length, breaker, noise in changes:
        place = where % (len(content) + 1)
        before, middle, after = content[:place], content[place : place + length], content[place + length :]
        put = (
            b"",
            middle * 3,
            noise,
            breaker.encode(),
            breaker.encode() + middle,
            bytes(255 - byte for byte in middle),
        )
        content = before + put[how] + after
    return content


@contextmanager
def little_work() -> Iterator[None]:
    """Let a reader call so many functions and no more: a count, which no other load of the machine changes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > MOST_CALLS:
            sys.setprofile(None)
            raise RuntimeError(f"a reader called more than {MOST_CALLS} functions")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.fixture
def limits() -> Iterator[None]:
    """A gigabyte more of address space is all that a reader gets, and a loop without an end is killed."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    wanted = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + MEMORY_BYTES,
        resource.RLIMIT_CPU: int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + MOST_CPU_SECONDS,
    }
    before = {kind: resource.getrlimit(kind) for kind in wanted}
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, before[kind][1]))
    yield
    for kind, limit in before.items():
        resource.setrlimit(kind, limit)


@pytest.mark.parametrize("kind", READERS)
def test_damaged_files_are_read_or_refused_in_our_words(kind: str, tmp_path: Path, limits: None) -> None:
    """Nothing but our own errors comes out of a reader, nothing hangs, and nothing takes much memory."""
    name, good, read = READERS[kind]
    np.zeros((LINES, BANDS, SAMPLES), np.uint16).tofile(tmp_path / "scan.img")
    path = tmp_path / name

    @settings(
        max_examples=TO_THROW // len(READERS),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(changes=st.lists(change, min_size=1, max_size=3))
    def throw(changes: list[tuple[int, int, int, str, bytes]]) -> None:
        path.write_bytes(changed(good.encode(), changes))
        tried[kind] = tried.get(kind, 0) + 1
        try:
            with little_work():
                read(path)
        except SemispectralError:
            refused[kind] = refused.get(kind, 0) + 1

    path.write_text(good, encoding="utf-8")
    read(path)
    throw()


def test_so_many_were_tried(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """The tests above have thrown that many files; a good share of them was damaged enough to be refused."""
    if not {f"[{kind}]" for kind in READERS} <= {f"[{item.name.partition('[')[2]}" for item in request.session.items}:
        pytest.skip("not all kinds of files were thrown in this session")
    with capsys.disabled():
        counts = ", ".join(f"{count} of {kind} ({refused[kind]} refused)" for kind, count in tried.items())
        print(f"\n{sum(tried.values())} damaged files were read: {counts}")  # noqa: T201  the count is the result
    assert sum(tried.values()) >= 0.9 * TO_THROW
    assert sum(refused.values()) > 0.3 * TO_THROW
