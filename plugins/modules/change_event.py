#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: change_event
short_description: Record a change in PagerDuty
version_added: 1.0.0
description:
  - Sends a change event, such as a deployment or a new configuration, to PagerDuty's Events API v2. PagerDuty shows it
    beside the incidents of the service, where responders see what has changed. It opens no incident and pages nobody.
  - PagerDuty records every change event that it receives, so each run of a task adds one. With O(change_key),
    O(service), and O(api_token), it does nothing when the service has a change event with this key. If that cannot be
    read within 5 seconds, the event is sent, with a warning.
  - Only a missing or malformed O(routing_key) stops an event. Any other value that PagerDuty would refuse is mended,
    cut, or moved to C(custom_details), with a warning, as M(oncall.pagerduty.event) does it.
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
      - With O(change_key), O(service), and O(api_token). Otherwise the task reports a change on each run.
      - A change event can take some time to show. A run before that adds a second one.
      - With O(timestamp), the key is looked for in the change events of the day before that time and the day after it.
        Without, in all of the service, which takes a call for each 100.
      - PagerDuty keeps change events for 90 days.
options:
  summary:
    description:
      - What has changed. Cut to 1024 characters, with a warning.
      - If not set, it names the play, and the Rundeck job or AWX job template that runs it.
    type: str
    aliases: [text]
  source:
    description:
      - Where it has changed, such as a host.
      - If not set, the host that the task runs for; on localhost, the name of this machine.
    type: str
  timestamp:
    description:
      - When it changed, as an ISO 8601 date or time, in UTC unless it has a time zone; or as the seconds, milliseconds,
        microseconds or nanoseconds since 1970. What is no time is moved to C(custom_details).
      - If not set, the time at which PagerDuty receives the event.
      - Together with O(change_key), give each run the same time, such as that of the release.
    type: str
  custom_details:
    description:
      - Anything else about the change, such as a version, as a dictionary. Other values go under the key C(details).
    type: raw
  links:
    description:
      - Links to show with the change, as URLs or mappings of C(href) and C(text).
      - A string with commas between the URLs works too. At most 50 are sent. Links without a usable URL are moved to
        C(custom_details).
    type: raw
  images:
    description:
      - Images to send with the change, as C(https://) URLs or mappings of C(src), C(href), and C(alt). PagerDuty takes
        them, but its guide says that it shows only links.
      - A string with commas between the URLs works too. At most 50 are sent. Images without a usable URL are moved to
        C(custom_details).
    type: raw
  change_key:
    description:
      - Your own name for this change, such as V(shop 1.2.3). It is kept in the event's C(custom_details) as
        C(change_key), in place of one that is there. The end of a key with more than 255 characters is kept as a hash.
    type: str
  service:
    description:
      - The service that the O(routing_key) belongs to, by id or name. Used with O(change_key), to find its change
        events.
    type: str
notes:
  - Finding the change event needs the OAuth scope C(services.read). Sending one needs none.
  - An event is never sent again after its response was lost. If the service does not show it, or if O(change_key),
    O(service), or O(api_token) is missing, the task fails with C(outcome=unknown).
seealso:
  - name: Send a change event
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/docs/send-change-event
  - module: oncall.pagerduty.event
  - module: oncall.pagerduty.maintenance_window
"""

EXAMPLES = r"""
- name: Record that this play has run
  oncall.pagerduty.change_event:

- name: Record a deployment once, however often the play runs
  oncall.pagerduty.change_event:
    summary: Deployed shop 1.2.3
    source: shop-1.example.com
    change_key: shop 1.2.3
    service: Checkout
    custom_details:
      version: 1.2.3
    links:
      - href: https://git.example.com/shop/releases/1.2.3
        text: Release notes

- name: Show what would be sent
  oncall.pagerduty.change_event:
    summary: Rotated the certificates
  check_mode: true
  diff: true
"""

RETURN = r"""
change_event:
  description:
    - The change event that was sent, or that was there. A C(timestamp) of V(null) stands for the time at which
      PagerDuty receives the event.
  returned: always
  type: dict
  sample:
    summary: Deployed shop 1.2.3
    source: shop-1.example.com
    timestamp:
    custom_details:
      change_key: shop 1.2.3
      version: 1.2.3
    links:
      - href: https://git.example.com/shop/releases/1.2.3
        text: Release notes
    images:
change_key:
  description: The key of the change, if it has one.
  returned: always
  type: str
  sample: shop 1.2.3
notifies:
  description:
    - Always empty, as a change event notifies nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: Why the event could not be sent.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: shop 1.2.3
      message: >-
        POST https://events.pagerduty.com/v2/change/enqueue: Event object is invalid: Invalid routing key (HTTP 400).
      hint: ""
      outcome: not_done
      status: 400
      code:
      errors: [Invalid routing key]
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.change_event import ChangeEvent
from ..module_utils._event_module import EventModule
from ..module_utils._options import EVENTS

OPTIONS = {
    "summary": {"type": "str", "aliases": ["text"]},
    "source": {"type": "str"},
    "timestamp": {"type": "str"},
    "custom_details": {"type": "raw"},
    "links": {"type": "raw"},
    "images": {"type": "raw"},
    "change_key": {"type": "str", "no_log": False},
    "service": {"type": "str"},
}
DEFINITION = EventModule(ChangeEvent, dict(EVENTS, **OPTIONS), refuses_only=("routing_key",))


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
