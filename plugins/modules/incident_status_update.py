#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_status_update
short_description: Send a status update on PagerDuty incidents
version_added: 1.0.0
description:
  - Sends a status update to the subscribers of one or more incidents. This notifies them, each time.
  - Does nothing, and notifies nobody, when the incident's latest status update has this message, apart from white space
    around it.
  - PagerDuty has no call that lists status updates. The module reads them from the incident's log entries, which
    PagerDuty's API reference does not mention. If they are not there, each run sends the update again.
  - If the response is lost and the log does not show the update, the task fails with C(outcome) V(unknown). The update
    is not sent a second time.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
attributes:
  idempotent:
    support: partial
    details:
      - With O(allow_duplicate=true), every run sends a status update.
options:
  update_message:
    description: The text of the status update.
    type: str
    required: true
    aliases: [text]
  subject:
    description: The subject of the e-mail, in place of PagerDuty's own. Requires O(html_message).
    type: str
  html_message:
    description: The content of the e-mail as HTML, in place of PagerDuty's own. Requires O(subject).
    type: str
  allow_duplicate:
    description: Whether to send the update even if the latest one has this text.
    type: bool
    default: false
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write). With C(subscribers.read), C(users.read), and
    C(teams.read), RV(notifies) names the subscribers.
seealso:
  - name: Create a status update on an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/594c9ed714b93-create-a-status-update-on-an-incident
  - name: Communicate with stakeholders
    description: PagerDuty's page on subscribers and status updates.
    link: https://support.pagerduty.com/main/docs/communicate-with-stakeholders
  - module: oncall.pagerduty.incident_subscribers
"""

EXAMPLES = r"""
- name: Send a status update
  oncall.pagerduty.incident_status_update:
    incident_id: "{{ incident_id }}"
    update_message: The database is back, the queues are draining.

- name: Show who would be notified
  oncall.pagerduty.incident_status_update:
    incident_id: "{{ incident_id }}"
    update_message: All queues are empty.
  check_mode: true
  diff: true

- name: Send a status update with an e-mail of its own
  oncall.pagerduty.incident_status_update:
    incident_id: "{{ incident_ids }}"
    update_message: The checkout works again.
    subject: Checkout restored
    html_message: "<h1>The checkout works again</h1><p>All queued orders are processed.</p>"
"""

RETURN = r"""
incidents:
  description:
    - For each incident its C(id), and the C(status_update) that was sent or found.
    - In check mode, the fields of a new status update that only PagerDuty knows are null. The C(id) of one that was
      found is null, too.
  returned: when the log entries could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      status_update:
        id: PWL7QXS
        message: The database is back, the queues are draining.
        created_at: "2026-01-31T12:00:00Z"
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    status_update:
      id: PWL7QXS
      message: The database is back, the queues are draining.
      created_at: "2026-01-31T12:00:00Z"
status_update:
  description: The status update that was sent or found, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: PWL7QXS
    message: The database is back, the queues are draining.
    created_at: "2026-01-31T12:00:00Z"
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - If PagerDuty does not say who will be notified, C(summary) begins with C(whoever is), and C(id) is null.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id: PUSER08
        type: user_reference
        summary: Service Owner
      why: subscribed to the incident
      how: notify
    - target: Q1R2DLCB21K7NP
      who:
        id:
        type:
        summary: whoever is subscribed in another way that PagerDuty does not list, such as through a business service
      why: subscribed in another way that PagerDuty does not list, such as through a business service
      how: notify
failures:
  description: The incidents on which no status update could be sent, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: >-
        POST https://api.pagerduty.com/incidents/Q1R2DLCB21K7NP/status_updates: timed out after 30 s. It is not known
        whether Incident Q1R2DLCB21K7NP was changed.
      hint: >-
        Check in PagerDuty whether the incident has this status update. Run the task again only if it does not: it would
        notify the subscribers again.
      outcome: unknown
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_status_update import incident_status_update
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_status_update,
    {
        "update_message": {"type": "str", "required": True, "aliases": ["text"]},
        "subject": {"type": "str"},
        "html_message": {"type": "str"},
        "allow_duplicate": {"type": "bool", "default": False},
    },
    required_together=[("subject", "html_message")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
