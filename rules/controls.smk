# The controls: simpler methods on the same split, the same budget and the same bands.
# Needs: results/normalised, results/budgets. Produces: results/predictions/{method}/bands/{budget}/{seed}.parquet.


rule control:
    input:
        features=every_scene("<results>/normalised/{scene}.parquet"),
        budgets="<results>/budgets/{budget}/{seed}.parquet",
        quotas="<results>/plan/quotas.parquet",
    output:
        "<results>/predictions/{method}/bands/{budget}/{seed}.parquet",
    log:
        "<results>/logs/control/{method}/{budget}/{seed}.log",
    benchmark:
        "<results>/benchmarks/control/{method}/{budget}/{seed}.tsv"
    wildcard_constraints:
        method="|".join(CONTROLS),
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(4000, per_mb=20),
        runtime=minutes(60, per_mb=1),
    params:
        cfg=lambda wildcards: cfg(**in_use.control(wildcards.method, controls=CONFIG["controls"], svm=CONFIG["svm"])),
        code=code("control"),
    script:
        "../workflow/scripts/control.py"
