# Shares of the classes in every pixel, beside its class; only if the section `mixtures` is enabled.
# Needs: the scenes, results/sample, results/labels_per_class, results/bundle, results/maps/{scene}/numbers.parquet.
# Produces: results/mixtures/endmembers.parquet, results/mixtures/{scene}.


rule endmembers:
    input:
        samples=FILES.of_training("<results>/sample/{scene}.parquet"),
        labels=MAP.path("<results>/labels_per_class/{per_class}/{seed}.parquet"),
        known="<results>/splits/main/training/classes.json",
    output:
        "<results>/mixtures/endmembers.parquet",
    log:
        "<results>/logs/endmembers.log",
    benchmark:
        "<results>/resources/endmembers.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=0.5),
        runtime=minutes(10),
    params:
        cfg=cfg(mixtures=SLICES.keys_of("mixtures", "resamples", "seed")),
        code=code("endmembers"),
    message:
        "Average the labelled pixels of each class, to unmix scans with"
    script:
        "../workflow/scripts/endmembers.py"


rule mixtures:
    input:
        files=SLICES.scan_files,
        model="<results>/bundle",
        numbers="<results>/maps/{scene}/numbers.parquet",
        endmembers="<results>/mixtures/endmembers.parquet",
    output:
        "<results>/mixtures/{scene}/shares.tif",
        "<results>/mixtures/{scene}/mixtures.json",
    log:
        "<results>/logs/mixtures/{scene}.log",
    benchmark:
        "<results>/resources/mixtures/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=3),
        runtime=minutes(30, per_mb=1),
    params:
        cfg=lambda wildcards: SLICES.mixtures(wildcards),
        code=code("mixtures"),
    message:
        "Unmix every pixel of scene {wildcards.scene}"
    script:
        "../workflow/scripts/mixtures.py"
