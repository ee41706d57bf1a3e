"""What the consent store has about the people of one session, read in one consistent view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from pipeline.consent.evaluation import platform_notice
from pipeline.consent.evaluation.announcement import announced, caption_words, still_heard
from pipeline.consent.evaluation.claims import effective_session, shown_bot, with_unknown_speaker
from pipeline.consent.evaluation.jurisdictions import Rules, rules_of
from pipeline.consent.evaluation.participant_match import (
    PartyMatch,
    erased_before,
    known_by,
    known_people,
    match_participants,
)
from pipeline.consent.evaluation.policy import Policy, policy_of
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.log import (
    agreements,
    decisions,
    erased_participants,
    identity_matches,
    log,
    manual_decisions,
    notice_deliveries,
)
from pipeline.consent.log.agreements import Agreement
from pipeline.consent.log.decisions import StoredDecision
from pipeline.consent.log.erased_participants import PLACEHOLDER
from pipeline.consent.log.events import Event
from pipeline.consent.log.identity import Keys
from pipeline.consent.log.manual_decisions import ManualDecision
from pipeline.consent.log.notice_deliveries import NoticeDelivery, Reach
from pipeline.consent.log.replay import ensure_replayed
from pipeline.consent.notices import versions
from pipeline.consent.notices.versions import Notice
from pipeline.records import Purpose, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.voices import named_voices


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSnapshot:
    """The part of the store that one session needs; ``trusted`` are the notices that a yes may stand on.

    ``session`` is the session as it is decided: erased people have their names, nobody is silent whom nothing shows to
    be, and whoever else may speak is in it where nobody vouches for the list. ``bots`` are nobody's consent for sure.
    ``deliveries`` were made to people on file by themselves, ``announcements`` to all who were there; ``unrecorded`` is
    what the session's own files show of notices and the store does not have yet. ``decisions`` is all that was decided
    about it; ``known_by`` a hash of everything that each participant is known by, ``erased_before`` who was erased and
    is there again. ``matches_from`` are the moments from which matches of staff count that a wrong clock dated later.
    """

    session: Session
    matches: Mapping[str, PartyMatch]
    bots: frozenset[str] = frozenset()
    events: Mapping[str, Sequence[Event]]
    notices: Mapping[str, Notice]
    trusted: frozenset[str]
    log_head: str
    known_by: Mapping[str, str] = field(default_factory=dict)
    erased_before: frozenset[str] = frozenset()
    matches_from: tuple[datetime, ...] = ()
    manual_decisions: tuple[ManualDecision, ...] = ()
    agreements: Mapping[str, tuple[Agreement, ...]] = field(default_factory=dict)
    deliveries: tuple[NoticeDelivery, ...] = ()
    announcements: tuple[NoticeDelivery, ...] = ()
    unrecorded: tuple[NoticeDelivery, ...] = ()
    decisions: tuple[StoredDecision, ...] = ()
    rules: Rules
    policy: Policy

    def events_of(self, party_ids: Iterable[str]) -> list[Event]:
        """Every event of these parties."""
        return [event for party_id in party_ids for event in self.events.get(party_id, ())]

    def delivered_to(self, participant_id: str) -> list[NoticeDelivery]:
        """What was delivered to a participant, or to anybody that they may be, by themselves."""
        parties = self.matches[participant_id].party_ids
        return [
            delivery
            for delivery in self.deliveries
            if delivery.participant_id == participant_id or delivery.party_id in parties
        ]

    def events_for(self, party_id: str, purpose: Purpose) -> list[Event]:
        """The events of one party about one purpose."""
        return [event for event in self.events.get(party_id, ()) if event.purpose is purpose]


def read_snapshot(session: Session, *, workspace: Workspace, now: datetime | None = None) -> ConsentSnapshot:
    """Matches the session's participants and reads their events; raises ``ConsentUnreadable`` for any change.

    With ``now``, who staff said that somebody is counts only where it was said by then.
    """
    keys = Keys(workspace.key("identity"))
    ensure_replayed(workspace)
    with reading(workspace.db) as connection:
        session = with_unknown_speaker(_working(connection, session, keys, workspace))
        matches = match_participants(connection, session, keys, now=now)
        parties = [party_id for match in matches.values() for party_id in match.party_ids]
        filed = versions.on_file(connection)
        policy = policy_of(session, workspace.settings.consent)
        recorded = notice_deliveries.on_file(connection, session.session_id, parties)
        shown = _shown_in_files(session, filed)
        known = {delivery.delivery_id for delivery in recorded}
        return ConsentSnapshot(
            session=session,
            matches=matches,
            bots=frozenset(_bots(session, matches)),
            known_by={person.participant_id: known_by(person, keys) for person in session.participants},
            erased_before=frozenset(erased_before(connection, session, keys, matches)),
            matches_from=identity_matches.dated_after(connection, now) if now else (),
            events=_events(connection, parties, filed),
            notices=versions.as_of(filed, session.started_at),
            trusted=trusted_of(filed.values(), session) & versions.satisfying(filed, policy.notices),
            log_head=log.head_hash(connection),
            manual_decisions=manual_decisions.of_session(connection, session.session_id),
            agreements=agreements.read(connection, keys, session),
            deliveries=_individual(recorded, shown),
            announcements=_announcements(session, recorded, shown, filed),
            unrecorded=tuple(delivery for delivery in shown if delivery.delivery_id not in known),
            decisions=decisions.history(connection, session.session_id),
            rules=rules_of(workspace.root),
            policy=policy,
        )


def working_session(session: Session, *, workspace: Workspace) -> Session:
    """The session as it is decided and worked, in memory: with erased people's names, to keep them out of what others
    say, with voices that people named, and with nobody silent whom nothing shows to be. Raises ``ConsentUnreadable``.
    """
    with unreadable_is_closed(), reading(workspace.db) as connection:
        return _working(connection, session, Keys(workspace.key("identity")), workspace)


def matched_parties(session: Session, *, workspace: Workspace) -> dict[str, str]:
    """The party of each participant who is matched to exactly one, but of nobody who was erased.

    Raises ``ConsentUnreadable`` as every reading of the store does.
    """
    matches = read_snapshot(session, workspace=workspace).matches
    return {
        person.participant_id: match.party_ids[0]
        for person in session.participants
        for match in (matches[person.participant_id],)
        if match.identity is Identity.MATCHED and len(match.party_ids) == 1 and person.name != PLACEHOLDER
    }


def trusted_of(filed: Iterable[Notice], session: Session) -> frozenset[str]:
    """The intact notices; once forms of several series are on file, none for a series unless the session says its own.

    A notice for another series than the session's covers nothing of it, see ``scope_width``.
    """
    notices = list(filed)
    if session.series is not None:
        return frozenset(notice.digest for notice in notices)
    series = {notice.scope for notice in notices if notice.scope.startswith("series:")}
    return frozenset(notice.digest for notice in notices if notice.scope not in series or len(series) == 1)


def _working(connection: Connection, session: Session, keys: Keys, workspace: Workspace) -> Session:
    erased = erased_participants.of_session(connection, session.session_id)
    restored = erased_participants.restored(session, erased, keys)
    people = known_people(restored, keys)
    heard = replace(restored, voices=named_voices(connection, workspace.stages, restored, known_by=people))
    return effective_session(heard, erased=erased.keys())


def _bots(session: Session, matches: Mapping[str, PartyMatch]) -> Iterator[str]:
    for person in session.participants:
        on_file = matches[person.participant_id].identity is not Identity.UNMATCHED
        if shown_bot(session, person, on_file=on_file):
            yield person.participant_id


def _events(
    connection: Connection, parties: Iterable[str], filed: Mapping[str, Notice]
) -> Mapping[str, Sequence[Event]]:
    events: dict[str, list[Event]] = defaultdict(list)
    for event in versions.with_material_changes(log.events_of(connection, parties), filed):
        events[event.party_id].append(event)
    return events


def _shown_in_files(session: Session, filed: Mapping[str, Notice]) -> tuple[NoticeDelivery, ...]:
    """The notices that the session's own files show: answers to the platform, and what its captions say."""
    wordings = versions.announced(filed)
    in_captions = announced(session, caption_words(session), wordings) if wordings else ()
    return (*platform_notice.delivered(session), *in_captions)


def _individual(recorded: Sequence[NoticeDelivery], shown: Sequence[NoticeDelivery]) -> tuple[NoticeDelivery, ...]:
    to_parties = (delivery for delivery in recorded if delivery.party_id)
    return tuple(delivery for delivery in (*to_parties, *shown) if delivery.reach is Reach.INDIVIDUAL)


def _announcements(
    session: Session,
    recorded: Sequence[NoticeDelivery],
    shown: Sequence[NoticeDelivery],
    filed: Mapping[str, Notice],
) -> tuple[NoticeDelivery, ...]:
    """What was announced to all: in the captions, or in a track that is still the team's."""
    in_sound = (delivery for delivery in recorded if delivery.said_in and still_heard(session, delivery))
    return tuple(
        delivery
        for delivery in (*in_sound, *shown)
        if delivery.reach is not Reach.INDIVIDUAL and delivery.notice in filed
    )
