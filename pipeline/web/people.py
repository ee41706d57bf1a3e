"""Reads who gets a link, as the command line gives it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import UsageProblem
from pipeline.web.logins import WebUser
from pipeline.web.roles import EVERYBODY, WebRole


def read_people(entries: Sequence[str], *, default: str) -> tuple[WebUser, ...]:
    """People from ``NAME=ROLE,ROLE``; without any the user of this machine, who may everything.

    Raises ``UsageProblem`` for an entry without a name or with a role that there is not.
    """
    return tuple(map(_person, entries)) or (WebUser(actor=default, roles=EVERYBODY),)


def _person(entry: str) -> WebUser:
    actor, _, roles = entry.partition("=")
    try:
        named = frozenset(WebRole(role.strip()) for role in roles.split(","))
    except ValueError as error:
        known = ", ".join(WebRole)
        raise UsageProblem("a person has no such role", action=f"give NAME=ROLE, of {known}") from error
    if not actor.strip():
        raise UsageProblem("a person needs a name", action="give NAME=ROLE")
    return WebUser(actor=actor.strip(), roles=named)
