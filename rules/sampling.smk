# The sample that models see: the split of the study, the pixels drawn from every scene, the labels of each budget.
# Needs: results/census, the scenes.
# Produces: results/plan (parts, quotas, classes), results/shards/{scene}.parquet, results/budgets/{budget}/{seed}.parquet.


rule plan:
    input:
        census=every_scene("<results>/census/{scene}.parquet"),
        codes=every_scene("<results>/census/{scene}.npy"),
        classes=ancient(CLASSES),
    output:
        quotas="<results>/plan/quotas.parquet",
        classes="<results>/plan/classes.json",
        warnings="<results>/plan/warnings.json",
        parts=every_scene("<results>/plan/parts/{scene}.npy"),
    log:
        "<results>/logs/plan.log",
    benchmark:
        "<results>/benchmarks/plan.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=8),
        runtime=minutes(10, per_mb=0.1),
    params:
        cfg=plan_cfg(),
        code=code("plan"),
    message:
        "Split the study into training, validation and test pixels, and set how many are drawn"
    script:
        "../workflow/scripts/plan.py"


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
        cfg=SLICES.shard,
        code=code("shard"),
    message:
        "Draw the sample of scene {wildcards.scene}"
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
        cfg=SLICES.budget,
        code=code("budget"),
    message:
        "Choose the training labels: {wildcards.budget} per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/budget.py"
