"""Draw the pool of one scene, in one pass over its blocks of lines."""
from semispectral.pool.stage_draw import run_draw
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_draw(
    snakemake.output[0],
    scans=snakemake.input.files,
    codes_file=snakemake.input.codes,
    kind=snakemake.wildcards.kind,
    cfg=snakemake.params.cfg,
)
