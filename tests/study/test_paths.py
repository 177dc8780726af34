"""Paths that are none, and folders that an earlier version left among the results."""

from pathlib import Path

import pytest

from semispectral.errors import ConfigError
from semispectral.study.config import complete, read_schema
from semispectral.study.paths import inside, left_over, require_path

SCHEMA = Path(__file__).resolve().parents[2] / "config/config.schema.yaml"


@pytest.mark.parametrize("address", ["s3://bucket/scan.h5", "https://x.org/scan.h5", "gs://b/a", "file:///scan.h5"])
def test_an_address_is_no_path(address: str, tmp_path: Path) -> None:
    """The address of a store is refused in words, wherever a path stands, and not taken for a folder called s3."""
    with pytest.raises(ConfigError, match="row 2, column data: a path on this machine is needed"):
        inside(address, "scenes.tsv, row 2, column data", root=tmp_path, allow_outside=True)
    for given in ({"data_root": address}, {"pathvars": {"results": address}}, {"scenes": address}):
        with pytest.raises(ConfigError, match="mount the store as a folder"):
            complete(given, read_schema(SCHEMA))


@pytest.mark.parametrize("path", ["scans/DH1.h5", "C:/scans/DH1.h5", "a b:c/d.h5", "/hsimage//data", ""])
def test_a_path_with_a_colon_is_a_path(path: str) -> None:
    """Drives, colons in names and doubled slashes are no addresses."""
    require_path(path, "scenes.tsv")


def test_folders_of_an_earlier_version_are_named(tmp_path: Path) -> None:
    """The old folders are named, and those of today are not."""
    for name in ("splits/main", "labels_per_class", "predictions/main/inductive", "report/benchmark"):
        (tmp_path / name).mkdir(parents=True)
    assert left_over(tmp_path) == ""
    (tmp_path / "budgets").mkdir()
    assert "wrote budgets, which" in left_over(tmp_path)
