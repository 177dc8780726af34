# The pool of every scene, drawn once; the split of the study, dealt from the pool; the samples that models see; the labels.
# Needs: results/census, results/labels, the scenes.
# Produces: results/shards/{unlabelled,labelled}/{scene}.parquet (the pool), results/splits/main (parts, pixels, quotas, classes),
# results/sample_m1 and results/sample (cleaned spectra), results/noise, results/input (with normalise.method auto),
# results/scaler/{bands,m1,mnf}, results/labels_per_class/{per_class}/{seed}.parquet, results/interval_labels, results/share_labels.


rule draw:
    input:
        files=files_of_draw,
        codes=codes_of_draw,
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
        census=[counted(scene, "parquet") for scene in sorted(SCENES)],
        codes=[counted(scene, "npy") for scene in sorted(SCENES)],
        shards=pool_of(SCENES),
        classes=ancient(CLASSES),
    output:
        quotas="<results>/splits/main/quotas.parquet",
        pixels="<results>/splits/main/pixels.parquet",
        classes="<results>/splits/main/classes.json",
        warnings="<results>/splits/main/warnings.json",
        parts=every_scene("<results>/splits/main/parts/{scene}.npy"),
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
        "Split the study into training, validation and test pixels"
    script:
        "../workflow/scripts/split.py"


rule sample_m1:
    input:
        census=[counted_for_m1(scene, "parquet") for scene in SLICES.scenes_of_m1],
        codes=[counted_for_m1(scene, "npy") for scene in SLICES.scenes_of_m1],
        shards=scenes_of_m1("<results>/shards/unlabelled/{scene}.parquet"),
        files=SLICES.files_of_sample_m1,
        # Scans of holes that are named as test holes must fit the others. A mask changes their census, and nothing here:
        # only a changed scan does, which is among the files.
        tested=[ancient(f"<results>/census/{scene}.parquet") for scene in SLICES.scenes_not_of_m1],
        tested_codes=[ancient(f"<results>/census/{scene}.npy") for scene in SLICES.scenes_not_of_m1],
    output:
        scenes_of_m1("<results>/sample_m1/{scene}.parquet"),
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
        census=every_scene("<results>/census/{scene}.parquet"),
        shards=pool_of(SCENES),
        pixels="<results>/splits/main/pixels.parquet",
        files=cleaned_files,
    output:
        every_scene("<results>/sample/{scene}.parquet"),
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
        cfg=cleaning_cfg(scenes=cleaned(SCENES)),
        code=code("sample"),
    message:
        "Take the pixels of the split from the pool and clean them"
    script:
        "../workflow/scripts/sample.py"


rule choose_input:
    input:
        samples=every_scene("<results>/sample/{scene}.parquet"),
        samples_m1=scenes_of_m1("<results>/sample_m1/{scene}.parquet"),
        labels=f"<results>/labels_per_class/{MOST_LABELS}/{FIRST_SEED}.parquet",
    output:
        CHOICE,
    log:
        "<results>/logs/choose_input.log",
    benchmark:
        "<results>/resources/choose_input.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=12),
        runtime=minutes(30, per_mb=0.1),
    params:
        per_class=str(MOST_LABELS),
        seed=FIRST_SEED,
        cfg=cfg("svm", normalise=in_use.normalise(CONFIG["normalise"], "method")),
        code=code("choose_input"),
    message:
        "Choose the normalisation of the bands on training labels"
    script:
        "../workflow/scripts/choose_input.py"


rule estimate_noise:
    input:
        samples=scenes_of_m1("<results>/sample_m1/{scene}.parquet"),
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
        samples=scenes_of_m1("<results>/sample_m1/{scene}.parquet"),
        choices=choices_of,
        noises=noises_of,
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
        cfg=lambda wildcards: cleaning_cfg(normalise=in_use.normalise(CONFIG["normalise"], SCALES[wildcards.scale])),
        code=code("fit_scaler"),
    message:
        "Fit the scale of the spectra on the training pixels: {wildcards.scale}"
    script:
        "../workflow/scripts/fit_scaler.py"


rule choose_labels:
    input:
        pixels="<results>/splits/main/pixels.parquet",
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
        dealt="<results>/splits/main/pixels.parquet",
        codes=[counted(scene, "npy") for scene in sorted(SCENES)],
        classes="<results>/splits/main/classes.json",
        scans=[file for scene in sorted(SCENES) for file in data_files(SCENES[scene])],
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
        dealt="<results>/splits/main/pixels.parquet",
        known="<results>/splits/main/classes.json",
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
