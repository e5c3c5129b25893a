#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_snooze
short_description: Snooze PagerDuty incidents
version_added: 1.0.0
description:
  - Snoozes one or more incidents. Until the time is over, they stay acknowledged and notify nobody. Then PagerDuty
    triggers them again, which notifies their assignees, and whoever has come on call since.
  - PagerDuty snoozes only acknowledged incidents, so a triggered incident is acknowledged first. PagerDuty assigns it
    to whoever acknowledges it - the user of the token, or of O(from_email) if the token is not a user's - and to nobody
    else. To acknowledge it for somebody who should keep it, use M(oncall.pagerduty.incident) first.
  - Does nothing when the incident is snoozed at least until that time. An end up to a minute earlier counts as the
    same. The acknowledgement timeout of the service is no snooze, and is replaced, also by an earlier end.
  - Nobody is paged when the incident is snoozed. Assignees with a notification rule for incidents that change may be
    told that it is acknowledged. Requested escalation policies go on notifying their people.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.time_zone
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
attributes:
  idempotent:
    support: partial
    details:
      - With O(duration), a run more than a minute later snoozes for the full time again.
options:
  duration:
    description:
      - How long to snooze from now, such as V(2h), V(1h 30m), V(PT2H), or V(7200), in seconds. At most a week.
      - A number below 60 is refused, as minutes or hours are meant.
      - Exactly one of O(duration) and O(until) is required.
      - The time counts from each run of the task. For a fixed end, use O(until).
    type: str
  until:
    description:
      - When the snooze should end, such as V(tomorrow 08:00), V(08:00) (the next one), or V(2026-01-31T08:00:00Z). The
        notes have all forms.
      - At most a week from now. A time from now, such as V(+4h), is the same as O(duration).
    type: str
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write). C(users.read) is needed only to name who gets
    an incident by acknowledging it, and for O(time_zone).
seealso:
  - name: Snooze an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/4c0934f83db89-snooze-an-incident
  - name: Edit incidents
    description: PagerDuty's page on snoozing.
    link: https://support.pagerduty.com/main/docs/edit-incidents
  - module: oncall.pagerduty.incident_status
"""

EXAMPLES = r"""
- name: Snooze an incident for four hours
  oncall.pagerduty.incident_snooze:
    incident_id: "{{ incident_id }}"
    duration: 4h

- name: Snooze several incidents for ten hours
  oncall.pagerduty.incident_snooze:
    incident_id: "{{ incident_ids }}"
    duration: 10h

- name: Snooze until the working day begins
  oncall.pagerduty.incident_snooze:
    incident_id: "{{ incident_id }}"
    until: tomorrow 08:00
    time_zone: Europe/Berlin
"""

RETURN = r"""
incidents:
  description: The incidents as they are in PagerDuty after the task; in check mode, as they would be.
  returned: when the incidents could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: acknowledged
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: acknowledged
notifies:
  description:
    - Always empty, as snoozing pages nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The incidents that could not be snoozed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP (#42) is resolved; it cannot be snoozed.
      hint: "Re-open it with incident_status (status: triggered), or trigger a new one with the event module."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_snooze import Snooze
from ..module_utils._incident_module import IncidentModule
from ..module_utils._options import TIME_ZONE

DEFINITION = IncidentModule(
    Snooze,
    {
        "duration": {"type": "str"},
        "until": {"type": "str"},
        **TIME_ZONE,
    },
    mutually_exclusive=[("duration", "until")],
    required_one_of=[("duration", "until")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
