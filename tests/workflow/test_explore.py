"""A tiny study without labels: what `snakemake explore` gives, what else it can do, and what runs once labels come."""

import csv
import re
from pathlib import Path

import h5py
import numpy as np
import pyogrio.raw
import pytest
import shapely
import yaml
from checkout import copy_sources
from PIL import Image

from described_columns import undescribed
from forks import Forks
from semispectral.explore.queue_files import CHIP, MAGNIFIED

pytestmark = pytest.mark.slow

TINY, OURS = "tests/workflow/tiny.yaml", "unlabelled.yaml"
QUEUE = 24
SCENES = ("DH1_1", "DH2_1", "DH3_1")


class Study:
    """A copy of the project with the study without labels."""

    def __init__(self, folder: Path, forks: Forks) -> None:
        self.folder, self.forks = folder, forks

    def snakemake(self, *arguments: str) -> tuple[int, str]:
        """Run snakemake; its exit status, and what it said."""
        return self.forks.call(self.folder, "--cores", "2", *arguments, "--configfile", TINY, OURS)

    def would_run(self, *arguments: str) -> dict[str, int]:
        """The rules that a dry run would run, with their numbers of jobs."""
        status, said = self.snakemake("-n", *arguments)
        assert status == 0, said[-4000:]
        stats = said.partition("Job stats:")[2].partition("\ntotal")[0]
        return {name: int(count) for name, count in re.findall(r"^(\w+)\s+(\d+)\s*$", stats, flags=re.MULTILINE)}


def write_scenes(folder: Path, **cells: str) -> None:
    """The table of scenes of the tiny study, with other cells in every row."""
    header, *rows = (folder / "tests/workflow/scenes.tsv").read_text(encoding="utf-8").splitlines()
    names = header.split("\t")
    changed = [{**dict(zip(names, row.split("\t"), strict=True)), **cells} for row in rows]
    lines = [header, *("\t".join(row.values()) for row in changed)]
    (folder / "scenes.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Study:
    """A copy of the project in which the tiny study, without its labels and without classes.tsv, has been explored."""
    folder = tmp_path_factory.mktemp("project")
    copy_sources(folder)
    write_scenes(folder, labels_key="", use="", ignore="")
    ours = {"scenes": "scenes.tsv", "classes": "classes.tsv", "explore": {"clusters": 6, "queue": QUEUE}}
    (folder / OURS).write_text(yaml.safe_dump(ours), encoding="utf-8")
    study = Study(folder, forks)
    status, said = study.snakemake("explore")
    assert status == 0, said[-4000:]
    return study


@pytest.fixture
def explored(study: Study) -> Path:
    """Its folder."""
    return study.folder


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_column_is_described(explored: Path) -> None:
    """The tables without labels, too, have no column that docs/columns.md does not describe."""
    assert undescribed(explored / "results") == {}


def test_the_queue_is_a_table_to_fill_in(explored: Path) -> None:
    """Every hole is asked about, no pixel twice, and no answer is given."""
    rows = rows_of(explored / "results/explore/queue.tsv")
    assert len(rows) == QUEUE
    assert {row["hole"] for row in rows} == {"DH1", "DH2", "DH3"}
    assert len({(row["scene"], row["line"], row["sample"]) for row in rows}) == QUEUE
    assert {row["class"] for row in rows} == {""}
    assert all(row["why"] and row["group"].startswith("group ") for row in rows)


def test_the_points_lie_on_their_pixels(explored: Path) -> None:
    """A layer for each scene, in the metres of its raster; the same places as in the table."""
    rows = rows_of(explored / "results/explore/queue.tsv")
    path = explored / "results/explore/queue.gpkg"
    assert {str(name) for name in pyogrio.list_layers(path)[:, 0]} == {row["scene"] for row in rows}
    for scene in {row["scene"] for row in rows}:
        meta, _, geometry, columns = pyogrio.raw.read(path, layer=scene)
        values = dict(zip(meta["fields"], columns, strict=True))
        x, y = shapely.get_coordinates(shapely.from_wkb(geometry)).T
        np.testing.assert_allclose(x, 0.00121 * (values["sample"] + 0.5))
        np.testing.assert_allclose(y, -0.00121 * (values["line"] + 0.5))
        mine = {(row["line"], row["sample"]) for row in rows if row["scene"] == scene}
        assert mine == {(str(line), str(sample)) for line, sample in zip(values["line"], values["sample"], strict=True)}


def test_every_pixel_has_a_picture(explored: Path) -> None:
    """PNG of one size, as many as rows."""
    chips = sorted((explored / "results/explore/chips").glob("*.png"))
    assert len(chips) == QUEUE
    for path in chips:
        with Image.open(path) as picture:
            assert picture.size == ((2 * CHIP + 1) * MAGNIFIED,) * 2


def test_the_contact_sheet_needs_no_network(explored: Path) -> None:
    """One card for each group, all pictures inside, and no address but those of the scenes' own pages."""
    page = (explored / "results/explore/index.html").read_text(encoding="utf-8")
    assert page.count('<article class="card">') == 6
    assert "default-src 'none'" in page
    assert not re.findall(r"""(?:src|href)=["']https?:""", page)
    for scene in SCENES:
        assert f'href="maps/{scene}/page.html"' in page
        assert len(re.findall(rf'href="maps/{scene}/page.html#click=\d+,\d+"', page)) >= 1
        assert (explored / f"results/explore/maps/{scene}/page.html").is_file()


def test_a_setting_of_the_groups_trains_nothing(study: Study) -> None:
    """Another number of clusters makes the groups and what follows; a longer queue leaves the groups."""
    groups = set(study.would_run("explore", "--config", "explore={clusters: 7, queue: 24}"))
    assert "clusters" in groups
    assert not groups & {"train_m1", "encode", "draw", "census"}
    queue = study.would_run("explore", "--config", "explore={clusters: 6, queue: 30}")
    assert set(queue) == {"queue", "contact_sheet", "explore"}


def test_no_rule_of_labels_ran(study: Study) -> None:
    """Neither labels nor a split are made of nothing."""
    latents = [f"results/latents/1/{scene}.parquet" for scene in SCENES]
    assert all((study.folder / path).is_file() for path in latents)
    made = {path.name for path in (study.folder / "results").iterdir()}
    assert made.isdisjoint({"labels", "split", "sample", "labels_per_class"})
    assert study.would_run("explore") == study.would_run(*latents) == {}


def test_all_names_what_can_be_done(study: Study) -> None:
    """The report needs labels: one sentence says so, and no job starts."""
    status, said = study.snakemake("-n")
    assert status != 0
    assert "no scene has labels" in said
    assert "explore` to see what the scans hold" in said


def test_masks_are_looked_at_before_labels_come(study: Study) -> None:
    """What the configuration of a new study says of its mask, where nothing is labelled: the masks alone are made."""
    made = study.would_run("explore", "--until", "mask", "--config", "mask={method: spectra}")
    assert made == {"mask": len(SCENES)}


def test_labels_that_come_train_no_m1(study: Study, explored: Path) -> None:
    """Once the table names labels, they are read and drawn; the scans' census, their unlabelled draw and M1 stay."""
    (explored / "classes.tsv").write_bytes((explored / "config/classes.tsv").read_bytes())
    write_scenes(explored, labels_key="/hsimage/labels", use="1-99", ignore="")
    try:
        counts = study.would_run()
    finally:
        (explored / "classes.tsv").unlink()
        write_scenes(explored, labels_key="", use="", ignore="")
    assert counts["labels"] == counts["draw"] == len(SCENES)
    assert counts["encode"] == 1
    assert {"census", "sample_m1", "train_m1"}.isdisjoint(counts)
    assert {"split", "sample", "train_m2", "report"} <= set(counts)


def test_labels_leave_m1_as_it_is(study: Study, explored: Path) -> None:
    """With the queue answered and named in scenes.tsv, a map is made without training M1 or drawing again."""
    answers = explored / "results/explore/queue.tsv"
    asked = answers.read_text(encoding="utf-8")
    (explored / "classes.tsv").write_text((explored / "config/classes.tsv").read_text(encoding="utf-8"), "utf-8")
    rows = rows_of(answers)
    for row in rows:
        with h5py.File(explored / f"results/scenes/{row['scene']}.h5") as file:
            code = int(file["/hsimage/labels"][int(row["line"]), int(row["sample"])])
        row["class"] = str(code) if 0 < code < 100 else "22"  # what has no label in the simulation is called quartz
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    answers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_scenes(explored, labels="results/explore/queue.tsv", labels_key="", use="1-99", ignore="")
    try:
        runs = set(study.would_run())
        assert {"labels", "train_m2", "map", "report"} <= runs
        assert not runs & {"census", "sample_m1", "train_m1"}
        again = set(study.would_run("explore"))
        assert {"new_groups", "queue_by_model", "contact_sheet"} <= again
        assert not again & {"train_m1", "queue"}
    finally:
        answers.write_text(asked, encoding="utf-8")
        (explored / "classes.tsv").unlink()
        write_scenes(explored, labels_key="", use="", ignore="")
