"""Classify every pixel of one scene."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.maps.bundle import read_bundle
from semispectral.census.census_files import read_codes
from semispectral.maps.known_scans import map_known
from semispectral.study.scene import Scene
from semispectral.storage.seal import read_array
from semispectral.study.stage_settings import settings
from semispectral.maps.smoothing import SmoothConfig

logs.start(snakemake.log[0], job=snakemake)
given, cfg, directory = snakemake.input, json.loads(snakemake.params.cfg), Path(snakemake.output[0]).parent
scene, smooth = settings(Scene, cfg["scene"], where="scenes.tsv"), settings(SmoothConfig, cfg["map"], where="map")
labels = {"codes": read_codes(Path(given.codes), scans=given.files), "parts": read_array(Path(given.parts))}
map_known(scene, read_bundle(Path(given.model)), directory, **labels, smooth=smooth, threads=snakemake.threads)
