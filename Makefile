# What a person and the CI run; `make help` lists it. Flags for a command go into ARGS.
# Setting up is done by .ci/setup, which does nothing when .venv is up to date.
export PYTHON
export VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: run test test-quick test-all test-formats check format bench fuzz golden overlays shell docs setup setup-dev release clean help demo

run: setup ## start the effect: camera 0, else the demo (ARGS="--source demo --effect swirl")
	@$(BIN)/livecam run $(ARGS)

test: setup-dev ## set up everything the tests need and run them all (ARGS="-k effects")
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

# What takes long without any of the marks, to run or only to load: spoiled inputs, measuring, training, searching pictures.
NOT_QUICK := fuzz livecam/benchmark livecam/perception livecam/store livecam/cli/test_run_command.py test_packaging.py test_examples.py \
             livecam/live/sinks/test_full_disk.py livecam/live/sources labeler/formats labeler/exchange training \
             livecam/live/effects/test_conformance.py livecam/live/effects/packs livecam/live/collection assets test_portability.py portability \
             livecam/drawing

test-quick: setup-dev ## the quick tests: no X server, browser, TensorFlow or kills, nothing that takes long (under 90 s)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(NOT_QUICK:%=--ignore=tests/%) -m "not slow and not x11 and not browser and not tensorflow and not kills" $(ARGS)

test-all: ## run the tests on every Python from 3.11 on that is found, each in an environment of its own
	@for python in python3.11 python3.12 python3.13 python3.14; do \
	    "$$python" -c '' 2>/dev/null || { echo "$$python: not found"; continue; }; \
	    echo "$$python:"; $(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$python || failed="$$failed $$python"; \
	done; [ -z "$$failed" ] || { echo "failed on:$$failed"; exit 1; }

test-formats: ## let pycocotools, labelme, label-studio-sdk and datumaro read what we export (an environment of its own)
	@.ci/setup formats
	@.venv-formats/bin/python -m pytest tests/labeler/formats/oracles -o addopts="-q --strict-markers -p no:cacheprovider" $(ARGS)

check: setup-dev ## lint, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup-dev ## put the code into the shape that check asks for
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

fuzz: setup-dev ## 10,000 spoiled pictures, videos, streams, settings, stores, labels … (ARGS="--seed 2 --count 500")
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: setup-dev ## frames a second and where the time goes, for every path (ARGS="--frames 200"), then every hot function
	@$(BIN)/livecam bench $(ARGS)
	@$(BIN)/python -m pytest tests/benchmarks -o addopts= -q -p no:cacheprovider --benchmark-only --benchmark-columns=min,median,iqr

golden: setup-dev ## keep what is drawn now as the golden pictures; look at them before committing
	@$(BIN)/python -m pytest tests/livecam/live/effects --golden-renew $(ARGS)
	@git status --short tests/golden

demo: setup ## make the moving picture of the README anew
	@$(BIN)/python assets/demo/make_demo_gif.py assets/demo/flustered.gif

previews: setup ## make the moving pictures of the effects anew into assets/demo/effects
	@mkdir -p assets/demo/effects
	@$(BIN)/python assets/demo/make_effect_gifs.py assets/demo/effects

overlays: setup ## draw the pictures of the effects anew into assets/effects
	@$(BIN)/python -m assets.overlays.make_overlays assets/effects

shell: setup ## a shell in which livecam, livecam-label and livecam-train are found
	@echo "livecam, livecam-label and livecam-train are found here; exit leaves"; PATH="$$(cd $(BIN) && pwd):$$PATH" exec $${SHELL:-sh} -i

release: ## build the sdist and the wheel into dist, check both, run the wheel in a new environment, write its SBOM
	@.ci/setup release
	@.ci/release

docs: ## build the pages as a site into build/site, with search, and look for dead links
	@.ci/setup docs
	@$(BIN)/python .ci/site.py

setup: ## only install what run needs
	@.ci/setup live

setup-dev: ## only install what test and check need
	@.ci/setup dev

clean: ## remove the environment and everything that was built
	rm -rf .venv .venv-* build dist .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@echo 'make TARGET [ARGS="flags"] [PYTHON=python3.13]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
