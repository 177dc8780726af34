# The pool of every scene, drawn once; the split of the study, dealt from the pool; the samples that models see; the labels.
# Needs: results/census, results/labels, the scenes.
# Produces: results/shards/{unlabelled,labelled}/{scene}.parquet (the pool), results/splits/main (parts, pixels, quotas, classes),
# results/splits/main/training (the same of the scenes on which training depends, and of no other),
# results/sample_m1 and results/sample (cleaned spectra), results/noise, results/input (with normalise.method auto),
# results/scaler/{bands,m1,mnf}, results/labels_per_class/{per_class}/{seed}.parquet, results/interval_labels, results/share_labels.


rule draw:
    input:
        files=FILES.files_of_draw,
        codes=FILES.codes_of_draw,
    output:
        "<results>/shards/{kind}/{scene}.parquet",
    log:
        "<results>/logs/draw/{kind}/{scene}.log",
    benchmark:
        "<results>/resources/draw/{kind}/{scene}.tsv"
    wildcard_constraints:
        kind="unlabelled|labelled",
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_mb=1),
        runtime=minutes(15, per_mb=0.05),
    params:
        cfg=SLICES.draw,
        code=code("draw"),
    message:
        "Draw {wildcards.kind} pixels of scene {wildcards.scene}"
    script:
        "../workflow/scripts/draw.py"


rule split:
    input:
        census=FILES.counted(TRAINING, "parquet"),
        codes=FILES.counted(TRAINING, "npy"),
        shards=FILES.pool_of(TRAINING),
        classes=ancient(CLASSES),
    output:
        quotas="<results>/splits/main/training/quotas.parquet",
        pixels="<results>/splits/main/training/pixels.parquet",
        classes="<results>/splits/main/training/classes.json",
        warnings="<results>/splits/main/training/warnings.json",
        parts=FILES.of_training("<results>/splits/main/training/parts/{scene}.npy"),
    log:
        "<results>/logs/split.log",
    benchmark:
        "<results>/resources/split.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=4),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.split(),
        code=code("split"),
    message:
        "Split the scenes of training into training and validation pixels, and test pixels where no test holes are named"
    script:
        "../workflow/scripts/split.py"


rule split_tested:
    input:
        training=multiext(
            "<results>/splits/main/training/", "quotas.parquet", "pixels.parquet", "classes.json", "warnings.json"
        ),
        parts=FILES.of_training("<results>/splits/main/training/parts/{scene}.npy"),
        census=FILES.counted(SCORED, "parquet"),
        codes=FILES.counted(SCORED, "npy"),
        shards=FILES.pool_of(SCORED),
        classes=ancient(CLASSES),
    output:
        quotas="<results>/splits/main/quotas.parquet",
        pixels="<results>/splits/main/pixels.parquet",
        classes="<results>/splits/main/classes.json",
        warnings="<results>/splits/main/warnings.json",
        parts=FILES.of_scenes("<results>/splits/main/parts/{scene}.npy", SCORED),
    log:
        "<results>/logs/split_tested.log",
    benchmark:
        "<results>/resources/split_tested.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=4),
        runtime=minutes(10, per_mb=0.02),
    params:
        cfg=SLICES.split_tested(),
        code=code("split_tested"),
    message:
        "Add the scenes of named test holes to the split"
    script:
        "../workflow/scripts/split_tested.py"


rule sample_m1:
    input:
        census=FILES.counted_for_m1("parquet"),
        codes=FILES.counted_for_m1("npy"),
        shards=FILES.of_training("<results>/shards/unlabelled/{scene}.parquet"),
        files=lambda wildcards: SLICES.cleaned_files(TRAINING),
    output:
        FILES.of_training("<results>/sample_m1/{scene}.parquet"),
    log:
        "<results>/logs/sample_m1.log",
    benchmark:
        "<results>/resources/sample_m1.tsv"
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=16, but="files"),
        runtime=minutes(15, per_mb=0.02, but="files"),
    params:
        cfg=SLICES.sample_m1(),
        code=code("sample_m1"),
    message:
        "Take the pixels that M1 sees, whatever their labels, and clean them"
    script:
        "../workflow/scripts/sample_m1.py"


rule sample:
    input:
        census=FILES.of_training("<results>/census/{scene}.parquet"),
        codes=FILES.of_training("<results>/census/{scene}.npy"),
        shards=FILES.pool_of(TRAINING),
        pixels="<results>/splits/main/training/pixels.parquet",
        files=lambda wildcards: SLICES.cleaned_files(TRAINING),
    output:
        FILES.of_training("<results>/sample/{scene}.parquet"),
    log:
        "<results>/logs/sample.log",
    benchmark:
        "<results>/resources/sample.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_one(2000, per_mb=16, but="files"),
        runtime=minutes(15, per_mb=0.02, but="files"),
    params:
        cfg=SLICES.cleaned_by(scenes=SLICES.cleaned(TRAINING)),
        code=code("sample"),
    message:
        "Take the pixels of the split from the pool and clean them"
    script:
        "../workflow/scripts/sample.py"


if TESTED:

    use rule sample as sample_tested with:
        input:
            census=FILES.of_training("<results>/census/{scene}.parquet"),
            codes=FILES.of_training("<results>/census/{scene}.npy"),
            shards=FILES.pool_of(TESTED),
            pixels="<results>/splits/main/pixels.parquet",
            files=lambda wildcards: SLICES.data_files_of(TESTED),
        output:
            FILES.of_scenes("<results>/sample/{scene}.parquet", TESTED),
        log:
            "<results>/logs/sample_tested.log",
        benchmark:
            "<results>/resources/sample_tested.tsv"
        params:
            cfg=SLICES.cleaned_by(scenes=SLICES.looked_into(TESTED)),
            code=code("sample"),
        message:
            "Take the pixels of the tested scenes from the pool and clean them"


rule choose_input:
    input:
        samples=FILES.of_training("<results>/sample/{scene}.parquet"),
        samples_m1=FILES.of_training("<results>/sample_m1/{scene}.parquet"),
        labels=f"<results>/labels_per_class/{FILES.most_labels}/{FILES.first_seed}.parquet",
    output:
        CHOICE,
    log:
        "<results>/logs/choose_input/{scale}.log",
    benchmark:
        "<results>/resources/choose_input/{scale}.tsv"
    wildcard_constraints:
        scale="|".join(CHOSEN_ON_LABELS),
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=12),
        runtime=minutes(30, per_mb=0.1),
    params:
        per_class=str(FILES.most_labels),
        seed=FILES.first_seed,
        cfg=lambda wildcards: SLICES.of("svm", normalise=in_use.normalise(CONFIG["normalise"], SCALES[wildcards.scale])),
        code=code("choose_input"),
    message:
        "Choose the normalisation on training labels: {wildcards.scale}"
    script:
        "../workflow/scripts/choose_input.py"


rule estimate_noise:
    input:
        samples=FILES.of_training("<results>/sample_m1/{scene}.parquet"),
    output:
        directory(NOISE),
    log:
        "<results>/logs/estimate_noise.log",
    benchmark:
        "<results>/resources/estimate_noise.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=16),
        runtime=minutes(10, per_mb=0.05),
    params:
        code=code("estimate_noise"),
    message:
        "Estimate the noise of the spectra from neighbouring training pixels"
    script:
        "../workflow/scripts/estimate_noise.py"


rule fit_scaler:
    input:
        samples=FILES.of_training("<results>/sample_m1/{scene}.parquet"),
        choices=FILES.choices_of,
        noises=FILES.noises_of,
    output:
        directory("<results>/scaler/{scale}"),
    log:
        "<results>/logs/fit_scaler/{scale}.log",
    benchmark:
        "<results>/resources/fit_scaler/{scale}.tsv"
    wildcard_constraints:
        scale="|".join(SCALES),
    priority: 1
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=8),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=lambda wildcards: SLICES.cleaned_by(
            normalise=in_use.normalise(CONFIG["normalise"], SCALES[wildcards.scale])
        ),
        code=code("fit_scaler"),
    message:
        "Fit the scale of the spectra on the training pixels: {wildcards.scale}"
    script:
        "../workflow/scripts/fit_scaler.py"


rule choose_labels:
    input:
        pixels="<results>/splits/main/training/pixels.parquet",
    output:
        "<results>/labels_per_class/{per_class}/{seed}.parquet",
    log:
        "<results>/logs/choose_labels/{per_class}/{seed}.log",
    benchmark:
        "<results>/resources/choose_labels/{per_class}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_mb=40),
        runtime=minutes(10, per_mb=0.1),
    params:
        cfg=SLICES.choose_labels,
        code=code("choose_labels"),
    message:
        "Choose the training labels: {wildcards.per_class} per class, seed {wildcards.seed}"
    script:
        "../workflow/scripts/choose_labels.py"


rule interval_labels:
    input:
        dealt="<results>/splits/main/training/pixels.parquet",
        codes=FILES.counted(TRAINING, "npy"),
        classes="<results>/splits/main/training/classes.json",
        scans=lambda wildcards: SLICES.data_files_of(TRAINING),
        tables=SLICES.interval_sources,
    output:
        pixels=INTERVAL_LABELS[0],
        intervals=INTERVAL_LABELS[1],
    log:
        "<results>/logs/interval_labels.log",
    benchmark:
        "<results>/resources/interval_labels.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=minutes(10),
    params:
        cfg=SLICES.interval_labels(),
        code=code("interval_labels"),
    message:
        "Find the training pixels of labelled intervals"
    script:
        "../workflow/scripts/interval_labels.py"


rule share_labels:
    input:
        dealt="<results>/splits/main/training/pixels.parquet",
        known="<results>/splits/main/training/classes.json",
        classes=ancient(CLASSES),
        files=SLICES.files_with_shares,
    output:
        SHARE_LABELS,
    log:
        "<results>/logs/share_labels.log",
    benchmark:
        "<results>/resources/share_labels.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=minutes(10, per_mb=0.05),
    params:
        cfg=SLICES.share_labels(),
        code=code("share_labels"),
    message:
        "Read the shares of classes in labelled pixels"
    script:
        "../workflow/scripts/share_labels.py"
