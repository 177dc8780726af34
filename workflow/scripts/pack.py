"""Put names and colours of the classes into the trained model, and its card beside it."""
from semispectral.maps.stage_pack import run_pack
from semispectral.workflow import logs

logs.start(snakemake.log[0], job=snakemake)
run_pack(
    snakemake.output[0],
    model_directory=snakemake.input.model,
    predictions_file=snakemake.input.predictions,
    cfg=snakemake.params.cfg,
)
