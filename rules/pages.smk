# Pages of scans without a model, to look at them and to label them: `snakemake pages`.
# Needs: the scans, results/features; neither labels nor training.
# Produces: results/pages/{scene}.html.


rule scan_page:
    input:
        files=SLICES.scan_files,
        features=FILES.measured_in_scene("features.json"),
        feature_rasters=FILES.measured_in_scene("features.tif"),
    output:
        "<results>/pages/{scene}.html",
    log:
        "<results>/logs/scan_page/{scene}.log",
    benchmark:
        "<results>/resources/scan_page/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=SLICES.scan_page,
        code=code("scan_page"),
    message:
        "Write the page of the scan {wildcards.scene}, to look at and to label"
    script:
        "../workflow/scripts/scan_page.py"


rule pages:
    input:
        FILES.every_scene("<results>/pages/{scene}.html"),
