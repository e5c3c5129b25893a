#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: event
short_description: Trigger, acknowledge, or resolve a PagerDuty alert
version_added: 0.1.0
description:
  - Sends an event to PagerDuty's Events API v2. A trigger opens an alert, and thereby an incident, and pages whoever
    is on call for the service of the O(routing_key); acknowledging and resolving need only the O(dedup_key).
  - Without an API token each run sends the event, and PagerDuty folds a repeated one into the open alert by its
    dedup key.
  - With O(api_token) the alert's state is read first. It is already so when the newest incident of the dedup key, on
    a service that owns the routing key, is in that state; a trigger is already so when the alert is open. Where the
    state cannot be read, the event is sent, with a warning.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.events
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
attributes:
  idempotent:
    support: partial
    details:
      - With O(api_token), and an O(routing_key) of a service's own integration.
      - Otherwise the task reports a change on each run; PagerDuty pages nobody again for an alert that is open.
options:
  action:
    description: What to do with the alert.
    type: str
    choices: [trigger, acknowledge, resolve]
    default: trigger
    aliases: [event_action]
  dedup_key:
    description:
      - The alert's name, at most 255 characters. Required to acknowledge and to resolve.
      - Where a trigger has none, it is made from O(summary), O(source), O(component), O(group), and O(class), so
        that the same trouble on the same machine is one alert, however often the task runs.
    type: str
  severity:
    description: How bad it is. Used by V(trigger), as are all the options below.
    type: str
    choices: [critical, error, warning, info]
    default: error
  summary:
    description:
      - What is wrong, at most 1024 characters. Becomes the incident's title.
      - Where it is not given, it names the play, and the Rundeck job or AWX job template that runs it.
    type: str
  source:
    description:
      - The machine or service that has the trouble.
      - Where it is not given, the host that the task is about; for localhost, the name of this machine.
    type: str
  component:
    description: The part of the source that has the trouble, such as V(mysql).
    type: str
  group:
    description: The group of components it belongs to, such as V(shop-database).
    type: str
  class:
    description: The kind of the event, such as V(disk).
    type: str
  custom_details:
    description: Anything else that helps the person who is paged.
    type: dict
  images:
    description:
      - Images to show on the incident, as C(https://) URLs or mappings of C(src), C(href), and C(alt).
      - A string with commas between the URLs works too.
    type: list
    elements: raw
  links:
    description:
      - Links to show on the incident, as URLs or mappings of C(href) and C(text).
      - A string with commas between the URLs works too.
    type: list
    elements: raw
  client:
    description: The name of the monitoring client that reports the trouble.
    type: str
  client_url:
    description: Where to find that client.
    type: str
  timestamp:
    description: When it was noticed, as an ISO 8601 time. Where it is not given, PagerDuty takes the time of arrival.
    type: str
seealso:
  - name: Send an alert event
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/docs/send-alert-event
  - module: oncall.pagerduty.incident_info
"""

EXAMPLES = r"""
- name: Page whoever is on call that this run failed
  oncall.pagerduty.event:

- name: Report a full disk
  oncall.pagerduty.event:
    dedup_key: checkout-disk-full
    severity: critical
    summary: Disk full on checkout-1
    source: checkout-1.example.com
    component: storage
    custom_details:
      free: 0 %
    links:
      - https://wiki.example.com/runbooks/disk-full
    images: https://graphs.example.com/checkout-1/disk.png

- name: The disk has space again
  oncall.pagerduty.event:
    action: resolve
    dedup_key: checkout-disk-full
"""

RETURN = r"""
dedup_key:
  description: The name of the alert, for later events and for O(oncall.pagerduty.incident_info#module:dedup_key).
  returned: success
  type: str
  sample: checkout-disk-full
status:
  description:
    - The alert's state, as the event asks for it. PagerDuty handles events shortly after it has accepted them.
  returned: success
  type: str
  sample: triggered
failures:
  description: Why the event could not be sent.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: checkout-disk-full
      message: "POST /v2/enqueue: PagerDuty said: Event object is invalid (status 400: Invalid routing key)."
      hint: ""
      outcome: not_done
      status: 400
      code:
      errors: [Invalid routing key]
      request_id:
"""

from ..module_utils._auth import EVENTS
from ..module_utils._events import SEVERITIES, send_event
from ..module_utils._module import Action


def plan(pagerduty, params, notice):
    return send_event(pagerduty, params, notice)


ACTION = Action(
    plan,
    {
        **EVENTS,
        "action": {
            "type": "str",
            "choices": ["trigger", "acknowledge", "resolve"],
            "default": "trigger",
            "aliases": ["event_action"],
        },
        "dedup_key": {"type": "str", "no_log": False},
        "severity": {"type": "str", "choices": list(SEVERITIES), "default": "error"},
        "summary": {"type": "str"},
        "source": {"type": "str"},
        "component": {"type": "str"},
        "group": {"type": "str"},
        "class": {"type": "str"},
        "custom_details": {"type": "dict"},
        "images": {"type": "list", "elements": "raw"},
        "links": {"type": "list", "elements": "raw"},
        "client": {"type": "str"},
        "client_url": {"type": "str"},
        "timestamp": {"type": "str"},
    },
    noun="alert",
    result=lambda records: dict(*records),
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
