"""Staff settle who a participant is, with suggestions; never against an address or id that somebody vouched for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import Connection, select

from pipeline.consent.evaluation import snapshot
from pipeline.consent.evaluation.rule_tables import Identity
from pipeline.consent.evaluation.snapshot import Match, known_by
from pipeline.consent.log import identity_matches
from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified, bare, normalise
from pipeline.consent.log.identity_matches import StaffMatch
from pipeline.consent.log.log import writing
from pipeline.consent.staff import phones
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Participant, Role, Session
from pipeline.store import Workspace
from pipeline.store.consent_tables import alias as alias_table
from pipeline.store.consent_tables import party as party_table
from pipeline.store.database import reading, unreadable_is_closed

_LIKELY = 80.0
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Who a participant may be: ``score`` from 0 to 100, ``by`` what suggests it; ``party`` is empty for nobody."""

    participant: str
    status: str
    party: str
    score: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was filed, and as what the participant counts from now on."""

    participant: str
    party: str
    number: int
    status: str


def suggestions(session: Session, *, workspace: Workspace, names: bool = False) -> tuple[Suggested, ...]:
    """For each participant who they are or may be, the likeliest first; raises ``ConsentUnreadable``."""
    keys = Keys(workspace.key("identity"))
    filed = snapshot.read(session, workspace=workspace)
    with unreadable_is_closed(), reading(workspace.db) as connection:
        known = _known(connection, keys)
    return tuple(
        Suggested(
            participant=person.name if names else person.participant_id,
            status=match.identity.value,
            party=party_id,
            score=round(score),
            by=by,
        )
        for person in session.participants
        if person.role is not Role.BOT and (match := filed.matches[person.participant_id])
        for party_id, score, by in _rated(person, match, known)
    )


def settle(
    session: Session,
    participant_id: str,
    party_id: str | None,
    *,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
) -> Settled:
    """Files that a participant is a party, or with None takes back what was filed.

    Raises ``RefusedByPolicy`` where an address or id already says who they are, ``UsageProblem`` for nobody on file.
    """
    if not (actor.strip() and reason.strip()):
        raise UsageProblem("who says so and why is needed", action="give --by and --reason")
    person = next((one for one in session.participants if one.participant_id == participant_id), None)
    if person is None:
        raise UsageProblem("nobody of that id was there", action="`offrecord consent match SESSION` lists them")
    keys = Keys(workspace.key("identity"))
    act = StaffMatch(
        session_id=session.session_id,
        participant_id=participant_id,
        party_id=party_id,
        known_by=known_by(person, keys),
        actor=actor,
        at=now.isoformat(),
    )
    with writing(workspace, now=now) as log:
        _check(log.connection, session, act, keys)
        number = identity_matches.append(log.connection, keys, act, reason)
    after = snapshot.read(session, workspace=workspace).matches[participant_id]
    return Settled(participant=participant_id, party=party_id or "", number=number, status=after.identity.value)


def _check(connection: Connection, session: Session, act: StaffMatch, keys: Keys) -> None:
    if act.party_id is None:
        if act.participant_id not in identity_matches.standing(connection, keys, session.session_id):
            raise UsageProblem("nothing was settled about them", action="`offrecord consent match SESSION` lists all")
        return
    if connection.execute(select(party_table.c.party_id).where(party_table.c.party_id == act.party_id)).first() is None:
        raise UsageProblem("nobody of that id is on file", action="`offrecord consent match SESSION` suggests who")
    found = snapshot.by_what_is_known(connection, session, keys)[act.participant_id]
    if found.identity is Identity.MATCHED:
        raise RefusedByPolicy(
            "their address or platform id already says who they are", action="correct session.toml if it is wrong"
        )


def _known(connection: Connection, keys: Keys) -> Mapping[str, list[tuple[Alias, str]]]:
    """What everybody on file is known by, decrypted."""
    found: dict[str, list[tuple[Alias, str]]] = defaultdict(list)
    for row in connection.execute(select(alias_table).order_by(alias_table.c.alias_id)):
        alias = Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified))
        found[alias.party_id].append((alias, normalise(keys.open_alias(alias, row.value_enc))))
    return found


def _rated(
    person: Participant, match: Match, known: Mapping[str, list[tuple[Alias, str]]]
) -> Iterator[tuple[str, float, str]]:
    """Who somebody may be, the likeliest first; one line without a party where nobody is like them."""
    if match.identity is Identity.MATCHED:
        yield match.party_ids[0], 100.0, "staff" if match.by_staff else "address or id"
        return
    rated = [
        (party_id, *max((_likeness(person, alias, value), alias.kind.value) for alias, value in aliases))
        for party_id, aliases in known.items()
    ]
    likely = sorted((one for one in rated if one[1] >= _LIKELY), key=lambda one: (-one[1], one[0]))[:_MOST]
    yield from likely or [("", 0.0, "")]


def _likeness(person: Participant, alias: Alias, value: str) -> float:
    """How like a participant's names, number or address something is that a party is known by, from 0 to 100."""
    names = (person.name, *person.aliases)
    if alias.kind is AliasKind.DISPLAY_NAME:
        return max(token_sort_ratio(normalise(name), value) for name in names)
    if alias.kind is AliasKind.PHONE:
        return max(phones.likeness(name, value) for name in names)
    if alias.kind is AliasKind.PLATFORM:
        return 100.0 if person.platform_id and normalise(person.platform_id) == value else 0.0
    if alias.kind is not AliasKind.EMAIL or not person.email:
        return 0.0
    return 100.0 if normalise(person.email) == value else 95.0 if bare(person.email) == bare(value) else 0.0
