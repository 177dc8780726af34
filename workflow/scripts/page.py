"""Make the interactive page of one scene."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.bundle import read_bundle
from semispectral.mapping.files import read_map
from semispectral.page import write_scan_page
from semispectral.scene import Scene
from semispectral.settings import settings

logs.start(snakemake.log[0], job=snakemake)
scene = settings(Scene, json.loads(snakemake.params.cfg)["scene"], where="scenes.tsv")
bundle, found = read_bundle(Path(snakemake.input.model)), read_map(Path(snakemake.input.map).parent)
write_scan_page(Path(snakemake.output[0]), scene, found, bundle)
