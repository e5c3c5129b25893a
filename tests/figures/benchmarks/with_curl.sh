#!/usr/bin/env bash
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The same calls with curl, one process for each: the kind of work, the address, the ids.
set -euo pipefail
kind=$1 url=$2
shift 2
for id in "$@"; do
    case $kind in
        read) call=("$url/incidents/$id") ;;
        acknowledge) call=(-X PUT -d '{"incident": {"type": "incident_reference", "status": "acknowledged"}}' "$url/incidents/$id") ;;
        annotate) call=(-X POST -d '{"note": {"content": "The disk is full."}}' "$url/incidents/$id/notes") ;;
        *) exit 2 ;;
    esac
    curl --silent --show-error --fail --output /dev/null \
        --header "Accept: application/vnd.pagerduty+json;version=2" \
        --header "Authorization: Token token=$PAGERDUTY_API_TOKEN" \
        --header "Content-Type: application/json" \
        --header "From: $PAGERDUTY_FROM_EMAIL" \
        "${call[@]}"
done
