"""Downloading public scenes: from a server on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from semispectral.errors import DataError, IntegrityError, MissingFileError, SemispectralError
from semispectral.scans import download as downloads
from semispectral.scans.download import Source, fetch

CODES = np.asarray([[0, 1, 1], [2, 0, 1]], np.uint8)


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps no log."""

    def do_GET(self) -> None:
        """Files as they are, and addresses that lie or lead on."""
        lies = {"/long.mat": "150000000", "/cut.mat": "9999"}
        if self.path == "/endless.mat":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(bytes(1 << 20))
        elif self.path in lies:
            self.send_response(200)
            self.send_header("Content-Length", lies[self.path])
            self.end_headers()
            self.wfile.write(b"x" * 5000)
        elif self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Say nothing."""


@pytest.fixture(autouse=True)
def unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of these tests has no certificate."""
    monkeypatch.setattr(downloads, "SCHEMES", ("https://", "http://127.0.0.1"))


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
    with pytest.raises(DataError, match="4 pixels of code 1 are needed, got 3"):
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
    with pytest.raises(DataError, match=r"an array .* is needed"):
        fetch(tmp_path / "data.mat", Source(f"{address}/data.mat", "cube", shape, kind))
    assert list(tmp_path.glob("*.mat")) == []


def test_without_network_it_says_what_to_do(tmp_path: Path) -> None:
    """The message names the address and the place to put the file by hand."""
    source = Source("http://127.0.0.1:9/data.mat", "cube", (2, 3, 4))
    with pytest.raises(MissingFileError, match=r"download http://127.0.0.1:9/data.mat .* put it at .*data.mat"):
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


@pytest.mark.parametrize("name", ["long.mat", "endless.mat"])
def test_what_is_far_larger_than_its_array_is_not_loaded(public: tuple[Path, str], tmp_path: Path, name: str) -> None:
    """By what the server promises, or by what comes."""
    _, address = public
    with pytest.raises(DataError, match=r"data\.mat: an array of shape \(2, 3, 4\) needs 16000384 bytes at most"):
        fetch(tmp_path / "data.mat", Source(f"{address}/{name}", "cube", (2, 3, 4)))
    assert list(tmp_path.glob("*.mat")) == []


def test_less_than_was_promised_is_no_file(public: tuple[Path, str], tmp_path: Path) -> None:
    """A connection that ends early."""
    _, address = public
    with pytest.raises(MissingFileError, match="9999 bytes were promised, 5000 came"):
        fetch(tmp_path / "data.mat", Source(f"{address}/cut.mat", "cube", (2, 3, 4)))


def test_a_redirect_may_lead_to_where_a_download_may_begin(public: tuple[Path, str], tmp_path: Path) -> None:
    """On the same terms as the address itself; not to a file of this machine, nor to what is not encrypted."""
    folder, address = public
    fetch(tmp_path / "data.mat", Source(f"{address}/to/{address}/data.mat", "cube", (2, 3, 4)))
    assert (tmp_path / "data.mat").read_bytes() == (folder / "data.mat").read_bytes()
    for target in ("file:///etc/passwd", "http://localhost/data.mat", "ftp://127.0.0.1/data.mat"):
        with pytest.raises(MissingFileError, match=r"the server sends to|is not allowed"):
            fetch(tmp_path / "other.mat", Source(f"{address}/to/{target}", "cube", (2, 3, 4)))


def test_a_message_names_the_file_and_not_where_it_was_checked(public: tuple[Path, str], tmp_path: Path) -> None:
    """What a reader says of the unfinished download is said of the place that it is for."""
    folder, address = public
    (folder / "page.mat").write_text("<html>sign in</html>")
    for source in (Source(f"{address}/page.mat", "cube", (2, 3, 4)), Source(f"{address}/data.mat", "x", (2, 3, 4))):
        with pytest.raises(SemispectralError) as caught:
            fetch(tmp_path / "data.mat", source)
        assert str(caught.value).startswith(f"{tmp_path / 'data.mat'}: ")
        assert ".tmp" not in str(caught.value)


def test_an_address_that_is_not_encrypted_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the schema of the configuration says."""
    monkeypatch.undo()
    with pytest.raises(DataError, match="begins with https:// is needed"):
        fetch(tmp_path / "data.mat", Source("http://example.org/data.mat", "cube", (2, 3, 4)))
