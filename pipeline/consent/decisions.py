"""What was decided about one participant, interval and purpose, with every input: kept, and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from pipeline.consent.agreements import forbidden
from pipeline.consent.decide import Inputs
from pipeline.consent.events import canonical, sha256
from pipeline.errors import ConsentUnreadable
from pipeline.records import Cell, Interval, Outcome, Purpose, Role
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import decision

if TYPE_CHECKING:
    from pipeline.consent.facts import Facts
    from pipeline.consent.on_file import OnFile

OVERDUE = "+D"
"""What ends the rule id of a hold that was closed at its deadline."""
_BY_PEOPLE = frozenset({"H1", "H2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: ``inputs`` as the file had them, ``rules`` in the order in which they were applied."""

    participant_id: str
    interval: Interval
    purpose: Purpose
    inputs: Mapping[str, Any]
    outcome: Outcome
    rules: tuple[str, ...]
    ruleset: str
    evidence: tuple[str, ...]

    @property
    def by(self) -> str:
        """Who decided: ``person`` where staff settled a hold, else ``engine``."""
        return "person" if _BY_PEOPLE & set(self.rules[-1:]) else "engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A decision as it is on file; ``supersedes`` names the one before it about the same."""

    decision_id: str
    participant_id: str
    from_s: float
    to_s: float
    purpose: str
    outcome: str
    rules: tuple[str, ...]
    by: str
    decided_at: str
    valid_until: str
    ruleset: str
    inputs: dict[str, Any]
    evidence: tuple[str, ...]
    supersedes: str | None

    @property
    def held(self) -> bool:
        """Whether it held, or closed what nobody had settled in time."""
        return self.outcome == Outcome.HOLD or self.rules[-1].endswith(OVERDUE)


def decision_of(facts: Facts, steps: Sequence[Cell], on_file: OnFile, *, now: datetime) -> Decision:
    """The decision that a cell came to be by, from the cell of the rules alone to the one that holds."""
    final, person = steps[-1], facts.person
    agreements = on_file.agreements.get(person.participant_id, ())
    clauses = [
        one.event_id for moment in (facts.session.started_at, now) for one in forbidden(agreements, moment).values()
    ]
    stated = facts.inputs(final.purpose)
    inputs = {
        **{name: getattr(stated, name) for name in Inputs.__slots__},
        "guardian_agreed": final.purpose in facts.guarded,
        "is_bot": person.role is Role.BOT,
        "minor": person.minor.value,
        "organisation_forbids": sorted(set(clauses)),
        "own_staff": facts.own_staff,
        "policy": on_file.policy.described(),
        "shared_microphone": person.shared_microphone,
    }
    return Decision(
        participant_id=person.participant_id,
        interval=facts.interval,
        purpose=final.purpose,
        inputs=inputs,
        outcome=final.outcome,
        rules=tuple(dict.fromkeys(cell.rule_id for cell in steps)),
        ruleset=on_file.rules.version,
        evidence=final.evidence,
    )


def changed(
    connection: Connection, session_id: str, decisions: Iterable[Decision], *, now: datetime
) -> list[list[Decision]]:
    """Of all that is decided about each participant and purpose, what is not on file as it is.

    What was decided after now, under a clock that was wrong, does not count as on file.
    """
    query = select(decision).where(decision.c.session_id == session_id).order_by(decision.c.seq)
    rows = list(connection.execute(query))
    there = {one.decision_id for one in as_of(map(_read, rows), now)}
    known = {(row.participant_id, row.purpose): row.of_set for row in rows if _id(row.hash) in there}
    sets: dict[tuple[str, str], list[Decision]] = {}
    for one in decisions:
        sets.setdefault((one.participant_id, one.purpose.value), []).append(one)
    return [some for about, some in sets.items() if known.get(about) != _digest(some)]


def append(
    connection: Connection,
    session_id: str,
    sets: Iterable[Sequence[Decision]],
    *,
    now: datetime,
    valid_until: datetime,
) -> None:
    """Adds decisions, each naming the one that it supersedes; within a transaction of the caller's."""
    before = {(one.participant_id, one.purpose): one for one in standing(history(connection, session_id))}
    latest = {about: one.decision_id for about, one in before.items()}
    times = {"decided_at": now.isoformat(), "valid_until": valid_until.isoformat()}
    with CHAIN.appending(connection) as add:
        for some in sets:
            digest = _digest(some)
            for one in some:
                place = {"session_id": session_id, "of_set": digest, "decided_by": one.by}
                supersedes = latest.get((one.participant_id, one.purpose.value))
                add({**_plain(one), **times, **place, "supersedes": supersedes})


def history(connection: Connection, session_id: str) -> tuple[Kept, ...]:
    """Every decision about a session, in the order in which they were made; raises ``ConsentUnreadable``.

    Those that an export brought back may stand behind later ones.
    """
    query = select(decision).where(decision.c.session_id == session_id).order_by(decision.c.seq)
    return tuple(sorted(map(_read, connection.execute(query)), key=lambda one: datetime.fromisoformat(one.decided_at)))


def as_of(kept: Iterable[Kept], now: datetime) -> Iterator[Kept]:
    """The decisions without those that are dated after now."""
    return (one for one in kept if datetime.fromisoformat(one.decided_at) <= now)


def standing(kept: Iterable[Kept]) -> Iterator[Kept]:
    """The last decision about each participant and purpose."""
    yield from {(one.participant_id, one.purpose): one for one in kept}.values()


def verify(connection: Connection) -> int:
    """Walks the chain, returns how many there are; raises ``ConsentUnreadable`` at the first that does not hold."""
    return CHAIN.verify(connection, _read).seq


def bring_in(connection: Connection, bodies: Iterable[str]) -> None:
    """Adds decisions of an export that are not on file, as they were but for their place and the ids that follow it."""
    known = {_unplaced(body) for body in connection.execute(select(decision.c.body)).scalars()}
    ids = dict[str, str]()
    with CHAIN.appending(connection) as add:
        for text in bodies:
            body = json.loads(text)
            if _unplaced(text) in known:
                continue
            supersedes = ids.get(body["supersedes"], body["supersedes"])
            ids[_id(sha256(text))] = _id(add({**body, "supersedes": supersedes}).hash)


def _unplaced(text: str) -> str:
    """What a decision says, whatever its place and the ids that follow from places: by that it is known again."""
    return canonical({**json.loads(text), "seq": 0, "prev_hash": "", "supersedes": ""})


def _id(digest: str) -> str:
    return f"dec_{digest[:32]}"


def _plain(one: Decision) -> dict[str, Any]:
    return {
        "participant_id": one.participant_id,
        "from_s": one.interval.start_s,
        "to_s": one.interval.end_s,
        "purpose": one.purpose.value,
        "inputs": one.inputs,
        "outcome": one.outcome.value,
        "rules": list(one.rules),
        "ruleset": one.ruleset,
        "evidence": list(one.evidence),
    }


def _digest(decisions: Iterable[Decision]) -> str:
    return sha256(canonical([_plain(one) for one in decisions]))


def _read(row: Any) -> Kept:
    body = CHAIN.body(row)
    del body["session_id"], body["of_set"]
    rules, evidence, by = tuple(body.pop("rules")), tuple(body.pop("evidence")), body.pop("decided_by")
    return Kept(decision_id=_id(row.hash), rules=rules, evidence=evidence, by=by, **body)


def _broken(seq: object) -> ConsentUnreadable:
    return ConsentUnreadable(
        f"the decisions are not as they were written, at number {seq}",
        action="nothing was processed; restore offrecord.db and heads from one backup",
    )


CHAIN = Chain(decision, repeats=("session_id", "of_set", "participant_id", "purpose"), changed=_broken, record=Kept)
