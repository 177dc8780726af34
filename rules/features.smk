# Absorption features of every pixel: rasters and a table. They need neither labels nor a trained model.
# Needs: the scenes, results/census.
# Produces: results/features/{scene}; FEATURE_FILES and features_of, for the rules that show them.
from semispectral.features.feature_settings import FILES as FEATURE_FILES


def features_of(*names, scenes=None):
    """Files of the features of scenes; none where they are switched off."""
    listed = sorted(SCENES) if scenes is None else scenes
    return (
        expand("<results>/features/{scene}/{name}", scene=listed, name=names) if CONFIG["features"]["enabled"] else []
    )


rule features:
    input:
        files=SLICES.data_files,
        codes=codes_to_ignore,
    output:
        expand("<results>/features/{{scene}}/{name}", name=FEATURE_FILES),
    log:
        "<results>/logs/features/{scene}.log",
    benchmark:
        "<results>/resources/features/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=SLICES.features,
        code=code("features"),
    message:
        "Measure the absorption features of scene {wildcards.scene}"
    script:
        "../workflow/scripts/features.py"
