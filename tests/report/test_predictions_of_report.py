"""Which predictions the report reads, and the order of its scenes and holes."""

from pathlib import Path

import numpy as np
import pandas as pd

from semispectral.evaluation.queries import answers
from semispectral.report.results import PREDICTION, in_natural_order, read_tested
from semispectral.sampling.training_set import Features
from semispectral.storage.parquet import write_table


def run(method: str, per_class: str, seed: int, scenes: list[str]) -> pd.DataFrame:
    """Predictions of one run: a validation pixel and one test pixel of each scene."""
    rows = [
        {"scene": scene, "hole": scene[0], "line": line, "sample": seed, "label": 0, "predicted": 1, "part": part}
        for line, (scene, part) in enumerate([(scenes[0], "valid"), *((scene, "test") for scene in scenes)])
    ]
    return pd.DataFrame(rows).assign(method=method, features="bands", per_class=per_class, seed=seed, p0=0.5)


def test_rows_of_the_test_part_with_so_many_labels_are_read(tmp_path: Path) -> None:
    """They are those of all tables at once, though the tables have other scenes and methods."""
    of_runs = (("svm", "5", 1, ["A1"]), ("svm", "all", 1, ["A1", "B1"]), ("m2", "all", 2, ["B2", "A1"]))
    runs = [run(*own) for own in of_runs]
    paths = [tmp_path / f"{number}.parquet" for number in range(len(runs))]
    for path, table in zip(paths, runs, strict=True):
        write_table(path, table)
    together = pd.concat(runs, ignore_index=True)
    wanted = together.loc[(together["part"] == "test") & (together["per_class"] == "all"), PREDICTION]
    found = read_tested(paths, per_class="all")
    assert found.astype(wanted.dtypes.to_dict()).equals(wanted.reset_index(drop=True))
    assert found["scene"].dtype == "category"


def test_a_method_without_an_answer_adds_no_row(tmp_path: Path) -> None:
    """Its table, as a stage writes it, has no row, and names in it are of no kind; alone it is read, too."""
    said = run("svm", "all", 1, ["A1"])
    table = pd.DataFrame({"part": said["part"], "scene": said["scene"], "hole": said["hole"], "line": 0, "sample": 0})
    query = Features(np.zeros((len(said), 0), np.float32), np.zeros((len(said), 1)), table.assign(label=0))
    nobody = query.where(np.zeros(len(said), bool))
    one = {"method": "svm", "features": "hull", "per_class": "all", "seed": 1}
    write_table(tmp_path / "none.parquet", answers(np.zeros((0, 1), np.float32), nobody, **one))
    write_table(tmp_path / "said.parquet", said)
    paths = [tmp_path / f"{name}.parquet" for name in ("none", "said")]
    assert read_tested(paths, per_class="all")["features"].tolist() == ["bands"]
    assert not len(read_tested(paths[:1], per_class="all"))


def test_the_tenth_hole_comes_after_the_second() -> None:
    """As people count, not as letters are sorted."""
    paths = [Path(f"downhole/H{number}.png") for number in (10, 2, 1)]
    assert in_natural_order(paths) == [paths[2], paths[1], paths[0]]
