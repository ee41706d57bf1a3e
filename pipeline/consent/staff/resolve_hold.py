"""People settle a hold, with reason and evidence: written to a chain of its own, under the consent log's lock."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.consent.evaluation.comparison import closed_purposes
from pipeline.consent.evaluation.evaluate import evaluate
from pipeline.consent.evaluation.hold_resolution import PUBLIC, basis_of, removable, says_no
from pipeline.consent.evaluation.snapshot import ConsentSnapshot, read_snapshot
from pipeline.consent.log import manual_decisions
from pipeline.consent.log.identity import Keys, normalise
from pipeline.consent.log.log import writing
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.closing import CloseSession, nothing_to_close
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Cell, Outcome, Purpose, Session
from pipeline.records.shell_actor import account_mark
from pipeline.store import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldResolution:
    """What was filed, and what holds now: ``outcome`` is the most restrictive of the participant's cells.

    ``withdrawn_renditions`` are the renditions that are out no more for it.
    """

    act: str
    number: int
    outcome: str
    rules: tuple[str, ...]
    still_needed: str
    withdrawn_renditions: tuple[str, ...] = ()


def resolve(
    session: Session,
    participant_id: str,
    purpose: Purpose,
    act: ManualAction,
    *,
    actor: str,
    reason: str,
    evidence: str,
    workspace: Workspace,
    now: datetime,
    then: CloseSession = nothing_to_close,
) -> HoldResolution:
    """Files one person's decision about a hold; raises ``RefusedByPolicy`` when it is no hold, or somebody refused.

    What it closes is taken back by ``then`` while nothing can be released.
    """
    if not all(text.strip() for text in (actor, reason, evidence)):
        raise UsageProblem(
            "who decides, why, and on what evidence, is not stated", action="give --by, --reason, --evidence"
        )
    snapshot = read_snapshot(session, workspace=workspace, now=now)
    undecided = evaluate(replace(snapshot, manual_decisions=()), now=now).cells
    held = [cell for cell in _about(undecided, participant_id, purpose) if cell.outcome is Outcome.HOLD]
    if act is not ManualAction.UNDO:
        _check(held, snapshot, act, now)
    keys = Keys(workspace.key("identity"))
    bound = f"{session.session_id}\n{participant_id}"
    body = {
        "participant_id": participant_id,
        "purpose": purpose.value,
        "act": act.value,
        "bases": sorted({basis_of(cell, snapshot) for cell in held}),
        "actor": normalise(actor),
        **_account(actor, workspace),
        "reason": _sealed(keys, reason, bound),
        "evidence": evidence if re.fullmatch(r"[0-9a-f]{64}", evidence) else _sealed(keys, evidence, bound),
        "at": now.isoformat(),
    }
    withdrawn_folders: list[str] = []

    def afterwards() -> None:
        closed = closed_purposes(before, evaluate(read_snapshot(session, workspace=workspace, now=now), now=now))
        withdrawn_folders.extend(then(session.session_id, closed) if closed else ())

    before = evaluate(snapshot, now=now)
    with writing(workspace, now=now, then=afterwards) as log:
        if log.started_at != snapshot.log_head:
            raise RefusedByPolicy("consent changed meanwhile", action="look again with `offrecord consent show`")
        number = manual_decisions.append(log.connection, body, session.session_id)
    after = evaluate(read_snapshot(session, workspace=workspace, now=now), now=now)
    return _resolution(act, number, _about(after.cells, participant_id, purpose), withdrawn_folders)


def _about(cells: Iterable[Cell], participant_id: str, purpose: Purpose) -> list[Cell]:
    about = [cell for cell in cells if (cell.participant_id, cell.purpose) == (participant_id, purpose)]
    if not about:
        raise UsageProblem(
            "nothing was decided about that participant and purpose", action="`offrecord consent show` lists them"
        )
    return about


def _check(held: list[Cell], snapshot: ConsentSnapshot, act: ManualAction, now: datetime) -> None:
    if not held:
        raise RefusedByPolicy(
            "that participant is not held for that purpose, so there is nothing to decide",
            action="`offrecord consent show` says why",
        )
    if any(says_no(cell, snapshot, now=now) for cell in held):
        raise RefusedByPolicy(
            "the participant said no, and nobody may decide otherwise", action="nothing; a no stays a no"
        )
    if act is ManualAction.KEEP_OUT and not removable(snapshot.session, held[0].participant_id):
        raise RefusedByPolicy(
            "the participant cannot be removed: they spoke in mixed sound",
            action="give each person's own track, or captions that name the speakers, or `offrecord review voices`",
        )


def _account(actor: str, workspace: Workspace) -> dict[str, object]:
    """The mark of the account that somebody decides from by command, and whether several people share it."""
    account = account_mark(actor)
    shared = {"account_is_shared": True} if workspace.settings.review.shared_account else {}
    return {"account": account, **shared} if account else {}


def _sealed(keys: Keys, text: str, bound: str) -> str:
    return base64.b64encode(keys.seal(text, bound)).decode("ascii")


def _resolution(
    act: ManualAction, number: int, cells: list[Cell], withdrawn_renditions: Iterable[str]
) -> HoldResolution:
    worst = max((cell.outcome for cell in cells), key=lambda outcome: outcome.restrictiveness)
    waits = act is ManualAction.ALLOW and worst is Outcome.HOLD and cells[0].purpose in PUBLIC
    return HoldResolution(
        act=act.value,
        number=number,
        outcome=worst.value,
        rules=tuple(dict.fromkeys(cell.rule_id for cell in cells)),
        still_needed="a second person" if waits else "",
        withdrawn_renditions=tuple(withdrawn_renditions),
    )
