# Semi-supervised classification of hyperspectral scans: from scenes.tsv to results/report/index.html.
# Data flow in the order of the includes below; the science is set in config/config.yaml, the machine in profiles/.
import os
from pathlib import Path

from semispectral.study import config_file
from semispectral.workflow import logs, planning, running, scheduling, warm
from semispectral.workflow.retraining import planned_jobs, trained_again
from semispectral.rules.read_study import said_by_snakemake
from snakemake.logging import logger
from snakemake.utils import min_version

min_version("9.27")

# A plan of hundreds of scans asks the same of the same files and functions many thousand times.
planning.remember_lookups()
planning.search_rarely_for_garbage()
scheduling.look_when_a_job_ends()

# One GPU unless the user says otherwise (--resources gpu=N): without a limit Snakemake would start all GPU jobs at once.
workflow.global_resources.setdefault("gpu", 1)


# Jobs that share one submission to a cluster (`groups` of a profile) run one after the other: they ask for one core and for the
# memory of the largest. Jobs that are submitted alone do not wait for each other.
workflow.global_resources.setdefault("in_turn", 1)


resource_scopes:
    in_turn="local",


# With --sdm apptainer every job runs in the image that this variable names: docs/howto/image.md.
IMAGE = os.environ.get("SEMISPECTRAL_IMAGE")
if IMAGE:

    envvars:
        "SEMISPECTRAL_IMAGE",

    container: IMAGE


# Where --logger rich draws its bars, the lines of the stages go to their logs only: they would break the bars.
if "rich" in workflow.output_settings.log_handler_settings:
    logs.leave_terminal()


# Snakemake runs what code it finds in a configuration (YTE): one that holds any is refused before it is read. Those of
# --configfile were read before this line; `make demo` looks at them first.
if Path("config/config.yaml").exists():
    said_by_snakemake(config_file.read_config)(Path("config/config.yaml"))


# The working directory's own configuration, or the built-in demo where there is none.
configfile: "config/config.yaml" if Path("config/config.yaml").exists() else workflow.source_path("config/config.yaml")


include: "rules/common.smk"
include: "rules/scans.smk"
include: "rules/sampling.smk"
include: "rules/models.smk"
include: "rules/evaluation.smk"
include: "rules/features.smk"
include: "rules/maps.smk"
include: "rules/downhole.smk"
include: "rules/mixtures.smk"
include: "rules/pages.smk"
include: "rules/report.smk"
include: "rules/benchmark.smk"
include: "rules/new.smk"
include: "rules/explore.smk"


# On this machine, jobs start as forks of a process that has imported what they import (SEMISPECTRAL_WARM=off: not).
ADAPTERS = str(workflow.current_basedir.join("workflow/scripts"))
if workflow.is_main_process:
    warm.start_jobs(workflow, scripts=ADAPTERS)


# A job of a run is alive from here on.
if not workflow.is_main_process:
    running.hold()


# Snakemake knows one block onstart. As long as a process of this run lives, `make resume` keeps away.
onstart:
    STUDY.require_results()
    for said in [*STUDY.left_over(), *trained_again(planned_jobs(workflow.dag))]:
        logger.warning(said)
    warm.import_ahead(workflow, scripts=ADAPTERS)
    running.hold()


rule all:
    default_target: True
    input:
        STUDY.with_labels("<results>/report/index.html"),
        "<results>/downhole/intervals.csv" if LOGGED else [],
        expand("<results>/downhole/{hole}.pdf", hole=sorted(LOGGED)),
        expand("<results>/holes/{hole}", hole=sorted(LOGGED)),
        FILES.every_scene("<results>/mixtures/{scene}/shares.tif") if CONFIG["mixtures"]["enabled"] else [],


# Scans that are only mapped: `semispectral map-too` runs this with the rules that train nothing.
rule map_too:
    input:
        STUDY.with_labels("<results>/report/index.html"),
        FILES.of_scenes("<results>/maps/{scene}/page.html", ONLY_MAPPED),
        FILES.of_scenes("<results>/mixtures/{scene}/shares.tif", ONLY_MAPPED) if CONFIG["mixtures"]["enabled"] else [],
        "<results>/downhole/intervals.csv" if HOLES_MAPPED_TOO else [],
        expand("<results>/downhole/{hole}.pdf", hole=HOLES_MAPPED_TOO),
        expand("<results>/holes/{hole}", hole=HOLES_MAPPED_TOO),


rule benchmark:
    input:
        STUDY.with_labels("<results>/report/benchmark/index.html"),
        COMPARED,


rule explore:
    input:
        STUDY.with_holes("<results>/explore/index.html"),
        COMPARED,
        FILES.of_scenes("<results>/explore/maps/{scene}/page.html", STUDIED),
