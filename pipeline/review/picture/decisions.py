"""The acts of people about a session's picture: covers laid and lifted, and its approval for the public."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, select

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.records import Proposal, RedactionBox, Session
from pipeline.review.actors import marks_of
from pipeline.review.decision_log import decisions, state_of, undecided
from pipeline.store import ledger
from pipeline.store.codec import decode, encode
from pipeline.store.database import reading
from pipeline.store.tables.review import picture_decision

_COVER, _LIFT, _APPROVE = "cover", "lift", "approve"


def covers(db: Engine, session_id: str) -> dict[str, RedactionBox]:
    """The covers that people laid and nobody lifted, by id, in the order they were laid."""
    boxes: dict[str, RedactionBox] = {}
    with reading(db) as connection:
        for row in connection.execute(_acts(session_id)):
            if row.act == _COVER:
                boxes[f"c{row.seq}"] = decode(row.body, RedactionBox)
            elif row.act == _LIFT:
                boxes.pop(row.body, None)
    return boxes


def cover(db: Engine, session: Session, wanted: RedactionBox, *, actor: str) -> str:
    """Keeps a cover, with its reason, and gives its id; raises ``UsageProblem`` where it covers nothing."""
    region = wanted.region
    if session.video is None:
        raise UsageProblem("the session has no picture", action="there is nothing to cover")
    if not 0.0 <= wanted.start_s < min(wanted.end_s, session.duration_s):
        raise UsageProblem("the cover has no time within the session", action="correct --from and --to")
    if region is not None and not (0 <= region.left < region.right <= 1 and 0 <= region.top < region.bottom <= 1):
        raise UsageProblem("the cover's box is invalid", action="give left, top, right, bottom as shares from 0 to 1")
    with db.begin() as connection:
        return f"c{_keep(connection, session.session_id, _COVER, encode(wanted).decode(), actor, wanted.reason)}"


def lift(db: Engine, session_id: str, cover_id: str, *, actor: str, reason: str) -> None:
    """Takes a cover back that a person laid; raises ``UsageProblem`` where there is none of this id."""
    if cover_id not in covers(db, session_id):
        raise UsageProblem("the session has no such cover", action="see `offrecord review picture`")
    with db.begin() as connection:
        _keep(connection, session_id, _LIFT, cover_id, actor, reason)


def approve(db: Engine, session: Session, proposals: Sequence[Proposal], *, actor: str, reason: str) -> None:
    """Keeps a person's word that this picture, under exactly these covers, may be public.

    Raises ``RefusedByPolicy`` while a proposal about the picture is undecided.
    """
    if session.video is None:
        raise UsageProblem("the session has no picture", action="there is nothing to approve")
    left = len(undecided(_about(proposals), decisions(db, session.session_id)))
    if left:
        raise RefusedByPolicy(
            f"{counted(left, 'proposal')} about the picture {is_or_are(left)} undecided", action="decide them first"
        )
    state = picture_state(db, session, proposals)
    with db.begin() as connection:
        _keep(connection, session.session_id, _APPROVE, state, actor, reason)


def approved_by(db: Engine, session: Session, proposals: Sequence[Proposal]) -> str | None:
    """Who approved this very picture under these very covers; None when nobody did, or something changed since."""
    state = picture_state(db, session, proposals)
    with reading(db) as connection:
        actors = [row.actor for row in connection.execute(_acts(session.session_id)) if row.body == state]
    return actors[-1] if actors else None


def picture_state(db: Engine, session: Session, proposals: Sequence[Proposal]) -> str:
    """A hash of the picture, its proposals with their verdicts, and the covers that people laid."""
    laid = [encode(replace(box, reason="")).decode() for box in covers(db, session.session_id).values()]
    digest = session.video.digest if session.video else ""
    decided = state_of(_about(proposals), decisions(db, session.session_id))
    return hashlib.sha256("\n".join([digest, decided, *sorted(laid)]).encode()).hexdigest()


def _about(proposals: Sequence[Proposal]) -> list[Proposal]:
    return [proposal for proposal in proposals if proposal.is_picture]


def _acts(session_id: str) -> Select[Any]:
    return select(picture_decision).where(picture_decision.c.session_id == session_id).order_by(picture_decision.c.seq)


def _keep(connection: Connection, session_id: str, act: str, body: str, actor: str, reason: str) -> int:
    if not actor.strip() or not reason.strip():
        raise UsageProblem("an act about a picture needs an actor and a reason", action="give --by and --reason")
    row = {"session_id": session_id, "act": act, "body": body, "actor": actor, "reason": reason}
    added = (
        picture_decision.insert()
        .values(**row, acted_at=datetime.now(UTC).isoformat())
        .returning(picture_decision.c.seq)
    )
    seq: int = connection.execute(added).scalar_one()
    noted = {"session_id": session_id, "act": act, **marks_of(actor)}
    ledger.append(connection, "picture", f"{seq}", noted)
    return seq
