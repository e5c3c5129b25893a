# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Two commands matter: `make demo` and `make test`.

ACCOUNT ?=
PORT ?= 0
PYTHON ?= $(shell tools/find-python)
CACHE := .cache
DEMO := $(CACHE)/demo
NOX := $(CACHE)/nox
# The demo must not depend on the settings of whoever runs it.
ISOLATED := ANSIBLE_CONFIG=$(CURDIR)/tests/ansible.cfg ANSIBLE_HOME=$(CURDIR)/$(DEMO)/home ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/$(DEMO)/collections
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_QUIET=2
LOCK := UV_SYSTEM_CERTS=1 ../$(NOX)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate
SOURCES := $(shell git ls-files -- galaxy.yml meta plugins)

STATIC := style types collection
QUICK := $(STATIC) unit
CHECKS := $(QUICK) changelog license-check extra-checks docs-check ansible-lint build-import-check sanity units targets molecule tests clients matrix awx eda

.PHONY: help demo test quick simulator snapshot content docs execution-environment reliability bench pictures conformance lock release publish clean python

help:
	@echo "make demo         show a night on call in four acts, on a simulated PagerDuty"
	@echo "make test         run every check; 'make test CHECK=NAME' runs one of: $(CHECKS)"
	@echo "make quick        run the checks that take seconds: $(QUICK)"
	@echo "make simulator    start a PagerDuty to practice on, with Ansible; ACCOUNT=FILE takes an account from make snapshot"
	@echo "make snapshot     read your account into ACCOUNT=FILE, people masked unless WITH_PEOPLE=1"
	@echo "make content      write playbooks, Rundeck jobs and AWX variables from the modules' documentation"
	@echo "make docs         build the HTML documentation"
	@echo "make reliability  run the full fault matrix, concurrency, load and random input; print the figures"
	@echo "make bench        measure the ways to call PagerDuty from Ansible, side by side"
	@echo "make pictures     take the pictures of the documentation; needs Chromium and the figures of make bench"
	@echo "make conformance  check the collection's beliefs against a real account; it says which variables it needs"
	@echo "make execution-environment"
	@echo "                  build an execution environment and run it; needs podman or docker"
	@echo "make lock         write the versions and hashes of what the checks install"
	@echo "make release      build the collection, check it with galaxy-importer, and print the next steps"
	@echo "make publish      publish on Galaxy what make release has built, with the key in GALAXY_API_KEY"
	@echo "make clean        remove everything that these commands created"

# Without a shell in between, which would end alone.
demo: $(DEMO)/installed
	@exec env $(ISOLATED) $(DEMO)/venv/bin/python -m tools.demo

test: $(NOX)/ready
	@$(NOX)/bin/python tools/run_checks.py $(if $(CHECK),$(CHECK),$(CHECKS))

quick: $(NOX)/ready
	@$(NOX)/bin/python tools/run_checks.py $(QUICK)

content docs execution-environment reliability bench pictures conformance release publish: $(NOX)/ready
	@$(NOX)/bin/nox --session $@

simulator: $(DEMO)/installed
	@exec env $(ISOLATED) $(DEMO)/venv/bin/python -m tools.practice $(CURDIR)/$(CACHE)/simulator.sh --port $(PORT) $(if $(ACCOUNT),--account $(abspath $(ACCOUNT)))

snapshot: $(DEMO)/installed
	@test -n "$(ACCOUNT)" || { echo "Name the file to write: make snapshot ACCOUNT=account.json"; exit 1; }
	@PYTHONPATH=$(DEMO)/collections $(DEMO)/venv/bin/python -m tools.snapshot $(abspath $(ACCOUNT)) $(if $(WITH_PEOPLE),--with-people)

# The environments are created again when another Python is chosen.
python:
	@test -n "$(PYTHON)"
	@mkdir -p $(CACHE)
	@echo "$(PYTHON)" | cmp -s - $(CACHE)/python || { echo "==> Using $(PYTHON)."; rm -rf $(DEMO) $(NOX) .nox; echo "$(PYTHON)" > $(CACHE)/python; }

$(CACHE)/python: python ;

$(DEMO)/venv/ready: tools/demo/requirements.txt simulator/pyproject.toml $(CACHE)/python
	@echo "==> Creating a virtual environment for the demo."
	@$(PYTHON) -m venv $(DEMO)/venv
	@$(PIP) $(DEMO)/venv/bin/pip install ./simulator -r tools/demo/requirements.txt
	@touch $@

$(DEMO)/installed: $(DEMO)/venv/ready $(SOURCES)
	@echo "==> Building the collection and installing it."
	@rm -rf $(DEMO)/*.tar.gz
	@$(PYTHON) -m tools.tracked $(DEMO)/source
	@$(ISOLATED) $(DEMO)/venv/bin/ansible-galaxy collection build $(DEMO)/source --output-path $(DEMO) > /dev/null
	@$(ISOLATED) $(DEMO)/venv/bin/ansible-galaxy collection install --force --offline $(DEMO)/*.tar.gz > /dev/null
	@touch $@

$(NOX)/ready: tests/nox.txt $(CACHE)/python
	@echo "==> Creating a virtual environment for the checks."
	@$(PYTHON) -m venv $(NOX)
	@$(PIP) $(NOX)/bin/pip install --require-hashes --requirement tests/nox.txt
	@touch $@

# uv writes the command into the file, and Dependabot reads it there.
lock: $(NOX)/ready
	@cd tests; for name in nox constraints; do $(LOCK) $$name.in --output-file $$name.txt || exit; done

clean:
	@rm -rf $(CACHE) .nox
