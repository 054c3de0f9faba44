# Everything a person does with this repository. `make` alone lists it.
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup node browser demo up down status token mail clock test contract contract-write client faults bench lint format types lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: ## install what is missing: Debian's packages, and .venv from requirements.lock
	@deploy/local/setup

node: setup ## install what the examples in JavaScript and TypeScript need: Node where it is missing, and npm's packages
	@deploy/local/setup-node

browser: ## install Debian's Chromium where it is missing, which the tests of examples/frontend drive
	@deploy/local/setup browser

demo: setup ## play a whole programme, from application to hire and move, in two minutes
	@$(PYTHON) -m deploy.demo $(ARGS)

up: setup ## start the system in the background: broker, database, mail, four services, a page that calls them
	@$(PYTHON) -m deploy.local up

down: ## stop what `make up` started
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m deploy.local down; else echo "Nothing was running."; fi

status: ## say what runs, and whether it is ready
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m deploy.local status; else echo "Nothing is running."; fi

token: setup ## print a token for the API: make token ROLE=staff [PERSON=...] [FIRM=...]
	@$(PYTHON) -m deploy.local token $(or $(ROLE),staff) $(if $(PERSON),--person $(PERSON)) $(if $(FIRM),--firm $(FIRM))

mail: setup ## show the newest mail that was sent: make mail [TO=lukasz@example.org]
	@$(PYTHON) -m deploy.local mail $(if $(TO),--to $(TO))

clock: setup ## move the programme's clock forwards: make clock TO=2027-05-14T09:00:00+09:00; without TO, show it
	@$(PYTHON) -m deploy.local clock $(TO)

test: setup ## run the tests: make test [ARGS="tests/unit -k timers"]
	@$(PYTHON) -m pytest $(ARGS)

contract: setup ## check the public contract: are its documents stale, does anything break what was released?
	@$(PYTHON) -m deploy.contract check

contract-write: setup ## write the contract's documents anew (docs/contract/), after a change of an event or an endpoint
	@$(PYTHON) -m deploy.contract write

client: node ## generate the types of examples/client/ anew, after a change of an endpoint
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent --prefix examples generate

bench: setup ## measure, beside the bare libraries: make bench [NAME=events] [ARGS="--rounds 9"]
	@$(PYTHON) -m tests.benchmarks $(NAME) $(ARGS)

faults: setup ## kill, freeze and cut the running system, then judge it: make faults [MINUTES=30] [MEMBERS=3] [SEED=...]
	@$(PYTHON) -m tests.faults --minutes $(or $(MINUTES),3) --members $(or $(MEMBERS),1) $(if $(SEED),--seed $(SEED))

lint: setup ## check style (ruff) and which part may import which (import-linter)
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@PYTHONPATH=. .venv/bin/lint-imports

format: setup ## format the code, and repair what ruff can repair
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

types: setup ## check types (mypy, strict)
	@$(PYTHON) -m mypy

lock: ## compile requirements.lock anew from pyproject.toml
	@deploy/local/lock

clean: down ## remove .venv, .run and what tools have cached
	@rm -rf .venv .run examples/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
