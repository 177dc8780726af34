# M1, the latent-feature model, and the latents of every sampled pixel.
# Needs: results/normalised. Produces: results/m1/{seed} (a directory: retraining always invalidates what follows),
# results/latents/{seed}/{scene}.parquet.


rule train_m1:
    input:
        features=every_scene("<results>/normalised/{scene}.parquet"),
    output:
        directory("<results>/m1/{seed}"),
    log:
        "<results>/logs/train_m1/{seed}.log",
    benchmark:
        "<results>/benchmarks/train_m1/{seed}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 4
    resources:
        gpu=1,
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=cfg("m1"),
        code=code("train_m1"),
    script:
        "../workflow/scripts/train_m1.py"


rule encode:
    input:
        features="<results>/normalised/{scene}.parquet",
        m1="<results>/m1/{seed}",
    output:
        "<results>/latents/{seed}/{scene}.parquet",
    log:
        "<results>/logs/encode/{seed}/{scene}.log",
    benchmark:
        "<results>/benchmarks/encode/{seed}/{scene}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500, per_mb=12),
        runtime=minutes(10, per_mb=0.1),
    params:
        code=code("encode"),
    script:
        "../workflow/scripts/encode.py"
