"""At once: what is out with the person is taken back, and the exports are written again without them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline import requests
from pipeline.erasure.people import affected
from pipeline.records import Audience, Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.withdrawals import Withdrawal

_SESSION = "sessions that they were in"
"""What is noted of each session that a withdrawal is about, whether anything of it was out or not."""
_FINISHED = ("written again", "exports")
_BOTH = frozenset({Purpose.RECORD, Purpose.TRANSCRIBE})
OF_TAGS = _BOTH | {Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE, Purpose.FOLLOWUP_CONTACT}
"""What takes the tags of a session with it when it is withdrawn."""


def audiences(purposes: Iterable[Purpose]) -> tuple[Audience, ...]:
    """The renditions that may no longer be out when these purposes are withdrawn."""
    told = frozenset(purposes)
    public = _BOTH | {Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE}
    needs = {Audience.INTERNAL: _BOTH | {Purpose.INTERNAL_SHARE}, Audience.PUBLIC: public}
    return tuple(audience for audience in Audience if told & needs[audience])


def quarantine(workspace: Workspace, filed: Withdrawal, *, now: datetime) -> None:
    """Takes the person's sessions out of ``out/``, their tags and the exports with them; under the consent log's lock.

    What may go on without the person is made again by the next run.
    """
    for one in affected(workspace, filed):
        session_id = one.session.session_id
        _note(workspace, filed, _SESSION, session_id)
        for audience in audiences(filed.purposes):
            if workspace.retract(session_id, audience):
                _note(workspace, filed, "quarantined", f"{session_id}/{audience}")
        if not OF_TAGS.isdisjoint(filed.purposes):
            workspace.stages.drop(workspace.stages.place("tags", requests.tags_key(session_id)))
        if one.unsure:
            what = f"{session_id}/{','.join(sorted(one.unsure))}"
            _note(workspace, filed, "left to a person: it is not sure that it is them", what)
    requests.write(workspace, now=now)
    _note(workspace, filed, *_FINISHED)


def is_quarantined(workspace: Workspace, filed: Withdrawal) -> bool:
    """Whether that was done; what was put out since was made without the person."""
    done, what = _FINISHED
    return any(
        one["done"] == done and one["what"] == what for one in withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    )


def _note(workspace: Workspace, filed: Withdrawal, done: str, what: str) -> None:
    withdrawals.step(workspace.ledger, filed.withdrawal_id, done, what, {})
