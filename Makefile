# flexiapi: what there is to do in a checkout. `make` or `make help` lists the targets.
#
#   PYTHON=python3.12     the interpreter that the virtual environment is made from (3.11 or newer)
#   EXTRAS=mysql,postgres drivers of database servers to install as well
#   REQUIRE=all           tests: run on every database and with every client; what is missing is a failure
#   ARGS="-k phone -x"    further words for pytest or the bench

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCKED := $(PIP) --require-hashes
COMPILE := ../$(BIN)/pip-compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--strip-extras --allow-unsafe
LOCKS := build runtime mysql postgres development

comma := ,
DRIVERS := $(strip $(subst $(comma), ,$(EXTRAS)))
UNKNOWN := $(filter-out mysql postgres,$(DRIVERS))
ifneq ($(UNKNOWN),)
$(error EXTRAS knows mysql and postgres, not: $(UNKNOWN))
endif

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: install ## start the product here: a Space, an administrator and an address to open
	@exec $(BIN)/flexiapi quickstart $(ARGS)

.PHONY: install
install: $(STAMPS)/package $(STAMPS)/catalogues $(DRIVERS:%=$(STAMPS)/%) ## make .venv with the product in it (EXTRAS=mysql,postgres for drivers)
	@echo "Ready: $(BIN)/flexiapi"

.PHONY: test
test: lint types migrations-check suite ## run every check and the tests (REQUIRE=all: all databases and clients)

.PHONY: suite
suite: install $(STAMPS)/development ## run the tests only
	@$(BIN)/python -m scripts.run_tests $(if $(filter all,$(REQUIRE)),--require-all) $(ARGS)

.PHONY: lint
lint: install $(STAMPS)/development ## check style, layering, the rules of the house, templates
	@failed=; for check in "ruff check --quiet ." "ruff format --check --quiet ." "lint-imports --no-logo" \
		"python -m scripts.lint_rooms" "djlint src --lint --quiet"; do \
		echo "$$check"; $(BIN)/$$check || failed="$$failed, $$check"; \
	done; test -z "$$failed" || { echo "Failed:$${failed#,}" >&2; exit 1; }

.PHONY: types
types: install $(STAMPS)/development ## check the types
	$(BIN)/mypy

.PHONY: migrations-check
migrations-check: install ## check that the migrations say what the models say
	@APP_ENV=testing DB_CONNECTION=sqlite DB_DATABASE=:memory: DJANGO_SETTINGS_MODULE=flexiapi.config.django \
		$(BIN)/python -m django makemigrations --check --dry-run

.PHONY: schema-snapshot
schema-snapshot: install $(STAMPS)/development ## write down the tables after a wanted change (DB_CONNECTION says for which engine)
	$(BIN)/pytest tests/schema --quiet --rewrite-schema

.PHONY: format
format: $(STAMPS)/development ## bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: install $(STAMPS)/development ## measure the hot routes against bare functions
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: lock
lock: $(STAMPS)/development ## write requirements/*.txt anew from requirements/*.in (ARGS=--upgrade for newer versions)
	cd requirements && for name in $(LOCKS); do \
		constraint=; case $$name in mysql|postgres) constraint="--constraint runtime.txt";; esac; \
		$(COMPILE) $$constraint --output-file $$name.txt $(ARGS) $$name.in || exit 1; \
	done

.PHONY: clean
clean: ## remove what make built; ./.run with its data stays
	rm -rf $(VENV) build dist static test-results .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info

# Stamps: each holds while its lock file is unchanged, so that a second `make install` does nothing.

$(STAMPS)/build: requirements/build.txt
	@test -n "$(PYTHON)" || { echo "No python3 found: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is too old: Python 3.11 or newer is needed (PYTHON=/path/to/python3.11)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing (Debian: apt install python3-venv)." >&2; exit 1; }
	@mkdir -p $(STAMPS)
	@$(LOCKED) -r $<
	@touch $@

$(STAMPS)/runtime: requirements/runtime.txt $(STAMPS)/build
	@echo "Installing what the product needs into $(VENV) ..."
	@$(LOCKED) --only-binary :all: -r $<
	@touch $@

$(STAMPS)/package: pyproject.toml $(STAMPS)/runtime
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

CATALOGUES := $(wildcard src/flexiapi/locale/*/LC_MESSAGES/django.po)

$(STAMPS)/catalogues: $(CATALOGUES) $(STAMPS)/build
	@$(BIN)/pybabel --quiet compile --domain django --directory src/flexiapi/locale
	@touch $@

$(STAMPS)/mysql $(STAMPS)/postgres: $(STAMPS)/%: requirements/%.txt $(STAMPS)/runtime
	@echo "Installing the driver of $* ..."
	@$(LOCKED) --no-build-isolation -r $<
	@touch $@

$(STAMPS)/development: requirements/development.txt $(STAMPS)/runtime
	@echo "Installing what the checks and tests need ..."
	@$(LOCKED) --no-build-isolation -r $<
	@touch $@
