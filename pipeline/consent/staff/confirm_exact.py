"""Staff confirm many participants at once: each whose address or id is exactly that of one person on file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import Connection, select

from pipeline.consent.evaluation.participant_match import ExactMatch, exact_matches, known_by, match_participants
from pipeline.consent.log import identity_matches
from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified, normalise
from pipeline.consent.log.identity_matches import StaffMatch
from pipeline.consent.log.log import writing
from pipeline.errors import UsageProblem
from pipeline.records import Participant, Role, Session
from pipeline.store import Workspace
from pipeline.store.tables.consent import alias as alias_table

_SAME_NAME = 80.0
"""From this likeness on, of 100, two names are taken as one person's: the threshold of the suggestions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedMatch:
    """One participant who was, or was not, confirmed, with why not."""

    session: str
    participant: str
    party: str
    confirmed: bool
    reason: str = ""


def confirm_exact(
    sessions: Iterable[Session],
    *,
    actor: str,
    reason: str,
    workspace: Workspace,
    now: datetime,
    names: bool = False,
    is_trial: bool = False,
) -> tuple[ConfirmedMatch, ...]:
    """Files every exact match of these sessions in one transaction; ``is_trial`` files none and shows what would be.

    A person who bears another name on file is left for ``settle``: somebody may have typed a colleague's address. It
    opens what the person's own answer allows, and closes nothing, as they were ambiguous before.

    Raises ``UsageProblem`` without an actor or a reason.
    """
    if not is_trial and not (actor.strip() and reason.strip()):
        raise UsageProblem(
            "who confirms the matches, and why, is not stated", action="give --by and --reason, or --dry-run"
        )
    keys = Keys(workspace.key("identity"))
    confirmed: list[ConfirmedMatch] = []
    with writing(workspace, now=now) as log:
        for session in sessions:
            for person, exact in _exact(log.connection, session, keys, now):
                has_name = _bears_name(log.connection, person, exact.party_id, keys)
                if has_name and not is_trial:
                    act = _act(session, person, exact, keys, actor=actor, now=now)
                    identity_matches.append(log.connection, keys, act, reason)
                confirmed.append(
                    ConfirmedMatch(
                        session=session.session_id,
                        participant=person.name if names else person.participant_id,
                        party=exact.party_id,
                        confirmed=has_name,
                        reason="" if has_name else "they bear another name on file",
                    )
                )
    return tuple(confirmed)


def _exact(
    connection: Connection, session: Session, keys: Keys, now: datetime
) -> Iterator[tuple[Participant, ExactMatch]]:
    matches = match_participants(connection, session, keys, now=now)
    exact = exact_matches(connection, session, keys, matches)
    for person in session.participants:
        if person.participant_id in exact and person.role is not Role.BOT:
            yield person, exact[person.participant_id]


def _act(
    session: Session, person: Participant, exact: ExactMatch, keys: Keys, *, actor: str, now: datetime
) -> StaffMatch:
    return StaffMatch(
        session_id=session.session_id,
        participant_id=person.participant_id,
        party_id=exact.party_id,
        known_by=known_by(person, keys),
        actor=actor,
        at=now.isoformat(),
        addresses=exact.addresses,
    )


def _bears_name(connection: Connection, person: Participant, party_id: str, keys: Keys) -> bool:
    """Whether a participant's name is like one on file of the party; so it is where no name of theirs is on file."""
    columns = alias_table.c
    which = (columns.party_id == party_id, columns.kind == AliasKind.DISPLAY_NAME.value)
    on_file = [
        normalise(
            keys.open_alias(
                Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified)), row.value_enc
            )
        )
        for row in connection.execute(select(alias_table).where(*which))
    ]
    borne = [normalise(name) for name in (person.name, *person.aliases)]
    return not on_file or any(token_sort_ratio(name, other) >= _SAME_NAME for name in borne for other in on_file)
