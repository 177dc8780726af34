# The report that people read: one page with figures and tables, and the page of the benchmark.
# Needs: results/evaluation, results/census, results/splits/main, the trained models, maps, features and logs.
# Produces: results/report/index.html, results/report/figures, results/report/benchmark.


rule report:
    input:
        predictions=FILES.compared(),
        scores="<results>/evaluation/main/inductive",
        curve="<results>/evaluation/learning_curve.parquet",
        classes=ancient(CLASSES),
        known="<results>/splits/main/classes.json",
        compared=COMPARED,
        census=FILES.counted(SCENES, "parquet"),
        codes=FILES.counted(SCENES, "npy"),
        masks=FILES.images_of_masks(),
        quotas="<results>/splits/main/quotas.parquet",
        warnings="<results>/splits/main/warnings.json",
        parts=FILES.of_scenes("<results>/splits/main/parts/{scene}.npy", SCORED),
        samples=FILES.of_scenes("<results>/sample/{scene}.parquet", SCORED),
        scaler=FILES.scalers["bands"],
        scaler_m1=FILES.scalers["latents"],
        m1=expand("<results>/m1/{seed}", seed=CONFIG["runs"]["seeds"]),
        networks=[path for model in networks() for path in FILES.trained(model)],
        model="<results>/model",
        judged=["<results>/library/judged.json"] if FILES.with_library else [],
        choices=FILES.choices(),
        maps=FILES.every_scene("<results>/maps/{scene}/map.png"),
        pages=FILES.every_scene("<results>/maps/{scene}/page.html"),
        logs=expand("<results>/downhole/{hole}.png", hole=sorted(LOGGED)),
        interval_labels=FILES.labelled_intervals[1:],
        share_labels=FILES.labels_with_shares,
        composites=expand("<results>/downhole/composites/{hole}.parquet", hole=sorted(LOGGED)),
        absorption=FILES.measured("features.json", SCENES),
        measured=FILES.measured("features.parquet", SCORED),
        effects=FILES.every_scene("<results>/cleaning/{scene}.json") if SLICES.mends else [],
    output:
        index=report(
            "<results>/report/index.html",
            caption="../workflow/report/page.rst",
            category="page",
            labels={"figure": "the whole report"},
        ),
        figures=report(
            directory("<results>/report/figures"),
            patterns=["{chapter}/{name}.png"],
            caption="../workflow/report/figures.rst",
            category="{chapter}",
            labels={"figure": "{name}"},
        ),
    log:
        "<results>/logs/report.log",
    benchmark:
        "<results>/resources/report.tsv"
    conda:
        "../envs/base.yaml"
    threads: RUN.as_many_as(2)
    resources:
        mem_mb=memory_mb(3000, per_mb=0.2, but="measured"),
        runtime=minutes(30, per_mb=0.02),
    params:
        cfg=cfg(
            *(
                "split",
                "sample",
                "mask",
                "cleaning",
                "runs",
                "normalise",
                "m1",
                "m2",
                "svm",
                "baselines",
                "compare",
                "features",
                "evaluation",
                "report",
            ),
            simulate=SLICES.keys_of("simulate", "enabled"),
            map={"method": MAP.run["method"], "features": MAP.features, "labels_per_class": MAP.run["per_class"]},
            classes=SLICES.legend,
        ),
        code=code("report"),
    message:
        "Draw the figures and write the report"
    script:
        "../workflow/scripts/report.py"


rule benchmark_report:
    input:
        scores=expand(
            "<results>/evaluation/{split}/{regime}", split=BENCHMARK.names, regime=BENCHMARK.settings["regimes"]
        ),
    output:
        index=report(
            "<results>/report/benchmark/index.html",
            caption="../workflow/report/benchmark.rst",
            category="benchmark",
            labels={"figure": "the whole benchmark"},
        ),
        figures=report(
            directory("<results>/report/benchmark/figures"),
            patterns=["{chapter}/{name}.png"],
            caption="../workflow/report/benchmark.rst",
            category="benchmark",
            labels={"figure": "{chapter}, {name}"},
        ),
        scores="<results>/report/benchmark/scores.parquet",
        markdown="<results>/report/benchmark/results.md",
        latex="<results>/report/benchmark/results.tex",
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
