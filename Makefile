# Each target works on a fresh machine: it makes .venv itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0

.PHONY: help setup demo test check format proof consumers bench docs clean
help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

# What runs the product; the stamp names the file that, when changed, makes it stale.
$(VENV)/.base: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

# Torch comes first and stays what it is: a torchvision made for another torch keeps transformers from being imported.
$(VENV)/.dev: pyproject.toml $(VENV)/.base
	printf '$(TORCH)\ntorchvision<0\n' > $(VENV)/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(TORCH)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(VENV)/constraints.txt -e '.[dev]'
	touch $@

setup: $(VENV)/.dev  ## make .venv with everything the tests need

demo: $(VENV)/.base  ## the whole way in a minute: no key, GPU or network
	$(BIN)/pictus demo --to demo

check: $(VENV)/.dev  ## format, lint, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

format: $(VENV)/.dev  ## mend what the formatter and the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(VENV)/.dev  ## every test, the ones that start processes alone at the end
	$(BIN)/pytest -m 'not serial and not proof and not consumer' -n auto
	$(BIN)/pytest -m 'serial and not proof and not consumer'

proof: $(VENV)/.dev  ## the long forms: twenty kills, ten thousand fuzz examples
	PICTUS_PROOF=1 $(BIN)/pytest -m 'not serial and not consumer' -n auto --timeout 3600
	PICTUS_PROOF=1 $(BIN)/pytest -m 'serial and not consumer' --timeout 3600

consumers: $(VENV)/.dev  ## the real programs that read what we write, in environments of their own; the first time takes 6 GB
	$(BIN)/pytest -m consumer -rs --timeout 3600

bench: $(VENV)/.dev  ## measure, and write bench/RESULTS.md
	$(BIN)/python bench/all.py

docs: $(VENV)/.dev  ## write the reference pages from the code
	$(BIN)/python docs/build.py

clean:  ## remove what the targets made
	rm -rf $(VENV) demo build dist site
