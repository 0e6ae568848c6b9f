# Everything one does in a checkout. `make` alone lists it.

PYTHON_IN_VENV := .venv/bin/python

# More words for pytest, e.g. make test TESTS="tests/api -k waiting"
TESTS ?=
# A parser of calendars that cannot be had here: ical.js, where npm reaches nothing.
CALENDARS_WITHOUT ?=
# Tests side by side, each file in one piece; 0 is one after the other, in this process.
TEST_WORKERS ?= 2
# More words for the benchmark, e.g. make benchmark BENCHMARK="registering --seconds 3"
BENCHMARK ?=
# More words for the chaos run, e.g. make chaos CHAOS="--seed 7 --workers 4"
CHAOS ?=

.DEFAULT_GOAL := help
.PHONY: help install install-tests run check format translations test test-calendars test-compose test-browser chaos benchmark

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'Other ports: make run PLENARY_LOCAL_SITE_PORT=9000 (8000 unless told), _DASHBOARD_PORT (8501), _MAIL_PORT (8025)'

run: install ## Try Plenary here: no Docker, no database, nothing to configure. Ctrl-C stops it
	@$(PYTHON_IN_VENV) -m services.local

install: ## Make .venv from the pinned releases (the others do this when it is needed)
	@sh services/local/install.sh

install-tests:
	@sh services/local/install.sh tests tests/requirements.txt

check: install-tests ## Format, lint, types, layers, migrations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON_IN_VENV) -m services.local.scratch -- sh -c '.venv/bin/alembic upgrade head && .venv/bin/alembic check'

format: install-tests ## Put the code into the shape that `make check` wants
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

translations: install-tests ## Bring the catalogues up to date with the texts; then translate what is new
	.venv/bin/pybabel extract -F shared/locale/babel.cfg -k translate --sort-by-file --add-location=file --no-wrap \
		--project=Plenary --version=1 -o var/plenary.pot services shared
	.venv/bin/pybabel update -D plenary -i var/plenary.pot -d shared/locale --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --no-wrap

test: install-tests ## The tests, on a real PostgreSQL and Redis
	$(PYTHON_IN_VENV) -m pytest -n $(TEST_WORKERS) --dist loadfile -m "not compose and not browser and not calendars" $(TESTS)

test-calendars: install-tests ## What other calendar parsers make of our entries; they need libical3 and npm
	[ "$(CALENDARS_WITHOUT)" = ical.js ] || (cd tests/calendars && npm ci --silent)
	CALENDARS_WITHOUT=$(CALENDARS_WITHOUT) $(PYTHON_IN_VENV) -m pytest -m calendars tests/calendars $(TESTS)

test-compose: install-tests ## The slow tests of the whole as deployed; they need Docker
	$(PYTHON_IN_VENV) -m pytest -m compose tests/compose $(TESTS)

test-browser: install-tests ## The slow tests of the pages in a browser; they need Chromium
	$(PYTHON_IN_VENV) -m pytest -m browser tests/browser $(TESTS)

chaos: install-tests ## 10,000 mails while everything is killed and the mail server misbehaves; takes minutes
	$(PYTHON_IN_VENV) -m tests.chaos $(CHAOS)

benchmark: install ## How fast it is here, beside what this machine could do; it takes ten minutes and needs wrk
	$(PYTHON_IN_VENV) -m benchmarks $(BENCHMARK)
