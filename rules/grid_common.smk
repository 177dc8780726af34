# What the rules of the benchmark share: its splits and jobs, and what each job depends on and reads.
# Needs: rules/common.smk. Produces: GRID, SPLITS, JOBS, wildcard constraints and functions; no rules.


GRID = CONFIG["benchmark"]
SPLITS = {row["name"]: CONFIG["split"] | row for row in GRID["splits"]}
NO_TENSORFLOW = [name for name in GRID["methods"] if not METHODS[name].tensorflow]
TRAINED = [name for name in GRID["methods"] if METHODS[name].tensorflow]
JOBS = seeds_by_job(GRID["seeds"], GRID["seeds_per_job"])


wildcard_constraints:
    split="|".join(map(re.escape, SPLITS)),
    regime="|".join(REGIMES),
    method_id="|".join(map(re.escape, METHODS)),
    seeds=r"\d+-\d+",


def grid_plan_cfg():
    """As of plan, for a pool that every split deals anew."""
    sample = CONFIG["sample"] | {key: GRID[key] for key in ("cap_per_class", "unlabelled")}
    return plan_cfg(split={"method": "whole", "seed": 0}, sample=in_use.quotas(sample))


def deal_cfg(wildcards):
    """The split, the holes, and the label budgets; methods and seeds change no deal."""
    rows = [asdict(SCENES[name]) for name in sorted(SCENES)]
    budgets = {key: GRID[key] for key in ("labels_per_class", "valid_share")}
    split = in_use.split(SPLITS[wildcards.split] | {"seed": int(wildcards.seed)})
    return cfg(split=split, scenes=rows, budgets=budgets)


def job_cfg(scale="method", **sections):
    """What a job depends on besides its seeds, which are its input."""
    normalise = in_use.normalise(CONFIG["normalise"], scale)
    return cleaning_cfg(scenes=cleaned(SCENES), budgets=GRID["labels_per_class"], normalise=normalise, **sections)


def fit_cfg(wildcards):
    """As of a job, with the method's own sections."""
    method = METHODS[wildcards.method_id]
    row = {"method": method.method, "features": method.features}
    if "baselines" in method.sections:
        return job_cfg(row=row, **in_use.baseline(method.method, baselines=CONFIG["baselines"], svm=CONFIG["svm"]))
    return job_cfg(row=row, **{section: CONFIG[section] for section in method.sections})


def deals_of(wildcards):
    """The deals of the job's seeds."""
    return expand("<results>/grid/deals/{split}/{seed}", split=wildcards.split, seed=JOBS[wildcards.seeds])


def latents_of_job(wildcards):
    """The latents that a method sees; none on bands."""
    path = "<results>/grid/latents/{split}/{regime}/m1/{seeds}"
    return [path] if METHODS[wildcards.method_id].on_latents else []


def fits_of(wildcards):
    """Every job of a split and regime; a method that looks at no unlabelled pixel is the same in both regimes."""
    regimes = {name: wildcards.regime if METHODS[name].unlabelled else REGIMES[0] for name in GRID["methods"]}
    return [
        f"<results>/grid/fits/{wildcards.split}/{regime}/{name}/{seeds}.parquet"
        for name, regime in regimes.items()
        for seeds in JOBS
    ]


def scores_cfg(wildcards):
    """How the bootstrap is done, and what is scored."""
    method = SPLITS[wildcards.split]["method"]
    return cfg("evaluation", names=NAMES, grid={"split": wildcards.split, "method": method, "regime": wildcards.regime})
