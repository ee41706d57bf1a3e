"""Who of the people that a session names, without their being in it, refuses what it is used for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from pipeline.consent.evaluation.consent_state import state_now
from pipeline.consent.evaluation.like_names import refusers_like
from pipeline.consent.evaluation.rule_tables import REFUSALS
from pipeline.consent.log.events import Event
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.log import events_of
from pipeline.lexicon import words_of
from pipeline.records import Participant, Purpose, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed


def named_refusers(
    names: Iterable[str], session: Session, purposes: Collection[Purpose], *, workspace: Workspace, now: datetime
) -> frozenset[str]:
    """Those of the whole names that somebody on file bears, or a name like it, who now refuses each of the purposes.

    A first name alone is anybody's. Of the names that participants bear the ruling decides. Raises
    ``ConsentUnreadable``.
    """
    present = {tuple(words_of(name)) for person in session.participants for name in (person.name, *person.aliases)}
    whole = {name for name in names if len(words_of(name)) > 1 and tuple(words_of(name)) not in present}
    if not whole or not purposes:
        return frozenset()
    mentioned = [Participant(participant_id=name, name=name) for name in sorted(whole)]
    with unreadable_is_closed(), reading(workspace.db) as connection:
        alike = refusers_like(connection, mentioned, session.host, Keys(workspace.key("identity")))
        return frozenset(
            name
            for name, parties in alike.items()
            if any(_refuses(events_of(connection, [party]), session, purposes, now) for party in parties)
        )


def _refuses(events: Collection[Event], session: Session, purposes: Collection[Purpose], now: datetime) -> bool:
    """Whether nothing that somebody answered leaves one of the purposes open; a yes that follows a no does."""
    by_purpose = {purpose: [event for event in events if event.purpose is purpose] for purpose in purposes}
    return all(state_now(about, session, now, ()).status in REFUSALS for about in by_purpose.values())
