# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of AWX's API that awx.awx uses: lists that are searched, objects that are created, changed and linked."""

from __future__ import annotations

import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Item = dict[str, t.Any]

PREFIX = "/api/v2/"
SEARCHED = ("name", "identifier", "organization", "workflow_job_template", "credential_type")


class FakeController:
    """Keeps what it is sent, in `items` by the name of the list; a context manager."""

    def __init__(self) -> None:
        self.items: dict[str, list[Item]] = {"organizations": [{"id": 1, "name": "Default", "type": "organization"}]}
        handler = type("Handler", (_Handler,), {"controller": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> FakeController:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def named(self, kind: str) -> dict[str, Item]:
        """Return the objects of a list, by name."""
        return {item["name"]: item for item in self.items[kind]}

    def read(self, path: str, query: dict[str, str]) -> Item:
        """Return a list, an object, or a part of an object."""
        kind, *rest = path.strip("/").split("/")
        if not rest:
            wanted = {name: value for name, value in query.items() if name in SEARCHED}
            found = [
                item for item in self._list(kind) if all(str(item.get(name)) == value for name, value in wanted.items())
            ]
            return {"count": len(found), "results": found, "next": None}
        item = self._item(kind, int(rest[0]))
        if len(rest) == 1:
            return item
        linked = item.get(rest[1], [] if rest[1].endswith("s") else {})
        return {"count": len(linked), "results": linked, "next": None} if isinstance(linked, list) else linked

    def write(self, path: str, body: Item) -> Item:
        """Create an object, change it, or add a part or a link to it."""
        kind, *rest = path.strip("/").split("/")
        if not rest:
            return self._create(kind, body)
        item = self._item(kind, int(rest[0]))
        if len(rest) == 1:
            item.update(body)
        elif "id" in body and not body.get("disassociate"):
            item.setdefault(rest[1], []).append({"id": body["id"]})
        else:
            item[rest[1]] = body
        return item

    def _list(self, kind: str) -> list[Item]:
        if kind == "unified_job_templates":
            return self.items.get("job_templates", [])
        return self.items.setdefault(kind, [])

    def _item(self, kind: str, number: int) -> Item:
        return next(item for item in self._list(kind) if item["id"] == number)

    def _create(self, kind: str, body: Item) -> Item:
        number = 1 + sum(map(len, self.items.values()))
        url = f"{PREFIX}{kind}/{number}/"
        parts = ("survey_spec", "credentials", "success_nodes", "always_nodes", "failure_nodes")
        related = {part: f"{url}{part}/" for part in parts}
        own = {"id": number, "url": url, "type": kind.removesuffix("s"), "related": related, "summary_fields": {}}
        # A project has no update to wait for.
        item = {**body, **own, "scm_revision": ""}
        self._list(kind).append(item)
        return item


class _Handler(BaseHTTPRequestHandler):
    controller: FakeController

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self._answer(200, self.controller.read(url.path.removeprefix(PREFIX), dict(parse_qsl(url.query))))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.removeprefix(PREFIX)
        answer = self.controller.write(path, body)
        # A new object, a survey, a link.
        status = 201 if path.count("/") == 1 else 200 if path.endswith("survey_spec/") else 204
        self._answer(status, answer)

    def do_PATCH(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(200, self.controller.write(self.path.removeprefix(PREFIX), body))

    def _answer(self, status: int, body: Item) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""
