# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook: polls PagerDuty's log entries, where webhooks cannot reach the network."""

from __future__ import annotations

import sys
from pathlib import Path

DOCUMENTATION = r"""
---
author: oncall.pagerduty contributors
short_description: Poll PagerDuty's log entries.
description:
  - An ansible-rulebook event source that polls the log entries of a PagerDuty account. Use it where PagerDuty's
    webhooks cannot reach the network, and C(oncall.pagerduty.webhook) everywhere else.
  - Each log entry becomes one event of the form that a webhook has, so a rulebook works with both. The type is at
    C(event.payload.event.event_type) and the id of the incident at C(event.meta.incident_id).
  - The incident is at C(event.payload.event.data). Of C(incident.annotated), this is the note, and the incident is at
    C(event.payload.event.data.incident).
  - The log entries C(trigger), C(acknowledge), C(unacknowledge), C(resolve), C(escalate), C(assign), C(delegate),
    C(annotate) and C(priority_change) become the events C(incident.triggered), C(incident.acknowledged),
    C(incident.unacknowledged), C(incident.resolved), C(incident.escalated), C(incident.reassigned),
    C(incident.delegated), C(incident.annotated) and C(incident.priority_updated).
  - A further trigger of an open incident, the first assignment of a new one, and every other log entry become
    C(log_entry.KIND), for instance C(log_entry.notify). Webhooks do not report them in this form.
  - The incident is the one at the time of the poll, not at the time of the log entry. A rule that needs the status at
    that time must look at the event type.
  - The whole log entry, with its channel, is at C(event.payload.log_entry). Integration keys, which are secrets, are
    left out.
  - PagerDuty's clock decides what is new, not that of this machine; C(event.meta.handed_over_at) is the time on it when
    the rules got the event. The position moves with the times of log entries, so a clock that is wrong neither skips
    nor repeats any.
  - A log entry that cannot be read is skipped alone, with a message. The same goes for one on which a filter fails.
options:
  api_token:
    description:
      - The REST API key or OAuth token. It only needs to read.
      - If it is not set, the environment variables E(PAGERDUTY_API_TOKEN), E(PAGERDUTY_TOKEN), and E(PAGERDUTY_API_KEY)
        are read. One of them is required.
    type: str
  auth_type:
    description:
      - How the token is sent. The default is V(bearer) for tokens that start with C(pdus+) or C(pdeu+), and V(token)
        for all others.
    type: str
    choices: [token, bearer]
  region:
    description:
      - The service region of the account. The default is V(eu) for tokens that start with C(pdeu+), and V(us) for all
        others.
      - If it is not set, the environment variable E(PAGERDUTY_REGION) is read.
    type: str
    choices: [us, eu]
  api_url:
    description:
      - Another address of the REST API. Plain C(http://) is allowed only for this machine.
      - If it is not set, the environment variable E(PAGERDUTY_API_URL) is read.
    type: str
  ca_path:
    description:
      - The file or folder with the certificates of the certificate authorities to trust, in place of those of the
        system.
      - If it is not set, the environment variable E(PAGERDUTY_CA_PATH), E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) is
        read.
    type: str
  team_ids:
    description:
      - Only log entries of these teams.
    type: list
    elements: str
  is_overview:
    description:
      - Ask PagerDuty for the most important changes only. PagerDuty does not say which these are.
    type: bool
    default: false
  interval:
    description:
      - Seconds between polls.
    type: float
    default: 15
  overlap:
    description:
      - How many seconds each poll goes back before the latest log entry. A log entry that PagerDuty shows with a delay
        of up to this time is not missed. Entries that are read again are recognized by their ids.
      - They are read again only if one call shows that something is new among them.
    type: float
    default: 60
  feedback:
    description:
      - Whether to save the position only when the rule engine has an event. Then no event is lost when ansible-rulebook
        is killed, and none is handled again after the restart, if the engine keeps its state in a database and
        O(state_file) is set.
      - Needs ansible-rulebook 1.3 or later, its argument C(--persistence-id), and the variables of a database
        (C(drools_db_file_path), or C(drools_db_host) and the others). Older versions ignore it, with a warning.
      - An action that was interrupted runs again.
      - Let no filter of this source drop events. The rule engine answers for none that it does not get, and the source
        waits for two minutes before it goes on.
      - Write V(true) itself, and no variable. ansible-rulebook reads it before it knows variables.
    type: bool
    default: false
  state_file:
    description:
      - The file that keeps how far the source has read. When the source starts again, it continues there.
      - Its folder is created if it does not exist, for this user only, and so is a file of the same name with C(.lock)
        at the end. If the file is a symbolic link, it is written where the link leads.
      - Each source needs a file of its own. One that another source uses is refused.
      - It is written after each poll, and with O(feedback) after each event. If that fails, there is one warning, and
        the source goes on.
      - A position in the future is not used. The source warns, and goes back to the latest log entry that it has handed
        over, or else begins with the log entries from now on.
      - Without it, the source begins with the log entries after its start.
    type: str
  max_age:
    description:
      - How many hours the source goes back at most when it continues. What happened before is skipped, with a warning.
    type: float
    default: 48
notes:
  - The environment variables C(HTTPS_PROXY) and C(NO_PROXY) are honored. What stays on this machine, and plain
    C(http://), never goes to a proxy.
  - An option or an environment variable that is empty counts as not set.
  - After a rate limit, a network or server error, or an answer that is not PagerDuty's, such as the page of a firewall,
    the source tries again after at most a minute, for as long as it takes. It continues where it was.
  - When PagerDuty itself refuses the token or the request, the source ends if that is its first answer, and so does
    ansible-rulebook. Later on, it tries again for 10 minutes, with an error message each time, and then ends. A source
    that is started again gets the token that has replaced the former.
"""

EXAMPLES = r"""
- name: Poll every 15 seconds, and continue after a restart
  oncall.pagerduty.log_entries:
    api_token: "{{ PAGERDUTY_API_TOKEN }}"
    state_file: /var/lib/eda/pagerduty.json

- name: Lose no event when ansible-rulebook is killed, and handle none twice
  oncall.pagerduty.log_entries:
    api_token: "{{ PAGERDUTY_API_TOKEN }}"
    state_file: /var/lib/eda/pagerduty.json
    feedback: true

- name: Poll the log entries of one team
  oncall.pagerduty.log_entries:
    api_token: "{{ PAGERDUTY_API_TOKEN }}"
    team_ids:
      - PTEAM01
    interval: 60
"""

# ansible-rulebook runs this file by its path, as part of no package.
FOLDERS = [folder.parent for folder in Path(__file__).absolute().parents if folder.name == "ansible_collections"]
sys.path[:0] = map(str, FOLDERS)

from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.log_entries import main  # noqa: E402

__all__ = ["main"]
