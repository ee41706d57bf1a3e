"""What people decide about requests: accepted or rejected, merged, split, renamed; append-only, the latest act holds.

Acts name requests, never groups: a group is made anew whenever something is said, and a merge or a name holds for the
group in which its request then is.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from pipeline.errors import UsageProblem, WorkspaceDamaged
from pipeline.review.actors import marks_of
from pipeline.store import Workspace, ledger
from pipeline.store.database import reading
from pipeline.store.tables.requests import request_act

_NONCE_BYTES = 12
_LONGEST_TITLE = 200


class RequestAction(StrEnum):
    """What somebody did with a request."""

    ACCEPT = "accept"
    REJECT = "reject"
    REOPEN = "reopen"
    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"


_VERDICTS = frozenset({RequestAction.ACCEPT, RequestAction.REJECT, RequestAction.REOPEN})
_LINKS = frozenset({RequestAction.MERGE, RequestAction.SPLIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestActs:
    """What holds of all acts: verdicts and titles by request, and pairs of requests that were put together or apart."""

    verdicts: Mapping[str, RequestAction]
    titles: Mapping[str, str]
    together: tuple[tuple[str, str], ...]
    apart: tuple[tuple[str, str], ...]
    last: int
    """The number of the last act; 0 where there is none."""


def decide(workspace: Workspace, request_id: str, verdict: RequestAction, *, actor: str, reason: str) -> None:
    """Accepts or rejects a request, or takes that back; raises ``UsageProblem`` when actor or reason is blank."""
    if verdict not in _VERDICTS:
        raise UsageProblem("a request is accepted, rejected or reopened", action="choose one of these")
    _keep(workspace, verdict, request_id, actor=actor, reason=reason)


def merge(workspace: Workspace, request_id: str, other_id: str, *, actor: str, reason: str) -> None:
    """Puts two requests, and with them their groups, together for good."""
    _link(workspace, RequestAction.MERGE, request_id, other_id, actor=actor, reason=reason)


def split(workspace: Workspace, request_id: str, other_id: str, *, actor: str, reason: str) -> None:
    """Keeps two requests in different groups for good."""
    _link(workspace, RequestAction.SPLIT, request_id, other_id, actor=actor, reason=reason)


def rename(workspace: Workspace, request_id: str, title: str, *, actor: str, reason: str) -> None:
    """Gives the group of a request a title; raises ``UsageProblem`` for one that is blank or too long."""
    plain = " ".join(title.split())
    if not plain or len(plain) > _LONGEST_TITLE:
        raise UsageProblem(f"a title has 1 to {_LONGEST_TITLE} characters", action="choose another")
    _keep(workspace, RequestAction.RENAME, request_id, title=plain, actor=actor, reason=reason)


def acts_of(workspace: Workspace) -> RequestActs:
    """All that people decided; raises ``WorkspaceDamaged`` when a title was changed outside of Offrecord."""
    verdicts: dict[str, RequestAction] = {}
    titles: dict[str, str] = {}
    links: dict[tuple[str, str], RequestAction] = {}
    last = 0
    with reading(workspace.db) as connection:
        rows = connection.execute(select(request_act).order_by(request_act.c.seq)).all()
    for row in rows:
        act, last = RequestAction(row.act), row.seq
        if act in _LINKS:
            first, second = sorted((row.request_id, row.other_id))
            links[first, second] = act
        elif act is RequestAction.RENAME:
            titles.pop(row.request_id, None)  # so that the latest is the last
            titles[row.request_id] = _open(workspace, row.title, row.request_id)
        else:
            verdicts[row.request_id] = act
    return RequestActs(
        verdicts={request_id: act for request_id, act in verdicts.items() if act is not RequestAction.REOPEN},
        titles=titles,
        together=tuple(pair for pair, act in links.items() if act is RequestAction.MERGE),
        apart=tuple(pair for pair, act in links.items() if act is RequestAction.SPLIT),
        last=last,
    )


def _link(workspace: Workspace, act: RequestAction, request_id: str, other_id: str, *, actor: str, reason: str) -> None:
    if request_id == other_id:
        raise UsageProblem("these are one request", action="name two")
    _keep(workspace, act, request_id, other_id=other_id, actor=actor, reason=reason)


def _keep(
    workspace: Workspace,
    act: RequestAction,
    request_id: str,
    *,
    other_id: str = "",
    title: str = "",
    actor: str,
    reason: str,
) -> None:
    if not actor.strip() or not reason.strip():
        raise UsageProblem("a decision needs an actor and a reason", action="give --by and --reason")
    row = {"request_id": request_id, "act": act.value, "other_id": other_id}
    sealed = _seal(workspace, title, request_id) if title else b""
    at = datetime.now(UTC).isoformat()
    with workspace.db.begin() as connection:
        values = {**row, "title": sealed, "actor": actor, "reason": reason, "acted_at": at}
        added = request_act.insert().values(**values).returning(request_act.c.seq)
        seq = connection.execute(added).scalar_one()
        ledger.append(connection, "request act", f"{seq}", {**row, **marks_of(actor)})


def _cipher(workspace: Workspace) -> AESGCM:
    return AESGCM(hmac.digest(workspace.key("alias"), b"offrecord request titles v1", "sha256"))


def _seal(workspace: Workspace, title: str, request_id: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(workspace).encrypt(nonce, title.encode(), request_id.encode())


def _open(workspace: Workspace, sealed: bytes, request_id: str) -> str:
    try:
        content = _cipher(workspace).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], request_id.encode())
    except (InvalidTag, ValueError) as error:
        raise WorkspaceDamaged(
            "a request's title was changed outside of Offrecord", action="restore the workspace's backup"
        ) from error
    return content.decode()
