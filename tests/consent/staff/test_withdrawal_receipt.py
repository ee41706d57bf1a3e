"""What a withdrawal's receipt says that cannot be called back."""

from __future__ import annotations

from pipeline.consent.staff import withdrawal_receipt
from pipeline.records import Purpose
from pipeline.store import Workspace, releases, withdrawals
from tests.consent.conftest import NOW


def test_what_was_public_before_is_listed_with_its_times(workspace: Workspace) -> None:
    filed = withdrawals.Withdrawal(
        withdrawal_id="wdr_1",
        party_ids=("prt_1",),
        purposes=(Purpose.PUBLIC_RECORDING,),
        session_id=None,
        erase=False,
        whole=False,
        filed_at=NOW,
    )
    for kind, number in ((releases.RELEASED, 1), ("retracted", 1), (releases.RELEASED, 2)):
        workspace.ledger.append(kind, f"2026-11-18-aaaaaaaa-public-{number}", {"session_id": "2026-11-18-aaaaaaaa"})
    workspace.ledger.append(releases.RELEASED, "2026-11-18-bbbbbbbb-public-1", {"session_id": "2026-11-18-bbbbbbbb"})
    withdrawals.step(workspace.ledger, "wdr_1", "quarantined", "2026-11-18-aaaaaaaa/public", {})
    lines = withdrawal_receipt.receipt(filed, workspace=workspace).not_recalled
    assert len(lines) == 2 and all("public from 20" in line and "copies unknown" in line for line in lines)
    assert "to 20" in lines[0] and "to now" in lines[1]
