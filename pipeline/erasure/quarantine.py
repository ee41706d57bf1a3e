"""At once: what is out with the person is taken back, and the exports are written again without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pipeline import requests
from pipeline.erasure.people import affected
from pipeline.records import Audience, Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal

_SESSION = "sessions that they were in"
"""What is noted of each session that a withdrawal is about, whether anything of it was out or not."""
_FINISHED = ("written again", "exports")
_BOTH = frozenset({Purpose.RECORD, Purpose.TRANSCRIBE})
OF_TAGS = _BOTH | {Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE, Purpose.FOLLOWUP_CONTACT}
"""What takes the tags of a session with it when it is withdrawn."""


def audiences(purposes: Iterable[Purpose]) -> tuple[Audience, ...]:
    """The renditions that may no longer be out when these purposes are withdrawn."""
    withdrawn = frozenset(purposes)
    public = _BOTH | {Purpose.PUBLIC_RECORDING, Purpose.PUBLIC_QUOTE}
    needs = {Audience.INTERNAL: _BOTH | {Purpose.INTERNAL_SHARE}, Audience.PUBLIC: public}
    return tuple(audience for audience in Audience if withdrawn & needs[audience])


def quarantine(workspace: Workspace, filed: Withdrawal, *, now: datetime) -> tuple[str, ...]:
    """Takes the person's sessions out of ``out/``, their tags and the exports with them; under the consent log's lock.

    Returns what was taken back, each as session and audience. What may go on without the person is made again by the
    next run.
    """
    taken_back: list[str] = []
    for one in affected(workspace, filed):
        session_id = one.session.session_id
        _note(workspace, filed, _SESSION, session_id)
        for folder in _withdrawn_from(workspace, session_id, filed.purposes, why="somebody in it withdrew"):
            _note(workspace, filed, "quarantined", folder)
            taken_back.append(folder)
        if one.unsure:
            what = f"{session_id}/{','.join(sorted(one.unsure))}"
            _note(workspace, filed, "left to a person: it is not sure that it is them", what)
    requests.write(workspace, now=now)
    _note(workspace, filed, *_FINISHED)
    return tuple(taken_back)


def quarantine_session(
    workspace: Workspace, session_id: str, purposes: Iterable[Purpose], *, now: datetime
) -> tuple[str, ...]:
    """Takes back what is out of one session for these purposes, which staff closed; under the consent log's lock."""
    taken_back = _withdrawn_from(workspace, session_id, purposes, why="a decision about it was closed")
    requests.write(workspace, now=now)
    return taken_back


def is_quarantined(workspace: Workspace, filed: Withdrawal) -> bool:
    """Whether that was done; what was put out since was made without the person."""
    done, what = _FINISHED
    return any(
        one["done"] == done and one["what"] == what for one in withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    )


def _withdrawn_from(workspace: Workspace, session_id: str, purposes: Iterable[Purpose], *, why: str) -> tuple[str, ...]:
    """Takes renditions and tags of a session back, and says so in its state at once."""
    withdrawn = frozenset(purposes)
    folders = tuple(
        f"{session_id}/{audience}" for audience in audiences(withdrawn) if workspace.retract(session_id, audience)
    )
    if not OF_TAGS.isdisjoint(withdrawn):
        workspace.stages.drop(workspace.stages.place("tags", requests.tags_key(session_id)))
    registry = Registry(workspace.db)
    state = registry.states().get(session_id)
    if folders and state is not None:
        result = replace(
            state.result,
            status="waiting",
            reason=f"taken back, for {why}: {', '.join(folders)}",
            action="`offrecord run` makes again what may go on",
            renditions=tuple(folder for folder in state.result.renditions if folder not in folders),
        )
        registry.conclude(replace(state, state_key="", result=result))
    return folders


def _note(workspace: Workspace, filed: Withdrawal, done: str, what: str) -> None:
    withdrawals.step(workspace.ledger, filed.withdrawal_id, done, what, {})
