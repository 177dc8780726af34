# The sample as models see it: cleaned, and on one scale; M1 may have a scale of its own (normalise.m1_method).
# Needs: results/shards; the scenes that are cleaned.
# Produces: results/cleaning/{scene}.json, if cleaning mends faults of the detector; results/scaler, results/normalised/{scene}.parquet; results/scaler_m1 and results/normalised_m1, if they differ.


if SLICES.mends:

    rule cleaning_effect:
        input:
            files=cleaned_files,
        output:
            "<results>/cleaning/{scene}.json",
        log:
            "<results>/logs/cleaning_effect/{scene}.log",
        benchmark:
            "<results>/benchmarks/cleaning_effect/{scene}.tsv"
        conda:
            "../envs/base.yaml"
        threads: 1
        resources:
            mem_mb=memory_mb(2000, per_mb=0.5),
            runtime=minutes(10, per_mb=0.05),
        params:
            cfg=SLICES.cleaning_effect,
            code=code("cleaning_effect"),
        message:
            "Measure what cleaning mends in scene {wildcards.scene}"
        script:
            "../workflow/scripts/cleaning_effect.py"


rule fit_scaler:
    input:
        shards=every_scene("<results>/shards/{scene}.parquet"),
        files=cleaned_files,
    output:
        directory("<results>/scaler"),
    log:
        "<results>/logs/fit_scaler.log",
    benchmark:
        "<results>/benchmarks/fit_scaler.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=0.5),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=cleaning_cfg(normalise=in_use.normalise(CONFIG["normalise"], "method"), scenes=cleaned(SCENES)),
        code=code("fit_scaler"),
    message:
        "Fit the scale of the spectra on the training pixels"
    script:
        "../workflow/scripts/fit_scaler.py"


rule normalise:
    input:
        shard="<results>/shards/{scene}.parquet",
        scaler="<results>/scaler",
        files=cleaned_files,
    output:
        "<results>/normalised/{scene}.parquet",
    log:
        "<results>/logs/normalise/{scene}.log",
    benchmark:
        "<results>/benchmarks/normalise/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=0.5),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=lambda wildcards: cfg(scenes=cleaned([wildcards.scene])),
        code=code("normalise"),
    message:
        "Clean and scale the sample of scene {wildcards.scene}"
    script:
        "../workflow/scripts/normalise.py"


use rule fit_scaler as fit_scaler_m1 with:
    output:
        directory("<results>/scaler_m1"),
    log:
        "<results>/logs/fit_scaler_m1.log",
    benchmark:
        "<results>/benchmarks/fit_scaler_m1.tsv"
    params:
        cfg=cleaning_cfg(normalise=in_use.normalise(CONFIG["normalise"], "m1_method"), scenes=cleaned(SCENES)),
        code=code("fit_scaler"),
    message:
        "Fit the scale on which M1 sees spectra, on the training pixels"


use rule normalise as normalise_m1 with:
    input:
        shard="<results>/shards/{scene}.parquet",
        scaler="<results>/scaler_m1",
        files=cleaned_files,
    output:
        "<results>/normalised_m1/{scene}.parquet",
    log:
        "<results>/logs/normalise_m1/{scene}.log",
    benchmark:
        "<results>/benchmarks/normalise_m1/{scene}.tsv"
    resources:
        mem_mb=memory_mb(3000, per_mb=0.5),
        runtime=minutes(10, per_mb=0.05),
    message:
        "Clean and scale the sample of scene {wildcards.scene} for M1"
