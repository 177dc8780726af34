# Maps, pages and downhole logs of new scans with a model that was trained before: `snakemake predict_new`.
# Needs: config `scenes` and `model`; no label and no training.
# Produces: results/new/{scene}, results/new/downhole.


rule new_map:
    input:
        files=SLICES.new_scene_files,
    output:
        expand("<results>/new/{{scene}}/{name}", name=MAP_FILES),
    log:
        "<results>/logs/new_map/{scene}.log",
    benchmark:
        "<results>/benchmarks/new_map/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=lambda wildcards: SLICES.new_map(wildcards, model=model_given()),
        code=code("new_map"),
    message:
        "Classify every pixel of the new scan {wildcards.scene}"
    script:
        "../workflow/scripts/new_map.py"


rule new_page:
    input:
        files=SLICES.new_scene_files,
        map="<results>/new/{scene}/map.json",
    output:
        "<results>/new/{scene}/page.html",
    log:
        "<results>/logs/new_page/{scene}.log",
    benchmark:
        "<results>/benchmarks/new_page/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=lambda wildcards: SLICES.new_page(wildcards, model=model_given()),
        code=code("new_page"),
    message:
        "Write the interactive page of the new scan {wildcards.scene}"
    script:
        "../workflow/scripts/new_page.py"


use rule downhole as new_downhole with:
    input:
        maps=maps_of_hole("map.json", folder="new"),
        rasters=maps_of_hole("probability.tif", "confidence.tif", folder="new"),
        features=[],
    output:
        csv="<results>/new/downhole/{hole}.csv",
        las="<results>/new/downhole/{hole}.las",
        figure="<results>/new/downhole/{hole}.png",
    log:
        "<results>/logs/new_downhole/{hole}.log",
    benchmark:
        "<results>/benchmarks/new_downhole/{hole}.tsv"
    message:
        "Write the downhole log of the new hole {wildcards.hole}"


rule predict_new:
    input:
        every_scene("<results>/new/{scene}/map.json"),
        every_scene("<results>/new/{scene}/page.html"),
        expand("<results>/new/downhole/{hole}.csv", hole=sorted(LOGGED)),
