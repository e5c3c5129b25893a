# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of every module; their argument specs are `AUTH` in module_utils/_auth.py."""

    DOCUMENTATION = r"""
requirements:
  - requests
options:
  api_token:
    description:
      - A PagerDuty REST API key (account or user), or an OAuth token.
      - Taken from the environment variables E(PAGERDUTY_API_TOKEN), E(PAGERDUTY_TOKEN), or E(PAGERDUTY_API_KEY)
        where the option is not given.
    type: str
    aliases: [api_key, token]
  auth_type:
    description:
      - How the token is presented to PagerDuty.
      - Where it is not given, V(bearer) for scoped OAuth tokens (they start with C(pdus+) or C(pdeu+)), V(token) for
        all others.
    type: str
    choices: [token, bearer]
  from_email:
    description:
      - The e-mail address of a user of the account, in whose name changes are made.
      - PagerDuty demands it for changes made with an account API key; a user's key speaks for its user already.
      - Taken from E(PAGERDUTY_FROM_EMAIL) or E(PAGERDUTY_EMAIL) where the option is not given.
    type: str
    aliases: [email, requester_email]
  region:
    description:
      - The service region of the account.
      - Taken from E(PAGERDUTY_REGION) where the option is not given.
    type: str
    choices: [us, eu]
    default: us
  api_url:
    description:
      - The address of the REST API, in place of the region's own.
      - C(http://) is allowed only to this machine itself (localhost).
      - Taken from E(PAGERDUTY_API_URL) where the option is not given.
    type: str
  events_url:
    description:
      - The address of the Events API, in place of the region's own.
      - C(http://) is allowed only to this machine itself (localhost).
      - Taken from E(PAGERDUTY_EVENTS_URL) where the option is not given.
    type: str
  validate_certs:
    description: Whether to check the server's TLS certificate. Switch it off for a test server only.
    type: bool
    default: true
  ca_path:
    description:
      - A file or directory with the certificate authorities to trust, in place of those that C(requests)
        brings.
    type: path
  timeout:
    description:
      - Seconds for one attempt of one call; up to 86400, a day.
      - Taken from E(PAGERDUTY_TIMEOUT) where the option is not given.
    type: float
    default: 30
  max_wait:
    description:
      - Seconds that the task may spend in all on waiting for rate limits and on trying again; V(0) never tries again.
      - Taken from E(PAGERDUTY_MAX_WAIT) where the option is not given.
    type: float
    default: 120
notes:
  - An action is never sent twice on a guess. Where the answer to a change is lost, the module reads again before it
    decides.
  - Give the credentials once for all modules by environment variables, or by C(module_defaults) with the action group
    C(group/oncall.pagerduty.pagerduty).
"""
