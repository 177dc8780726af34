"""Files of the queue: a table that is never lost, the same bytes again, and pictures at the edge of a scene."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semispectral.explore.cluster_map import RASTER, write_cluster_map
from semispectral.explore.found_clusters import ClusterMap
from semispectral.explore.queue_files import SHEET, around, queue_table, write_points, write_queue
from semispectral.maps.rasters import Ground
from semispectral.storage.parquet import read_table


def queue() -> pd.DataFrame:
    """Two pixels of one scene."""
    places = pd.DataFrame({"scene": ["A_1", "A_1"], "hole": ["A", "A"], "line": [3, 7], "sample": [1, 0]})
    return queue_table(places, groups=["group 1", "group 2"], suggested=["talc", ""], why=["stands for 3 %", "far"])


def test_a_table_without_answers_is_written_over(tmp_path: Path) -> None:
    """The next queue takes its place; the checked result says which table it is."""
    for _ in range(2):
        assert write_queue(tmp_path / "queue.parquet", queue()) == tmp_path / "queue.tsv"
    assert read_table(tmp_path / "queue.parquet").attrs[SHEET] == "queue.tsv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["queue.parquet", "queue.tsv"]


@pytest.mark.parametrize("spoilt", [False, True])
def test_answers_are_never_written_over(tmp_path: Path, spoilt: bool) -> None:
    """A table with an answer, or one that can no longer be read, stays; the next queue gets another name."""
    sheet = write_queue(tmp_path / "queue.parquet", queue())
    text = sheet.read_text(encoding="utf-8")
    answered = "spoilt by a spreadsheet" if spoilt else text.replace("talc\t\t", "talc\ttalc\t")
    sheet.write_text(answered, encoding="utf-8")
    assert write_queue(tmp_path / "queue.parquet", queue()) == tmp_path / "queue_2.tsv"
    assert sheet.read_text(encoding="utf-8") == answered
    assert read_table(tmp_path / "queue.parquet").attrs[SHEET] == "queue_2.tsv"


def test_points_have_the_same_bytes_again(tmp_path: Path) -> None:
    """No time is written into the GeoPackage."""
    found = ClusterMap(np.zeros((9, 4), np.int16), np.zeros((9, 4, 3), np.uint8))
    write_cluster_map(tmp_path / "A_1", found, names=("group 1",), ground=Ground(), scene="A_1")
    written = []
    for name in ("one.gpkg", "two.gpkg"):
        write_points(tmp_path / name, queue(), {"A_1": tmp_path / "A_1" / RASTER})
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_the_surroundings_are_grey_beyond_the_edge() -> None:
    """The pixel is in the middle, wherever in the scene it lies."""
    picture = np.arange(60, dtype=np.uint8).reshape(5, 4, 3)
    cut = around(picture, 0, 3, side=2)
    assert cut.shape == (5, 5, 3)
    np.testing.assert_array_equal(cut[2, 2], picture[0, 3])
    np.testing.assert_array_equal(cut[2:5, 0:3], picture[0:3, 1:4])
    assert (cut[:2] == 128).all()
    assert (cut[:, 3:] == 128).all()
