#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_custom_fields
short_description: Set custom fields of PagerDuty incidents
version_added: 1.0.0
description:
  - Sets custom fields of one or more incidents, or empties them.
  - Does nothing when every given field has its value. The order in a list does not matter, times are equal if they mean
    the same time, and white space at the end of a line or around a text makes no difference. Otherwise only the fields
    that differ are sent, in one call for each incident.
  - Names, types, and the options of select fields are checked before the call. Other limits are PagerDuty's to check.
  - Nobody is notified by the change itself. It may start an incident workflow that waits for it.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  custom_fields:
    description:
      - The values, by the names or display names of the fields.
      - A field that holds several values, such as a tag or a multi-select field, takes a list. A paragraph takes a text
        of several lines. V(null) empties a field.
      - Fields that are not given stay as they are.
    type: dict
    required: true
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write). With C(custom_fields.read), the options of
    select fields are checked before the call.
seealso:
  - name: Update custom field values
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/0f6094f852517-update-custom-field-values
  - name: Custom fields on incidents
    description: PagerDuty's page on custom fields.
    link: https://support.pagerduty.com/main/docs/custom-fields-on-incidents
"""

EXAMPLES = r"""
- name: Set two fields
  oncall.pagerduty.incident_custom_fields:
    incident_id: "{{ incident_id }}"
    custom_fields:
      environment: production
      customers_affected: 250

- name: Set fields that hold several values
  oncall.pagerduty.incident_custom_fields:
    incident_id: "{{ incident_ids }}"
    custom_fields:
      regions: [eu, us]
      labels: [payments, third-party]

- name: Set a paragraph and a URL
  oncall.pagerduty.incident_custom_fields:
    incident_id: "{{ incident_id }}"
    custom_fields:
      impact: |
        Payments with cards fail.
        Other ways to pay work.
      runbook: https://wiki.example.com/payments

- name: Empty a field
  oncall.pagerduty.incident_custom_fields:
    incident_id: "{{ incident_id }}"
    custom_fields:
      ticket:
"""

RETURN = r"""
incidents:
  description:
    - The incidents as they are in PagerDuty after the task, with C(custom_fields); in check mode, as they would be.
  returned: when the incidents could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
      custom_fields:
        - id: PT4KHEE
          name: environment
          value: production
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    custom_fields:
      - id: PT4KHEE
        name: environment
        value: production
notifies:
  description:
    - Always empty, as the change itself notifies nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The incidents whose fields could not be set, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "custom_fields: environment must be one of production, staging, got 'test'."
      hint: Correct the value.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_custom_fields import CustomFields
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    CustomFields,
    {
        "custom_fields": {"type": "dict", "required": True},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
