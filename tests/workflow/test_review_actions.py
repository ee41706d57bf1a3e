"""Each action of a reviewer does all that belongs to it, whoever calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Audience, Proposal, Verdict
from pipeline.review import decisions, propose, signed_off_by
from pipeline.store import Workspace
from pipeline.store import misheard as misheard_store
from pipeline.store.registry import Registry
from pipeline.workflow import review_actions
from tests.clock import NIGHT
from tests.consent.conftest import session
from tests.review.conftest import finding

SESSION, OTHER = "2026-11-18-abc", "2026-11-19-def"
HEARD = finding("person:noel brandt", "nowhere brown", rule="sounds like")
UNKNOWN = "person:~nowhere brown"  # too little like the name to be called that
COMPANY = finding("company:halcyon freight", "halcyon", label="COMPANY", start_s=4.0)


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    workspace = new_workspace(tmp_path / "ws")
    for session_id in (SESSION, OTHER):
        row = replace(session(), session_id=session_id, source_digest=session_id)
        Registry(workspace.db).take(tmp_path / session_id, "fingerprint", row)
        proposals = propose(session_id, (HEARD, COMPANY))
        workspace.stages.put("proposals", session_id, proposals, tuple[Proposal, ...])
    return workspace


def proposal_of(workspace: Workspace, entity: str, session_id: str = SESSION) -> Proposal:
    waiting = review_actions.undecided_proposals(workspace, session_id, actor="ana", now=NIGHT)
    return next(proposal for proposal in waiting if proposal.entity == entity)


def reveals(workspace: Workspace) -> list[str]:
    return [json.loads(body)["session_id"] for _, body in workspace.ledger.under("reveal", "")]


def misheard(workspace: Workspace) -> set[str]:
    with workspace.db.begin() as connection:
        return {heard.text for heard in misheard_store.known(connection, workspace.key("alias"))}


def test_whoever_sees_a_text_is_in_the_ledger(workspace: Workspace) -> None:
    masked = review_actions.show_proposals(workspace, SESSION)
    assert not any("halcyon" in text for line in masked for text in line.text)
    assert reveals(workspace) == []
    shown = review_actions.show_proposals(workspace, SESSION, reveal_to="ana")
    assert any("halcyon" in text for line in shown for text in line.text)
    assert reveals(workspace) == [SESSION]
    texts = review_actions.reveal_proposal(workspace, proposal_of(workspace, UNKNOWN), actor="ana")
    assert texts == ("nowhere brown",) and len(reveals(workspace)) == 2
    with pytest.raises(UsageProblem):
        review_actions.show_proposals(workspace, "no-such-session", reveal_to="ana")
    assert len(reveals(workspace)) == 2, "nothing was seen"


def test_nobody_sees_a_text_that_the_ledger_cannot_record(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.review.decision_log.ledger.append", full)
    with pytest.raises(OSError, match="No space"):
        review_actions.show_proposals(workspace, SESSION, reveal_to="ana")


def test_a_decision_teaches_and_taking_it_back_unteaches(workspace: Workspace) -> None:
    proposal = proposal_of(workspace, UNKNOWN)
    review_actions.decide_proposal(workspace, proposal, Verdict.REDACT, actor="ana", reason="a person")
    assert misheard(workspace) == {"nowhere brown"}
    review_actions.undo_decision(workspace, proposal, actor="ana")
    assert misheard(workspace) == set()
    assert decisions(workspace.db, SESSION) == ()


def test_many_decisions_at_once_teach_nothing_and_named_ones_do(workspace: Workspace) -> None:
    redact = partial(review_actions.decide, verdict=Verdict.REDACT, actor="ana", reason="no time")
    count = redact(workspace, SESSION, (), all_undecided=True)
    assert (count.decided, misheard(workspace)) == (2, set())
    label = proposal_of(workspace, UNKNOWN, OTHER).replacement
    redact(workspace, OTHER, [label])
    assert misheard(workspace) == {"nowhere brown"}


def test_one_entity_is_redacted_in_all_sessions(workspace: Workspace) -> None:
    label = proposal_of(workspace, COMPANY.entity).replacement
    count = review_actions.decide(
        workspace, SESSION, [label], Verdict.REDACT, actor="ana", reason="a customer", all_sessions=True
    )
    assert (count.decided, count.decided_elsewhere, count.other_sessions) == (1, 1, 1)
    assert [line.undecided for line in review_actions.list_sessions(workspace, now=NIGHT, only_undecided=True)] == [
        1,
        1,
    ]
    with pytest.raises(UsageProblem):
        review_actions.decide(workspace, SESSION, [label], Verdict.KEEP, actor="ana", reason="ours", all_sessions=True)


def test_a_sign_off_needs_every_decision(workspace: Workspace) -> None:
    with pytest.raises(RefusedByPolicy, match="2 proposals are undecided"):
        review_actions.sign_off(workspace, SESSION, audience=Audience.PUBLIC, actor="lead")
    review_actions.decide(workspace, SESSION, (), Verdict.REDACT, actor="a", reason="b", all_undecided=True)
    review_actions.sign_off(workspace, SESSION, audience=Audience.PUBLIC, actor="lead")
    proposals = propose(SESSION, (HEARD, COMPANY))
    assert signed_off_by(workspace.db, SESSION, proposals) == "lead"
