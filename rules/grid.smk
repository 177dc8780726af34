# The benchmark: every method on every split, regime, budget and seed. A job is one method with some seeds and all budgets.
# Needs: results/grid/shards, results/grid/deals. Produces: results/grid/{latents,fits,scores}, results/grid/report.


NO_TENSORFLOW = [name for name in GRID["methods"] if not METHODS[name].tensorflow]
TRAINED = [name for name in GRID["methods"] if METHODS[name].tensorflow]
JOBS = seeds_by_job(GRID["seeds"], GRID["seeds_per_job"])


wildcard_constraints:
    split="|".join(map(re.escape, SPLITS)),
    regime="|".join(REGIMES),
    method_id="|".join(map(re.escape, METHODS)),
    seeds=r"\d+-\d+",


def job_cfg(*sections, scale="method"):
    """What a job depends on besides its seeds, which are its input."""
    normalise = {"method": CONFIG["normalise"][scale]}
    return cfg("cleaning", *sections, scenes=cleaned(SCENES), budgets=GRID["budgets"], normalise=normalise)


def fit_cfg(wildcards):
    """As of a job, with the method's own sections."""
    return job_cfg(*METHODS[wildcards.method_id].sections)


def deals_of(wildcards):
    """The deals of the job's seeds."""
    return expand("<results>/grid/deals/{split}/{seed}", split=wildcards.split, seed=JOBS[wildcards.seeds])


def latents_of_job(wildcards):
    """The latents that a method sees; none on bands."""
    on_latents = METHODS[wildcards.method_id].features == "latents"
    return ["<results>/grid/latents/{split}/{regime}/m1/{seeds}"] if on_latents else []


def fits_of(wildcards):
    """Every job of a split and regime; a method that looks at no unlabelled pixel is the same in both regimes."""
    regimes = {name: wildcards.regime if METHODS[name].unlabelled else REGIMES[0] for name in GRID["methods"]}
    path = "<results>/grid/fits/{split}/{regime}/{name}/{seeds}.parquet"
    return [
        path.replace("{split}", wildcards.split)
        .replace("{regime}", regime)
        .replace("{name}", name)
        .replace("{seeds}", seeds)
        for name, regime in regimes.items()
        for seeds in JOBS
    ]


rule grid_m1:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
    output:
        directory("<results>/grid/latents/{split}/{regime}/m1/{seeds}"),
    log:
        "<results>/logs/grid_m1/{split}/{regime}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_m1/{split}/{regime}/{seeds}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=job_cfg("m1", scale="m1_method"),
        code=code("grid_m1"),
    script:
        "../workflow/scripts/grid_m1.py"


rule grid_train:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
        classes="<results>/grid/pool/classes.json",
        latents=latents_of_job,
    output:
        "<results>/grid/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/grid_train/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_train/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, TRAINED)) or "none",
    conda:
        "../envs/train.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=12),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=fit_cfg,
        code=code("grid_train"),
    script:
        "../workflow/scripts/grid_train.py"


rule grid_fit:
    input:
        shards=every_scene("<results>/grid/shards/{scene}.parquet"),
        deals=deals_of,
        files=cleaned_files,
        classes="<results>/grid/pool/classes.json",
        latents=latents_of_job,
    output:
        "<results>/grid/fits/{split}/{regime}/{method_id}/{seeds}.parquet",
    log:
        "<results>/logs/grid_fit/{split}/{regime}/{method_id}/{seeds}.log",
    benchmark:
        "<results>/benchmarks/grid_fit/{split}/{regime}/{method_id}/{seeds}.tsv"
    wildcard_constraints:
        method_id="|".join(map(re.escape, NO_TENSORFLOW)) or "none",
    conda:
        "../envs/base.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(4000, per_mb=20),
        runtime=minutes(240, per_mb=2),
    params:
        cfg=fit_cfg,
        code=code("grid_fit"),
    script:
        "../workflow/scripts/grid_fit.py"
