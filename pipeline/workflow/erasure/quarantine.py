"""At once: every rendition with the person is withdrawn, and the exports are written again without them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.records import Audience, Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.withdrawals import Filed
from pipeline.workflow import request_files, tagging
from pipeline.workflow.erasure.affected import affected_sessions

_SESSION = "sessions that they were in"
"""What is noted of each session that a withdrawal affects, whether anything of it was published or not."""
_FINISHED = ("written again", "exports")
_BOTH = frozenset({Purpose.RECORD, Purpose.TRANSCRIBE})
OF_TAGS = _BOTH | {Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE, Purpose.FOLLOWUP_CONTACT}
"""What takes the tags of a session with it when it is withdrawn."""


def audiences(purposes: Iterable[Purpose]) -> tuple[Audience, ...]:
    """The renditions that may no longer be published when these purposes are withdrawn."""
    withdrawn = frozenset(purposes)
    public = _BOTH | {Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE}
    needs = {Audience.INTERNAL: _BOTH | {Purpose.INTERNAL_SHARE}, Audience.PUBLIC: public}
    return tuple(audience for audience in Audience if withdrawn & needs[audience])


def quarantine(workspace: Workspace, filed: Filed, *, now: datetime) -> None:
    """Withdraws the person's sessions from ``out/``, with their tags and the exports; under the consent log's lock.

    The next run publishes again what may go on without the person.
    """
    for affected in affected_sessions(workspace, filed):
        session_id = affected.session.session_id
        _note(workspace, filed, _SESSION, session_id)
        for audience in audiences(filed.purposes):
            if workspace.retract(session_id, audience):
                _note(workspace, filed, "quarantined", f"{session_id}/{audience}")
        if not OF_TAGS.isdisjoint(filed.purposes):
            tagging.drop_tags(workspace, session_id)
        if affected.unsure:
            what = f"{session_id}/{','.join(sorted(affected.unsure))}"
            _note(workspace, filed, "left to a person: it is not sure that it is them", what)
    request_files.write_exports(workspace, now=now)
    _note(workspace, filed, *_FINISHED)


def is_quarantined(workspace: Workspace, filed: Filed) -> bool:
    """Whether that was done; what is published since was made without the person."""
    done, what = _FINISHED
    return any(
        step["done"] == done and step["what"] == what
        for step in withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    )


def _note(workspace: Workspace, filed: Filed, done: str, what: str) -> None:
    withdrawals.step(workspace.ledger, filed.withdrawal_id, done, what, {})
