"""At once: every rendition with the person is withdrawn, and the exports are written again without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pipeline.records import Audience, Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal
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


def quarantine(workspace: Workspace, filed: Withdrawal, *, now: datetime) -> tuple[str, ...]:
    """Withdraws the person's sessions from ``out/``, with their tags and the exports; under the consent log's lock.

    Returns what was withdrawn, each as session and audience. The next run publishes again what may go on without the
    person.
    """
    withdrawn: list[str] = []
    for affected in affected_sessions(workspace, filed):
        session_id = affected.session.session_id
        _note(workspace, filed, _SESSION, session_id)
        for folder in _withdraw(workspace, session_id, filed.purposes, why="a consent to it ended"):
            _note(workspace, filed, "quarantined", folder)
            withdrawn.append(folder)
        if affected.unsure:
            what = f"{session_id}/{','.join(sorted(affected.unsure))}"
            _note(workspace, filed, "left to a person: it is not sure that it is them", what)
    request_files.write_exports(workspace, now=now)
    _note(workspace, filed, *_FINISHED)
    return tuple(withdrawn)


def quarantine_session(
    workspace: Workspace, session_id: str, purposes: Iterable[Purpose], *, now: datetime
) -> tuple[str, ...]:
    """Withdraws one session's renditions for these purposes, which staff closed; under the consent log's lock."""
    withdrawn = _withdraw(workspace, session_id, purposes, why="a decision about it was closed")
    request_files.write_exports(workspace, now=now)
    return withdrawn


def is_quarantined(workspace: Workspace, filed: Withdrawal) -> bool:
    """Whether that was done; what is published since was made without the person."""
    done, what = _FINISHED
    return any(
        step["done"] == done and step["what"] == what
        for step in withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    )


def _withdraw(workspace: Workspace, session_id: str, purposes: Iterable[Purpose], *, why: str) -> tuple[str, ...]:
    """Withdraws renditions and tags of a session, and says so in its state at once."""
    withdrawn = frozenset(purposes)
    folders = tuple(
        f"{session_id}/{audience}" for audience in audiences(withdrawn) if workspace.retract(session_id, audience)
    )
    if not OF_TAGS.isdisjoint(withdrawn):
        tagging.drop_tags(workspace, session_id)
    registry = Registry(workspace.db)
    state = registry.state(session_id)
    if folders and state is not None:
        result = replace(
            state.result,
            status="waiting",
            reason=f"withdrawn, for {why}: {', '.join(folders)}",
            action="`offrecord run` publishes it again as far as consent allows",
            renditions=tuple(folder for folder in state.result.renditions if folder not in folders),
        )
        registry.conclude(replace(state, state_key="", result=result))
    return folders


def _note(workspace: Workspace, filed: Withdrawal, done: str, what: str) -> None:
    withdrawals.step(workspace.ledger, filed.withdrawal_id, done, what, {})
