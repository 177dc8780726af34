# The scores of all methods on the same test pixels: of the main line, which is the split `main`, and of each split and regime of
# the benchmark.
# Needs: the predictions of the split and regime, results/splits.
# Produces: results/evaluation/{split}/{regime} (scores, summaries, tests, alerts).


rule evaluate:
    input:
        predictions=BENCHMARK.scored_in,
        classes=ancient(CLASSES),
        known=BENCHMARK.classes_of,
    output:
        directory("<results>/evaluation/{split}/{regime}"),
    log:
        "<results>/logs/evaluate/{split}/{regime}.log",
    benchmark:
        "<results>/resources/evaluate/{split}/{regime}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=4),
        runtime=minutes(60, per_mb=1),
    params:
        cfg=BENCHMARK.scores_cfg,
        code=code("evaluate"),
    message:
        "Score all methods on the test pixels of the split {wildcards.split}, {wildcards.regime}"
    script:
        "../workflow/scripts/evaluate.py"
