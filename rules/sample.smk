# The sample that models see: drawn from every scene in one pass, put on one scale, with its label budgets.
# Needs: results/plan, the scenes. Produces: results/shards, results/scaler, results/normalised, results/budgets.


rule shard:
    input:
        files=scene_files,
        codes="<results>/census/{scene}.npy",
        parts="<results>/plan/parts/{scene}.npy",
        quotas="<results>/plan/quotas.parquet",
        classes="<results>/plan/classes.json",
    output:
        "<results>/shards/{scene}.parquet",
    log:
        "<results>/logs/shard/{scene}.log",
    benchmark:
        "<results>/benchmarks/shard/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=shard_cfg,
        code=code("shard"),
    script:
        "../workflow/scripts/shard.py"


rule budget:
    input:
        shards=every_scene("<results>/shards/{scene}.parquet"),
    output:
        "<results>/budgets/{budget}/{seed}.parquet",
    log:
        "<results>/logs/budget/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/budget/{budget}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=8),
        runtime=minutes(10, per_mb=0.1),
    params:
        cfg=budget_cfg,
        code=code("budget"),
    script:
        "../workflow/scripts/budget.py"


rule fit_scaler:
    input:
        shards=every_scene("<results>/shards/{scene}.parquet"),
        files=cleaned_files,
    output:
        directory("<results>/scaler"),
    log:
        "<results>/logs/fit_scaler.log",
    benchmark:
        "<results>/benchmarks/fit_scaler.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=0.5),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=cleaning_cfg(normalise={"method": CONFIG["normalise"]["method"]}, scenes=cleaned(SCENES)),
        code=code("fit_scaler"),
    script:
        "../workflow/scripts/fit_scaler.py"


rule normalise:
    input:
        shard="<results>/shards/{scene}.parquet",
        scaler="<results>/scaler",
        files=cleaned_files,
    output:
        "<results>/normalised/{scene}.parquet",
    log:
        "<results>/logs/normalise/{scene}.log",
    benchmark:
        "<results>/benchmarks/normalise/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=0.5),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=lambda wildcards: cfg(scenes=cleaned([wildcards.scene])),
        code=code("normalise"),
    script:
        "../workflow/scripts/normalise.py"
