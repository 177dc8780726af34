# Absorption features of every pixel: rasters and a table. They need neither labels nor a trained model.
# Needs: the scenes, results/census.
# Produces: results/features/{scene}.


rule features:
    input:
        files=SLICES.scan_files,
        codes=FILES.codes_to_ignore,
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
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=SLICES.features,
        code=code("features"),
    message:
        "Measure the absorption features of scene {wildcards.scene}"
    script:
        "../workflow/scripts/features.py"
