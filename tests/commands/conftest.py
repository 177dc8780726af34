"""What tests of commands share."""

from pathlib import Path

import pytest

from semispectral.commands import predict_run
from semispectral.downhole import write_log
from semispectral.maps import map_files


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of maps and logs are empty files: they take most of a command's time, and other tests look at them."""

    def empty(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b"")

    for module, name in (
        (map_files, "draw_picture"),
        (write_log, "draw_log"),
        (predict_run, "write_strip_log"),
    ):
        monkeypatch.setattr(module, name, empty)
