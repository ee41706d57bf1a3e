"""Consent records in DPV terms: what is exported reads back as the same state for each purpose."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.interchange import dpv
from pipeline.consent.interchange.export import check, export_dpv
from pipeline.consent.interchange.record import EVERY_SESSION, AnsweredNotice, Record, RecordedEvent
from pipeline.consent.interchange.vocabulary import EVENTS, PURPOSES, STATES
from pipeline.consent.log.agreements import AgreementKind, Clause
from pipeline.consent.log.events import Event, EventState
from pipeline.consent.staff.organisations import agree
from pipeline.consent.staff.withdraw import withdraw
from pipeline.errors import InputRefused, ProofFailed
from pipeline.records import Purpose
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session

ARRAYS = ("hasJurisdiction", "hasNotice", "hasProcess", "hasConsentControl", "hasRight", "hasConsentStatus")
SCOPES = ("series:office-hours", "series:other", "session:2026-11-18-aaaaaaaa", "until:2026-12-31", "any")
moments = st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days, minutes=days))
events = st.builds(
    Event,
    event_id=st.uuids().map(lambda one: f"evt_{one.hex}"),
    row_key=st.just("k" * 64),
    seq=st.integers(1, 99),
    party_id=st.just("prt_a"),
    purpose=st.sampled_from(Purpose),
    scope=st.sampled_from(SCOPES),
    state=st.sampled_from(EventState),
    indicated_at=moments,
    effective_from=moments,
    valid_until=st.none() | moments,
    notice=st.sampled_from([None, "a" * 64, "b" * 64]),
)


def shown(digest: str, trusted: bool) -> AnsweredNotice:
    return AnsweredNotice(
        digest=digest,
        notice_id="office-hours",
        version=digest[:1],
        language="en",
        text_sha256="c" * 64,
        trusted=trusted,
    )


NOTICES = (shown("a" * 64, True), shown("b" * 64, False))


def text_of(record: Record, now: datetime = NOW) -> str:
    node = dpv.node(record, kind=dpv.RECORD, identifier="i", controller=dpv.Controller(name="Lumen"), now=now)
    return dpv.document([node], single=True)


@given(history=st.lists(events, max_size=12), later=st.integers(0, 800))
def test_any_history_reads_back_as_the_same_state_per_purpose(history: list[Event], later: int) -> None:
    filed = tuple(RecordedEvent(event=event, method="form", received_at=NOW) for event in history)
    record = Record(party_id="prt_a", events=filed, notices=NOTICES)
    text = text_of(record)
    (again,) = dpv.read(text)
    assert again.record == record
    assert again.states == record.states(NOW)
    later_on = NOW + timedelta(days=later)
    assert again.record.states(later_on) == record.states(later_on)
    check(text, [record], NOW)


def test_a_changed_document_is_not_let_out(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ALL_NO))
    text = export_dpv("ana@a.example", workspace=workspace, now=NOW)
    (read,) = dpv.read(text)
    with pytest.raises(ProofFailed):
        check(text.replace("dpv:ConsentRefused", "dpv:ConsentGiven"), [read.record], NOW)


def test_the_shape_is_that_of_the_guide(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example", ("Yes", "Yes", "No", "No")))
    withdraw(
        "ana@a.example",
        purposes=[Purpose.INTERNAL_IMPROVE],
        session_id=None,
        actor="sam",
        reason="by mail",
        workspace=workspace,
        now=NOW,
    )
    here = session(person(1, "ana@a.example", location="DE"), person(2, "bo@b.example", location="FR"))
    Registry(workspace.db).take(workspace.root / "inbox", "f", here)
    text = export_dpv("ana@a.example", workspace=workspace, now=NOW)
    found: dict[str, Any] = json.loads(text)
    assert found["dpv:hasJurisdiction"] == [{"@id": "loc:DE"}, {"@id": "loc:US-TX"}]
    assert found["@type"] == "dpv:ConsentRecord"
    assert found["dct:conformsTo"] == {"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}
    assert all(isinstance(found[f"dpv:{name}"], list) for name in ARRAYS)
    statuses = found["dpv:hasConsentStatus"]
    types = {(status["@type"][0], process["@id"]) for status in statuses for process in status["oh:forProcess"]}
    assert ("dpv:ConsentGiven", "oh:purpose/record") in types
    assert ("dpv:ConsentRefused", "oh:purpose/public_recording") in types
    assert ("dpv:ConsentWithdrawn", "oh:purpose/internal_improve") in types
    (read,) = dpv.read(text)
    now = {(state.scope, state.purpose): state.state for state in read.states}
    assert now["series:office-hours", Purpose.RECORD] is ConsentStatus.GIVEN
    assert now["series:office-hours", Purpose.INTERNAL_IMPROVE] is ConsentStatus.WITHDRAWN
    assert now[EVERY_SESSION, Purpose.INTERNAL_IMPROVE] is ConsentStatus.WITHDRAWN
    assert now[EVERY_SESSION, Purpose.RECORD] is ConsentStatus.ABSENT
    assert now["series:office-hours", Purpose.VOICEPRINT] is ConsentStatus.ABSENT
    assert "ana" not in text and "by mail" not in text


def test_absent_is_told_apart_from_unknown() -> None:
    assert "oh:absent" in STATES[ConsentStatus.ABSENT] and "oh:absent" not in STATES[ConsentStatus.UNKNOWN]
    assert set(EVENTS) == set(EventState) and set(PURPOSES) == set(Purpose) and set(STATES) == set(ConsentStatus)


def test_a_repeated_key_is_refused() -> None:
    record = Record(party_id="prt_a", events=(), notices=())
    text = text_of(record).replace('"dpv:hasProcess"', '"dpv:hasProcess": [], "dpv:hasProcess"')
    with pytest.raises(InputRefused, match="twice"):
        dpv.read(text)


@pytest.mark.parametrize("change", ["oh:purpose/record", "dpv:ConsentRecord", "oh:party/", "xsd"])
def test_what_is_not_known_is_refused(change: str) -> None:
    record = Record(party_id="prt_a", events=(), notices=())
    text = text_of(record).replace(change, "oh:purpose/dancing")
    if change == "xsd":
        text = text_of(record).replace('"@value"', '"value"')
    with pytest.raises(InputRefused):
        dpv.read(text)


def test_all_is_a_graph_and_nobody_a_usage_error(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"))
    agree(
        "Granite Foundry",
        kind=AgreementKind.NDA,
        recording=None,
        publication=Clause.FORBIDDEN,
        valid_from=NOW,
        valid_until=None,
        actor="sam",
        evidence="signed",
        workspace=workspace,
        now=NOW,
    )
    runner = CliRunner()
    done = runner.invoke(main, ["consent", "export-dpv", "--all", "-w", str(workspace.root)])
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["@graph"]) == 2
    assert len({read.record.party_id for read in dpv.read(done.stdout)}) == 2
    target = workspace.root / "x.jsonld"
    one = ["consent", "export-dpv", "--email", "BO@b.example", "-o", str(target), "-w", str(workspace.root)]
    assert runner.invoke(main, one).exit_code == 0
    assert json.loads(target.read_text("utf-8"))["dct:created"]["@type"] == "xsd:dateTime"
    assert target.stat().st_mode & 0o077 == 0
    nobody = runner.invoke(main, ["consent", "export-dpv", "--email", "x@y.example", "-w", str(workspace.root)])
    assert nobody.exit_code == 2
    assert runner.invoke(main, ["consent", "export-dpv", "-w", str(workspace.root)]).exit_code == 2


def test_dates_are_utc() -> None:
    record = Record(party_id="prt_a", events=(), notices=())
    assert dpv.read(text_of(record))[0].made_at == NOW.astimezone(UTC)
