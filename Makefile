# Daily acts. `make demo` and `make test` set everything up first; a second call installs nothing.
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
CONFIG ?=
LOCK := $(if $(GPU),requirements-gpu.lock,requirements.lock)
STAMP := .venv/.installed$(if $(GPU),-gpu)
RUN := . .venv/bin/activate &&
SNAKEMAKE := snakemake --cores $(CORES) --resources gpu=1 $(if $(CONFIG),--configfile $(CONFIG))
COMPILE := uv pip compile pyproject.toml --extra dev --extra docs --extra slurm --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet
PYTHON_CODE := src tests benchmarks envs docs/generate
SNAKEMAKE_CODE := Snakefile rules workflow/Snakefile
PYTEST_ARGS ?=
REPORT ?= results/snakemake-report.zip

.DEFAULT_GOAL := help
.PHONY: help setup demo ready resume report benchmark test coverage lint format check docs dag profile hooks lock clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
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
	@test ! -t 2 || echo "make: each stage's lines, with the time left, go to its log: tail -F results/logs/train_m1/1.log"
	$(RUN) $(SNAKEMAKE) --logger $$(test -t 2 && echo rich || echo semispectral)
	@$(RUN) python -m semispectral.summary $(if $(CONFIG),--config $(CONFIG))

ready: $(STAMP) ## Say what demo would run, how long, and what is wrong, before it starts (CONFIG=...)
	@$(RUN) semispectral check --cores $(CORES) $(if $(CONFIG),--config $(CONFIG))

resume: $(STAMP) ## After a crash: remove the dead run's lock and go on
	$(RUN) $(SNAKEMAKE) --unlock
	$(MAKE) demo

report: $(STAMP) ## Snakemake's own report of the last run: every stage with its time, code and figures
	$(RUN) $(SNAKEMAKE) --report $(REPORT)
	@echo "make: Snakemake's report is $(REPORT)"

benchmark: $(STAMP) ## Compare all methods on splits that do not leak; it resumes (CONFIG=...)
	$(RUN) $(SNAKEMAKE) benchmark --logger semispectral

test: $(STAMP) ## Run all tests (PYTEST_ARGS="-m 'not slow'" for the quick ones)
	$(RUN) OMP_NUM_THREADS=1 python -m pytest $(PYTEST_ARGS)

coverage: $(STAMP) ## Run all tests and say which lines of src/ none of them reaches
	$(MAKE) test PYTEST_ARGS="$(PYTEST_ARGS) --cov --cov-report=term:skip-covered"

lint: $(STAMP) ## Check style, types, layers and the workflow
	$(RUN) ruff check $(PYTHON_CODE) && ruff format --check $(PYTHON_CODE) && snakefmt --check -l 120 $(SNAKEMAKE_CODE)
	$(RUN) mypy && lint-imports && snakemake --lint

format: $(STAMP) ## Put code and rules into their form
	$(RUN) ruff check --fix $(PYTHON_CODE) && ruff format $(PYTHON_CODE) && snakefmt -l 120 $(SNAKEMAKE_CODE)

check: lint test docs ## All that a pull request has to pass: lint, test, docs

docs: $(STAMP) ## Build the documentation into site/, with every link checked
	$(RUN) python docs/generate/configuration.py
	$(RUN) NO_MKDOCS_2_WARNING=1 mkdocs build --strict
	@echo "make: the documentation is in site/index.html"

profile: $(STAMP) ## Say where a second of training goes (M1, M2 and M1+M2)
	$(RUN) TF_CPP_MIN_LOG_LEVEL=3 python benchmarks/training_seconds.py --threads $(CORES)

hooks: $(STAMP) ## Let git check style before every commit
	$(RUN) pre-commit install

lock: ## Renew both lock files and the conda pins (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra gpu --constraints requirements.lock -o requirements-gpu.lock
	$(PYTHON) envs/pin.py

dag: $(STAMP) ## Draw the rules anew for the documentation (needs Graphviz)
	$(RUN) python docs/generate/rules.py

clean: ## Remove results; .venv and your data stay
	rm -rf results/* site .snakemake .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
