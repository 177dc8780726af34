"""Make the downhole log of one hole from the maps of its scenes."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.downhole.log import DownholeConfig
from semispectral.downhole.write_log import write_hole_log
from semispectral.maps.map_files import read_map
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, written = json.loads(snakemake.params.cfg), [Path(path) for path in snakemake.output]
config = settings(DownholeConfig, cfg["downhole"], where="map.downhole")
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
maps = [read_map(Path(path).parent) for path in snakemake.input.maps]
scans = list(zip(scenes, maps, strict=True))
write_hole_log(*written, hole=snakemake.wildcards.hole, scans=scans, settings=config)
