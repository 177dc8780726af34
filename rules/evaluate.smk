# Scores of all methods on the same test pixels, and the report that people read.
# Needs: every prediction that the configuration asks for, and what the figures show.
# Produces: results/evaluation, results/report/index.html.


rule evaluate:
    input:
        predictions=compared(),
        classes=ancient(CLASSES),
        known="<results>/plan/classes.json",
    output:
        predictions="<results>/evaluation/predictions.parquet",
        scores="<results>/evaluation/scores.parquet",
        classes="<results>/evaluation/classes.parquet",
        summary="<results>/evaluation/summary.parquet",
        guards="<results>/evaluation/guards.json",
    log:
        "<results>/logs/evaluate.log",
    benchmark:
        "<results>/benchmarks/evaluate.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=40),
        runtime=minutes(30, per_mb=1),
    params:
        cfg=cfg("evaluation", names=NAMES),
        code=code("evaluate"),
    script:
        "../workflow/scripts/evaluate.py"


rule report:
    input:
        predictions=rules.evaluate.output.predictions,
        scores=rules.evaluate.output.scores,
        per_class=rules.evaluate.output.classes,
        summary=rules.evaluate.output.summary,
        guards=rules.evaluate.output.guards,
        classes=CLASSES,
        known="<results>/plan/classes.json",
        census=every_scene("<results>/census/{scene}.parquet"),
        codes=every_scene("<results>/census/{scene}.npy"),
        quotas="<results>/plan/quotas.parquet",
        warnings="<results>/plan/warnings.json",
        parts=every_scene("<results>/plan/parts/{scene}.npy"),
        features=every_scene("<results>/normalised/{scene}.parquet"),
        features_m1=every_scene(M1_FEATURES),
        scaler="<results>/scaler",
        scaler_m1=SCALERS["latents"],
        m1=expand("<results>/m1/{seed}", seed=CONFIG["runs"]["seeds"]),
        networks=[path for model in networks() for path in trained(model)],
        maps=every_scene("<results>/maps/{scene}/map.png"),
        pages=every_scene("<results>/maps/{scene}/page.html"),
        logs=expand("<results>/downhole/{hole}.png", hole=sorted(LOGGED)),
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
        "<results>/benchmarks/report.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(3000, per_mb=0.5),
        runtime=minutes(30, per_mb=0.05),
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
                "controls",
                "compare",
                "evaluation",
                "report",
            ),
            simulate={"enabled": CONFIG["simulate"]["enabled"]},
        ),
        code=code("report"),
    script:
        "../workflow/scripts/report.py"
