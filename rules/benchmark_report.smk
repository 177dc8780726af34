# Scores of the benchmark, and its tables, figures and page.
# Needs: results/benchmark/fits. Produces: results/benchmark/scores/{split}/{regime}, results/benchmark/report.


rule benchmark_scores:
    input:
        fits=fits_of,
        classes=ancient(CLASSES),
        known=lambda wildcards: f"<results>/benchmark/splits/{wildcards.split}/{min(BENCHMARK['seeds'])}",
    output:
        directory("<results>/benchmark/scores/{split}/{regime}"),
    log:
        "<results>/logs/benchmark_scores/{split}/{regime}.log",
    benchmark:
        "<results>/resources/benchmark_scores/{split}/{regime}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=20),
        runtime=minutes(60, per_mb=0.5),
    params:
        cfg=scores_cfg,
        code=code("benchmark_scores"),
    message:
        "Score the benchmark: {wildcards.split}, {wildcards.regime}"
    script:
        "../workflow/scripts/benchmark_scores.py"


rule benchmark_report:
    input:
        scores=expand("<results>/benchmark/scores/{split}/{regime}", split=list(SPLITS), regime=BENCHMARK["regimes"]),
    output:
        index=report(
            "<results>/benchmark/report/index.html",
            caption="../workflow/report/benchmark.rst",
            category="benchmark",
            labels={"figure": "the whole benchmark"},
        ),
        figures=report(
            directory("<results>/benchmark/report/figures"),
            patterns=["{chapter}/{name}.png"],
            caption="../workflow/report/benchmark.rst",
            category="benchmark",
            labels={"figure": "{chapter}, {name}"},
        ),
        scores="<results>/benchmark/report/scores.parquet",
        markdown="<results>/benchmark/report/results.md",
        latex="<results>/benchmark/report/results.tex",
    log:
        "<results>/logs/benchmark_report.log",
    benchmark:
        "<results>/resources/benchmark_report.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=4),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=cfg("split", "sample", "runs", "normalise", "m1", "m2", "svm", "baselines", "evaluation", "benchmark"),
        code=code("benchmark_report"),
    message:
        "Write the report of the benchmark"
    script:
        "../workflow/scripts/benchmark_report.py"
