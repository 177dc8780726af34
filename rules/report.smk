# The report that people read: one page with figures and tables.
# Needs: results/evaluation, results/census, results/split, the trained models, maps, features and logs.
# Produces: results/report/index.html, results/report/figures.


rule report:
    input:
        predictions=rules.evaluate.output.predictions,
        scores=rules.evaluate.output.scores,
        class_scores=rules.evaluate.output.classes,
        summary=rules.evaluate.output.summary,
        alerts=rules.evaluate.output.alerts,
        curve="<results>/evaluation/learning_curve.parquet",
        classes=ancient(CLASSES),
        known="<results>/split/classes.json",
        census=[counted(scene, "parquet") for scene in sorted(SCENES)],
        codes=[counted(scene, "npy") for scene in sorted(SCENES)],
        masks=expand("<results>/masks/{scene}/image.png", scene=masked_scenes()),
        quotas="<results>/split/quotas.parquet",
        warnings="<results>/split/warnings.json",
        parts=every_scene("<results>/split/parts/{scene}.npy"),
        samples=every_scene("<results>/sample/{scene}.parquet"),
        scaler=SCALERS["bands"],
        scaler_m1=SCALERS["latents"],
        m1=expand("<results>/m1/{seed}", seed=CONFIG["runs"]["seeds"]),
        networks=[path for model in networks() for path in trained(model)],
        model="<results>/model",
        judged=["<results>/library/judged.json"] if WITH_LIBRARY else [],
        choices=[CHOICE] if CHOSEN else [],
        maps=every_scene("<results>/maps/{scene}/map.png"),
        pages=every_scene("<results>/maps/{scene}/page.html"),
        logs=expand("<results>/downhole/{hole}.png", hole=sorted(LOGGED)),
        composites=expand("<results>/downhole/composites/{hole}.parquet", hole=sorted(LOGGED)),
        absorption=features_of("features.json"),
        effects=every_scene("<results>/cleaning/{scene}.json") if SLICES.mends else [],
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
                "baselines",
                "compare",
                "features",
                "evaluation",
                "report",
            ),
            simulate={"enabled": CONFIG["simulate"]["enabled"]},
            classes=SLICES.legend,
        ),
        code=code("report"),
    message:
        "Draw the figures and write the report"
    script:
        "../workflow/scripts/report.py"
