# The model for new scans, and with it a class for every pixel of every scene and a page to look at it.
# What reads a scan knows classes by their codes; `pack` and `paint` put names and colours to them.
# Needs: the trained models that the section `map` names, results/sample, results/labels_per_class,
# results/predictions, the scenes.
# Produces: results/tray, results/bundle, results/model, results/maps/{scene}.
MAP_FILES = (
    "class.tif",
    "class.img",
    "class.hdr",
    "probability.tif",
    "confidence.tif",
    "map.json",
    "page.html",
)  # map.png is the picture
REPORT = "../../report/index.html"  # as seen from maps/{scene}/page.html


if MAP.with_tray:

    rule learn_tray:
        input:
            samples=FILES.of_scenes("<results>/sample_m1/{scene}.parquet", MAP.with_tray),
            codes=[FILES.codes_to_ignore_in(scene) for scene in MAP.with_tray],
            files=lambda wildcards: SLICES.data_files_of(MAP.with_tray),
        output:
            directory("<results>/tray"),
        log:
            "<results>/logs/learn_tray.log",
        benchmark:
            "<results>/resources/learn_tray.tsv"
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb_of_one(2000, per_mb=4, but="files"),
            runtime=minutes(15, per_mb=0.02, but="files"),
        params:
            cfg=SLICES.learn_tray(MAP.with_tray),
            code=code("learn_tray"),
        message:
            "Learn to tell tray and background from core"
        script:
            "../workflow/scripts/learn_tray.py"


rule bundle:
    input:
        samples=FILES.of_training("<results>/sample/{scene}.parquet"),
        scaler=MAP.scaler,
        scaler_m1=MAP.other_scaler,
        scaler_hull=MAP.hull_scaler,
        m1=MAP.path("<results>/m1/{seed}"),
        tray="<results>/tray" if MAP.with_tray else [],
        classifiers=MAP.classifiers(),
        labels=MAP.path("<results>/labels_per_class/{per_class}/{seed}.parquet"),
        known="<results>/splits/main/training/classes.json",
    output:
        directory("<results>/bundle"),
    log:
        "<results>/logs/bundle.log",
    benchmark:
        "<results>/resources/bundle.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(3000, per_mb=0.5),
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=SLICES.bundle(MAP.run),
        code=code("bundle"),
    message:
        "Put all that makes a map into one folder"
    script:
        "../workflow/scripts/bundle.py"


rule pack:
    input:
        model="<results>/bundle",
        predictions=MAP.path("<results>/predictions/main/inductive/{method}/{features}/{per_class}/{seed}.parquet"),
    output:
        directory("<results>/model"),
    log:
        "<results>/logs/pack.log",
    benchmark:
        "<results>/resources/pack.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=minutes(10),
    params:
        cfg=SLICES.pack(),
        code=code("pack"),
    message:
        "Name the classes of the trained model for new scans, and say how it scored"
    script:
        "../workflow/scripts/pack.py"


rule map:
    input:
        files=SLICES.scene_files,
        model="<results>/bundle",
        codes=FILES.codes_of,
        parts=FILES.parts_of,
    output:
        "<results>/maps/{scene}/numbers.parquet",
    log:
        "<results>/logs/map/{scene}.log",
    benchmark:
        "<results>/resources/map/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.05),
    params:
        cfg=SLICES.map,
        code=code("map"),
    message:
        "Classify every pixel of scene {wildcards.scene}"
    script:
        "../workflow/scripts/map.py"


rule pixels:
    input:
        files=SLICES.scene_files,
        model="<results>/bundle",
        numbers="<results>/maps/{scene}/numbers.parquet",
        features=FILES.measured_in_scene("features.json"),
        feature_rasters=FILES.measured_in_scene("features.tif"),
    output:
        directory("<results>/maps/{scene}/pixels"),
    log:
        "<results>/logs/pixels/{scene}.log",
    benchmark:
        "<results>/resources/pixels/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.pixels(wildcards),
        code=code("pixels"),
    message:
        "Collect the spectra of scene {wildcards.scene} for its page"
    script:
        "../workflow/scripts/pixels.py"


rule paint:
    input:
        numbers="<results>/maps/{scene}/numbers.parquet",
        pixels="<results>/maps/{scene}/pixels",
        features=FILES.measured_in_scene("features.json"),
        feature_rasters=FILES.measured_in_scene("features.tif"),
    output:
        expand("<results>/maps/{{scene}}/{name}", name=MAP_FILES),
        picture=report(
            "<results>/maps/{scene}/map.png",
            caption="../workflow/report/map.rst",
            category="maps of every pixel",
            labels={"figure": "{scene}"},
        ),
    log:
        "<results>/logs/paint/{scene}.log",
    benchmark:
        "<results>/resources/paint/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=5),
        runtime=minutes(15, per_mb=0.1),
    params:
        cfg=lambda wildcards: SLICES.paint(wildcards, report=REPORT),
        code=code("paint"),
    message:
        "Write rasters, picture and page of the map of scene {wildcards.scene}"
    script:
        "../workflow/scripts/paint.py"
