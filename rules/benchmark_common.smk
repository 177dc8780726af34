# What the rules share that fit and score more than one split: the table of splits, whose first one, `main`, is the main line's;
# the jobs of the benchmark; and what each uses of the configuration.
# Needs: rules/common.smk. Produces: BENCHMARK, SPLITS, JOBS and functions; no rules.
BENCHMARK = CONFIG["benchmark"]
SPLITS = {MAIN: CONFIG["split"]} | {row["name"]: CONFIG["split"] | row for row in BENCHMARK["splits"]}
BENCHMARK_SPLITS = [name for name in SPLITS if name != MAIN]
METHODS_RUN = [name for name in BENCHMARK["methods"] if name != "library" or SLICES.has_minerals]
NO_TENSORFLOW = [name for name in METHODS if not METHODS[name].tensorflow and not METHODS[name].members]
TRAINED = [name for name in METHODS if METHODS[name].tensorflow]
JOBS = seeds_by_job(BENCHMARK["seeds"], BENCHMARK["seeds_per_job"])
FEATURES_OF_JOBS = "|".join(sorted({row.features for row in METHODS.values()}))


def names_of(rows):
    """Names of the methods of rows, as the constraint of a wildcard; one that matches nothing where there is none."""
    return "|".join(sorted({METHODS[name].method for name in rows})) or "none"


def split_cfg(wildcards):
    """The split, the holes, the caps of the pool and the labels per class; methods and seeds change no split."""
    return SLICES.benchmark_split(SPLITS[wildcards.split] | {"seed": int(wildcards.seed)})


def job_cfg(scale="method", **sections):
    """What a job depends on besides its seeds, which are its input."""
    normalise = in_use.normalise(CONFIG["normalise"], scale)
    return cleaning_cfg(
        scenes=cleaned(STUDIED), labels_per_class=BENCHMARK["labels_per_class"], normalise=normalise, **sections
    )


def fit_cfg(wildcards):
    """As of a job, with the method's own sections."""
    method = row_of(wildcards.method, wildcards.features)
    row = {"method": method.method, "features": method.features}
    if method.features in ("mnf", "latents_mnf"):
        row["normalise"] = in_use.normalise(CONFIG["normalise"], "mnf")
    if "baselines" in method.sections:
        return job_cfg(row=row, **in_use.baseline(method.method, baselines=CONFIG["baselines"], svm=CONFIG["svm"]))
    if "library" in method.sections:
        return job_cfg(row=row, **SLICES.library_sections())
    return job_cfg(row=row, **{section: CONFIG[section] for section in method.sections})


def files_of_fit(wildcards):
    """The files that cleaning looks into; of the mineral library also its own, and the scan that states the widths."""
    of_library = "library" in row_of(wildcards.method, wildcards.features).sections
    return SLICES.groups_files(wildcards) if of_library else cleaned_files(STUDIED)


def members_of(wildcards):
    """The predictions that a method averages, of the same runs, whether or not they are compared by themselves."""
    return [fit_of(name, wildcards, wildcards.runs) for name in first_row(wildcards.method).members]


def fit_of(name, wildcards, runs):
    """The predictions of a method for a run, or for a job of several.

    A method that looks at no unlabelled pixel is the same in both regimes.
    """
    row = METHODS[name]
    regime = wildcards.regime if row.unlabelled else INDUCTIVE
    return f"<results>/predictions/{wildcards.split}/{regime}/{row.method}/{row.features}/{runs}.parquet"


def splits_of(wildcards):
    """The splits of the job's seeds."""
    return expand("<results>/splits/{split}/{seed}", split=wildcards.split, seed=JOBS[wildcards.seeds])


def latents_of_job(wildcards):
    """The latents that a method sees; none on bands."""
    path = "<results>/latents/{split}/{regime}/m1/{seeds}"
    return [path] if wildcards.features in WITH_M1 else []


def chosen_for_job(wildcards):
    """The normalisation that was chosen for the bands; none where the configuration names one, or on other inputs."""
    path = "<results>/input/{split}/{regime}/bands/{seeds}"
    return [path] if CHOSEN and wildcards.features == "bands" else []


def scored_in(wildcards):
    """The predictions of a split and regime: every run of the main line, or every job of the benchmark."""
    if wildcards.split == MAIN:
        return compared()
    return [fit_of(name, wildcards, seeds) for name in METHODS_RUN for seeds in JOBS]


def classes_of_split(wildcards):
    """What knows the classes of a split; they are those of each of its seeds."""
    folder = f"<results>/splits/{wildcards.split}"
    return f"{folder}/classes.json" if wildcards.split == MAIN else f"{folder}/{min(BENCHMARK['seeds'])}"


def scores_cfg(wildcards):
    """How the bootstrap is done, and what is scored."""
    method = SPLITS[wildcards.split]["method"]
    where = {"split": wildcards.split, "method": method, "regime": wildcards.regime}
    return cfg("evaluation", names=NAMES, where=where)
