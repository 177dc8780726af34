"""Make the interactive page of one new scan, with the model that mapped it."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.maps.bundle import read_bundle
from semispectral.maps.map_files import read_map
from semispectral.page import write_scan_page
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, found = json.loads(snakemake.params.cfg), read_map(Path(snakemake.input.map).parent)
scene, bundle = settings(Scene, cfg["scene"], where="scenes.tsv"), read_bundle(Path(cfg["model"]["path"]))
write_scan_page(Path(snakemake.output[0]), scene, found, bundle, run_share=cfg["run_share"])
