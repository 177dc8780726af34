# The model for new scans, and with it a class for every pixel of every scene and a page to look at it.
# Needs: the trained models that the section `map` names, results/shards, results/budgets, results/predictions, the scenes.
# Produces: results/model, results/maps/{scene}.


rule bundle:
    input:
        files=cleaned_files,
        shards=every_scene("<results>/shards/{scene}.parquet"),
        scaler=SCALERS[MAP_RUN["features"]],
        scaler_m1=other_scaler(),
        m1=map_run("<results>/m1/{seed}"),
        classifier=map_run("<results>/{method}/{features}/{budget}/{seed}"),
        budgets=map_run("<results>/budgets/{budget}/{seed}.parquet"),
        predictions=map_run("<results>/predictions/{method}/{features}/{budget}/{seed}.parquet"),
        classes=CLASSES,
        known="<results>/plan/classes.json",
    output:
        directory("<results>/model"),
    log:
        "<results>/logs/bundle.log",
    benchmark:
        "<results>/benchmarks/bundle.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(3000, per_mb=0.5),
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=SLICES.bundle(MAP_RUN),
        code=code("bundle"),
    message:
        "Put the trained model for new scans into one folder"
    script:
        "../workflow/scripts/bundle.py"


rule map:
    input:
        files=scene_files,
        model="<results>/model",
        codes="<results>/census/{scene}.npy",
        parts="<results>/plan/parts/{scene}.npy",
    output:
        expand("<results>/maps/{{scene}}/{name}", name=[name for name in MAP_FILES if name != "map.png"]),
        picture=report(
            "<results>/maps/{scene}/map.png",
            caption="../workflow/report/map.rst",
            category="maps of every pixel",
            labels={"figure": "{scene}"},
        ),
    log:
        "<results>/logs/map/{scene}.log",
    benchmark:
        "<results>/benchmarks/map/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=SLICES.map,
        code=code("map"),
    message:
        "Classify every pixel of scene {wildcards.scene}"
    script:
        "../workflow/scripts/map.py"


rule page:
    input:
        files=scene_files,
        model="<results>/model",
        map="<results>/maps/{scene}/map.json",
        codes="<results>/census/{scene}.npy",
        features=lambda wildcards: features_of("features.json", scenes=[wildcards.scene]),
        feature_rasters=lambda wildcards: features_of("features.tif", scenes=[wildcards.scene]),
    output:
        "<results>/maps/{scene}/page.html",
    log:
        "<results>/logs/page/{scene}.log",
    benchmark:
        "<results>/benchmarks/page/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=2),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=SLICES.page,
        code=code("page"),
    message:
        "Write the interactive page of scene {wildcards.scene}"
    script:
        "../workflow/scripts/page.py"
