# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Two commands matter: `make demo` and `make test`.

PYTHON ?= python3.11
CACHE := .cache
DEMO := $(CACHE)/demo
NOX := $(CACHE)/nox
# What runs here depends on nothing that whoever runs it has set or installed.
ISOLATED := ANSIBLE_CONFIG=$(CURDIR)/tests/ansible.cfg ANSIBLE_HOME=$(CURDIR)/$(DEMO)/home ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/$(DEMO)/collections
CONSTRAINED := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=tests/constraints.txt
SOURCES := $(shell git ls-files --cached --others --exclude-standard -- galaxy.yml meta plugins)

.PHONY: help demo test docs reliability bench clean

help:
	@echo "make demo         play a whole incident on a simulated PagerDuty, through the installed collection"
	@echo "make test         run every check; 'make test CHECK=NAME' runs one of: $(CHECKS)"
	@echo "make docs         build the HTML documentation"
	@echo "make reliability  run the whole fault matrix, many tasks at once, load, random input; prints the figures"
	@echo "make bench        measure the ways to reach PagerDuty from Ansible, side by side"
	@echo "make clean        remove everything that these commands made"

CHECKS := style types license-check changelog extra-checks docs-check ansible-lint build-import-check sanity molecule tests

demo: $(DEMO)/installed
	@cd tests && $(ISOLATED) $(CURDIR)/$(DEMO)/venv/bin/python -m demo

$(DEMO)/venv/ready: tests/demo/requirements.txt tests/simulator/requirements.txt tests/constraints.txt
	@echo "==> Making a virtual environment for the demo."
	@$(PYTHON) -m venv $(DEMO)/venv
	@$(CONSTRAINED) $(DEMO)/venv/bin/pip install --quiet -r tests/demo/requirements.txt
	@touch $@

$(DEMO)/installed: $(DEMO)/venv/ready $(SOURCES)
	@echo "==> Building the collection and installing it."
	@rm -rf $(DEMO)/*.tar.gz
	@$(ISOLATED) $(DEMO)/venv/bin/ansible-galaxy collection build --output-path $(DEMO) > /dev/null
	@$(ISOLATED) $(DEMO)/venv/bin/ansible-galaxy collection install --force --offline $(DEMO)/*.tar.gz > /dev/null
	@touch $@

test: $(NOX)/ready
	@$(NOX)/bin/nox $(if $(CHECK),--session $(CHECK))

docs reliability bench: $(NOX)/ready
	@$(NOX)/bin/nox --session $@

$(NOX)/ready: tests/constraints.txt
	@echo "==> Making a virtual environment for the checks."
	@$(PYTHON) -m venv $(NOX)
	@$(CONSTRAINED) $(NOX)/bin/pip install --quiet nox antsibull-nox
	@touch $@

clean:
	@rm -rf $(CACHE) .nox
