"""Map one new scan with a model that was trained before."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.bundle import read_bundle
from semispectral.mapping.new_scans import map_new
from semispectral.mask import MaskConfig
from semispectral.scene import Scene
from semispectral.settings import settings
from semispectral.smoothing import SmoothConfig

logs.start(snakemake.log[0], job=snakemake)
cfg, directory = json.loads(snakemake.params.cfg), Path(snakemake.output[0]).parent
scene, smooth = settings(Scene, cfg["scene"], where="scenes.tsv"), settings(SmoothConfig, cfg["map"], where="map")
ways = {"mask": settings(MaskConfig, cfg["mask"], where="mask"), "smooth": smooth, "threads": snakemake.threads}
map_new(scene, read_bundle(Path(cfg["model"]["path"])), directory, **ways)
