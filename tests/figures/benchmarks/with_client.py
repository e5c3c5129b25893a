# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same calls with PagerDuty's own client, in one process: the kind of work, the address, the ids."""

from __future__ import annotations

import os
import sys

import pagerduty

NOTE = "The disk is full."


class OverHttp(pagerduty.RestApiV2Client):
    """The client without its check for https addresses: the benchmarks use a simulator without TLS."""

    url = ""


def main() -> None:
    """Do the work, one incident after the other, as the client's documentation shows it."""
    kind, url, *ids = sys.argv[1:]
    client = OverHttp(os.environ["PAGERDUTY_API_TOKEN"], default_from=os.environ["PAGERDUTY_FROM_EMAIL"])
    client.url = url
    for incident_id in ids:
        if kind == "read":
            client.rget(f"/incidents/{incident_id}")
        elif kind == "acknowledge":
            client.rput(f"/incidents/{incident_id}", json={"type": "incident_reference", "status": "acknowledged"})
        else:
            client.rpost(f"/incidents/{incident_id}/notes", json={"content": NOTE})


if __name__ == "__main__":
    main()
