# M1, the latent-feature model: the scale on which it sees spectra, its training, the latents of every sampled pixel.
# Needs: results/shards; results/normalised where normalise.m1_method is normalise.method. Produces: results/scaler_m1,
# results/normalised_m1 (both where it is another), results/m1/{seed} (a directory: retraining always invalidates what
# follows), results/latents/{seed}/{scene}.parquet.


use rule fit_scaler as fit_scaler_m1 with:
    output:
        directory("<results>/scaler_m1"),
    log:
        "<results>/logs/fit_scaler_m1.log",
    benchmark:
        "<results>/benchmarks/fit_scaler_m1.tsv"
    params:
        cfg=cleaning_cfg(normalise={"method": CONFIG["normalise"]["m1_method"]}, scenes=cleaned(SCENES)),
        code=code("fit_scaler"),


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


rule train_m1:
    input:
        features=every_scene(M1_FEATURES),
        scaler=SCALERS["latents"],
    output:
        directory("<results>/m1/{seed}"),
    log:
        "<results>/logs/train_m1/{seed}.log",
    benchmark:
        "<results>/benchmarks/train_m1/{seed}.tsv"
    priority: 2
    conda:
        "../envs/train.yaml"
    threads: at_most(4)
    resources:
        gpu=gpu_if_any,
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=cfg("m1"),
        code=code("train_m1"),
    script:
        "../workflow/scripts/train_m1.py"


rule encode:
    input:
        features=M1_FEATURES,
        m1="<results>/m1/{seed}",
    output:
        "<results>/latents/{seed}/{scene}.parquet",
    log:
        "<results>/logs/encode/{seed}/{scene}.log",
    benchmark:
        "<results>/benchmarks/encode/{seed}/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb(1500, per_mb=12),
        runtime=minutes(10, per_mb=0.1),
    params:
        code=code("encode"),
    script:
        "../workflow/scripts/encode.py"
