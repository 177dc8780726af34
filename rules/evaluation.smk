# The scores of all methods on the same test pixels.
# Needs: every prediction that the configuration asks for, results/split.
# Produces: results/evaluation (predictions, scores, summary, alerts).


rule evaluate:
    input:
        predictions=compared(),
        classes=ancient(CLASSES),
        known="<results>/split/classes.json",
    output:
        predictions="<results>/evaluation/predictions.parquet",
        scores="<results>/evaluation/scores.parquet",
        classes="<results>/evaluation/classes.parquet",
        summary="<results>/evaluation/summary.parquet",
        alerts="<results>/evaluation/alerts.json",
    log:
        "<results>/logs/evaluate.log",
    benchmark:
        "<results>/resources/evaluate.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=40),
        runtime=minutes(30, per_mb=1),
    params:
        cfg=cfg("evaluation", names=NAMES),
        code=code("evaluate"),
    message:
        "Score all methods on the test pixels"
    script:
        "../workflow/scripts/evaluate.py"
