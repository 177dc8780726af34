"""Learn to tell what was left out, tray and background, from core."""
from semispectral.tray.stage_learn_tray import run_learn_tray
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_learn_tray(
    snakemake.output[0],
    samples=snakemake.input.samples,
    codes_files=snakemake.input.codes,
    scans=snakemake.input.files,
    cfg=snakemake.params.cfg,
)
