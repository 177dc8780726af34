"""Make the downhole log of one hole from the maps of its scenes."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.downhole import DownholeConfig, core_of_hole, downhole_log
from semispectral.downhole_figure import draw_log
from semispectral.downhole_files import write_csv, write_las
from semispectral.mapping.files import read_map
from semispectral.scenes import Scene
from semispectral.settings import settings

logs.start(snakemake.log[0], job=snakemake)
cfg, written = json.loads(snakemake.params.cfg), snakemake.output
config = settings(DownholeConfig, cfg["downhole"], where="map.downhole")
scenes = [settings(Scene, row, where="scenes.tsv") for row in cfg["scenes"]]
maps = [read_map(Path(path).parent) for path in snakemake.input.maps]
core, classes = core_of_hole(list(zip(scenes, maps, strict=True)), run_share=config.run_share), maps[0].classes
table = downhole_log(snakemake.wildcards.hole, core, classes, config)
write_csv(Path(written.csv), table)
write_las(Path(written.las), table, classes)
draw_log(Path(written.figure), table, classes, coverage=config.coverage)
