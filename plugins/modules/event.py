#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: event
short_description: Trigger, acknowledge, or resolve a PagerDuty alert
version_added: 1.0.0
description:
  - Sends an event to PagerDuty's Events API v2. A trigger opens an alert and an incident, and pages the people on call
    for the service of the O(routing_key). Acknowledging and resolving need only the O(dedup_key).
  - Without an API token each run sends the event, and PagerDuty adds a repeated one to the open alert with the same
    dedup key.
  - With O(api_token) the alert is read first, and an event without effect is not sent. A trigger has no effect on an
    open alert with the same severity, summary, and custom details. Acknowledging has none if the alert's incident is
    acknowledged or the alert is resolved, and resolving has none if the alert is resolved.
  - Only a missing or malformed O(routing_key) and an unknown O(action) stop an event. Any other value that PagerDuty
    would refuse is mended, cut, or moved to C(custom_details), with a warning; the options below say how. An option
    that the module does not have, and an unusable option of the connection, are ignored with a warning. An unknown
    option that asks to acknowledge or to resolve, such as C(state=resolved), stops the event, which is no trigger.
  - All reads before the event together may take 5 seconds. If the alert cannot be read in that time, or in any other
    doubt, the event is sent.
  - PagerDuty opens no incident, and pages nobody, if nobody is on call for the service's escalation policy, or if the
    service is in maintenance or disabled. With O(api_token), a warning and RV(notifies) say so, if the dedup key has
    been used on the service before, or if the service is among the first 100 of the account.
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
      - Supported with O(api_token), and with the O(routing_key) of a service's own integration.
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
      - The alert's dedup key. Required to acknowledge and to resolve.
      - The end of a key with more than 255 characters is sent as a hash, always the same one for the same key.
      - If not set, a trigger uses one made from O(summary), O(source), O(component), O(group), and O(class), so
        that the same problem on the same host is one alert, however often the task runs.
    type: str
    aliases: [incident_key]
  severity:
    description:
      - The severity of the alert, V(critical), V(error), V(warning) or V(info), in any case. Used by V(trigger), as are
        all the options below.
      - "Words of other tools count as well. V(critical): alert, blocker, crit, disaster, emerg, emergency, fatal, page,
        panic, urgent, and the numbers 0 and 1, also as P1, sev1 and the like. V(error): err, fail, failed, failure,
        high, major, 2. V(warning): average, medium, minor, moderate, warn, 3. V(info): debug, information,
        informational, low, none, normal, notice, ok, trivial, 4, 5."
      - Any other word counts as V(error), and is moved to C(custom_details).
    type: str
    default: error
  summary:
    description:
      - What is wrong. Becomes the incident's title. Cut to 1024 characters, with a warning.
      - If not set, it names the play, and the Rundeck job or AWX job template that runs it.
    type: str
    aliases: [text]
  source:
    description:
      - The host or service that has the problem.
      - If not set, the host that the task runs for; on localhost, the name of this machine.
    type: str
  component:
    description: The part of the source that has the problem, such as V(mysql).
    type: str
  group:
    description: The group of components that it belongs to, such as V(shop-database).
    type: str
  class:
    description: The kind of the event, such as V(disk).
    type: str
  custom_details:
    description:
      - Anything else that helps the person who is paged, as a dictionary. Other values go under the key C(details).
      - Invalid Unicode, numbers that JSON lacks, and what lies deeper than 50 levels, are replaced. If the event is
        larger than 512 KB, the largest details are cut, with a warning.
    type: raw
  images:
    description:
      - Images to show on the incident, as C(https://) URLs or mappings of C(src), C(href), and C(alt).
      - A string with commas between the URLs works too. At most 50 are sent. Images without a usable URL are moved to
        C(custom_details).
    type: raw
  links:
    description:
      - Links to show on the incident, as URLs or mappings of C(href) and C(text).
      - A string with commas between the URLs works too. At most 50 are sent. Links without a usable URL are moved to
        C(custom_details).
    type: raw
  client:
    description: The name of the monitoring client that sends the event.
    type: str
  client_url:
    description: The URL of that client. What is no URL is moved to C(custom_details).
    type: str
  timestamp:
    description:
      - When the problem was noticed, as an ISO 8601 date or time, in UTC unless it has a time zone; or as the seconds,
        milliseconds, microseconds or nanoseconds since 1970. What is no time is moved to C(custom_details).
      - If not set, the time at which PagerDuty receives the event.
    type: str
notes:
  - Reading the alert needs the OAuth scopes C(incidents.read) and C(services.read), and naming whom it notifies also
    C(oncalls.read). Sending an event needs none.
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
  description: The alert's dedup key, for later events and for O(oncall.pagerduty.incident_info#module:dedup_key).
  returned: success
  type: str
  sample: checkout-disk-full
status:
  description:
    - The alert's state, as the event asks for it. PagerDuty handles events shortly after it has accepted them.
    - V(dropped) if it is known that PagerDuty opens no incident for the trigger; RV(notifies) says why.
  returned: success
  type: str
  sample: triggered
service:
  description:
    - A reference to the service that owns the routing key; V(null) if it was not read, such as without O(api_token).
  returned: success
  type: dict
  sample:
    id: PSERVC1
    type: service_reference
    summary: Checkout
    self: https://api.pagerduty.com/services/PSERVC1
    html_url: https://subdomain.pagerduty.com/service-directory/PSERVC1
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - If PagerDuty does not say who will be notified, C(summary) begins with C(whoever is), and C(id) is null.
    - If it is known that the event wakes nobody, C(summary) is C(nobody), and C(why) says why.
  returned: success
  type: list
  elements: dict
  sample:
    - target: checkout-disk-full
      who:
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: on call at level 1 of Web Operations (PPOLICY)
      how: page
failures:
  description: Why the event could not be sent.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: checkout-disk-full
      message: >-
        POST https://events.pagerduty.com/v2/enqueue: Event object is invalid: 'routing_key' is not known (HTTP 400).
      hint: ""
      outcome: not_done
      status: 400
      code:
      errors: ["'routing_key' is not known"]
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.event import event
from ..module_utils._event_module import EventModule
from ..module_utils._events.severity import DEFAULT_SEVERITY
from ..module_utils._options import EVENTS

OPTIONS = {
    "action": {
        "type": "str",
        "choices": ["trigger", "acknowledge", "resolve"],
        "default": "trigger",
        "aliases": ["event_action"],
    },
    "dedup_key": {"type": "str", "aliases": ["incident_key"], "no_log": False},
    "severity": {"type": "str", "default": DEFAULT_SEVERITY},
    "summary": {"type": "str", "aliases": ["text"]},
    "source": {"type": "str"},
    "component": {"type": "str"},
    "group": {"type": "str"},
    "class": {"type": "str"},
    "custom_details": {"type": "raw"},
    "images": {"type": "raw"},
    "links": {"type": "raw"},
    "client": {"type": "str"},
    "client_url": {"type": "str"},
    "timestamp": {"type": "str"},
}
DEFINITION = EventModule(event, dict(EVENTS, **OPTIONS), refuses_only=("action", "routing_key"))


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
