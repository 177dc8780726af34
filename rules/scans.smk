# Scans: simulated, downloaded or your own, and what is in them.
# Needs: the files that scenes.tsv names, or the built-in simulation, or a network for the public scenes.
# Produces: results/scenes/{scene}.h5 (simulated), results/census/{scene}.parquet and .npy (whatever the labels),
# results/scans.json (that all scans fit together),
# results/labels/{scene}.parquet and .npy (the same with the labels, of scenes that have any), results/cleaning/{scene}.json
# (if cleaning mends faults of the detector), results/masks/{scene}/mask.png and image.png (of scenes whose tray is masked).


if CONFIG["simulate"]["enabled"]:

    rule simulate:
        output:
            "<results>/scenes/{scene}.h5",
        log:
            "<results>/logs/simulate/{scene}.log",
        benchmark:
            "<results>/resources/simulate/{scene}.tsv"
        priority: 1
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(2000),
            runtime=minutes(30),
        params:
            cfg=SLICES.simulate(),
            code=code("simulate"),
        message:
            "Simulate scene {wildcards.scene}"
        script:
            "../workflow/scripts/simulate.py"


if STUDY.absent:

    rule fetch:
        output:
            f"{CONFIG['data_root']}/{{public}}",
        log:
            "<results>/logs/fetch/{public}.log",
        benchmark:
            "<results>/resources/fetch/{public}.tsv"
        wildcard_constraints:
            public="|".join(map(re.escape, STUDY.absent)),
        localrule: True
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(500),
            runtime=minutes(30),
        params:
            cfg=lambda wildcards: cfg(fetch=STUDY.absent[wildcards.public]),
            code=code("fetch"),
        message:
            "Download the public file {wildcards.public}"
        script:
            "../workflow/scripts/fetch.py"


rule mask:
    input:
        files=SLICES.files_of_mask,
    output:
        mask="<results>/masks/{scene}/mask.png",
        image="<results>/masks/{scene}/image.png",
    log:
        "<results>/logs/mask/{scene}.log",
    benchmark:
        "<results>/resources/mask/{scene}.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=1),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.mask,
        code=code("mask"),
    message:
        "Tell core from tray and shadow in scene {wildcards.scene}"
    script:
        "../workflow/scripts/mask.py"


rule census:
    input:
        files=SLICES.scan_files,
        mask=FILES.mask_of,
    output:
        census="<results>/census/{scene}.parquet",
        codes="<results>/census/{scene}.npy",
    log:
        "<results>/logs/census/{scene}.log",
    benchmark:
        "<results>/resources/census/{scene}.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=1),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.census,
        code=code("census"),
    message:
        "Check the values of scene {wildcards.scene}"
    script:
        "../workflow/scripts/census.py"


rule compare_scans:
    input:
        census=FILES.every_scene("<results>/census/{scene}.parquet"),
        codes=FILES.every_scene("<results>/census/{scene}.npy"),
    output:
        COMPARED,
    log:
        "<results>/logs/compare_scans.log",
    benchmark:
        "<results>/resources/compare_scans.tsv"
    priority: 3
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(1000, per_mb=1),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.compare_scans(),
        code=code("compare_scans"),
    message:
        "Compare all scans: whether they fit together, and whether one is a copy of another"
    script:
        "../workflow/scripts/compare_scans.py"


rule labels:
    input:
        files=SLICES.scene_files,
        census="<results>/census/{scene}.parquet",
        codes="<results>/census/{scene}.npy",
        classes=ancient(CLASSES),
    output:
        labels="<results>/labels/{scene}.parquet",
        codes="<results>/labels/{scene}.npy",
    log:
        "<results>/logs/labels/{scene}.log",
    benchmark:
        "<results>/resources/labels/{scene}.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=1),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.labels,
        code=code("labels"),
    message:
        "Read and count the labels of scene {wildcards.scene}"
    script:
        "../workflow/scripts/labels.py"


if SLICES.mends:

    rule cleaning_effect:
        input:
            files=lambda wildcards: SLICES.cleaned_files([wildcards.scene]),
        output:
            "<results>/cleaning/{scene}.json",
        log:
            "<results>/logs/cleaning_effect/{scene}.log",
        benchmark:
            "<results>/resources/cleaning_effect/{scene}.tsv"
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(2000, per_mb=0.5),
            runtime=minutes(10, per_mb=0.05),
        params:
            cfg=SLICES.cleaning_effect,
            code=code("cleaning_effect"),
        message:
            "Measure what cleaning mends in scene {wildcards.scene}"
        script:
            "../workflow/scripts/cleaning_effect.py"
