# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of every module and lookup; their argument specs are `AUTH` in module_utils/_options.py."""

    DOCUMENTATION = r"""
requirements:
  - requests
notes:
  - An option that is null, empty, or blank counts as not set, and so does an empty environment variable. Where an empty
    text or list means something else, the description of the option says so.
  - A list can be a text with commas between the entries, such as C(a, b). White space around an entry does not count.
options:
  api_token:
    description:
      - A PagerDuty REST API key (of an account or a user), or an OAuth token.
      - If not set, the environment variable E(PAGERDUTY_API_TOKEN), E(PAGERDUTY_TOKEN), or E(PAGERDUTY_API_KEY) is
        used.
    type: str
    aliases: [api_key, token]
  auth_type:
    description:
      - How the token is sent to PagerDuty.
      - If not set, V(bearer) for tokens that start with C(pdus+) or C(pdeu+), which are scoped OAuth tokens, and
        V(token) for all others.
    type: str
    choices: [token, bearer]
  from_email:
    description:
      - The e-mail address of the user who makes the changes.
      - PagerDuty requires it for most changes with an account API key. A user API key already identifies its user.
      - If not set, the environment variable E(PAGERDUTY_FROM_EMAIL) or E(PAGERDUTY_EMAIL) is used.
    type: str
    aliases: [requester_email]
  region:
    description:
      - The service region of the account.
      - If not set, the environment variable E(PAGERDUTY_REGION) is used. If that is not set either, V(eu) for tokens
        that start with C(pdeu+), and V(us) for all others.
    type: str
    choices: [us, eu]
  api_url:
    description:
      - The URL of the REST API. Overrides the URL of the O(region).
      - C(http://) is allowed only for localhost.
      - If not set, the environment variable E(PAGERDUTY_API_URL) is used.
    type: str
  events_url:
    description:
      - The URL of the Events API. Overrides the URL of the O(region).
      - C(http://) is allowed only for localhost. The address may end with the path C(/v2/enqueue).
      - If not set, the environment variable E(PAGERDUTY_EVENTS_URL) is used.
    type: str
  validate_certs:
    description: Whether to verify the server's TLS certificate. Set this to V(false) only for a test server.
    type: bool
    default: true
  ca_path:
    description:
      - A file or directory with the certificates of the certificate authorities to trust.
      - If not set, the environment variable E(PAGERDUTY_CA_PATH), E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) is used,
        and otherwise the certificates of the Python library C(requests).
    type: path
  timeout:
    description:
      - The time limit for one call, in seconds. At most 86400.
      - It holds for the whole call, from the resolution of the name to the end of the response.
      - If not set, the environment variable E(PAGERDUTY_TIMEOUT) is used.
    type: float
    default: 30
  max_wait:
    description:
      - The time limit for all waiting and retrying in a task, in seconds. With V(0), no call is retried.
      - If not set, the environment variable E(PAGERDUTY_MAX_WAIT) is used.
    type: float
    default: 120
"""

    # Where a lookup finds the options that its call does not give. Environment variables come last, as for modules:
    # Ansible's configuration would take an empty one for a value.
    LOOKUP = r"""
options:
  api_token:
    vars:
      - name: pagerduty_api_token
  auth_type:
    vars:
      - name: pagerduty_auth_type
  from_email:
    vars:
      - name: pagerduty_from_email
  region:
    vars:
      - name: pagerduty_region
  api_url:
    vars:
      - name: pagerduty_api_url
  events_url:
    vars:
      - name: pagerduty_events_url
  validate_certs:
    vars:
      - name: pagerduty_validate_certs
  ca_path:
    vars:
      - name: pagerduty_ca_path
  timeout:
    vars:
      - name: pagerduty_timeout
  max_wait:
    vars:
      - name: pagerduty_max_wait
"""
