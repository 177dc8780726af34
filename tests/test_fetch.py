"""Downloading public scenes: from a server on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from semispectral.errors import DataError, IntegrityError, MissingFileError
from semispectral.fetch import Source, fetch

CODES = np.asarray([[0, 1, 1], [2, 0, 1]], np.uint8)


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Say nothing."""


@pytest.fixture
def public(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with a data and a label file, and the address that it is served at."""
    folder = tmp_path / "public"
    folder.mkdir()
    savemat(folder / "data.mat", {"cube": np.ones((2, 3, 4), np.uint16)})
    savemat(folder / "labels.mat", {"gt": CODES})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_arrives_whole(public: tuple[Path, str], tmp_path: Path) -> None:
    """What is in place afterwards is the file byte for byte, and nothing beside it."""
    folder, address = public
    wanted = tmp_path / "data/scene/data.mat"
    fetch(wanted, Source(f"{address}/data.mat", "cube", (2, 3, 4)))
    assert wanted.read_bytes() == (folder / "data.mat").read_bytes()
    assert list(wanted.parent.iterdir()) == [wanted]


def test_labels_are_counted(public: tuple[Path, str], tmp_path: Path) -> None:
    """Known counts of codes are compared."""
    _, address = public
    fetch(tmp_path / "labels.mat", Source(f"{address}/labels.mat", "gt", (2, 3), counts={"0": 2, "1": 3, "2": 1}))
    with pytest.raises(DataError, match="needs 4 pixels of code 1, got 3"):
        fetch(tmp_path / "again.mat", Source(f"{address}/labels.mat", "gt", (2, 3), counts={"1": 4}))
    assert not (tmp_path / "again.mat").exists()


def test_a_checksum_decides_where_it_is_known(public: tuple[Path, str], tmp_path: Path) -> None:
    """The right sum is accepted, a wrong one leaves no file."""
    folder, address = public
    right = hashlib.sha256((folder / "data.mat").read_bytes()).hexdigest()
    fetch(tmp_path / "data.mat", Source(f"{address}/data.mat", "cube", (2, 3, 4), sha256=right))
    with pytest.raises(IntegrityError, match="sha256"):
        fetch(tmp_path / "other.mat", Source(f"{address}/data.mat", "cube", (2, 3, 4), sha256="0" * 64))
    assert not (tmp_path / "other.mat").exists()


@pytest.mark.parametrize(("shape", "kind"), [((2, 3, 5), "integer"), ((2, 3, 4), "float")])
def test_another_array_is_refused(public: tuple[Path, str], tmp_path: Path, shape: tuple[int, ...], kind: str) -> None:
    """Shape and kind of values are compared where there is no checksum."""
    _, address = public
    with pytest.raises(DataError, match="must hold"):
        fetch(tmp_path / "data.mat", Source(f"{address}/data.mat", "cube", shape, kind))
    assert list(tmp_path.glob("*.mat")) == []


def test_without_network_it_says_what_to_do(tmp_path: Path) -> None:
    """The message names the address and the place to put the file by hand."""
    source = Source("http://127.0.0.1:9/data.mat", "cube", (2, 3, 4))
    with pytest.raises(MissingFileError, match=r"Download http://127.0.0.1:9/data.mat .* put it at .*data.mat"):
        fetch(tmp_path / "data.mat", source)


def test_a_missing_page_is_no_file(public: tuple[Path, str], tmp_path: Path) -> None:
    """An answer 404 is not written to disk as if it were the scene."""
    _, address = public
    with pytest.raises(MissingFileError, match="404"):
        fetch(tmp_path / "nothing.mat", Source(f"{address}/nothing.mat", "cube", (2, 3, 4)))
    assert not (tmp_path / "nothing.mat").exists()


def test_only_web_addresses(tmp_path: Path) -> None:
    """A file on this machine cannot be smuggled in through the configuration."""
    with pytest.raises(DataError, match="https://"):
        fetch(tmp_path / "passwd", Source("file:///etc/passwd", "cube", (2, 3, 4)))
