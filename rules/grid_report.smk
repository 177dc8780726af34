# Scores of the benchmark, and its tables, figures and page.
# Needs: results/grid/fits. Produces: results/grid/scores/{split}/{regime}, results/grid/report.


rule grid_scores:
    input:
        fits=fits_of,
        classes=ancient(CLASSES),
        known="<results>/grid/pool/classes.json",
    output:
        directory("<results>/grid/scores/{split}/{regime}"),
    log:
        "<results>/logs/grid_scores/{split}/{regime}.log",
    benchmark:
        "<results>/benchmarks/grid_scores/{split}/{regime}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=20),
        runtime=minutes(60, per_mb=0.5),
    params:
        cfg=scores_cfg,
        code=code("grid_scores"),
    message:
        "Score the benchmark: {wildcards.split}, {wildcards.regime}"
    script:
        "../workflow/scripts/grid_scores.py"


rule grid_report:
    input:
        scores=expand("<results>/grid/scores/{split}/{regime}", split=list(SPLITS), regime=GRID["regimes"]),
    output:
        index=report(
            "<results>/grid/report/index.html",
            caption="../workflow/report/grid.rst",
            category="benchmark",
            labels={"figure": "the whole benchmark"},
        ),
        figures=report(
            directory("<results>/grid/report/figures"),
            patterns=["{chapter}/{name}.png"],
            caption="../workflow/report/grid.rst",
            category="benchmark",
            labels={"figure": "{chapter}, {name}"},
        ),
        scores="<results>/grid/report/scores.parquet",
        markdown="<results>/grid/report/results.md",
        latex="<results>/grid/report/results.tex",
    log:
        "<results>/logs/grid_report.log",
    benchmark:
        "<results>/benchmarks/grid_report.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=4),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=cfg("split", "sample", "runs", "normalise", "m1", "m2", "svm", "baselines", "evaluation", "benchmark"),
        code=code("grid_report"),
    message:
        "Write the report of the benchmark"
    script:
        "../workflow/scripts/grid_report.py"
