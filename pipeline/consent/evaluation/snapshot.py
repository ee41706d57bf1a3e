"""What the consent store has about the people of one session, read in one consistent view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.consent.evaluation import platform_notice
from pipeline.consent.evaluation.announcement import announced, caption_words, still_heard
from pipeline.consent.evaluation.jurisdictions import Rules, rules_of
from pipeline.consent.evaluation.policy import Policy, policy_of
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.log import agreements, decisions, erased_participants, log, manual_decisions, notice_deliveries
from pipeline.consent.log import identity_matches as staff
from pipeline.consent.log.agreements import Agreement
from pipeline.consent.log.decisions import Kept
from pipeline.consent.log.events import Event, canonical, sha256
from pipeline.consent.log.identity import Alias, AliasKind, Keys, bare
from pipeline.consent.log.manual_decisions import HumanAct
from pipeline.consent.log.notice_deliveries import NoticeServed
from pipeline.consent.log.parties import find, sharing
from pipeline.consent.notices import versions
from pipeline.consent.notices.versions import Notice
from pipeline.records import Participant, Purpose, Session
from pipeline.store import Workspace, withdrawals
from pipeline.store.database import reading

_ONE = notice_deliveries.Reach.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class Match:
    """Who on file a participant is, or may be; ``by_staff`` where staff settled it."""

    identity: Identity
    party_ids: tuple[str, ...] = ()
    by_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """The part of the store that one session needs; ``trusted`` are the notices that a yes may stand on.

    ``served`` was given to people on file by themselves, ``announced`` to all who were there; ``unfiled`` is what the
    session's own files show of notices and the store does not have yet. ``decided`` is all that was decided about it;
    ``known_by`` a hash of everything that each participant is known by, ``forgotten`` who was erased before.
    """

    matches: Mapping[str, Match]
    events: Mapping[str, Sequence[Event]]
    notices: Mapping[str, Notice]
    trusted: frozenset[str]
    log_head: str
    known_by: Mapping[str, str] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    acts: tuple[HumanAct, ...] = ()
    agreements: Mapping[str, tuple[Agreement, ...]] = field(default_factory=dict)
    served: tuple[NoticeServed, ...] = ()
    announced: tuple[NoticeServed, ...] = ()
    unfiled: tuple[NoticeServed, ...] = ()
    decided: tuple[Kept, ...] = ()
    rules: Rules
    policy: Policy

    def events_of(self, party_ids: Iterable[str]) -> list[Event]:
        """Everything that these people said."""
        return [event for party_id in party_ids for event in self.events.get(party_id, ())]

    def served_to(self, participant_id: str) -> list[NoticeServed]:
        """What was served to a participant, or to anybody that they may be, by themselves."""
        parties = self.matches[participant_id].party_ids
        return [one for one in self.served if participant_id == one.participant_id or one.party_id in parties]

    def events_for(self, party_id: str, purpose: Purpose) -> list[Event]:
        """What one person said about one purpose."""
        return [event for event in self.events.get(party_id, ()) if event.purpose is purpose]


def read(session: Session, *, workspace: Workspace) -> OnFile:
    """Matches the session's participants and reads their events; raises ``ConsentUnreadable`` for any change."""
    keys = Keys(workspace.key("identity"))
    with reading(workspace.db) as connection:
        matches = {**by_what_is_known(connection, session, keys)}
        matches |= dict(_by_staff(connection, session, keys, matches))
        gone = erased_participants.of_session(connection, session.session_id)
        matches |= {who: Match(Identity.MATCHED, (one.party_id,)) for who, one in gone.items()}
        events: dict[str, list[Event]] = defaultdict(list)
        filed, acts = versions.on_file(connection), manual_decisions.acts_on(connection, session.session_id)
        parties = [party for match in matches.values() for party in match.party_ids]
        for event in versions.ended(log.events_of(connection, parties), filed):
            events[event.party_id].append(event)
        policy = policy_of(session, workspace.settings.consent)
        kept, shown = notice_deliveries.on_file(connection, session.session_id, parties), _shown(session, filed)
        return OnFile(
            matches=matches,
            known_by={person.participant_id: known_by(person, keys) for person in session.participants},
            forgotten=frozenset(_forgotten(connection, session, keys, matches)),
            events=events,
            notices=versions.as_of(filed, session.started_at),
            trusted=trusted_of(filed.values(), session) & versions.satisfying(filed, policy.notices),
            log_head=log.head_hash(connection),
            acts=acts,
            agreements=agreements.read(connection, keys, session),
            served=tuple(one for one in (*(one for one in kept if one.party_id), *shown) if one.reach is _ONE),
            announced=tuple(
                one
                for one in (*(one for one in kept if one.said_in and still_heard(session, one)), *shown)
                if one.reach is not _ONE and one.notice in filed
            ),
            unfiled=tuple(one for one in shown if one.served_id not in {one.served_id for one in kept}),
            decided=decisions.history(connection, session.session_id),
            rules=rules_of(workspace.root),
            policy=policy,
        )


def _shown(session: Session, filed: Mapping[str, Notice]) -> tuple[NoticeServed, ...]:
    """The notices that the session's own files show: answers to the platform, and what its captions say."""
    spoken = versions.spoken(filed)
    said = announced(session, caption_words(session), spoken) if spoken else ()
    return (*platform_notice.served(session), *said)


def by_what_is_known(connection: Connection, session: Session, keys: Keys) -> Mapping[str, Match]:
    """Who each participant is by addresses, ids and names alone; an address that is only like one suggests."""
    wanted = {person.participant_id: _hashes(person, keys) for person in session.participants}
    alike = {person.participant_id: _like_hashes(person, keys) for person in session.participants}
    found = find(connection, keys, (value for some in (wanted, alike) for hashes in some.values() for value in hashes))

    def hits(hashes: Iterable[str]) -> list[Sequence[Alias]]:
        return [found.get(value, ()) for value in hashes]

    matches = {who: _suggested(_match(hits(hashes)), hits(alike[who])) for who, hashes in wanted.items()}
    return _doubted(connection, matches)


def known_by(person: Participant, keys: Keys) -> str:
    """A hash of everything that a participant is known by: another participant in their place has another."""
    return sha256(canonical(_hashes(person, keys)))


def _forgotten(connection: Connection, session: Session, keys: Keys, found: Mapping[str, Match]) -> Iterator[str]:
    """Who was erased, is there again, and has not answered since: what they had said is known of nobody any more."""
    gone = withdrawals.forgotten(connection)
    for person in session.participants:
        if found[person.participant_id].identity is not Identity.MATCHED and not gone.keys().isdisjoint(
            _hashes(person, keys)
        ):
            yield person.participant_id


def _by_staff(
    connection: Connection, session: Session, keys: Keys, found: Mapping[str, Match]
) -> Iterator[tuple[str, Match]]:
    """Who staff say that somebody is, where no address or id says it and they are still known by the same."""
    said = staff.standing(connection, keys, session.session_id)
    for person in session.participants:
        act = said.get(person.participant_id)
        unsettled = found[person.participant_id].identity is not Identity.MATCHED
        if act is not None and act.party_id and unsettled and act.known_by == known_by(person, keys):
            yield person.participant_id, Match(Identity.MATCHED, (act.party_id,), by_staff=True)


def _hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """What to look a participant up by."""
    values = [
        (AliasKind.EMAIL, person.email),
        (AliasKind.PLATFORM, person.platform_id),
        *((AliasKind.DISPLAY_NAME, name) for name in (person.name, *person.aliases)),
    ]
    return tuple(keys.hashed(kind, value) for kind, value in values if value and value.strip())


def _like_hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """What to look up somebody by who may be a participant: an address that is like theirs."""
    if not person.email or person.email.count("@") != 1:
        return ()
    return tuple(keys.hashed(kind, bare(person.email)) for kind in (AliasKind.EMAIL, AliasKind.EMAIL_LIKE))


def _doubted(connection: Connection, matches: Mapping[str, Match]) -> Mapping[str, Match]:
    """The matches; ambiguous where somebody else, by an address or id of that person that nobody vouches for, said no.

    It may have been them, also where the session knows them by something else.
    """
    people = {match.party_ids[0]: match for match in matches.values() if match.identity is Identity.MATCHED}
    claimed = sharing(connection, people)
    noes = {one.party_id for one in log.events_of(connection, set().union(*claimed.values())) if one.state.is_no}
    doubts = {party_id: tuple(sorted(noes & others)) for party_id, others in claimed.items() if noes & others}

    def doubted(match: Match) -> Match:
        others = doubts.get(match.party_ids[0], ()) if match.identity is Identity.MATCHED else ()
        return Match(Identity.AMBIGUOUS, (*match.party_ids, *others)) if others else match

    return {who: doubted(match) for who, match in matches.items()}


def _suggested(match: Match, alike: Iterable[Iterable[Alias]]) -> Match:
    """The match, with who is only like them where it is not sure who they are."""
    candidates = dict.fromkeys((*match.party_ids, *(alias.party_id for some in alike for alias in some)))
    if match.identity is Identity.MATCHED or not candidates:
        return match
    return Match(Identity.AMBIGUOUS, tuple(candidates))


def _match(hits: Sequence[Iterable[Alias]]) -> Match:
    """Matched by one verified e-mail or platform id; a name or a mere claim only suggests, which is ambiguous."""
    aliases = [alias for some in hits for alias in some]
    named = [alias for alias in aliases if alias.kind is not AliasKind.DISPLAY_NAME]
    candidates = tuple(dict.fromkeys(alias.party_id for alias in named or aliases))
    if len(candidates) == 1 and any(alias.verified.sure for alias in named):
        return Match(Identity.MATCHED, candidates)
    return Match(Identity.AMBIGUOUS if candidates else Identity.UNMATCHED, candidates)


def trusted_of(filed: Iterable[Notice], session: Session) -> frozenset[str]:
    """The intact notices; once forms of several series are on file, none for a series unless the session says its own.

    A notice for another series than the session's covers nothing of it, see ``scope_width``.
    """
    filed = list(filed)
    if session.series is not None:
        return frozenset(notice.digest for notice in filed)
    series = {notice.scope for notice in filed if notice.scope.startswith("series:")}
    return frozenset(notice.digest for notice in filed if notice.scope not in series or len(series) == 1)
