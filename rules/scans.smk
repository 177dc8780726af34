# Scans: simulated, downloaded or your own, and what is in them.
# Needs: the files that scenes.tsv names, or the built-in simulation, or a network for the public scenes.
# Produces: results/scenes/{scene}.h5 (simulated), results/census/{scene}.parquet and .npy.


if CONFIG["simulate"]["enabled"]:

    rule simulate:
        output:
            "<results>/scenes/{scene}.h5",
        log:
            "<results>/logs/simulate/{scene}.log",
        benchmark:
            "<results>/benchmarks/simulate/{scene}.tsv"
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(2000),
            runtime=minutes(10),
        params:
            cfg=SLICES.simulate(),
            code=code("simulate"),
        message:
            "Simulate scene {wildcards.scene}"
        script:
            "../workflow/scripts/simulate.py"


if ABSENT:

    rule fetch:
        output:
            f"{CONFIG['data_root']}/{{public}}",
        log:
            "<results>/logs/fetch/{public}.log",
        benchmark:
            "<results>/benchmarks/fetch/{public}.tsv"
        wildcard_constraints:
            public="|".join(map(re.escape, ABSENT)),
        localrule: True
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(500),
            runtime=minutes(30),
        params:
            cfg=lambda wildcards: cfg(fetch=ABSENT[wildcards.public]),
            code=code("fetch"),
        message:
            "Download the public file {wildcards.public}"
        script:
            "../workflow/scripts/fetch.py"


rule census:
    input:
        files=scene_files,
        classes=ancient(CLASSES),
    output:
        census="<results>/census/{scene}.parquet",
        codes="<results>/census/{scene}.npy",
    log:
        "<results>/logs/census/{scene}.log",
    benchmark:
        "<results>/benchmarks/census/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=1),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=SLICES.census,
        code=code("census"),
    message:
        "Count labels and check values of scene {wildcards.scene}"
    script:
        "../workflow/scripts/census.py"
