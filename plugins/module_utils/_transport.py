# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one session for a process, time-outs, retries and rate limits; the only file that knows `requests`.

A call that can be repeated without harm (any read, an event with its dedup key) is repeated while the task has patience
left. A call that never reached PagerDuty, or that was turned away unread (429), is repeated as well. Any other write is
sent once: when no usable answer comes, L(Unanswered) tells the planner (`_plan`) to look before it decides.

Private to the collection.
"""

from __future__ import annotations

import functools
import http.cookiejar
import json
import os
import random
import re
import ssl
import time
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import missing_required_lib

from ._errors import NotSent, PagerDutyError, Unanswered, refusal

REQUESTS_MISSING = ""
try:
    import requests
    import requests.adapters
    import requests.utils
    import urllib3.exceptions
    import urllib3.util.ssl_
except ImportError as error:
    REQUESTS_MISSING = str(error)

USER_AGENT = "ansible-collection-oncall.pagerduty"
MOST_BYTES = 64 * 1024 * 1024
"""The largest answer that is read; a full page of incidents is below 2 MB."""
CHUNK_BYTES = 64 * 1024
HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""The escape of one half of a character beyond the first 65,536; both halves together are fine."""
GATEWAY_TIMEOUT = 504
"""Somebody before PagerDuty has stopped waiting for it; any other trouble is an end of the call."""
NUMBER = re.compile(r"[0-9]{1,9}")
"""What a header says of calls or seconds."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
WORTH_SAYING = 5.0
"""Pauses of this many seconds and more are told to the user."""
HANDSHAKE_FAILURES = frozenset(
    (
        "CERTIFICATE_VERIFY_FAILED",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    )
)
"""OpenSSL's reasons that come up before anything is sent; any other TLS failure may come after."""


@dataclass(frozen=True)
class Request:
    """One call.

    Args:
        repeatable: whether sending it twice has the effect of sending it once.
        retried: whether it is tried again at all when it fails in passing.
    """

    method: str
    url: str
    what: str
    """The call in words, for messages: never holds a secret."""
    headers: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    query: t.Sequence[tuple[str, str]] = ()
    body: t.Any = field(default=None, repr=False)
    repeatable: bool = False
    retried: bool = True


class Patience:
    """What a task may spend on waiting and retrying, in all its calls together.

    Args:
        max_wait: seconds.
        notice: tells the user about a wait, with the result.
        progress: tells the user at once what goes on.
        clock: seconds on a clock that never goes back.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        max_wait: float,
        notice: t.Callable[[str], None],
        progress: t.Callable[[str], None] = lambda _line: None,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.max_wait = max_wait
        self.clock = clock
        self.progress = progress
        self._notice = notice
        self._sleep = sleep
        self._spent = 0.0

    def pause(self, error: NotSent | Unanswered, attempt: int, since: float) -> bool:
        """Wait before another try.

        Args:
            error: why there must be another try; its `wait` is PagerDuty's own word on how long.
            attempt: how many tries there were before this one.
            since: when the failed try began, on `clock`; a slow failure is spent patience too.

        Returns:
            False, without waiting, when the wait would be longer than what is left.
        """
        self._spent += self.clock() - since
        pause = _backoff(attempt) if error.wait is None else error.wait + random.uniform(0, FIRST_PAUSE)
        if self._spent + pause > self.max_wait:
            return False
        if pause >= WORTH_SAYING:
            told = f"{error.message} Waiting {pause:.0f} s before the next try."
            self._notice(told)
            self.progress(told)
        self._sleep(pause)
        self._spent += pause
        return True

    def rest(self, seconds: float) -> bool:
        """Wait for something other than PagerDuty; False, without waiting, when patience has run out."""
        if self._spent + seconds > self.max_wait:
            return False
        self._sleep(seconds)
        self._spent += seconds
        return True


def _backoff(attempt: int) -> float:
    """Seconds to wait: doubling, with jitter, so that many forks do not come back at the same moment."""
    return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt, 16))


@dataclass(frozen=True)
class Answer:
    """A usable answer: status below 300 and a JSON object (empty for 204)."""

    status: int
    body: dict[str, t.Any]


class Transport:
    """Calls, one after the other, over kept-alive connections.

    Args:
        timeout: seconds for one attempt, from the first byte sent to the last byte read.
        verify: as in `requests`: True, False, or the path of a CA bundle.
        patience: shared by all calls of the task.

    Raises:
        PagerDutyError: when `requests` is not installed.
    """

    def __init__(self, timeout: float, verify: bool | str, patience: Patience) -> None:
        if REQUESTS_MISSING:
            raise PagerDutyError(missing_required_lib("requests"), hint=f"({REQUESTS_MISSING})")
        self.patience = patience
        self.allowance: int | None = None
        """Calls that the key has left, and those of this task: the same as long as nobody else uses the key.

        None where the last answer did not say. Source: https://developer.pagerduty.com/docs/rest-api-rate-limits.
        """
        self._sent = 0
        self._references: dict[tuple[str, str], dict[str, t.Any]] = {}
        self._timeout = timeout
        self._session = _session(verify, os.getpid())

    def send(self, request: Request) -> Answer:
        """Send a call until there is an answer, patience ends, or sending it again could do harm.

        Raises:
            Refused: PagerDuty answered no.
            NotSent: PagerDuty did not take the call.
            Unanswered: it was sent, and no usable answer came.
        """
        attempt = 0
        while True:
            since = self.patience.clock()
            try:
                return self._attempt(request, deadline=since + self._timeout)
            except (NotSent, Unanswered) as error:
                may_repeat = request.repeatable or isinstance(error, NotSent)
                if not (request.retried and error.again and may_repeat):
                    raise
                if not self.patience.pause(error, attempt, since):
                    self._give_up(error)
                    raise
            attempt += 1

    def _give_up(self, error: NotSent | Unanswered) -> None:
        wanted = "" if error.wait is None else f" PagerDuty wants {error.wait:.0f} s of rest."
        error.message += f"{wanted} Gave up: max_wait allows {self.patience.max_wait:g} s of waiting and retrying."

    def _attempt(self, request: Request, deadline: float) -> Answer:
        self._sent += 1
        status, headers, content = self._exchange(request, deadline)
        left = headers.get("ratelimit-remaining", "")
        self.allowance = int(left) + self._sent if NUMBER.fullmatch(left) else None
        request_id = headers.get("x-request-id")
        if status == 429:
            raise NotSent(
                f"{request.what}: PagerDuty's rate limit is used up (status 429).",
                hint=refusal(status, None, request_id, request.what).hint,
                status=status,
                request_id=request_id,
                wait=_asked_wait(headers),
            )
        if status == 408 or status >= 500:
            raise Unanswered(
                f"{request.what}: PagerDuty has trouble of its own (status {status}).",
                hint="See https://status.pagerduty.com; running the task again is safe.",
                status=status,
                request_id=request_id,
                under_way=status == GATEWAY_TIMEOUT,
            )
        if status >= 300:
            raise _refusal(request, status, headers, content)
        return Answer(status, _object(request, status, headers, content, self._one_of_each))

    def _one_of_each(self, record: dict[str, t.Any]) -> dict[str, t.Any]:
        """One object for equal references: thousands of incidents hold the same few."""
        if not str(record.get("type")).endswith("_reference"):
            return record
        known = self._references.setdefault((str(record.get("id")), str(record["type"])), record)
        return known if known == record else record

    def _exchange(self, request: Request, deadline: float) -> tuple[int, t.Mapping[str, str], bytes]:
        """Send once and read all of the answer, whatever it is."""
        try:
            with self._session.request(
                request.method,
                request.url,
                params=list(request.query),
                json=request.body,
                headers=dict(request.headers),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                proxies=_proxies(request.url),
            ) as response:
                return response.status_code, response.headers, self._content(request, response, deadline)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _failure(request, error, self._timeout) from error

    def _content(self, request: Request, response: requests.Response, deadline: float) -> bytes:
        content = bytearray()
        # read1 returns what has arrived, so that a trickle of bytes cannot stretch an attempt beyond its time.
        read = getattr(response.raw, "read1", response.raw.read)
        while chunk := read(CHUNK_BYTES, decode_content=True):
            content += chunk
            if len(content) > MOST_BYTES:
                raise Unanswered(
                    f"{request.what}: the answer is larger than {MOST_BYTES // 1024**2} MB; reading it was given up.",
                    hint="Is api_url or events_url the address of PagerDuty?",
                    again=False,
                )
            if self.patience.clock() > deadline:
                raise _timed_out(request, self._timeout)
        return bytes(content)


if not REQUESTS_MISSING:

    class _ModernTLS(requests.adapters.HTTPAdapter):
        """Speaks TLS 1.2 or later, to whatever the system's OpenSSL would stoop.

        Args:
            verify: as in `requests`.
        """

        def __init__(self, verify: bool | str) -> None:
            self._context = urllib3.util.ssl_.create_urllib3_context(
                cert_reqs=ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
            )
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2
            super().__init__()

        def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
            """Connections without a proxy."""
            super().init_poolmanager(*arguments, ssl_context=self._context, **keywords)

        def proxy_manager_for(self, proxy: str, **keywords: t.Any) -> t.Any:
            """Connections through a proxy."""
            return super().proxy_manager_for(proxy, ssl_context=self._context, **keywords)


@functools.cache
def _session(verify: bool | str, _process: int) -> requests.Session:
    """The session of this process: its connections are kept for the next task, and never shared with a fork.

    It holds nothing of a task: credentials go with each call, and cookies are not taken.
    """
    session = requests.Session()
    # Otherwise ~/.netrc would replace the token; proxies are read from the environment for each call instead.
    session.trust_env = False
    session.verify = verify
    session.mount("https://", _ModernTLS(verify))
    session.headers["User-Agent"] = USER_AGENT
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


def _proxies(url: str) -> dict[str, str]:
    """The environment's proxies for an address; none for plain HTTP, which must not leave this machine."""
    return requests.utils.get_environ_proxies(url) if url.startswith("https:") else {}


def _asked_wait(headers: t.Mapping[str, str]) -> float | None:
    """Seconds that PagerDuty asks to wait, if it says so.

    Source: https://developer.pagerduty.com/docs/rest-api-rate-limits.
    """
    for name in ("ratelimit-reset", "retry-after"):
        value = headers.get(name, "")
        if NUMBER.fullmatch(value):
            return float(value)
    return None


def _object(
    request: Request,
    status: int,
    headers: t.Mapping[str, str],
    content: bytes,
    hook: t.Callable[[dict[str, t.Any]], dict[str, t.Any]],
) -> dict[str, t.Any]:
    """The answer's JSON object, made by the hook, as are those in it."""
    if status == 204 or (not content and request.method == "DELETE"):
        return {}
    try:
        body = _loaded(content, hook)
    except (ValueError, RecursionError) as error:
        html = "html" in headers.get("content-type", "")
        raise Unanswered(
            f"{request.what}: the answer (status {status}) is "
            + ("an HTML page, not JSON." if html else f"broken JSON, {len(content)} bytes long."),
            hint="Is api_url or events_url the address of PagerDuty, or does a proxy answer in its place?",
            status=status,
            # A page is what answers there; a broken body is an accident.
            again=not html,
        ) from error
    if not isinstance(body, dict):
        raise Unanswered(
            f"{request.what}: the answer (status {status}) is JSON of an unknown shape.",
            hint="Is api_url or events_url the address of PagerDuty?",
            status=status,
            again=False,
        )
    return body


def _loaded(content: bytes, hook: t.Callable[[dict[str, t.Any]], dict[str, t.Any]] | None = None) -> t.Any:
    """JSON whose texts can all be printed and sent: half of a character, which only an escape can be, becomes "?".

    Raises:
        ValueError: when it is no JSON.
        RecursionError: when it is nested too deeply.
    """
    body = json.loads(content.decode(), object_hook=hook)
    if HALF_A_CHARACTER.search(content):
        whole = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        body = json.loads(whole.decode(), object_hook=hook)
    return body


def _refusal(request: Request, status: int, headers: t.Mapping[str, str], content: bytes) -> PagerDutyError:
    try:
        body = _loaded(content)
    except (ValueError, RecursionError):
        body = None
    error = refusal(status, body, headers.get("x-request-id"), request.what)
    if status < 400:
        error.message = (
            f"{request.what}: the server wants to send us elsewhere (status {status}); redirects are refused."
        )
        error.hint = "Set api_url or events_url to the final address of PagerDuty."
    return error


def _failure(request: Request, error: Exception, timeout: float) -> NotSent | Unanswered:
    """What an exception of the HTTP library means for the effect."""
    host = request.url.split("/")[2]
    reasons = list(_causes(error))
    if any(getattr(reason, "reason", None) in HANDSHAKE_FAILURES for reason in reasons):
        return NotSent(
            f"{request.what}: no trusted TLS connection to {host}: {_last_words(reasons)}.",
            hint="Set ca_path to the certificate authority's bundle, or check the address.",
            again=False,
        )
    if any(isinstance(reason, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for reason in reasons):
        return NotSent(
            f"{request.what}: the proxy does not connect us to {host}.",
            hint="Check HTTPS_PROXY and NO_PROXY in the environment of the task.",
        )
    never_sent = (
        requests.exceptions.ConnectTimeout,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
    )
    if any(isinstance(reason, never_sent) for reason in reasons):
        return NotSent(
            f"{request.what}: {host} cannot be reached: {_last_words(reasons)}.",
            hint="Check the network, DNS and proxy of the machine that runs the task, and api_url or region.",
        )
    if any(isinstance(reason, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)) for reason in reasons):
        return _timed_out(request, timeout)
    if any(
        isinstance(reason, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)) for reason in reasons
    ):
        return NotSent(f"{request.what}: cannot be sent: {_last_words(reasons)}.", again=False)
    return Unanswered(
        f"{request.what}: the connection to {host} broke before the answer was whole.",
        hint="Running the task again is safe: it looks before it writes.",
    )


def _timed_out(request: Request, timeout: float) -> Unanswered:
    return Unanswered(
        f"{request.what}: no whole answer within {timeout:g} s.",
        hint="Raise timeout if the network is slow; running the task again is safe: it looks before it writes.",
        under_way=True,
    )


def _causes(error: BaseException | None) -> t.Iterator[BaseException]:
    """An exception and what it wraps: requests hides urllib3's exceptions in `args`, urllib3 in `reason`.

    What was being handled when it came up (`__context__`) is another story: the failure of an earlier call, say.
    """
    while error is not None:
        yield error
        inner = getattr(error, "reason", None) or next((arg for arg in error.args if isinstance(arg, Exception)), None)
        error = inner if isinstance(inner, BaseException) else error.__cause__


def _last_words(reasons: t.Sequence[BaseException]) -> str:
    """The operating system's words, without the library's object addresses around them."""
    deepest = reasons[-1]
    text = getattr(deepest, "strerror", None) or str(deepest).rsplit(": ", 1)[-1]
    return str(text).strip(" ().\"'")
