# Commands for every day. `make demo` and `make test` install everything first; a second call installs nothing.
PYTHON ?=
CORES ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
CONFIG ?=
RUN := . .venv/bin/activate &&
# Snakemake runs code that a configuration holds while it reads it, so that somebody else looks at it before.
READ := python -m semispectral.study.config_file config/config.yaml $(CONFIG)
SNAKEMAKE := $(READ) && snakemake --cores $(CORES) --resources gpu=1 $(if $(CONFIG),--configfile $(CONFIG))
COMPILE := .venv/bin/uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
UNUSED := --overrides locks/unused.overrides
PYTHON_CODE := src tests measurements envs docs/generate
SNAKEMAKE_CODE := Snakefile rules workflow/Snakefile
PYTEST_ARGS ?=
PYTEST = $(RUN) OMP_NUM_THREADS=1 python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder
# Core minutes of the tests, and the minutes that the longest file of them takes on one core.
MINUTES = $(shell echo $$(($(1) / $(CORES) + $(2)))) minutes
ALL_TAKE = $(call MINUTES,15,2)
QUICK_TAKE = $(call MINUTES,3,1)

# What is installed: .venv/.locked says for which folder (a .venv cannot be moved) and of which lock; it is there only
# once that is whole. GPU=1 stays until GPU=0. .installed is the project itself, .dev and .docs are the tools.
LOCKED := $(shell test -x .venv/bin/python && cat .venv/.locked 2>/dev/null)
GPU ?= $(if $(findstring gpu.lock,$(LOCKED)),1)
LOCK := locks/$(if $(filter-out 0 no,$(GPU)),gpu,run).lock
AS_WANTED := $(CURDIR) $(LOCK)
ifneq ($(LOCKED),$(AS_WANTED))
.venv/.locked: FORCE
endif
ifneq ($(PYTHON),)
VERSION := -c 'import sys; print(sys.version)' 2>/dev/null
ifneq ($(shell $(PYTHON) $(VERSION)),$(shell .venv/bin/python $(VERSION)))
.venv/.locked: FORCE
endif
endif
STAMP := .venv/.installed
# Modules of other environments are not to be taken for those of .venv; and what is compiled once is kept: pip compiles
# nothing (envs/install.sh), and an import of TensorFlow from its sources alone takes 14 s of a processor, else 5.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo ready resume report benchmark test test-quick coverage lint format check docs dist dag profile hooks lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  GPU=1 installs the CUDA packages; CORES=8 and CONFIG=config/indian_pines.yaml belong to demo."

setup: $(STAMP) ## Make .venv from the lock file

FORCE:

.venv/.locked: locks/installer.lock $(LOCK)
	@PYTHON="$(PYTHON)" sh envs/install.sh new $(LOCK)
	@echo "$(AS_WANTED)" >$@

$(STAMP): .venv/.locked pyproject.toml
	@.venv/bin/python -I -m pip install --quiet --quiet --no-deps --no-build-isolation -e .
	@touch $@

# While tools are added .locked is away, so that what is cut off in the middle is made anew.
.venv/.dev .venv/.docs: .venv/.%: locks/%.lock $(STAMP)
	@mv .venv/.locked .venv/.adding
	@sh envs/install.sh add $<
	@mv .venv/.adding .venv/.locked
	@touch $@

demo: $(STAMP) ## Run the workflow on the built-in drill core (CONFIG=... for another study)
	@test ! -t 2 || echo "make: each stage's lines, with the time left, go to its log: tail -F results/logs/train_m1/1.log"
	$(RUN) $(SNAKEMAKE) --logger $$(test -t 2 && echo rich || echo semispectral)
	@$(RUN) python -m semispectral.commands.summary $(if $(CONFIG),--config $(CONFIG))

ready: $(STAMP) ## Dry run of demo: jobs, estimated time, errors in the configuration (CONFIG=...)
	@$(RUN) semispectral check --cores $(CORES) $(if $(CONFIG),--config $(CONFIG))

resume: $(STAMP) ## Continue after a crash: remove the lock of the dead run and run demo
	@$(RUN) python -m semispectral.workflow.running
	$(MAKE) demo

report: $(STAMP) ## Write Snakemake's own report of the last run: time, code and figures of each stage
	$(RUN) $(SNAKEMAKE) --report results/snakemake-report.zip
	@echo "make: Snakemake's report is results/snakemake-report.zip"

benchmark: $(STAMP) ## Compare all methods over splits, labels per class and seeds (CONFIG=...)
	$(RUN) $(SNAKEMAKE) benchmark --logger semispectral

test: .venv/.dev ## Run all tests, CORES at a time (PYTEST_ARGS="-k mask" for some of them)
	@echo "make: all tests, about $(ALL_TAKE) on $(CORES) cores; make test-quick takes about $(QUICK_TAKE)"
	@$(RUN) python tests/this_machine.py
	$(PYTEST) $(PYTEST_ARGS)

test-quick: .venv/.dev ## Run the fast tests: no long training, no workflow, no browser
	@echo "make: the quick tests, about $(QUICK_TAKE) on $(CORES) cores; make test runs all"
	@$(RUN) python tests/this_machine.py
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

coverage: .venv/.dev ## Run all tests and list the lines of src/ that no test runs
	$(MAKE) test PYTEST_ARGS="$(PYTEST_ARGS) --cov --cov-report=term:skip-covered"

lint: .venv/.dev ## Check style, types, layers and the workflow
	$(RUN) ruff check $(PYTHON_CODE) && ruff format --check $(PYTHON_CODE) && snakefmt --check -l 120 $(SNAKEMAKE_CODE)
	$(RUN) mypy && lint-imports && snakemake --lint

format: .venv/.dev ## Format code and rules
	$(RUN) ruff check --fix $(PYTHON_CODE) && ruff format $(PYTHON_CODE) && snakefmt -l 120 $(SNAKEMAKE_CODE)

check: lint test docs ## Run lint, test and docs: a pull request must pass them

docs: .venv/.docs ## Build the documentation into site/ and check its links
	$(RUN) python docs/generate/schema.py && python docs/generate/configuration.py && python docs/generate/rooms.py
	$(RUN) NO_MKDOCS_2_WARNING=1 mkdocs build --strict
	@echo "make: the documentation is in site/index.html"

dist: .venv/.dev ## Build the wheel and the source archive into dist/, with the locked setuptools
	rm -rf dist build
	.venv/bin/uv build --quiet --python .venv/bin/python --no-build-isolation --offline --out-dir dist
	@ls dist

profile: $(STAMP) ## Measure the time of each step of training (M1, M2 and M1+M2)
	$(RUN) TF_CPP_MIN_LOG_LEVEL=3 python measurements/training/training_seconds.py --threads $(CORES)

hooks: .venv/.dev ## Install the git hooks that check style before each commit
	$(RUN) pre-commit install

lock: .venv/.dev ## Update the lock files and the conda pins
	$(COMPILE) --group installer -o locks/installer.lock
	$(COMPILE) pyproject.toml --extra train --extra slurm --group cpu -c locks/installer.lock $(UNUSED) --overrides locks/cpu.overrides -o locks/run.lock
	$(COMPILE) pyproject.toml --extra slurm --extra gpu $(UNUSED) -c locks/run.lock -o locks/gpu.lock
	$(COMPILE) --group dev -c locks/run.lock -o locks/dev.lock
	$(COMPILE) --group docs -c locks/run.lock -c locks/dev.lock -o locks/docs.lock
	.venv/bin/python envs/pin.py

dag: $(STAMP) ## Draw the picture of the rules for the documentation (needs Graphviz)
	$(RUN) python docs/generate/rules.py

clean: ## Remove all results; keep .venv and your data
	rm -rf results/* site dist build .snakemake .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
