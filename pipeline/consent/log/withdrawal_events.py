"""Which events take consent back, and the withdrawals that they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from pipeline.consent.log.events import Draft, Event, EventState, sha256
from pipeline.store.withdrawals import Withdrawal

_ENDED = frozenset({EventState.WITHDRAWN, EventState.REVOKED})


def withdrawal_id_of(drafts: Iterable[Draft]) -> str:
    """The id of the withdrawal that these events make: the same events make the same withdrawal."""
    return "wdr_" + sha256("".join(draft.event_id for draft in drafts))[:24]


def withdrawals_in(drafts: Iterable[Draft], earlier: Iterable[Event], *, now: datetime) -> Iterator[Withdrawal]:
    """What new answers of a form take back, by person and session; the first answer of somebody takes back nothing.

    That is every withdrawal, and a no to what the person had not yet said no to.
    """
    open_to = {(event.party_id, event.purpose) for event in earlier if not event.state.is_no}
    taken: dict[tuple[str, str | None], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.state in _ENDED or (draft.state.is_no and (draft.party_id, draft.purpose) in open_to):
            kind, _, name = draft.scope.partition(":")
            taken[draft.party_id, name if kind == "session" else None].append(draft)
    for (party_id, session_id), theirs in taken.items():
        yield Withdrawal(
            withdrawal_id=withdrawal_id_of(theirs),
            party_ids=(party_id,),
            purposes=tuple(dict.fromkeys(draft.purpose for draft in theirs)),
            session_id=session_id,
            erase=False,
            whole=False,
            filed_at=now,
        )
