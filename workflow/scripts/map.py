"""Classify every pixel of one scene."""
import json
from pathlib import Path

import numpy as np
from semispectral import logs
from semispectral.bundle import read_bundle
from semispectral.mapping.scans import map_known
from semispectral.scene import Scene
from semispectral.settings import settings
from semispectral.smoothing import SmoothConfig

logs.start(snakemake.log[0], job=snakemake)
given, cfg, directory = snakemake.input, json.loads(snakemake.params.cfg), Path(snakemake.output[0]).parent
scene, smooth = settings(Scene, cfg["scene"], where="scenes.tsv"), settings(SmoothConfig, cfg["map"], where="map")
labels = {"codes": np.load(given.codes), "parts": np.load(given.parts)}
map_known(scene, read_bundle(Path(given.model)), directory, **labels, smooth=smooth, threads=snakemake.threads)
