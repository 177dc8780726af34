# The benchmark: every method on every split, regime, budget and seed. A job is one method with some seeds and all budgets.
# Needs: results/grid/shards, results/grid/deals. Produces: results/grid/{latents,fits,scores}, results/grid/report.


rule grid_m1:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
    output:
        directory("<results>/grid/latents/{split}/{regime}/m1/{seeds}"),
    log:
        "<results>/logs/grid_m1/{split}/{regime}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_m1/{split}/{regime}/{seeds}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=job_cfg(scale="m1_method", m1=CONFIG["m1"]),
        code=code("grid_m1"),
    message:
        "Train M1 for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/grid_m1.py"


rule grid_train:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
        classes="<results>/grid/pool/classes.json",
        latents=latents_of_job,
    output:
        "<results>/grid/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/grid_train/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_train/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, TRAINED)) or "none",
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=fit_cfg,
        code=code("grid_train"),
    message:
        "Train {wildcards.method_id} for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/grid_train.py"


rule grid_fit:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
        classes="<results>/grid/pool/classes.json",
        latents=latents_of_job,
    output:
        "<results>/grid/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/grid_fit/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_fit/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, NO_TENSORFLOW)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=20),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=fit_cfg,
        code=code("grid_fit"),
    message:
        "Fit {wildcards.method_id} for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/grid_fit.py"
