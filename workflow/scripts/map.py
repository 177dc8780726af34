"""Classify every pixel of one scene."""
import json
from pathlib import Path

from semispectral import logs
from semispectral.bundle import read_bundle
from semispectral.census_files import read_codes
from semispectral.mapping.scans import map_known
from semispectral.scene import Scene
from semispectral.seal import read_array
from semispectral.settings import settings
from semispectral.smoothing import SmoothConfig

logs.start(snakemake.log[0], job=snakemake)
given, cfg, directory = snakemake.input, json.loads(snakemake.params.cfg), Path(snakemake.output[0]).parent
scene, smooth = settings(Scene, cfg["scene"], where="scenes.tsv"), settings(SmoothConfig, cfg["map"], where="map")
labels = {"codes": read_codes(Path(given.codes), scans=given.files), "parts": read_array(Path(given.parts))}
map_known(scene, read_bundle(Path(given.model)), directory, **labels, smooth=smooth, threads=snakemake.threads)
