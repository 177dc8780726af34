"""The stage that chooses the queue by a model, where the model knows every group."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tiny_latents import BLOBS, tiny_latents

from semispectral.explore.cluster_map import PICTURE, RASTER, write_cluster_map
from semispectral.explore.clusters import fit_clusters
from semispectral.explore.found_clusters import ClusterMap
from semispectral.explore.group_files import Group, Groups, write_groups
from semispectral.explore.judged_files import JudgedSample, write_judged
from semispectral.explore.label_queue import Judged
from semispectral.explore.samples import PLACE
from semispectral.explore.stages.stage_queue_by_model import run_queue_by_model
from semispectral.maps.scene_map import Ground
from semispectral.spectra.shards import write_latents
from semispectral.storage.model_files import save_model
from semispectral.storage.parquet import read_table
from semispectral.storage.seal import write_array
from semispectral.study.classes import CodeSet
from semispectral.study.scene import Scene

SHAPE, WANTED = (30, 10), 8
SCENES = {"A_1": "A", "B_1": "B"}


def test_a_model_that_knows_every_group_still_gives_a_queue(tmp_path: Path) -> None:
    """Without a new group, the queue has its other pixels."""
    latents, blob = tiny_latents(seed=1)
    write_latents(tmp_path / "latents.parquet", latents)
    save_model(tmp_path / "clusters", *fit_clusters(latents, method="kmeans", clusters=BLOBS, seed=1).to_saved())
    groups = [Group(f"group {n + 1}", 1, [], [], [], [], [], {}, [], False) for n in range(BLOBS)]
    write_groups(tmp_path / "groups.json", Groups(tuple(groups), None, "reflectance"))
    write_groups(tmp_path / "new_groups.json", Groups((), None, "reflectance"))
    sure = Judged(np.eye(BLOBS, dtype=np.float32)[blob], np.zeros(len(blob), np.float32), -1.0)
    names = tuple(f"class {n}" for n in range(BLOBS))
    write_judged(tmp_path / "judged.parquet", JudgedSample(latents.table[PLACE].assign(group=-1), sure, names))
    for scene in SCENES:
        write_array(tmp_path / f"{scene}.npy", np.zeros(SHAPE, np.int32))
        found = ClusterMap(np.zeros(SHAPE, np.int16), np.zeros((*SHAPE, 3), np.uint8))
        write_cluster_map(tmp_path / scene, found, names=("group 1",), ground=Ground(), scene=scene)
    rows = [
        asdict(Scene(name, hole, Path(), "", Path(), "", "", "", None, None, CodeSet(()), CodeSet(())))
        for name, hole in SCENES.items()
    ]
    explore = {"queue": WANTED, "least_distance": 1, "seed": 1}
    run_queue_by_model(
        tmp_path / "queue.parquet",
        points_file=tmp_path / "queue.gpkg",
        chips_directory=tmp_path / "chips",
        clusters_directory=tmp_path / "clusters",
        groups_file=tmp_path / "groups.json",
        new_groups_file=tmp_path / "new_groups.json",
        judged_file=tmp_path / "judged.parquet",
        latents=[tmp_path / "latents.parquet"],
        codes=[tmp_path / f"{scene}.npy" for scene in SCENES],
        rasters=[tmp_path / scene / RASTER for scene in SCENES],
        pictures=[tmp_path / scene / PICTURE for scene in SCENES],
        cfg=json.dumps({"explore": explore, "scenes": rows, "codes": [1, 2]}, default=str),
    )
    assert len(read_table(tmp_path / "queue.parquet")) == WANTED
