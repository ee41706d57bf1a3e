"""Which party on file a participant is: sure by a verified address or platform id, else ambiguous or unmatched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from pipeline.consent.evaluation.like_names import name_keys, refusers_like
from pipeline.consent.evaluation.own_staff import own_staff
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.log import erased_participants, identity_matches, log
from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.identity import Alias, AliasKind, Keys, bare
from pipeline.consent.log.parties import find, sharing
from pipeline.lexicon import without_directions
from pipeline.records import Participant, Role, Session
from pipeline.store import withdrawals


@dataclass(frozen=True, slots=True)
class PartyMatch:
    """Who on file a participant is, or may be; ``by_staff`` where staff settled it."""

    identity: Identity
    party_ids: tuple[str, ...] = ()
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """The one party that a participant's address or id is on file of, and the keyed hashes of these."""

    party_id: str
    addresses: tuple[str, ...]


def match_participants(
    connection: Connection, session: Session, keys: Keys, *, now: datetime | None
) -> Mapping[str, PartyMatch]:
    """Who each participant is, by participant id: by what is known of them, else by staff, else by their erasure."""
    matches = {**match_by_aliases(connection, session, keys)}
    matches |= dict(_remembered(connection, session, keys, matches, now=now))
    matches |= dict(_matched_by_staff(connection, session, keys, matches, now=now))
    matches |= dict(_staff_like_refusers(connection, session, keys, matches))
    erased = erased_participants.of_session(connection, session.session_id)
    return matches | {who: PartyMatch(Identity.MATCHED, (row.party_id,)) for who, row in erased.items()}


def match_by_aliases(connection: Connection, session: Session, keys: Keys) -> Mapping[str, PartyMatch]:
    """Who each participant is by addresses, ids and names alone; an address that is only like one suggests."""
    exact = {person.participant_id: _hashes(person, keys) for person in session.participants}
    similar = {person.participant_id: _similar_hashes(person, keys) for person in session.participants}
    wanted = (value for lookup in (exact, similar) for hashes in lookup.values() for value in hashes)
    aliases = find(connection, keys, wanted)

    def hits(hashes: Iterable[str]) -> list[Sequence[Alias]]:
        return [aliases.get(value, ()) for value in hashes]

    matches = {who: _with_similar(_match(hits(hashes)), hits(similar[who])) for who, hashes in exact.items()}
    alike = {who: {alias.party_id for hit in hits(hashes) for alias in hit} for who, hashes in similar.items()}
    return _doubted(connection, matches, alike)


def exact_matches(
    connection: Connection, session: Session, keys: Keys, matches: Mapping[str, PartyMatch]
) -> Mapping[str, ExactMatch]:
    """Whoever is ambiguous only because nobody vouches for an address or id that one party alone has, letter by letter.

    A room, where several people speak, is nobody's.
    """
    addresses = {person.participant_id: address_hashes(person, keys) for person in session.participants}
    aliases = find(connection, keys, (value for hashes in addresses.values() for value in hashes))
    exact: dict[str, ExactMatch] = {}
    for person in session.participants:
        match = matches[person.participant_id]
        held = {
            value: {alias.party_id for alias in aliases.get(value, ())} for value in addresses[person.participant_id]
        }
        theirs = tuple(value for value, holders in held.items() if holders == set(match.party_ids))
        if (
            theirs
            and len(match.party_ids) == 1
            and match.identity is Identity.AMBIGUOUS
            and not person.shared_microphone
        ):
            exact[person.participant_id] = ExactMatch(match.party_ids[0], theirs)
    return exact


def address_hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """The keyed hashes of a participant's address and platform id."""
    return tuple(keys.hashed(kind, value) for kind, value in _addresses(person))


def _addresses(person: Participant) -> Iterator[tuple[AliasKind, str]]:
    for kind, value in ((AliasKind.EMAIL, person.email), (AliasKind.PLATFORM, person.platform_id)):
        if value and value.strip():
            yield kind, value


def lookups_of(person: Participant, keys: Keys) -> tuple[str, ...]:
    """Every keyed hash under which a participant is looked up, whatever is on file under it."""
    staff = person.role is Role.STAFF
    alike = (value for name in (person.name, *person.aliases) for value in name_keys(name, keys)) if staff else ()
    return (*_hashes(person, keys), *_similar_hashes(person, keys), *alike)


def known_by(person: Participant, keys: Keys) -> str:
    """A hash of everything that a participant is known by: another participant in their place has another."""
    return sha256(canonical(_hashes(person, keys)))


def known_people(session: Session, keys: Keys) -> Mapping[str, str]:
    """By id a mark of what each participant of a session is known by, of 16 characters."""
    return {person.participant_id: known_by(person, keys)[:16] for person in session.participants}


def known_marks(session: Session, keys: Keys) -> Mapping[str, frozenset[str]]:
    """By id a mark of each name, address and id that a participant of a session is known by.

    The kind and 16 characters, as ``email:3f…``; of a name the characters alone.
    """
    return {
        person.participant_id: frozenset(
            (
                *(f"{kind}:{keys.hashed(kind, value)[:16]}" for kind, value in _addresses(person)),
                *(each[:16] for each in _name_hashes(person, keys)),
            )
        )
        for person in session.participants
    }


def erased_before(
    connection: Connection, session: Session, keys: Keys, matches: Mapping[str, PartyMatch]
) -> Iterator[str]:
    """The ids of who was erased, is there again, and has not answered since: what they had answered is forgotten."""
    forgotten = withdrawals.erased_hashes(connection)
    for person in session.participants:
        unmatched = matches[person.participant_id].identity is not Identity.MATCHED
        if unmatched and not forgotten.keys().isdisjoint(_hashes(person, keys)):
            yield person.participant_id


def _matched_by_staff(
    connection: Connection,
    session: Session,
    keys: Keys,
    matches: Mapping[str, PartyMatch],
    *,
    now: datetime | None,
) -> Iterator[tuple[str, PartyMatch]]:
    """Who staff say that somebody is, where no address or id says it and they are still known by the same."""
    by_staff = identity_matches.current(connection, keys, session.session_id, now=now)
    for person in session.participants:
        act = by_staff.get(person.participant_id)
        unsettled = matches[person.participant_id].identity is not Identity.MATCHED
        if act is None or act.addresses or not act.party_id:
            continue  # what was confirmed by its addresses is remembered, and holds as long as these are one party's
        if unsettled and act.known_by == known_by(person, keys):
            yield person.participant_id, PartyMatch(Identity.MATCHED, (act.party_id,), by_staff=True)


def _remembered(
    connection: Connection,
    session: Session,
    keys: Keys,
    matches: Mapping[str, PartyMatch],
    *,
    now: datetime | None,
) -> Iterator[tuple[str, PartyMatch]]:
    """Who is exactly a party whose address or id staff confirmed, in this session or in another."""
    confirmed = identity_matches.remembered(connection, keys, now=now)
    if not confirmed:
        return
    for participant_id, exact in exact_matches(connection, session, keys, matches).items():
        if any(confirmed.get(address) == exact.party_id for address in exact.addresses):
            yield participant_id, PartyMatch(Identity.MATCHED, (exact.party_id,), by_staff=True)


def _staff_like_refusers(
    connection: Connection, session: Session, keys: Keys, matches: Mapping[str, PartyMatch]
) -> Iterator[tuple[str, PartyMatch]]:
    """Own staff of whom nothing is on file, but whose name is like that of somebody who said no: it may be them."""
    unmatched = [
        person
        for person in session.participants
        if own_staff(session, person) and matches[person.participant_id].identity is Identity.UNMATCHED
    ]
    for participant_id, parties in refusers_like(connection, unmatched, session.host, keys).items():
        yield participant_id, PartyMatch(Identity.AMBIGUOUS, parties)


def _hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """What to look a participant up by."""
    return (*address_hashes(person, keys), *_name_hashes(person, keys))


def _name_hashes(person: Participant, keys: Keys) -> Iterator[str]:
    written = [name for name in (person.name, *person.aliases) if name.strip()]
    # Also as they are written: earlier versions kept marks of writing direction, in sessions and in answers.
    forms = dict.fromkeys((*written, *filter(str.strip, map(without_directions, written))))
    return (keys.hashed(AliasKind.DISPLAY_NAME, name) for name in forms)


def _similar_hashes(person: Participant, keys: Keys) -> tuple[str, ...]:
    """What to look up somebody by who may be a participant: an address that is like theirs."""
    if not person.email or person.email.count("@") != 1:
        return ()
    return tuple(keys.hashed(kind, bare(person.email)) for kind in (AliasKind.EMAIL, AliasKind.EMAIL_LIKE))


def _match(hits: Sequence[Iterable[Alias]]) -> PartyMatch:
    """Matched by one verified e-mail or platform id; a name or a mere claim only suggests, which is ambiguous."""
    aliases = [alias for hit in hits for alias in hit]
    named = [alias for alias in aliases if alias.kind is not AliasKind.DISPLAY_NAME]
    candidates = tuple(dict.fromkeys(alias.party_id for alias in named or aliases))
    if len(candidates) == 1 and any(alias.verified.sure for alias in named):
        return PartyMatch(Identity.MATCHED, candidates)
    return PartyMatch(Identity.AMBIGUOUS if candidates else Identity.UNMATCHED, candidates)


def _with_similar(match: PartyMatch, similar: Iterable[Iterable[Alias]]) -> PartyMatch:
    """The match, with who is only like them where it is not sure who they are."""
    candidates = dict.fromkeys((*match.party_ids, *(alias.party_id for hit in similar for alias in hit)))
    if match.identity is Identity.MATCHED or not candidates:
        return match
    return PartyMatch(Identity.AMBIGUOUS, tuple(candidates))


def _doubted(
    connection: Connection, matches: Mapping[str, PartyMatch], alike: Mapping[str, Set[str]]
) -> Mapping[str, PartyMatch]:
    """The matches; ambiguous where somebody else may be them who refused, whatever the session knows them by.

    That is by an address or id of that person that nobody vouches for, or by an address that is like theirs, which is
    the same mailbox at many providers.
    """
    sure = {who: match.party_ids[0] for who, match in matches.items() if match.identity is Identity.MATCHED}
    claimed = sharing(connection, sure.values())
    others = {who: (claimed.get(party_id, set()) | alike[who]) - {party_id} for who, party_id in sure.items()}
    events = log.events_of(connection, set().union(*others.values()))
    refusers = {event.party_id for event in events if event.state.is_no}
    doubts = {who: tuple(sorted(refusers & parties)) for who, parties in others.items() if refusers & parties}
    return {
        who: PartyMatch(Identity.AMBIGUOUS, (*match.party_ids, *doubts[who])) if who in doubts else match
        for who, match in matches.items()
    }
