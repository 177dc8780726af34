"""Put the trained models and what a new scan needs into one directory."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.maps.bundle import PARTS, write_bundle
from semispectral.maps.bundle_build import Recipe, build_bundle, checksums, cleaned_scans
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import settings
from semispectral.storage.parquet import read_table
from semispectral.storage.model_files import load_model

logs.start(snakemake.log[0], job=snakemake)
given, cfg = snakemake.input, json.loads(snakemake.params.cfg)
parts = {name: load_model(Path(given[name])) for name in PARTS if given[name]}
scenes, recipe, facts = (cfg.pop(name) for name in ("scenes", "recipe", "facts"))
shards, inputs = [Path(path) for path in given.shards], checksums([*given.shards, given.budgets])
pixels = cleaned_scans(shards, scenes, cfg["cleaning"])
known = {"classes": ClassMap.read(Path(given.classes)).select(read_classes(Path(given.known)).codes)}
known |= {"recipe": settings(Recipe, recipe, where="map"), "facts": {**facts, "config": cfg, "inputs": inputs}}
bundle = build_bundle(parts, pixels, read_table(given.budgets), read_table(given.predictions), **known)
write_bundle(Path(snakemake.output[0]), bundle, parts)
