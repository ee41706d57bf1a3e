"""What was decided about one participant, interval and purpose, with every input: kept, and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.unreadable import unreadable
from pipeline.errors import ConsentUnreadable
from pipeline.records import Interval, Outcome, Purpose
from pipeline.store.chains import Chain
from pipeline.store.tables.rulings import decision

OVERDUE = "+D"
"""What ends the rule id of a hold that was closed at its deadline."""
_BY_PEOPLE = frozenset({"H1", "H2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDecision:
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
class StoredDecision:
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

    def made_by(self, now: datetime) -> bool:
        """Whether it was made by a moment: what a wrong clock dated later does not count."""
        return datetime.fromisoformat(self.decided_at) <= now

    @property
    def held(self) -> bool:
        """Whether it held, or closed what nobody had settled in time."""
        return self.outcome == Outcome.HOLD or self.rules[-1].endswith(OVERDUE)


def changed(
    connection: Connection, session_id: str, decisions: Iterable[ConsentDecision], *, now: datetime
) -> list[list[ConsentDecision]]:
    """Of all that is decided about each participant and purpose, what is not on file as it is.

    What was decided after ``now``, by a clock that was wrong, counts as not on file.
    """
    columns = (decision.c.participant_id, decision.c.purpose, decision.c.of_set, decision.c.body)
    query = select(*columns).where(decision.c.session_id == session_id).order_by(decision.c.seq)
    latest = {(row.participant_id, row.purpose): row for row in connection.execute(query)}
    known = {
        about: row.of_set
        for about, row in latest.items()
        if datetime.fromisoformat(json.loads(row.body)["decided_at"]) <= now
    }
    sets: dict[tuple[str, str], list[ConsentDecision]] = {}
    for each in decisions:
        sets.setdefault((each.participant_id, each.purpose.value), []).append(each)
    return [decided for about, decided in sets.items() if known.get(about) != _digest(decided)]


def append(
    connection: Connection,
    session_id: str,
    sets: Iterable[Sequence[ConsentDecision]],
    *,
    now: datetime,
    valid_until: datetime,
) -> None:
    """Adds decisions, each naming the one that it supersedes; within a transaction of the caller's."""
    on_file = (stored for stored in history(connection, session_id) if stored.made_by(now))
    before = {(each.participant_id, each.purpose): each for each in latest_of(on_file)}
    latest = {about: each.decision_id for about, each in before.items()}
    times = {"decided_at": now.isoformat(), "valid_until": valid_until.isoformat()}
    with CHAIN.appending(connection) as add:
        for decided in sets:
            digest = _digest(decided)
            for each in decided:
                place = {"session_id": session_id, "of_set": digest, "decided_by": each.by}
                supersedes = latest.get((each.participant_id, each.purpose.value))
                add({**_plain(each), **times, **place, "supersedes": supersedes})


def history(connection: Connection, session_id: str) -> tuple[StoredDecision, ...]:
    """Every decision about a session, in the order in which they were made; raises ``ConsentUnreadable``.

    Those that an export brought back may stand behind later ones.
    """
    query = select(decision).where(decision.c.session_id == session_id).order_by(decision.c.seq)
    return tuple(
        sorted(map(_read, connection.execute(query)), key=lambda stored: datetime.fromisoformat(stored.decided_at))
    )


def latest_of(stored_decisions: Iterable[StoredDecision]) -> Iterator[StoredDecision]:
    """The last decision about each participant and purpose."""
    yield from {(stored.participant_id, stored.purpose): stored for stored in stored_decisions}.values()


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


def _plain(each: ConsentDecision) -> dict[str, Any]:
    return {
        "participant_id": each.participant_id,
        "from_s": each.interval.start_s,
        "to_s": each.interval.end_s,
        "purpose": each.purpose.value,
        "inputs": each.inputs,
        "outcome": each.outcome.value,
        "rules": list(each.rules),
        "ruleset": each.ruleset,
        "evidence": list(each.evidence),
    }


def _digest(decisions: Iterable[ConsentDecision]) -> str:
    return sha256(canonical([_plain(each) for each in decisions]))


def _read(row: Any) -> StoredDecision:
    body = CHAIN.body(row)
    del body["session_id"], body["of_set"]
    rules, evidence, by = tuple(body.pop("rules")), tuple(body.pop("evidence")), body.pop("decided_by")
    return StoredDecision(decision_id=_id(row.hash), rules=rules, evidence=evidence, by=by, **body)


def _broken(seq: object) -> ConsentUnreadable:
    return unreadable(f"the decisions are not as they were written, at number {seq}")


CHAIN = Chain(
    decision,
    repeats=("session_id", "of_set", "participant_id", "purpose"),
    changed=_broken,
    record=StoredDecision,
)
