"""Score the benchmark on one split and regime: all methods on the same pixels, with intervals, tests and guards."""
import json
from pathlib import Path

from semispectral.workflow import logs
from semispectral.benchmark.score_files import Where, write_scored
from semispectral.benchmark.scores import by_method, evaluate
from semispectral.study.classes import ClassMap, read_classes
from semispectral.study.stage_settings import stage_settings

logs.start(snakemake.log[0], job=snakemake)
known = read_classes(Path(snakemake.input.known))
names = ClassMap.read(Path(snakemake.input.classes)).select(known.codes).names
where = stage_settings(Where, snakemake.params.cfg, "grid")
bootstrap = json.loads(snakemake.params.cfg)["evaluation"]
scored = evaluate(by_method(snakemake.input.fits), where=where, class_names=names, **bootstrap)
write_scored(Path(snakemake.output[0]), scored)
