"""The one door to the platforms' servers: TLS, bounded retries, and a token that goes to the platform's hosts alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import httpx2

from pipeline import __version__
from pipeline.errors import ConfigurationError, InputRefused, OffrecordError, TryAgain
from pipeline.fetch.backoff import Backoff
from pipeline.fetch.credentials import LOOPBACK
from pipeline.fetch.refusals import explained

LARGEST_TEXT = 20 * 1024 * 1024
"""As much text as the ingest takes of one file."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_ANSWERED = frozenset({200, 206, 416})
_UNAUTHORISED = 401
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_TIMEOUT = httpx2.Timeout(30.0, connect=15.0)
_REFUSAL_BYTES = 1 << 16
_AGAIN = "check the network, then run again"

for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below it they log addresses, and a redirect's may hold a key


class Interrupted(Exception):
    """A connection that broke off in the middle of an answer."""


class ApiAccess(Protocol):
    """What lets requests in: a token, and the hosts that it is for."""

    def token(self) -> str:
        """The token that is valid now; fetched or renewed where need be."""

    def renew(self) -> None:
        """Has the next token fetched anew: the platform refused this one."""

    def is_for(self, url: str) -> bool:
        """Whether the token may go to the host of this address."""


class HttpAnswer:
    """An answer whose body has not been read."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code

    def header(self, name: str) -> str:
        """A header's value, empty where there is none."""
        return str(self._response.headers.get(name, ""))

    @property
    def is_page(self) -> bool:
        """Whether it is a page for a browser, as a login is, where a file or data were asked for."""
        return self.header("Content-Type").partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")

    @property
    def has_end(self) -> bool:
        """Whether the body says where it ends; else that and a connection that broke off look alike (RFC 9112)."""
        return bool(self.header("Content-Length")) or "chunked" in self.header("Transfer-Encoding").lower()

    def blocks(self) -> Iterator[bytes]:
        """The body; raises ``Interrupted`` where it breaks off."""
        try:
            yield from self._response.iter_raw()
        except httpx2.HTTPError:
            raise Interrupted from None

    def body(self, largest: int) -> bytes:
        """The whole body; raises ``InputRefused`` for a larger one, ``Interrupted``."""
        body = bytearray()
        for block in self.blocks():
            body += block
            if len(body) > largest:
                raise InputRefused(
                    "an answer of the platform is larger than is read",
                    action="fetch fewer days at once; if it stays, download by hand",
                )
        return bytes(body)


class HttpClient:
    """The connections of one command."""

    def __init__(self, backoff: Backoff) -> None:
        self.backoff = backoff
        # "identity": a length or a range of a compressed answer would not be of the file.
        headers = {"User-Agent": f"offrecord/{__version__}", "Accept-Encoding": "identity"}
        self._client = httpx2.Client(timeout=_TIMEOUT, follow_redirects=False, headers=headers)

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def get_json(self, url: str, access: ApiAccess, *, scope: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON at an address; raises what ``open`` raises, ``ConfigurationError`` for a page instead of data."""
        attempt = 0
        while True:
            try:
                with self.open(url, access, scope=scope, params=params) as answer:
                    return _json(answer)
            except Interrupted:
                self.backoff.wait(attempt, None, unreachable("the connection breaks off"))
                attempt += 1

    def post_form(self, url: str, form: Mapping[str, str], *, user: tuple[str, str] | None = None) -> tuple[int, Any]:
        """The status and the JSON that a form is answered with; the address follows no redirect and gets no token."""
        require_safe(url, url)
        attempt = 0
        while True:
            request = self._client.build_request("POST", url, data=dict(form))
            response = self._sent(request, attempt, auth=httpx2.BasicAuth(*user) if user else None)
            if response is not None:
                with closing(response):
                    if response.status_code not in _BUSY:
                        return response.status_code, _login_json(HttpAnswer(response))
                    asked_s = _asked_s(response)
                self.backoff.wait(attempt, asked_s, _busy(response.status_code))
            attempt += 1

    @contextmanager
    def open(
        self,
        url: str,
        access: ApiAccess,
        *,
        scope: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[HttpAnswer]:
        """An answer of 200, 206 or 416, after redirects and retries; a token that ended is renewed once.

        ``scope`` names the permission that the request needs. Raises ``ConfigurationError`` where it is missing,
        ``NotFound``, ``InputRefused`` for another refusal, and ``TryAgain`` where the platform is away or busy.
        """
        first = str(httpx2.URL(url).copy_merge_params(dict(params))) if params else url
        response = self._answered(first, access, headers or {}, scope)
        with closing(response):
            yield HttpAnswer(response)

    def _answered(self, url: str, access: ApiAccess, headers: Mapping[str, str], scope: str) -> httpx2.Response:
        attempt, is_renewed = 0, False
        while True:
            response = self._followed(url, access, headers, attempt)
            if response is None:
                attempt += 1
                continue
            if response.status_code in _ANSWERED:
                return response
            with closing(response):
                asked_s, words = _asked_s(response), _words(response)
            if response.status_code in _BUSY:
                self.backoff.wait(attempt, asked_s, _busy(response.status_code))
                attempt += 1
            elif response.status_code == _UNAUTHORISED and not is_renewed:
                access.renew()
                is_renewed = True
            else:
                raise explained(response.status_code, words, scope=scope)

    def _followed(
        self, url: str, access: ApiAccess, headers: Mapping[str, str], attempt: int
    ) -> httpx2.Response | None:
        """The answer behind all redirects, each asked with the token only where it is for that host."""
        place = url
        for _ in range(_MOST_REDIRECTS + 1):
            require_safe(place, url)
            lets_in = {"Authorization": f"Bearer {access.token()}"} if access.is_for(place) else {}
            request = self._client.build_request("GET", place, headers={**headers, **lets_in})
            response = self._sent(request, attempt)
            if response is None or response.status_code not in _REDIRECTS:
                return response
            response.close()
            place = urljoin(place, response.headers.get("Location", ""))
        raise InputRefused("the platform redirects in a circle", action="run again later")

    def _sent(
        self, request: httpx2.Request, attempt: int, auth: httpx2.BasicAuth | None = None
    ) -> httpx2.Response | None:
        """The answer to one request; None, after a wait, where there was none."""
        try:
            return self._client.send(request, stream=True, auth=auth)
        except httpx2.TransportError as error:
            if _UNTRUSTED in str(error):
                raise ConfigurationError(
                    "the platform's certificate is not trusted here",
                    action="check the address and proxies on the way, and this machine's certificates",
                ) from None
            self.backoff.wait(attempt, None, unreachable(f"it cannot be reached ({type(error).__name__})"))
            return None


def require_safe(url: str, first: str) -> None:
    """Raises ``InputRefused`` for an address without TLS, but for this machine's own where the first one was that."""
    try:
        parts, origin = urlsplit(url), urlsplit(first)
        is_local = {parts.hostname, origin.hostname} <= LOOPBACK and origin.scheme == "http"
        is_safe = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL):
        is_safe = False
    if not is_safe:
        raise InputRefused("the platform names an address that is not https", action="download that recording by hand")


def unreachable(how: str) -> TryAgain:
    """What is said of a platform that does not answer."""
    return TryAgain(f"the platform does not answer: {how}", action=_AGAIN)


def _busy(status: int) -> OffrecordError:
    return TryAgain(f"the platform answers {status} again and again", action="run again later")


def _asked_s(response: httpx2.Response) -> float | None:
    """How long the server asks to wait, in seconds; None where it does not say."""
    wait = response.headers.get("Retry-After", "").strip()
    if wait.isdecimal():
        return float(wait)
    try:
        until = parsedate_to_datetime(wait)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _words(response: httpx2.Response) -> str:
    """The beginning of a refusal's body, for what its codes mean; never shown."""
    words = bytearray()
    try:
        for block in response.iter_raw():
            words += block
            if len(words) >= _REFUSAL_BYTES:
                break
    except httpx2.HTTPError:
        pass
    return words.decode("utf-8", "replace")


def _json(answer: HttpAnswer) -> Any:
    body = answer.body(LARGEST_TEXT)
    try:
        if not answer.is_page:
            return json.loads(body)
    except (ValueError, RecursionError):
        pass
    raise ConfigurationError(
        "the platform answers with a page instead of data, as to somebody who is not logged in",
        action="check the addresses and permissions of the credentials file, and proxies on the way",
    )


def _login_json(answer: HttpAnswer) -> Any:
    """The JSON of an answer to a login; an empty object where it is none, which says nothing."""
    try:
        return json.loads(answer.body(LARGEST_TEXT))
    except (ValueError, RecursionError, Interrupted):
        return {}
