# The benchmark's pool of pixels, drawn once, and how each split and seed deals it to parts and label budgets.
# Needs: results/census, the scenes. Produces: results/grid/pool, results/grid/shards, results/grid/deals/{split}/{seed}.


use rule plan as grid_plan with:
    output:
        quotas="<results>/grid/pool/quotas.parquet",
        classes="<results>/grid/pool/classes.json",
        warnings="<results>/grid/pool/warnings.json",
        parts=every_scene("<results>/grid/pool/parts/{scene}.npy"),
    log:
        "<results>/logs/grid_plan.log",
    benchmark:
        "<results>/benchmarks/grid_plan.tsv"
    params:
        cfg=grid_plan_cfg(),
        code=code("plan"),
    message:
        "Set how many pixels of each scene the benchmark draws"


use rule shard as grid_shard with:
    input:
        files=scene_files,
        codes="<results>/census/{scene}.npy",
        parts="<results>/grid/pool/parts/{scene}.npy",
        quotas="<results>/grid/pool/quotas.parquet",
        classes="<results>/grid/pool/classes.json",
    output:
        "<results>/grid/shards/{scene}.parquet",
    log:
        "<results>/logs/grid_shard/{scene}.log",
    benchmark:
        "<results>/benchmarks/grid_shard/{scene}.tsv"
    message:
        "Draw the benchmark's pixels of scene {wildcards.scene}"


rule grid_deal:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        codes=every_scene("<results>/census/{scene}.npy"),
        classes="<results>/grid/pool/classes.json",
    output:
        directory("<results>/grid/deals/{split}/{seed}"),
    log:
        "<results>/logs/grid_deal/{split}/{seed}.log",
    benchmark:
        "<results>/benchmarks/grid_deal/{split}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=8),
        runtime=minutes(10, per_mb=0.1),
    params:
        cfg=deal_cfg,
        code=code("grid_deal"),
    message:
        "Split the benchmark's pixels: {wildcards.split}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/grid_deal.py"
