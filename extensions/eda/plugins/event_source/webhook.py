# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source for ansible-rulebook: receives PagerDuty's V3 webhooks."""

from __future__ import annotations

import sys
from pathlib import Path

DOCUMENTATION = r"""
---
author: oncall.pagerduty contributors
short_description: Receive PagerDuty's V3 webhooks.
description:
  - An ansible-rulebook event source that receives webhooks from PagerDuty, verifies their signatures, and hands each
    event to the rules once.
  - The body of the webhook is the C(payload) of the event, so the type is at C(event.payload.event.event_type). An
    event stream of Ansible Automation Platform gives events the same form.
  - What the event is about is at C(event.payload.event.data). This is the incident, or, for instance, a note or a
    responder with its incident at C(event.payload.event.data.incident). Wherever the incident is, its id is at
    C(event.meta.incident_id). Events about no incident have none.
  - Every event type is handed to the rules, also types that PagerDuty adds later and the test event C(pagey.ping).
  - PagerDuty wants an answer within 5 seconds. The source answers as soon as the event waits in its queue, however long
    the rules take. With O(feedback), it answers when the rule engine has the event.
  - PagerDuty retries for up to 48 hours after an answer with status 5xx or none at all. It drops an event after
    any other 4xx than 429, and disables the subscription for 24 hours after three drops in a row. So the source answers
    503 where another attempt can succeed - when the queue is full, when the rule engine has not answered within 4
    seconds, and when a signature is missing or wrong, since the secret can be corrected in the meantime.
  - A signed body that is no JSON object, or is nested too deeply to be read, is skipped and answered like the others.
  - The methods GET and HEAD are answered 200 on any path, for load balancers.
  - Each connection serves one request, and is closed after 6 seconds. Where more than 500 connections have delivered
    nothing signed, the oldest is closed. A request with a C(Content-Encoding) is answered 415. PagerDuty sends none.
  - Ids are remembered and events wait in memory only. Without O(feedback), events that wait are lost when
    ansible-rulebook ends, and after a restart a delivery that comes again is handed to the rules again.
options:
  host:
    description:
      - The address to listen on.
    type: str
    default: 0.0.0.0
  port:
    description:
      - The TCP port to listen on. V(0) chooses a free port and logs it.
    type: int
    required: true
  secrets:
    description:
      - The signing secrets of the webhook subscriptions that may send here. PagerDuty shows a secret once, when the
        subscription is created.
      - While a secret is being replaced, give the old and the new one.
      - Empty secrets are ignored. At least one is needed.
    type: list
    elements: str
    required: true
  feedback:
    description:
      - Whether to answer a delivery only when the rule engine has the event. If the engine keeps its state in a
        database, then no event is lost when ansible-rulebook is killed, and none is taken again after the restart.
      - Needs ansible-rulebook 1.3 or later, its argument C(--persistence-id), the variables of a database
        (C(drools_db_file_path), or C(drools_db_host) and the others), and a C(drools_deduplication_window_size) that is
        larger than its default of 5. Older versions ignore it, with a warning.
      - Write V(true) itself, and no variable. ansible-rulebook reads it before it knows variables.
    type: bool
    default: false
  queue_size:
    description:
      - How many events can wait for the rules. When the queue is full, the answer is 503, and PagerDuty retries.
    type: int
    default: 100
  remember:
    description:
      - How many of the latest events are remembered. A duplicate event is answered like the first one, and not handed
        to the rules.
      - An event is recognized by the header C(X-Webhook-Id), and by its own id, which the signature covers.
    type: int
    default: 10000
  max_age:
    description:
      - The age in hours up to which events are handed to the rules. A delivery that was captured cannot be
        replayed after this time, even if the source has forgotten its id.
      - PagerDuty tries to deliver an event for up to 48 hours, and later events of the same incident wait until then.
    type: int
    default: 96
  max_size:
    description:
      - The largest body in bytes. A larger one is answered 413. PagerDuty sends no webhooks of more than 256 KB.
    type: int
    default: 262144
  certfile:
    description:
      - The file with the server's certificate, followed by the intermediate certificates in their order. Without it,
        the source speaks plain HTTP, and something in front of it must terminate TLS.
      - PagerDuty accepts certificates of public certificate authorities only, and speaks TLS 1.2 only.
    type: str
  keyfile:
    description:
      - The file with the private key, if it is not in O(certfile).
    type: str
  password:
    description:
      - The password of the private key.
    type: str
  cafile:
    description:
      - The file with the certificate authorities of client certificates. With it, clients must present a certificate
        (mutual TLS) that names one of O(client_names). Others are answered 503.
    type: str
  client_names:
    description:
      - The names of client certificates that are accepted.
    type: list
    elements: str
    default: [webhooks.pagerduty.com, webhooks.eu.pagerduty.com]
notes:
  - Any path is accepted, and is C(event.meta.endpoint). PagerDuty would drop an event that is answered 404.
  - The headers C(X-Webhook-Id) and C(X-Webhook-Subscription) are in C(event.meta.headers). Others are left out, since
    custom headers can hold secrets.
  - The id of the event is C(event.meta.uuid), by which the rule engine knows it again. PagerDuty repeats it, like
    C(X-Webhook-Id), with each attempt to deliver the event, but only the id of the event is signed.
"""

EXAMPLES = r"""
- name: Receive webhooks behind a proxy that terminates TLS
  oncall.pagerduty.webhook:
    host: 127.0.0.1
    port: 5000
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"

- name: Lose no event when ansible-rulebook is killed
  oncall.pagerduty.webhook:
    port: 5000
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"
    feedback: true

- name: Replace the secret
  oncall.pagerduty.webhook:
    port: 5000
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"
      - "{{ PAGERDUTY_OLD_WEBHOOK_SECRET | default('') }}"

- name: Receive webhooks from PagerDuty directly, and accept its client certificate only
  oncall.pagerduty.webhook:
    port: 8443
    secrets:
      - "{{ PAGERDUTY_WEBHOOK_SECRET }}"
    certfile: /etc/pki/tls/certs/webhooks.example.com.pem
    keyfile: /etc/pki/tls/private/webhooks.example.com.key
    cafile: /etc/pki/tls/certs/DigiCertGlobalRootG2.pem
"""

# ansible-rulebook runs this file by its path, as part of no package.
FOLDERS = [folder.parent for folder in Path(__file__).absolute().parents if folder.name == "ansible_collections"]
sys.path[:0] = map(str, FOLDERS)

from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.webhook import main  # noqa: E402

__all__ = ["main"]
