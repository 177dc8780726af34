# The classifiers, on bands or on latents, and their predictions.
# Needs: results/normalised or results/latents/{seed}; results/budgets/{budget}/{seed}.parquet.
# Produces: results/{svm,m2,qy}/{features}/{budget}/{seed}; results/predictions/{method}/... of these three.


rule train_svm:
    input:
        features=features_of,
        budgets="<results>/budgets/{budget}/{seed}.parquet",
        classes="<results>/plan/classes.json",
    output:
        directory("<results>/svm/{features}/{budget}/{seed}"),
    log:
        "<results>/logs/train_svm/{features}/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/train_svm/{features}/{budget}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(60, per_mb=1),
    params:
        cfg=cfg("svm"),
        code=code("train_svm"),
    script:
        "../workflow/scripts/train_svm.py"


rule train_m2:
    input:
        features=features_of,
        budgets="<results>/budgets/{budget}/{seed}.parquet",
        classes="<results>/plan/classes.json",
        scaler=scaler_of,
        m1=m1_of,
    output:
        directory("<results>/m2/{features}/{budget}/{seed}"),
    log:
        "<results>/logs/train_m2/{features}/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/train_m2/{features}/{budget}/{seed}.tsv"
    priority: 1
    conda:
        "../envs/train.yaml"
    threads: at_most(4)
    resources:
        gpu=gpu_if_any,
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=cfg("m2"),
        code=code("train_m2"),
    script:
        "../workflow/scripts/train_m2.py"


rule train_qy:
    input:
        features=features_of,
        budgets="<results>/budgets/{budget}/{seed}.parquet",
        classes="<results>/plan/classes.json",
    output:
        directory("<results>/qy/{features}/{budget}/{seed}"),
    log:
        "<results>/logs/train_qy/{features}/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/train_qy/{features}/{budget}/{seed}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=gpu_if_any,
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(120, per_mb=1),
    params:
        cfg=cfg("m2"),
        code=code("train_qy"),
    script:
        "../workflow/scripts/train_qy.py"


rule predict:
    input:
        features=features_of,
        model="<results>/{method}/{features}/{budget}/{seed}",
    output:
        "<results>/predictions/{method}/{features}/{budget}/{seed}.parquet",
    log:
        "<results>/logs/predict/{method}/{features}/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/predict/{method}/{features}/{budget}/{seed}.tsv"
    wildcard_constraints:
        method="|".join(MODELS),
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(3000, per_mb=12),
        runtime=minutes(30, per_mb=0.1),
    params:
        code=code("predict"),
    script:
        "../workflow/scripts/predict.py"
