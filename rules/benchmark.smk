# The benchmark: splits, labels per class and seeds, dealt from the pool; every method on each of them. A job is one method
# with some seeds and all numbers of labels.
# Needs: results/shards, results/labels. Produces: results/splits/{split}/{seed}, and by split and regime results/input,
# results/latents and results/predictions.


wildcard_constraints:
    split="|".join(map(re.escape, BENCHMARK.splits)),
    regime="|".join(REGIMES),
    seeds=r"\d+-\d+",
    runs=r"\d+-\d+|(\d+|all)/\d+",


rule benchmark_split:
    input:
        census=FILES.counted(STUDIED, "parquet"),
        codes=FILES.counted(STUDIED, "npy"),
        shards=FILES.pool_of(STUDIED),
        classes=ancient(CLASSES),
    output:
        directory("<results>/splits/{split}/{seed}"),
    log:
        "<results>/logs/benchmark_split/{split}/{seed}.log",
    benchmark:
        "<results>/resources/benchmark_split/{split}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=4),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=BENCHMARK.split_cfg,
        code=code("benchmark_split"),
    message:
        "Deal the pool to the benchmark: {wildcards.split}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/benchmark_split.py"


rule benchmark_m1:
    input:
        shards=FILES.pool_of(STUDIED),
        splits=BENCHMARK.splits_of,
        files=BENCHMARK.cleaned_files,
        chosen=BENCHMARK.chosen_for_m1,
    output:
        directory("<results>/latents/{split}/{regime}/m1/{seeds}"),
    log:
        "<results>/logs/benchmark_m1/{split}/{regime}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_m1/{split}/{regime}/{seeds}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(4000, per_mb=24, but="files"),
        runtime=minutes(240, per_mb=0.02, but="files"),
    params:
        cfg=BENCHMARK.job_cfg(scale="m1_method", m1=CONFIG["m1"]),
        code=code("benchmark_m1"),
    message:
        "Train M1 for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_m1.py"


rule benchmark_input:
    input:
        shards=FILES.pool_of(STUDIED),
        splits=BENCHMARK.splits_of,
        files=BENCHMARK.cleaned_files,
    output:
        directory("<results>/input/{split}/{regime}/{scale}/{seeds}"),
    log:
        "<results>/logs/benchmark_input/{split}/{regime}/{scale}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_input/{split}/{regime}/{scale}/{seeds}.tsv"
    wildcard_constraints:
        scale="|".join(CHOSEN_ON_LABELS),
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(4000, per_mb=40, but="files"),
        runtime=minutes(60, per_mb=0.02, but="files"),
    params:
        cfg=lambda wildcards: BENCHMARK.job_cfg(scale=SCALES[wildcards.scale]),
        code=code("benchmark_input"),
    message:
        "Choose the input of the benchmark, {wildcards.scale}: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_input.py"


rule benchmark_train:
    input:
        shards=FILES.pool_of(STUDIED),
        splits=BENCHMARK.splits_of,
        files=BENCHMARK.cleaned_files,
        latents=BENCHMARK.latents_of,
        chosen=BENCHMARK.chosen_for,
    output:
        "<results>/predictions/{split}/{regime}/{method}/{features}/{seeds}.parquet",
    log:
        "<results>/logs/benchmark_train/{split}/{regime}/{method}/{features}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_train/{split}/{regime}/{method}/{features}/{seeds}.tsv"
    wildcard_constraints:
        method=names_of(TRAINED),
        features=FEATURES_OF_JOBS,
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(4000, per_mb=24, but="files"),
        runtime=minutes(240, per_mb=0.02, but="files"),
    params:
        cfg=BENCHMARK.fit_cfg,
        code=code("benchmark_train"),
    message:
        "Train {wildcards.method} on {wildcards.features} for the benchmark: {wildcards.split}, {wildcards.regime}, {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_train.py"


rule benchmark_fit:
    input:
        shards=FILES.pool_of(STUDIED),
        splits=BENCHMARK.splits_of,
        files=BENCHMARK.files_of_fit,
        latents=BENCHMARK.latents_of,
        chosen=BENCHMARK.chosen_for,
    output:
        "<results>/predictions/{split}/{regime}/{method}/{features}/{seeds}.parquet",
    log:
        "<results>/logs/benchmark_fit/{split}/{regime}/{method}/{features}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_fit/{split}/{regime}/{method}/{features}/{seeds}.tsv"
    wildcard_constraints:
        method=names_of(NO_TENSORFLOW),
        features=FEATURES_OF_JOBS,
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(4000, per_mb=40, but="files"),
        runtime=minutes(240, per_mb=0.02, but="files"),
    params:
        cfg=BENCHMARK.fit_cfg,
        code=code("benchmark_fit"),
    message:
        "Fit {wildcards.method} on {wildcards.features} for the benchmark: {wildcards.split}, {wildcards.regime}, {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_fit.py"
