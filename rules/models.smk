# The models: M1 and its latents; M2, q(y|x) alone and the SVM, on bands or on latents; linear discriminants; simpler methods; their predictions.
# Needs: results/shards, results/sample_m1, results/sample, results/scaler, results/splits/main, results/labels_per_class.
# Produces: results/m1/{seed} (a directory: training again always invalidates what follows), results/latents/{seed},
# results/{svm,lda_mnf,m2,qy}/{features}/{per_class}/{seed}, results/predictions/main/inductive/{method}/{features}/{per_class}/{seed}.parquet,
# results/library/judged.json.


rule train_m1:
    input:
        samples=FILES.of_training("<results>/sample_m1/{scene}.parquet"),
        scaler=FILES.scalers["latents"],
    output:
        directory("<results>/m1/{seed}"),
    log:
        "<results>/logs/train_m1/{seed}.log",
    benchmark:
        "<results>/resources/train_m1/{seed}.tsv"
    priority: 2
    conda:
        "../envs/train.yaml"
    threads: at_most(4)
    resources:
        gpu=RUN.gpu_if_any,
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=cfg("m1"),
        code=code("train_m1"),
    message:
        "Train M1, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_m1.py"


rule encode:
    input:
        shards=FILES.pool_of(TRAINING),
        scaler=FILES.scalers["latents"],
        m1="<results>/m1/{seed}",
        scores=FILES.scores_of,
        files=lambda wildcards: SLICES.cleaned_files(TRAINING),
    output:
        FILES.of_training("<results>/latents{scores}/{seed}/{scene}.parquet"),
    log:
        "<results>/logs/encode/latents{scores}/{seed}.log",
    benchmark:
        "<results>/resources/encode/latents{scores}/{seed}.tsv"
    wildcard_constraints:
        scores="|_mnf",
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=24, but="files"),
        runtime=minutes(10, per_mb=0.02, but="files"),
    params:
        cfg=cfg(scenes=SLICES.cleaned(TRAINING)),
        code=code("encode"),
    message:
        "Encode the drawn pixels of the scenes of training with M1, seed {wildcards.seed}: latents{wildcards.scores}"
    script:
        "../workflow/scripts/encode.py"


if TESTED:

    use rule encode as encode_tested with:
        input:
            shards=FILES.pool_of(TESTED),
            scaler=FILES.scalers["latents"],
            m1="<results>/m1/{seed}",
            scores=FILES.scores_of,
            files=lambda wildcards: SLICES.data_files_of(TESTED),
        output:
            FILES.of_scenes("<results>/latents{scores}/{seed}/{scene}.parquet", TESTED),
        log:
            "<results>/logs/encode_tested/latents{scores}/{seed}.log",
        benchmark:
            "<results>/resources/encode_tested/latents{scores}/{seed}.tsv"
        params:
            cfg=cfg(scenes=SLICES.looked_into(TESTED)),
            code=code("encode"),
        message:
            "Encode the drawn pixels of the tested scenes with M1, seed {wildcards.seed}: latents{wildcards.scores}"


if UNSCORED:

    # Of named test holes, and without labels: they are explored, and neither learnt from nor tested.
    use rule encode as encode_unscored with:
        input:
            shards=FILES.pool_of(UNSCORED),
            scaler=FILES.scalers["latents"],
            m1="<results>/m1/{seed}",
            scores=FILES.scores_of,
            files=lambda wildcards: SLICES.data_files_of(UNSCORED),
        output:
            FILES.of_scenes("<results>/latents{scores}/{seed}/{scene}.parquet", UNSCORED),
        log:
            "<results>/logs/encode_unscored/latents{scores}/{seed}.log",
        benchmark:
            "<results>/resources/encode_unscored/latents{scores}/{seed}.tsv"
        params:
            cfg=cfg(scenes=SLICES.looked_into(UNSCORED)),
            code=code("encode"),
        message:
            "Encode the drawn pixels of test holes without labels with M1, seed {wildcards.seed}: latents{wildcards.scores}"


rule train_m2:
    input:
        features=FILES.learnt_from,
        pixels="<results>/splits/main/training/pixels.parquet",
        labels="<results>/labels_per_class/{per_class}/{seed}.parquet",
        classes="<results>/splits/main/training/classes.json",
        scaler=FILES.scaler_of,
        m1=FILES.m1_of,
        intervals=FILES.labelled_intervals,
        shares=FILES.labels_with_shares,
    output:
        directory("<results>/m2/{features}/{per_class}/{seed}"),
    log:
        "<results>/logs/train_m2/{features}/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/train_m2/{features}/{per_class}/{seed}.tsv"
    priority: 1
    conda:
        "../envs/train.yaml"
    threads: at_most(4)
    resources:
        gpu=RUN.gpu_if_any,
        mem_mb=by_features(memory_mb(4000, per_mb=12), memory_mb_of_one(4000, per_mb=12)),
        runtime=by_features(minutes(240, per_mb=2), minutes(240, per_mb=0.02)),
    params:
        cfg=cfg("m2"),
        code=code("train_m2"),
    message:
        "Train M2 on {wildcards.features} with {wildcards.per_class} labels per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_m2.py"


rule train_qy:
    input:
        features=FILES.learnt_from,
        pixels="<results>/splits/main/training/pixels.parquet",
        labels="<results>/labels_per_class/{per_class}/{seed}.parquet",
        classes="<results>/splits/main/training/classes.json",
        scaler=FILES.scaler_of,
    output:
        directory("<results>/qy/{features}/{per_class}/{seed}"),
    log:
        "<results>/logs/train_qy/{features}/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/train_qy/{features}/{per_class}/{seed}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        gpu=RUN.gpu_if_any,
        mem_mb=by_features(memory_mb(4000, per_mb=12), memory_mb_of_one(4000, per_mb=12)),
        runtime=by_features(minutes(120, per_mb=1), minutes(120, per_mb=0.02)),
    params:
        cfg=cfg("m2"),
        code=code("train_qy"),
    message:
        "Train q(y|x) alone on {wildcards.features} with {wildcards.per_class} labels per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_qy.py"


rule train_svm:
    input:
        features=FILES.learnt_from,
        pixels="<results>/splits/main/training/pixels.parquet",
        labels="<results>/labels_per_class/{per_class}/{seed}.parquet",
        classes="<results>/splits/main/training/classes.json",
        scaler=FILES.scaler_of,
        beside=FILES.beside_of,
    output:
        directory("<results>/svm/{features}/{per_class}/{seed}"),
    log:
        "<results>/logs/train_svm/{features}/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/train_svm/{features}/{per_class}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=by_features(memory_mb(4000, per_mb=12), memory_mb_of_one(4000, per_mb=12)),
        runtime=by_features(minutes(60, per_mb=1), minutes(60, per_mb=0.02)),
    params:
        cfg=cfg("svm"),
        code=code("train_svm"),
    message:
        "Fit the SVM on {wildcards.features} with {wildcards.per_class} labels per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_svm.py"


rule train_lda:
    input:
        features=FILES.learnt_from,
        pixels="<results>/splits/main/training/pixels.parquet",
        labels="<results>/labels_per_class/{per_class}/{seed}.parquet",
        classes="<results>/splits/main/training/classes.json",
        scaler=FILES.scaler_of,
    output:
        directory("<results>/lda_mnf/{features}/{per_class}/{seed}"),
    log:
        "<results>/logs/train_lda/{features}/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/train_lda/{features}/{per_class}/{seed}.tsv"
    wildcard_constraints:
        features="mnf",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(30, per_mb=0.1),
    params:
        cfg=SLICES.baseline(["lda_mnf"]),
        code=code("train_lda"),
    message:
        "Fit linear discriminants to {wildcards.features} with {wildcards.per_class} labels per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/train_lda.py"


if FILES.fitted:

    rule baseline:
        input:
            features=FILES.of_scenes(FEATURES["bands"], SCORED),
            scalers=[FILES.scalers[features] for features in sorted({row.features for row in FILES.fitted})],
            labels="<results>/labels_per_class/{per_class}/{seed}.parquet",
            quotas="<results>/splits/main/quotas.parquet",
        output:
            [
                f"<results>/predictions/main/inductive/{row.method}/{row.features}/{{per_class}}/{{seed}}.parquet"
                for row in FILES.fitted
            ],
        log:
            "<results>/logs/baseline/{per_class}/{seed}.log",
        benchmark:
            "<results>/resources/baseline/{per_class}/{seed}.tsv"
        conda:
            "../envs/base.yaml"
        threads: at_most(2)
        resources:
            mem_mb=memory_mb(4000, per_mb=20),
            runtime=minutes(60, per_mb=1),
        params:
            cfg=SLICES.baseline(row.method for row in FILES.fitted),
            code=code("baseline"),
        message:
            "Fit and apply the baselines with {wildcards.per_class} labels per class, seed {wildcards.seed}"
        script:
            "../workflow/scripts/baseline.py"


rule average:
    input:
        members=BENCHMARK.members_of,
    output:
        "<results>/predictions/{split}/{regime}/{method}/{features}/{runs}.parquet",
    log:
        "<results>/logs/average/{split}/{regime}/{method}/{features}/{runs}.log",
    benchmark:
        "<results>/resources/average/{split}/{regime}/{method}/{features}/{runs}.tsv"
    wildcard_constraints:
        method="|".join(averages()),
        features=FEATURES_OF_AVERAGES,
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=12),
        runtime=minutes(10, per_mb=0.1),
    params:
        weights=BENCHMARK.weights_of,
        code=code("average"),
    message:
        "Average the predictions of the members of {wildcards.method}: {wildcards.split}, {wildcards.regime}, {wildcards.runs}"
    script:
        "../workflow/scripts/average.py"


rule match_library:
    input:
        samples=FILES.of_scenes(FEATURES["bands"], SCORED),
        known="<results>/splits/main/classes.json",
        files=SLICES.library_files,
    output:
        predictions=FILES.every_run(OF_LIBRARY),
        judged="<results>/library/judged.json",
    log:
        "<results>/logs/match_library.log",
    benchmark:
        "<results>/resources/match_library.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=12, but="files"),
        runtime=minutes(15, per_mb=0.1, but="files"),
    params:
        cfg=SLICES.library(),
        code=code("match_library"),
    message:
        "Match the labelled pixels with the mineral library"
    script:
        "../workflow/scripts/match_library.py"


rule predict:
    input:
        features=FILES.asked_of,
        pixels="<results>/splits/main/pixels.parquet",
        known="<results>/splits/main/classes.json",
        scaler=FILES.scaler_of,
        model="<results>/{method}/{features}/{per_class}/{seed}",
    output:
        "<results>/predictions/main/inductive/{method}/{features}/{per_class}/{seed}.parquet",
    log:
        "<results>/logs/predict/{method}/{features}/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/predict/{method}/{features}/{per_class}/{seed}.tsv"
    wildcard_constraints:
        method="|".join(sorted({*models()} - {*averages()})),
    conda:
        "../envs/base.yaml"
    threads: at_most(2)
    resources:
        mem_mb=by_features(memory_mb(3000, per_mb=12), memory_mb_of_one(3000, per_mb=12)),
        runtime=by_features(minutes(30, per_mb=0.1), minutes(30, per_mb=0.02)),
    params:
        code=code("predict"),
    message:
        "Predict with {wildcards.method} on {wildcards.features}, {wildcards.per_class} labels per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/predict.py"
