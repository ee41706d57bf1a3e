"""What a withdrawal's receipt says that cannot be called back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.consent.staff import withdrawal_receipt
from pipeline.records import Purpose
from pipeline.store import Workspace, releases, withdrawals
from tests.consent.conftest import NOW


def _filed() -> withdrawals.Withdrawal:
    return withdrawals.Withdrawal(
        withdrawal_id="wdr_1",
        party_ids=("prt_1",),
        purposes=(Purpose.PUBLIC_RECORDING,),
        session_id=None,
        erase=False,
        whole=False,
        filed_at=NOW,
    )


def test_what_was_public_before_is_listed_with_its_times(workspace: Workspace) -> None:
    filed = _filed()
    for kind, number in ((releases.RELEASED, 1), ("retracted", 1), (releases.RELEASED, 2)):
        workspace.ledger.append(kind, f"2026-11-18-aaaaaaaa-public-{number}", {"session_id": "2026-11-18-aaaaaaaa"})
    workspace.ledger.append(releases.RELEASED, "2026-11-18-bbbbbbbb-public-1", {"session_id": "2026-11-18-bbbbbbbb"})
    withdrawals.step(workspace.ledger, "wdr_1", "quarantined", "2026-11-18-aaaaaaaa/public", {})
    lines = withdrawal_receipt.receipt(
        filed, workspace=workspace, known=withdrawal_receipt.KnownSessions()
    ).not_recalled
    assert len(lines) == 2 and all("public from 20" in line and "copies unknown" in line for line in lines)
    assert "to 20" in lines[0] and "to now" in lines[1]


@pytest.mark.parametrize("state", withdrawals.WithdrawalState)
def test_an_export_without_a_session_of_the_person_is_not_listed_once_the_withdrawal_was_carried_out(
    state: withdrawals.WithdrawalState, workspace: Workspace
) -> None:
    sessions = {"theirs.csv": "2026-11-18-aaaaaaaa", "others.csv": "2026-11-18-bbbbbbbb", "older.csv": ""}
    ids = {name: _handed_out(workspace, name) for name in sessions}
    withdrawals.step(workspace.ledger, "wdr_1", "quarantined", "2026-11-18-aaaaaaaa/public", {})
    held = {ids[name]: frozenset({session_id}) for name, session_id in sessions.items() if session_id}
    filed = replace(_filed(), state=state)
    lines = withdrawal_receipt.receipt(
        filed, workspace=workspace, known=withdrawal_receipt.KnownSessions(of_exports=held)
    ).not_recalled
    carried_out = state in (withdrawals.WithdrawalState.DONE, withdrawals.WithdrawalState.VERIFIED)
    listed = {name for name in sessions if any(f"drive/{name}" in line for line in lines)}
    assert listed == ({"theirs.csv", "older.csv"} if carried_out else set(sessions))


def _handed_out(workspace: Workspace, name: str) -> str:
    artefact_id = workspace.artefacts.note(
        "export", workspace.root / name, session_id=None, contributors=None, log_head="", digest=name
    )
    workspace.artefacts.copied(artefact_id, to=f"drive/{name}", by="ann", now=NOW)
    return artefact_id


def test_what_was_done_is_said_in_plain_words_with_the_number_of_rows(workspace: Workspace) -> None:
    for done, what in (
        ("quarantined", "2026-11-18-aaaaaaaa/public"),
        ("erased: folders", "a1"),
        ("erased: folders", "a2"),
        ("erased: findings", "a3"),
        ("erased: rows of answers", "7"),
    ):
        withdrawals.step(workspace.ledger, "wdr_1", done, what, {})
    assert withdrawal_receipt.receipt(_filed(), workspace=workspace, known=withdrawal_receipt.KnownSessions()).done == (
        "published renditions taken back: 1",
        "copies of what a folder says of the recording deleted for good: 2",
        "results of the kind `findings` deleted for good: 1",
        "rows of their answers deleted for good: 7",
    )


def test_an_export_of_a_session_that_they_were_matched_to_later_is_listed(workspace: Workspace) -> None:
    artefact_id = _handed_out(workspace, "later.csv")
    known = withdrawal_receipt.KnownSessions(
        of_exports={artefact_id: frozenset({"2026-11-18-cccccccc"})},
        of_parties=lambda party_ids: ["2026-11-18-cccccccc"] if "prt_1" in party_ids else [],
    )
    filed = replace(_filed(), state=withdrawals.WithdrawalState.DONE)
    (line,) = withdrawal_receipt.receipt(filed, workspace=workspace, known=known).not_recalled
    assert "drive/later.csv" in line
