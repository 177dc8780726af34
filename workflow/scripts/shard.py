"""Draw one scene's sample, in one pass over its blocks of lines."""
from semispectral.sampling.stage_shard import run_shard
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_shard(
    snakemake.output[0],
    scans=snakemake.input.files,
    codes_file=snakemake.input.codes,
    parts_file=snakemake.input.parts,
    quotas_file=snakemake.input.quotas,
    classes_file=snakemake.input.classes,
    cfg=snakemake.params.cfg,
)
