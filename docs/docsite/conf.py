# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sphinx settings for `make docs`, which builds what antsibull-docs has written from the modules and the guides."""

project = "oncall.pagerduty"
project_copyright = "oncall.pagerduty contributors"
title = html_short_title = "PagerDuty for Ansible"
extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
display_version = False
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_use_smartypants = False
# Labels of Ansible's own documentation are not known here; those of ours are checked by antsibull-docs.
suppress_warnings = ["ref.ref"]
