"""Who is logged in: links, logins that began, and server-side sessions, which end when idle, old or revoked."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.web.roles import WebRole

LINK_S = 600.0
"""How long a one-time link waits for its reader, in seconds."""
IDLE_S = 3600.0
"""Without a request a login ends after this many seconds: longer than it takes to listen through what is unheard."""
LONGEST_S = 12 * 3600.0
"""However busy, a login ends after this many seconds, a working day."""


_MOST_PENDING = 1_000
"""Logins that began and wait for their answer; more are somebody's attempt to fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebUser:
    """Somebody who is logged in."""

    actor: str
    roles: frozenset[WebRole]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    person: WebUser
    began_s: float
    seen_s: float


class Logins:
    """The links and sessions of one server, in memory alone: a restart logs everybody out."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._links: dict[str, tuple[WebUser, float]] = {}
        self._logins: dict[str, _Login] = {}
        self._pending: dict[str, tuple[object, float]] = {}

    def link(self, person: WebUser) -> str:
        """A secret that logs somebody in once."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._links[_mark(secret)] = (person, self._clock() + LINK_S)
        return secret

    def redeem(self, secret: str) -> str | None:
        """The secret of a new session for the holder of a link; None for one that was used, is over or never was."""
        with self._lock:
            person, until_s = self._links.pop(_mark(secret), (None, 0.0))
            if person is None or self._clock() > until_s:
                return None
        return self.start(person)

    def start(self, person: WebUser) -> str:
        """The secret of a new session for somebody who is known."""
        now_s, session = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            self._logins[_mark(session)] = _Login(person=person, began_s=now_s, seen_s=now_s)
        return session

    def hold(self, pending: object) -> str:
        """Keeps what the answer to a login must fit, and gives the secret under which it is taken, once."""
        now_s, secret = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            held = [(mark, each) for mark, each in self._pending.items() if each[1] > now_s]
            self._pending = dict(held[-_MOST_PENDING:])
            self._pending[_mark(secret)] = (pending, now_s + LINK_S)
        return secret

    def take(self, secret: str) -> object | None:
        """What was held under a secret, which is then gone; None for one that is over or never was."""
        with self._lock:
            pending, until_s = self._pending.pop(_mark(secret), (None, 0.0))
        return pending if self._clock() <= until_s else None

    def person(self, session: str) -> WebUser | None:
        """Who a session is of, which counts as a sign of life; None for one that is over."""
        with self._lock:
            login = self._logins.get(_mark(session))
            now_s = self._clock()
            if login is None:
                return None
            if now_s - login.seen_s > IDLE_S or now_s - login.began_s > LONGEST_S:
                del self._logins[_mark(session)]
                return None
            self._logins[_mark(session)] = replace(login, seen_s=now_s)
            return login.person

    def end(self, session: str) -> None:
        """Ends a session at once."""
        with self._lock:
            self._logins.pop(_mark(session), None)


def _mark(secret: str) -> str:
    """What is kept of a secret, so that a look into the memory of the server logs nobody in."""
    return hashlib.sha256(secret.encode()).hexdigest()
