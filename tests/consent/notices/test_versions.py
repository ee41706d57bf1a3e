"""A notice version with a material change ends what was said to the versions before it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline import consent
from pipeline.consent.evaluation.consent_state import state_during, state_now
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.evaluation.snapshot import ConsentSnapshot, read_snapshot
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, FORM, NOW, START, Files, form_text, person, row, session

ANA = session(person(1, "ana@a.example"))
CHANGED = FORM | {"version": '"2"', "supersedes": '"1"', "material_change": "true", "effective_from": "2026-11-20"}
FROM = datetime(2026, 11, 20, tzinfo=UTC)


def on_file(workspace: Workspace) -> ConsentSnapshot:
    return read_snapshot(ANA, workspace=workspace)


def now(workspace: Workspace, purpose: Purpose = Purpose.INTERNAL_SHARE, at: datetime = NOW) -> ConsentStatus:
    found = on_file(workspace)
    party_id = found.matches["p1"].party_ids[0]
    return state_now(found.events_for(party_id, purpose), ANA, at, found.trusted).status


def test_from_its_day_on_an_earlier_yes_is_over(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    assert now(workspace) is ConsentStatus.GIVEN
    file_answers(form=form_text(CHANGED))
    assert now(workspace) is ConsentStatus.EXPIRED
    assert now(workspace, at=datetime(2026, 11, 19, tzinfo=UTC)) is ConsentStatus.GIVEN


def test_what_was_said_counts_for_what_was_recorded_before(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(form=form_text(CHANGED))
    found = on_file(workspace)
    events = found.events_for(found.matches["p1"].party_ids[0], Purpose.RECORD)
    assert state_during(events, ANA, START, FROM, found.trusted).status is ConsentStatus.GIVEN
    assert state_during(events, ANA, FROM, NOW, found.trusted).status is ConsentStatus.EXPIRED


def test_only_the_purposes_that_changed(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(form=form_text(CHANGED, changes='["public_recording"]'))
    assert now(workspace) is ConsentStatus.GIVEN
    assert now(workspace, Purpose.PUBLIC_RECORDING) is ConsentStatus.EXPIRED


def test_a_change_that_is_not_material_ends_nothing(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(form=form_text(version='"2"', supersedes='"1"'))
    assert now(workspace) is ConsentStatus.GIVEN


def test_the_new_yes_counts_and_the_no_stays(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example", ALL_NO))
    file_answers(row("ana@a.example", at="2026-11-21 09:00:00"), form=form_text(CHANGED))
    assert now(workspace) is ConsentStatus.GIVEN
    file_answers(row("ana@a.example", ALL_NO, at="2026-11-21 19:00:00"))
    assert now(workspace) is ConsentStatus.REFUSED


def test_a_yes_through_the_old_form_is_over_at_once(workspace: Workspace, file_answers: Files) -> None:
    file_answers(form=form_text(CHANGED))
    file_answers(row("ana@a.example", at="2026-11-21 09:00:00"))
    assert now(workspace) is ConsentStatus.EXPIRED


def test_it_reaches_through_versions_and_languages(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), form=form_text(language='"de"'))
    file_answers(form=form_text(version='"1b"', supersedes='"1"'))
    file_answers(form=form_text(CHANGED | {"supersedes": '"1b"'}))
    assert now(workspace) is ConsentStatus.EXPIRED


def test_another_notice_is_not_touched(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    file_answers(form=form_text(CHANGED, notice_id='"other"'))
    assert now(workspace) is ConsentStatus.GIVEN


def test_versions_that_supersede_each_other_end(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), form=form_text(CHANGED))
    file_answers(form=form_text(CHANGED | {"version": '"1"', "supersedes": '"2"'}))
    assert now(workspace) is ConsentStatus.EXPIRED


def test_having_seen_the_old_text_shows_nothing_of_the_new(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    (before,) = on_file(workspace).notices.values()
    file_answers(form=form_text(CHANGED | {"effective_from": "2026-11-01"}))
    old = on_file(workspace).notices[before.digest]
    assert (before.asks, old.asks) == (True, False)
    assert Purpose.INTERNAL_SHARE in before.purposes
    assert old.purposes == frozenset()


def test_filing_it_alone_changes_what_rulings_stand_on(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"))
    before, chain = consent.log_head(workspace), consent.verify_chain(workspace)
    file_answers(form=form_text(CHANGED))
    assert consent.log_head(workspace) != before
    assert consent.verify_chain(workspace) == chain


@pytest.mark.parametrize(
    "changed",
    [
        {"material_change": "true", "supersedes": '"1"'},
        {"material_change": "true", "effective_from": "2026-11-20"},
        {"supersedes": '"1"'},
        {"changes": '["record"]'},
        {"effective_from": '"soon"'},
        {"changes": '["fun"]'},
    ],
)
def test_a_change_that_is_half_said_is_refused(changed: dict[str, str], file_answers: Files) -> None:
    with pytest.raises(UsageProblem, match="|".join(("material_change", "supersedes", "changes", "effective_from"))):
        file_answers(row("ana@a.example"), form=form_text(FORM | changed))
