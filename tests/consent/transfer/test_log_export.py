"""What stands beside the log in an export: decisions, matches, notices served, agreements, withdrawals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import consent
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.evaluation.evaluate import Evaluation, evaluate
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.evaluation.snapshot import read_snapshot
from pipeline.consent.log import decisions
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.manual_decisions import ManualAction
from pipeline.consent.staff.match_participant import file_match, suggestions
from pipeline.consent.staff.organisations import agree
from pipeline.consent.staff.resolve_hold import resolve
from pipeline.consent.staff.withdraw import Erasure, withdraw
from pipeline.consent.transfer.log_export import export_log
from pipeline.consent.transfer.log_import import ImportedLog, import_log
from pipeline.errors import InputRefused
from pipeline.records import Purpose, Session
from pipeline.store import Workspace, tombstones, withdrawals
from pipeline.store.database import reading
from pipeline.store.withdrawals import Withdrawal, WithdrawalState
from pipeline.workflow import erasure
from tests.consent.conftest import NOW, Files, person, row, session

ANA = "ana@a.example"


def met() -> Session:
    """Ana by another address than she answered from, and somebody nobody told, of a company with an agreement."""
    return session(person(1, name="Ana Diaz"), person(2, "bo@b.example", company="Granite Foundry"))


def cells(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    return [(one.person, one.purpose, one.outcome, one.rule) for one in explain(met(), workspace=workspace, now=NOW)]


def leave(email: str, why: str, workspace: Workspace) -> None:
    """Takes everything back, to be erased."""
    withdraw(
        email,
        purposes=list(Purpose),
        session_id=None,
        erasure=Erasure(erase=True),
        actor="sam",
        reason=why,
        workspace=workspace,
        now=NOW,
    )


@pytest.fixture
def exported(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Path:
    file_answers(row(ANA, name="Ana Diaz"), row("cy@c.example"))
    why = "she wrote to us"
    party = suggestions(met(), workspace=workspace)[0].party
    file_match(met(), "p1", party, actor="sam", reason=why, workspace=workspace, now=NOW)
    for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE):
        allow = partial(resolve, met(), "p2", purpose, ManualAction.ALLOW, evidence="a mail")
        allow(actor="sam", reason=why, workspace=workspace, now=NOW)
    agree(
        "Granite Foundry",
        kind=AgreementKind.NDA,
        recording=None,
        publication=Clause.FORBIDDEN,
        valid_from=NOW.replace(year=2020),
        valid_until=None,
        actor="sam",
        evidence="signed copy",
        workspace=workspace,
        now=NOW,
    )
    leave("cy@c.example", why, workspace)
    filed = erasing(workspace)
    with workspace.db.begin() as connection:
        tombstones.put(
            connection,
            "a" * 64,
            kind=tombstones.VAULT,
            withdrawal_id=filed.withdrawal_id,
            session_id="s",
            erased_at=NOW,
        )
    export_log(tmp_path / "consent.jsonl", workspace=workspace)
    return tmp_path / "consent.jsonl"


def erasing(workspace: Workspace) -> Withdrawal:
    """The one withdrawal that asks for an erasure."""
    (filed,) = (each for each in withdrawals.read(workspace.db) if each.erase)
    return filed


def brought(exported: Path, workspace: Workspace, key: Path | None = None) -> ImportedLog:
    then = partial(erasure.quarantine, workspace, now=NOW)
    return import_log(exported, workspace=workspace, now=NOW, key=key, then=then)


def test_a_restored_store_decides_alike_and_carries_withdrawals_out_again(
    exported: Path, workspace: Workspace, tmp_path: Path
) -> None:
    other = Workspace.create(tmp_path / "other")
    (other.root / "keys" / "identity").write_bytes(workspace.key("identity"))
    done = brought(exported, other)
    assert cells(other) == cells(workspace)
    rules = {rule for *_, rule in cells(other)}
    assert {"H1", "M1", "U1"} <= rules
    assert consent.verify_chain(other) == consent.verify_chain(workspace)
    assert consent.log_head(other) == consent.log_head(workspace)
    assert tombstones.holds(other.db, "a" * 64)
    assert {filed.withdrawal_id for filed in withdrawals.read(other.db)} == set(done.withdrawals)
    assert len(done.withdrawals) == 2, "hers, and what the company's agreement took back"
    assert erasing(other).state is WithdrawalState.FILED
    planted = other.vault.root / "aa" / ("a" * 64)
    planted.parent.mkdir(mode=0o700)
    planted.write_bytes(b"from a backup")
    erasure.carry_out(other, now=NOW)
    assert not planted.exists()
    assert brought(exported, other).withdrawals == ()
    assert erasing(other).state is WithdrawalState.DONE
    assert consent.log_head(other) == consent.log_head(workspace)


def test_under_another_key_reasons_open_again_and_what_staff_said_is_void(
    exported: Path, workspace: Workspace, tmp_path: Path
) -> None:
    other = Workspace.create(tmp_path / "other")
    key = workspace.root / "keys" / "identity"
    brought(exported, other, key)
    consent.verify_chain(other)
    theirs, here = dict.fromkeys(cells(workspace)), dict.fromkeys(cells(other))
    for one in (("p2", "record", "proceed", "H1"), ("p2", "transcribe", "proceed", "H1")):
        assert one in theirs and one not in here, "who it was about cannot be told under another key"
    assert ("p1", "transcribe", "proceed", "U1") in theirs
    assert ("p1", "transcribe", "proceed", "U1") not in here
    before = consent.log_head(other)
    assert brought(exported, other, key).events == 0
    assert consent.log_head(other) == before


def test_a_hold_goes_on_where_it_was_when_a_store_is_restored(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row(ANA))
    held = session(person(1, ANA), person(2))
    for days in range(3):
        consent.rule(replace(held, notice_asserted=days != 1), workspace=workspace, now=NOW + timedelta(days=days))
    export_log(tmp_path / "consent.jsonl", workspace=workspace)
    other = Workspace.create(tmp_path / "other")
    (other.root / "keys" / "identity").write_bytes(workspace.key("identity"))
    consent.rule(held, workspace=other, now=NOW + timedelta(days=9))
    for _ in range(2):
        brought(tmp_path / "consent.jsonl", other)
    consent.verify_chain(other)
    kept = {}
    for one in (workspace, other):
        with reading(one.db) as connection:
            kept[one] = decisions.history(connection, held.session_id)
    before, after = kept[workspace], kept[other]
    assert before and [one.decided_at for one in after[: len(before)]] == [one.decided_at for one in before]
    ids = {one.decision_id for one in after}
    assert all(one.supersedes in {*ids, None} for one in after)
    due = [next(iter(decided.due.values())) for decided in (decide_for(held, one) for one in (workspace, other))]
    assert due[0] == due[1] == NOW + timedelta(days=14)


def test_a_restored_store_knows_again_who_was_erased(workspace: Workspace, file_answers: Files, tmp_path: Path) -> None:
    file_answers(row(ANA))
    leave(ANA, "by mail", workspace)
    erasure.carry_out(workspace, now=NOW)
    export_log(tmp_path / "consent.jsonl", workspace=workspace)
    other = Workspace.create(tmp_path / "other")
    (other.root / "keys" / "identity").write_bytes(workspace.key("identity"))
    brought(tmp_path / "consent.jsonl", other)
    mapping, table = tmp_path / "form.toml", tmp_path / "answers.csv"
    again = import_answers(table, mapping, workspace=other, now=NOW)
    assert (again.people, again.erased) == (0, 1)


def decide_for(meeting: Session, workspace: Workspace) -> Evaluation:
    return evaluate(read_snapshot(meeting, workspace=workspace), now=NOW + timedelta(days=9))


def test_a_decision_that_was_changed_is_refused(exported: Path, workspace: Workspace) -> None:
    exported.write_bytes(exported.read_bytes().replace(b"keep_out", b"allow").replace(b"sam", b"pam"))
    with pytest.raises(InputRefused):
        brought(exported, workspace)
