# Daily acts. `make demo` and `make test` set everything up first; a second call installs nothing.
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
CONFIG ?=
LOCK := $(if $(GPU),requirements-gpu.lock,requirements.lock)
STAMP := .venv/.installed$(if $(GPU),-gpu)
RUN := . .venv/bin/activate &&
SNAKEMAKE := snakemake --cores $(CORES) --resources gpu=1 $(if $(CONFIG),--configfile $(CONFIG))
COMPILE := uv pip compile pyproject.toml --extra dev --extra slurm --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
PYTHON_CODE := src tests benchmarks envs
SNAKEMAKE_CODE := Snakefile rules workflow/Snakefile
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo resume test lint format lock dag clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  GPU=1 installs the CUDA packages; CORES=8 and CONFIG=config/indian_pines.yaml belong to demo."

setup: $(STAMP) ## Make .venv from the lock file

$(STAMP): $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "make: Python 3.11 to 3.13 is needed, $(PYTHON) is $$($(PYTHON) --version 2>&1 | cut -d' ' -f2)."; \
		echo "make: name another one: make demo PYTHON=python3.12"; exit 1; }
	@echo "make: installing from $(LOCK) into .venv (a few minutes)"
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes -r $(LOCK)
	.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## Run the workflow on the built-in drill core (CONFIG=... for another study)
	$(RUN) $(SNAKEMAKE)
	@$(RUN) python -m semispectral.summary $(if $(CONFIG),--config $(CONFIG))

resume: $(STAMP) ## After a crash: remove the dead run's lock and go on
	$(RUN) $(SNAKEMAKE) --unlock
	$(MAKE) demo

test: $(STAMP) ## Run all tests (PYTEST_ARGS="-m 'not slow'" for the quick ones)
	$(RUN) OMP_NUM_THREADS=1 python -m pytest $(PYTEST_ARGS)

lint: $(STAMP) ## Check style, types, layers and the workflow
	$(RUN) ruff check $(PYTHON_CODE) && ruff format --check $(PYTHON_CODE) && snakefmt --check -l 120 $(SNAKEMAKE_CODE)
	$(RUN) mypy && lint-imports && snakemake --lint

format: $(STAMP) ## Put code and rules into their form
	$(RUN) ruff check --fix $(PYTHON_CODE) && ruff format $(PYTHON_CODE) && snakefmt -l 120 $(SNAKEMAKE_CODE)

lock: ## Renew both lock files and the conda pins (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra gpu --constraints requirements.lock -o requirements-gpu.lock
	$(PYTHON) envs/pin.py

dag: $(STAMP) ## Draw the rules as they follow each other (Graphviz dot text)
	@$(RUN) snakemake --rulegraph --quiet all

clean: ## Remove results; .venv and your data stay
	rm -rf results/* .snakemake .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
