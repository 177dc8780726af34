"""Map one new scan with a model that was trained before."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.maps.bundle import read_bundle
from semispectral.maps.new_scans import map_new
from semispectral.scans.tray_mask import MaskConfig
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings
from semispectral.maps.smoothing import SmoothConfig

logs.start(snakemake.log[0], job=snakemake)
cfg, directory = json.loads(snakemake.params.cfg), Path(snakemake.output[0]).parent
scene, smooth = settings(Scene, cfg["scene"], where="scenes.tsv"), settings(SmoothConfig, cfg["map"], where="map")
ways = {"mask": settings(MaskConfig, cfg["mask"], where="mask"), "smooth": smooth, "threads": snakemake.threads}
map_new(scene, read_bundle(Path(cfg["model"]["path"])), directory, **ways)
