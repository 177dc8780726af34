# The benchmark: splits, label budgets and seeds, dealt from the pool; every method on each of them. A job is one method with
# some seeds and all budgets.
# Needs: results/shards, results/labels. Produces: results/benchmark/{splits,input,latents,fits}.


BENCHMARK = CONFIG["benchmark"]
SPLITS = {row["name"]: CONFIG["split"] | row for row in BENCHMARK["splits"]}
METHODS_RUN = [name for name in BENCHMARK["methods"] if name != "library" or SLICES.has_minerals]
NO_TENSORFLOW = [name for name in METHODS_RUN if not METHODS[name].tensorflow]
TRAINED = [name for name in METHODS_RUN if METHODS[name].tensorflow]
JOBS = seeds_by_job(BENCHMARK["seeds"], BENCHMARK["seeds_per_job"])


wildcard_constraints:
    split="|".join(map(re.escape, SPLITS)),
    regime="|".join(REGIMES),
    method_id="|".join(map(re.escape, METHODS)),
    seeds=r"\d+-\d+",


def split_cfg(wildcards):
    """The split, the holes, the caps of the pool and the label budgets; methods and seeds change no split."""
    return SLICES.benchmark_split(SPLITS[wildcards.split] | {"seed": int(wildcards.seed)})


def job_cfg(scale="method", **sections):
    """What a job depends on besides its seeds, which are its input."""
    normalise = in_use.normalise(CONFIG["normalise"], scale)
    return cleaning_cfg(scenes=cleaned(SCENES), budgets=BENCHMARK["labels_per_class"], normalise=normalise, **sections)


def fit_cfg(wildcards):
    """As of a job, with the method's own sections."""
    method = METHODS[wildcards.method_id]
    row = {"method": method.method, "features": method.features}
    if "baselines" in method.sections:
        return job_cfg(row=row, **in_use.baseline(method.method, baselines=CONFIG["baselines"], svm=CONFIG["svm"]))
    if "library" in method.sections:
        return job_cfg(row=row, **SLICES.library_sections())
    return job_cfg(row=row, **{section: CONFIG[section] for section in method.sections})


def splits_of(wildcards):
    """The splits of the job's seeds."""
    return expand("<results>/benchmark/splits/{split}/{seed}", split=wildcards.split, seed=JOBS[wildcards.seeds])


def latents_of_job(wildcards):
    """The latents that a method sees; none on bands."""
    path = "<results>/benchmark/latents/{split}/{regime}/m1/{seeds}"
    return [path] if METHODS[wildcards.method_id].on_latents else []


def chosen_for_job(wildcards):
    """The normalisation that was chosen for the bands; none where the configuration names one, or on other inputs."""
    path = "<results>/benchmark/input/{split}/{regime}/bands/{seeds}"
    return [path] if CHOSEN and METHODS[wildcards.method_id].features == "bands" else []


def fits_of(wildcards):
    """Every job of a split and regime; a method that looks at no unlabelled pixel is the same in both regimes."""
    regimes = {name: wildcards.regime if METHODS[name].unlabelled else REGIMES[0] for name in METHODS_RUN}
    return [
        f"<results>/benchmark/fits/{wildcards.split}/{regime}/{name}/{seeds}.parquet"
        for name, regime in regimes.items()
        for seeds in JOBS
    ]


def scores_cfg(wildcards):
    """How the bootstrap is done, and what is scored."""
    method = SPLITS[wildcards.split]["method"]
    return cfg(
        "evaluation", names=NAMES, benchmark={"split": wildcards.split, "method": method, "regime": wildcards.regime}
    )


rule benchmark_split:
    input:
        census=[counted(scene, "parquet") for scene in sorted(SCENES)],
        codes=[counted(scene, "npy") for scene in sorted(SCENES)],
        shards=pool_of(SCENES),
        classes=ancient(CLASSES),
    output:
        directory("<results>/benchmark/splits/{split}/{seed}"),
    log:
        "<results>/logs/benchmark_split/{split}/{seed}.log",
    benchmark:
        "<results>/resources/benchmark_split/{split}/{seed}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_mb=8),
        runtime=minutes(10, per_mb=0.1),
    params:
        cfg=split_cfg,
        code=code("benchmark_split"),
    message:
        "Deal the pool to the benchmark: {wildcards.split}, seed {wildcards.seed}"
    script:
        "../workflow/scripts/benchmark_split.py"


rule benchmark_m1:
    input:
        shards=pool_of(SCENES),
        splits=splits_of,
        files=cleaned_files,
    output:
        directory("<results>/benchmark/latents/{split}/{regime}/m1/{seeds}"),
    log:
        "<results>/logs/benchmark_m1/{split}/{regime}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_m1/{split}/{regime}/{seeds}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12, but="files"),
        runtime=minutes(240, per_mb=2, but="files"),
    params:
        cfg=job_cfg(scale="m1_method", m1=CONFIG["m1"]),
        code=code("benchmark_m1"),
    message:
        "Train M1 for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_m1.py"


rule benchmark_input:
    input:
        shards=pool_of(SCENES),
        splits=splits_of,
        files=cleaned_files,
    output:
        directory("<results>/benchmark/input/{split}/{regime}/bands/{seeds}"),
    log:
        "<results>/logs/benchmark_input/{split}/{regime}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_input/{split}/{regime}/{seeds}.tsv"
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=20, but="files"),
        runtime=minutes(60, per_mb=2, but="files"),
    params:
        cfg=job_cfg(),
        code=code("benchmark_input"),
    message:
        "Choose the input of the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_input.py"


rule benchmark_train:
    input:
        shards=pool_of(SCENES),
        splits=splits_of,
        files=cleaned_files,
        latents=latents_of_job,
        chosen=chosen_for_job,
    output:
        "<results>/benchmark/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/benchmark_train/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_train/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, TRAINED)) or "none",
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12, but="files"),
        runtime=minutes(240, per_mb=2, but="files"),
    params:
        cfg=fit_cfg,
        code=code("benchmark_train"),
    message:
        "Train {wildcards.method_id} for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_train.py"


rule benchmark_fit:
    input:
        shards=pool_of(SCENES),
        splits=splits_of,
        files=cleaned_files,
        latents=latents_of_job,
        chosen=chosen_for_job,
    output:
        "<results>/benchmark/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/benchmark_fit/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/resources/benchmark_fit/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, NO_TENSORFLOW)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=20, but="files"),
        runtime=minutes(240, per_mb=2, but="files"),
    params:
        cfg=fit_cfg,
        code=code("benchmark_fit"),
    message:
        "Fit {wildcards.method_id} for the benchmark: {wildcards.split}, {wildcards.regime}, seeds {wildcards.seeds}"
    script:
        "../workflow/scripts/benchmark_fit.py"
