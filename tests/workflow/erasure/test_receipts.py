"""A receipt that claims no more than was done, and forgets no copy."""

from __future__ import annotations

import csv
from datetime import timedelta

from pipeline.consent.staff.withdrawal_receipt import of_person
from pipeline.records import Audience, Purpose
from pipeline.store import Workspace, withdrawals
from pipeline.store.registry import Registry
from pipeline.workflow.erasure.leftovers import find_leftovers
from tests.workflow.erasure.conftest import GUEST, NOW, Leave, night

LATER = NOW + timedelta(hours=1)


def test_a_copy_of_what_was_withdrawn_renditions_before_the_withdrawal_is_not_forgotten(
    workspace: Workspace, leave: Leave
) -> None:
    (session_id,) = Registry(workspace.db).digests()
    artefact = next(artefact for artefact in workspace.artefacts.of(session_id) if artefact.kind == "rendition")
    workspace.artefacts.copied(artefact.artefact_id, to="the partner's drive", by="ann", now=NOW)
    for audience in Audience:
        workspace.retract(session_id, audience)
    leave(workspace, Purpose.PUBLIC_RECORDING, now=LATER)
    (receipt,) = of_person(GUEST, "", workspace=workspace)
    assert any("the partner's drive" in line for line in receipt.not_recalled)


def test_a_receipt_without_erasure_does_not_say_that_every_store_was_searched(
    workspace: Workspace, leave: Leave
) -> None:
    leave(workspace, Purpose.INTERNAL_IMPROVE, now=LATER)
    night(workspace, now=LATER)
    (receipt,) = of_person(GUEST, "", workspace=workspace)
    assert receipt.standing.startswith("done") and "every store" not in receipt.standing
    (filed,) = withdrawals.read(workspace.db)
    steps = withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    assert not any(step["what"] == "every store" for step in steps)


def test_the_exports_are_searched_after_a_withdrawal_of_what_they_are_for(workspace: Workspace, leave: Leave) -> None:
    table = workspace.out / "exports" / "requests.csv"
    with table.open(encoding="utf-8") as opened:
        quotes = [row for row in csv.DictReader(opened) if row.get("customer")]
    assert quotes
    before = table.read_bytes()
    leave(workspace, Purpose.INTERNAL_IMPROVE, now=LATER)
    (filed,) = withdrawals.read(workspace.db)
    assert find_leftovers(workspace, filed) == ()
    table.write_bytes(before)
    assert [leftover.place for leftover in find_leftovers(workspace, filed)] == ["exports/requests.csv"]
