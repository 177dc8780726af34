# Maps, absorption features, pages, downhole logs, tables of intervals, strip logs and pages of holes of new scans with a model that
# was trained before: `snakemake predict_new`.
# Needs: config `scenes` and `model`; tables of intervals, collars and surveys, if named; no label and no training.
# Produces: results/new/{scene}, results/new/downhole, results/new/holes/{hole}.
NEW_PLACES = {"map": "../../{scene}"}  # what the page of a new hole links to


rule new_map:
    input:
        files=SLICES.new_scene_files,
    output:
        "<results>/new/{scene}/numbers.parquet",
    log:
        "<results>/logs/new_map/{scene}.log",
    benchmark:
        "<results>/resources/new_map/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.new_map(wildcards, model=MAP.of_model(numbers_of)),
        code=code("new_map"),
    message:
        "Classify every pixel of the new scan {wildcards.scene}"
    script:
        "../workflow/scripts/new_map.py"


rule new_features:
    input:
        files=SLICES.new_scene_files,
        numbers="<results>/new/{scene}/numbers.parquet",
    output:
        expand("<results>/new/{{scene}}/{name}", name=FEATURE_FILES),
    log:
        "<results>/logs/new_features/{scene}.log",
    benchmark:
        "<results>/resources/new_features/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.new_features(wildcards, model=MAP.of_model(numbers_of)),
        code=code("new_features"),
    message:
        "Measure the absorption features of the new scan {wildcards.scene}"
    script:
        "../workflow/scripts/new_features.py"


rule new_pixels:
    input:
        files=SLICES.new_scene_files,
        numbers="<results>/new/{scene}/numbers.parquet",
        features=FILES.measured_in_scene("features.json", folder="new"),
        feature_rasters=FILES.measured_in_scene("features.tif", folder="new"),
    output:
        directory("<results>/new/{scene}/pixels"),
    log:
        "<results>/logs/new_pixels/{scene}.log",
    benchmark:
        "<results>/resources/new_pixels/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.pixels(wildcards, model=MAP.of_model(numbers_of)),
        code=code("new_pixels"),
    message:
        "Collect the spectra of the new scan {wildcards.scene} for its page"
    script:
        "../workflow/scripts/new_pixels.py"


use rule paint as new_paint with:
    input:
        numbers="<results>/new/{scene}/numbers.parquet",
        pixels="<results>/new/{scene}/pixels",
        features=FILES.measured_in_scene("features.json", folder="new"),
        feature_rasters=FILES.measured_in_scene("features.tif", folder="new"),
    output:
        expand("<results>/new/{{scene}}/{name}", name=MAP_FILES),
        picture="<results>/new/{scene}/map.png",
    log:
        "<results>/logs/new_paint/{scene}.log",
    benchmark:
        "<results>/resources/new_paint/{scene}.tsv"
    params:
        cfg=lambda wildcards: SLICES.paint(wildcards, classes=MAP.of_model(classes_of)),
        code=code("paint"),
    message:
        "Write rasters, picture and page of the map of the new scan {wildcards.scene}"


use rule downhole as new_downhole with:
    input:
        numbers=FILES.of_hole("<results>/new/{scene}/numbers.parquet"),
        features=FILES.measured_in_hole("features.json", folder="new"),
        feature_rasters=FILES.measured_in_hole("features.tif", folder="new"),
        intervals=SLICES.hole_tables["table"],
    output:
        csv="<results>/new/downhole/{hole}.csv",
        las="<results>/new/downhole/{hole}.las",
        figure="<results>/new/downhole/{hole}.png",
        table="<results>/new/downhole/composites/{hole}.parquet",
        picture="<results>/new/downhole/composites/{hole}.png",
        strip="<results>/new/downhole/{hole}.pdf",
    log:
        "<results>/logs/new_downhole/{hole}.log",
    benchmark:
        "<results>/resources/new_downhole/{hole}.tsv"
    params:
        cfg=lambda wildcards: SLICES.downhole(LOGGED[wildcards.hole], classes=MAP.of_model(classes_of)),
        code=code("downhole"),
    message:
        "Write the downhole log, the intervals and the strip log of the new hole {wildcards.hole}"


use rule intervals as new_intervals with:
    input:
        composites=expand("<results>/new/downhole/composites/{hole}.parquet", hole=sorted(LOGGED)),
        collar=SLICES.hole_tables["collar"],
        survey=SLICES.hole_tables["survey"],
    output:
        csv="<results>/new/downhole/intervals.csv",
        parquet="<results>/new/downhole/intervals.parquet",
    log:
        "<results>/logs/new_intervals.log",
    benchmark:
        "<results>/resources/new_intervals.tsv"
    message:
        "Join the intervals of all new holes into one table"


use rule hole_page as new_hole_page with:
    input:
        numbers=FILES.of_hole("<results>/new/{scene}/numbers.parquet"),
        pixels=FILES.of_hole("<results>/new/{scene}/pixels"),
        features=FILES.measured_in_hole("features.json", folder="new"),
        feature_rasters=FILES.measured_in_hole("features.tif", folder="new"),
        intervals="<results>/new/downhole/composites/{hole}.parquet",
    output:
        directory("<results>/new/holes/{hole}"),
    log:
        "<results>/logs/new_hole_page/{hole}.log",
    benchmark:
        "<results>/resources/new_hole_page/{hole}.tsv"
    params:
        cfg=lambda wildcards: SLICES.hole_page(LOGGED[wildcards.hole], NEW_PLACES, classes=MAP.of_model(classes_of)),
        code=code("hole_page"),
    message:
        "Write the page of the new hole {wildcards.hole}"


rule predict_new:
    input:
        FILES.every_scene("<results>/new/{scene}/page.html"),
        expand("<results>/new/downhole/{hole}.csv", hole=sorted(LOGGED)),
        expand("<results>/new/holes/{hole}", hole=sorted(LOGGED)),
        ["<results>/new/downhole/intervals.csv"] if LOGGED else [],
