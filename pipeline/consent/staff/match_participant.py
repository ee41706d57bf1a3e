"""Staff file_match who a participant is, with suggestions; never against an address or id that somebody vouched for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import Connection, select

from pipeline.consent.evaluation.comparison import closed_purposes
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.participant_match import PartyMatch, address_hashes, known_by, match_by_aliases
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log import identity_matches
from pipeline.consent.log.identity import (
    LEAST_PHONE_DIGITS,
    Alias,
    AliasKind,
    Keys,
    Verified,
    bare,
    normalise,
    phone_digits,
)
from pipeline.consent.log.identity_matches import StaffMatch
from pipeline.consent.log.log import writing
from pipeline.consent.staff.closing import CloseSession, nothing_to_close
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Participant, Role, Session
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import party as party_table

_NUMBER = re.compile(r"\+?[\d\s().*xX•/-]{7,}")
_HIDDEN = re.compile(r"[*xX•]")
_LEAST_SHOWN = 4
_LIKELY = 80.0
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSuggestion:
    """Who a participant may be: ``score`` from 0 to 100, ``by`` what suggests it; ``party`` is empty for nobody."""

    participant: str
    status: str
    party: str
    score: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """What was filed, as what the participant counts from now on, and the renditions that are out no more for it."""

    participant: str
    party: str
    number: int
    status: str
    withdrawn_renditions: tuple[str, ...] = ()


def suggestions(session: Session, *, workspace: Workspace, names: bool = False) -> tuple[MatchSuggestion, ...]:
    """For each participant who they are or may be, the likeliest first; raises ``ConsentUnreadable``."""
    keys = Keys(workspace.key("identity"))
    matches = read_snapshot(session, workspace=workspace).matches
    with unreadable_is_closed(), reading(workspace.db) as connection:
        known = _known(connection, keys)
    return tuple(
        MatchSuggestion(
            participant=person.name if names else person.participant_id,
            status=match.identity.value,
            party=party_id,
            score=round(score),
            by=by,
        )
        for person in session.participants
        if person.role is not Role.BOT and (match := matches[person.participant_id])
        for party_id, score, by in _rated(person, match, known)
    )


def file_match(
    session: Session,
    participant_id: str,
    party_id: str | None,
    *,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
    others: Iterable[Session] = (),
    then: CloseSession = nothing_to_close,
) -> MatchResult:
    """Files that a participant is a party, or with None takes back what was filed, here and wherever it is remembered.

    What that closes, in this session or in ``others``, is taken back by ``then`` while nothing can be released.

    Raises ``RefusedByPolicy`` where an address or id already says who they are, ``UsageProblem`` for nobody on file.
    """
    if not (actor.strip() and reason.strip()):
        raise UsageProblem("who decides the match, and why, is not stated", action="give --by and --reason")
    person, keys = _participant(session, participant_id), Keys(workspace.key("identity"))
    act = StaffMatch(
        session_id=session.session_id,
        participant_id=participant_id,
        party_id=party_id,
        known_by=known_by(person, keys),
        actor=actor,
        at=now.isoformat(),
        addresses=() if party_id else address_hashes(person, keys),
    )
    withdrawn_folders: list[str] = []
    concerned = [session, *(each for each in others if _shares_address(each, act.addresses, keys))]
    before = [evaluate(read_snapshot(each, workspace=workspace, now=now), now=now) for each in concerned]

    def afterwards() -> None:
        for each, earlier in zip(concerned, before, strict=True):
            closed = closed_purposes(earlier, evaluate(read_snapshot(each, workspace=workspace, now=now), now=now))
            withdrawn_folders.extend(then(each.session_id, closed) if closed else ())

    with writing(workspace, now=now, then=afterwards) as log:
        _check(log.connection, session, act, keys)
        number = identity_matches.append(log.connection, keys, act, reason)
    after = read_snapshot(session, workspace=workspace, now=now).matches[participant_id]
    return MatchResult(
        participant=participant_id,
        party=party_id or "",
        number=number,
        status=after.identity.value,
        withdrawn_renditions=tuple(withdrawn_folders),
    )


def _participant(session: Session, participant_id: str) -> Participant:
    person = next((each for each in session.participants if each.participant_id == participant_id), None)
    if person is None:
        raise UsageProblem(
            "the session has no participant with that id", action="`offrecord consent match SESSION` lists them"
        )
    return person


def _check(connection: Connection, session: Session, act: StaffMatch, keys: Keys) -> None:
    if act.party_id is None:
        is_remembered = not identity_matches.remembered(connection, keys).keys().isdisjoint(act.addresses)
        if not is_remembered and act.participant_id not in identity_matches.current(
            connection, keys, session.session_id
        ):
            raise UsageProblem(
                "no match of that participant is on file", action="`offrecord consent match SESSION` lists all"
            )
        return
    if connection.execute(select(party_table.c.party_id).where(party_table.c.party_id == act.party_id)).first() is None:
        raise UsageProblem("no party with that id is on file", action="`offrecord consent match SESSION` suggests who")
    match = match_by_aliases(connection, session, keys)[act.participant_id]
    if match.identity is Identity.MATCHED:
        raise RefusedByPolicy(
            "their address or platform id already says who they are", action="correct session.toml if it is wrong"
        )


def _shares_address(session: Session, addresses: Sequence[str], keys: Keys) -> bool:
    return any(not set(address_hashes(person, keys)).isdisjoint(addresses) for person in session.participants)


def _known(connection: Connection, keys: Keys) -> Mapping[str, list[tuple[Alias, str]]]:
    """What everybody on file is known by, decrypted."""
    known: dict[str, list[tuple[Alias, str]]] = defaultdict(list)
    for row in connection.execute(select(alias_table).order_by(alias_table.c.alias_id)):
        alias = Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified))
        known[alias.party_id].append((alias, normalise(keys.open_alias(alias, row.value_enc))))
    return known


def _rated(
    person: Participant, match: PartyMatch, known: Mapping[str, list[tuple[Alias, str]]]
) -> Iterator[tuple[str, float, str]]:
    """Who somebody may be, the likeliest first; one line without a party where nobody is like them."""
    if match.identity is Identity.MATCHED:
        yield match.party_ids[0], 100.0, "staff" if match.by_staff else "address or id"
        return
    rated = [
        (party_id, *max((_likeness(person, alias, value), alias.kind.value) for alias, value in aliases))
        for party_id, aliases in known.items()
    ]
    likely = sorted((rating for rating in rated if rating[1] >= _LIKELY), key=lambda rating: (-rating[1], rating[0]))[
        :_MOST
    ]
    yield from likely or [("", 0.0, "")]


def _likeness(person: Participant, alias: Alias, value: str) -> float:
    """How like a participant's names, number or address something is that a party is known by, from 0 to 100."""
    names = (person.name, *person.aliases)
    if alias.kind is AliasKind.DISPLAY_NAME:
        return max(token_sort_ratio(normalise(name), value) for name in names)
    if alias.kind is AliasKind.PHONE:
        return max(_phone_likeness(name, value) for name in names)
    if alias.kind is AliasKind.PLATFORM:
        return 100.0 if person.platform_id and normalise(person.platform_id) == value else 0.0
    if alias.kind is not AliasKind.EMAIL or not person.email:
        return 0.0
    return 100.0 if normalise(person.email) == value else 95.0 if bare(person.email) == bare(value) else 0.0


def _phone_likeness(name: str, number: str) -> float:
    """How like a roster's name is to a number on file: 90 for the whole of it, 80 for what is shown of it, else 0."""
    if not _NUMBER.fullmatch(name.strip()):
        return 0.0
    shown = re.sub(r"\D", "", _HIDDEN.split(name)[-1])
    if _HIDDEN.search(name):
        return 80.0 if len(shown) >= _LEAST_SHOWN and number.endswith(shown) else 0.0
    whole = phone_digits(name).lstrip("0")
    ends = len(whole) >= LEAST_PHONE_DIGITS and (number.endswith(whole) or whole.endswith(number.lstrip("0")))
    return 90.0 if ends else 0.0
