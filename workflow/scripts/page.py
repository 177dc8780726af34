"""Make the interactive page of one scene."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.maps.bundle import read_bundle
from semispectral.census.census_files import read_codes
from semispectral.maps.map_files import read_map
from semispectral.page import write_scan_page
from semispectral.sampling.pixel_ranks import scene_labels
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, codes = json.loads(snakemake.params.cfg), read_codes(Path(snakemake.input.codes), scans=snakemake.input.files)
scene = settings(Scene, cfg["scene"], where="scenes.tsv")
bundle, found = read_bundle(Path(snakemake.input.model)), read_map(Path(snakemake.input.map).parent)
label = scene_labels(codes, found.classes, use=scene.use, ignore=scene.ignore)
known = {"run_share": cfg["run_share"], "label": label, "report": "../../report/index.html"}
write_scan_page(Path(snakemake.output[0]), scene, found, bundle, **known)
