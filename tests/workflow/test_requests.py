"""Requests from the published transcript to the files that are handed out, and what people decide about them."""

from __future__ import annotations

import importlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DatabaseError
from starlette.testclient import TestClient

from pipeline import consent
from pipeline.cli import main
from pipeline.cli.common import account_of_process
from pipeline.errors import ConfigurationError, ProofFailed, RefusedByPolicy, TryAgain, UsageProblem, WorkspaceDamaged
from pipeline.export import Selection
from pipeline.export.column_maps import TARGETS, read_map
from pipeline.export.formats import FORMATS
from pipeline.export.formats.options import ExportOptions
from pipeline.files import file_digest
from pipeline.proof import MANIFEST, Manifest, RedactedWindow, prove, read_manifest, signed, write_manifest
from pipeline.records import (
    Audience,
    Cell,
    Check,
    Held,
    Interval,
    Outcome,
    OutFile,
    Participant,
    ProofVerdict,
    Purpose,
    Role,
    Ruling,
    Session,
    SessionResult,
    Turn,
)
from pipeline.render.file_names import TRANSCRIPT_JSONL
from pipeline.render.single_file import redact
from pipeline.store import Workspace
from pipeline.store.artefacts import ArtefactState
from pipeline.store.codec import encode
from pipeline.store.registry import Registry, SessionState
from pipeline.web.app import staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole
from pipeline.web.site import Access
from pipeline.workflow import (
    consent_views,
    request_acts,
    request_clip,
    request_files,
    request_recall,
    request_report,
    request_review,
    tagging,
)
from pipeline.workflow.request_acts import RequestAction, acts_of
from tests.export import made as by_hand
from tests.media.making import ffmpeg, tone

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BY: dict[str, Any] = {"actor": "ann", "reason": "looked at it"}
CUSTOMERS = ("Halcyon Freight", "Northwind Traders", "Brightwater Bank", "Juniper Clinics")
WORDINGS = (
    "We need single sign on for contractors before we can buy more seats.",
    "Please add single sign on for our contractors.",
    "It would be great to have single sign on for contractors.",
)


@pytest.fixture(autouse=True)
def without_sentence_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "models"))


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Outcome]:
    """What every participant's consent comes to, by purpose; a test may change it, also for one session or person."""
    outcomes = {purpose.value: Outcome.PROCEED for purpose in Purpose}

    class HandMadeRuling(Ruling):
        def _made_by_consent(self) -> None: ...

    def rule(session: Session, *, workspace: Workspace, now: datetime) -> Ruling | Held:
        cells = tuple(
            Cell(
                participant_id=participant.participant_id,
                interval=Interval(start_s=0.0, end_s=session.duration_s),
                purpose=purpose,
                outcome=outcomes.get(
                    f"{purpose} {session.session_id}",
                    outcomes.get(f"{purpose} {participant.participant_id}", outcomes[purpose]),
                ),
                rule_id="R1",
                reason="test",
            )
            for participant in session.participants
            for purpose in Purpose
        )
        return HandMadeRuling(
            session_id=session.session_id,
            cells=cells,
            log_head=consent.log_head(workspace),
            valid_until=now + timedelta(hours=20),
        )

    monkeypatch.setattr(consent, "rule", rule)
    monkeypatch.setattr(consent, "current_ruling", rule)
    return outcomes


Publish = Callable[..., str]


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def publish(workspace: Workspace, allowed: dict[str, Outcome]) -> Publish:
    """Puts a session's internal rendition out, as the night does: two customers who talk, and one of the staff."""

    def published(number: int, *said: tuple[str, str], day: int = 18) -> str:
        company = CUSTOMERS[number % len(CUSTOMERS)]
        session_id = f"2026-11-{day}-{number:08x}"
        session = Session(
            session_id=session_id,
            source_digest=f"{number:064x}",
            platform="folder",
            title="Office hours",
            started_at=datetime(2026, 11, day, 9, tzinfo=UTC),
            host="Lumen Labs",
            recorder_location=None,
            notice_asserted=True,
            purposes=(),
            duration_s=600.0,
            participants=(
                Participant(participant_id="p1", name=f"Guest {number}", company=company, role=Role.CUSTOMER),
                Participant(participant_id="p2", name="Hannah Berg", company="Lumen Labs", role=Role.STAFF),
                Participant(participant_id="p3", name=f"Other {number}", company=company, role=Role.CUSTOMER),
            ),
            tracks=(),
        )
        registry = Registry(workspace.db)
        registry.take(workspace.root / session_id, "f", session)
        folder = workspace.out / session_id / Audience.INTERNAL
        folder.mkdir(parents=True)
        turns = [
            Turn(start_s=10.0 * at, end_s=10.0 * at + 9, participant_id=who, speaker="x", text=text)
            for at, (who, text) in enumerate(said)
        ]
        (folder / TRANSCRIPT_JSONL).write_bytes(b"".join(encode(turn) + b"\n" for turn in turns))
        result = SessionResult(
            session_id=session_id, status="done", reason="", action="", renditions=(f"{session_id}/internal",)
        )
        valid_until = (NOW + timedelta(days=2)).timestamp()
        registry.conclude(SessionState(state_key="k", valid_until=valid_until, attempts=1, result=result))
        return session_id

    return published


@pytest.fixture
def filled(workspace: Workspace, publish: Publish) -> Workspace:
    """Three customers who ask for the same, and one who asks for something else and finds something out."""
    for number, wording in enumerate(WORDINGS):
        publish(number, ("p1", wording))
    publish(
        3,
        ("p1", "I wish the dashboard remembered my filters."),
        ("p2", "It does that already, under saved views."),
        ("p1", "Oh, I did not know that the dashboard could save filters."),
    )
    assert tagging.retag(workspace, now=NOW) == 4
    return workspace


def export(
    workspace: Workspace, name: str = "jsonl", *, group: bool = False, **selected: Any
) -> request_files.RequestExport:
    target = read_map(name) if name in TARGETS else None
    selection = Selection(**{"min_customers": workspace.settings.export.min_customers, **selected})
    return request_files.export(
        workspace, name, selection=selection, options=ExportOptions(grouped=group), columns=target, now=NOW
    )


def rows(workspace: Workspace, **selected: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(workspace, **selected).files["requests.jsonl"].splitlines()]


def test_an_area_that_is_not_there_is_a_mistake_and_no_empty_export(filled: Workspace) -> None:
    with pytest.raises(UsageProblem) as caught:
        export(filled, area="sales & autth")
    assert "security & auth" in str(caught.value.action)
    assert rows(filled, area="security & auth")


def test_the_same_request_of_three_customers_is_one_group_with_a_plain_title(filled: Workspace) -> None:
    lines = request_review.lines(filled, unsure=False, now=NOW)
    assert [(line.wordings, line.customers, line.sessions) for line in lines] == [(3, 3, 3), (1, 1, 1), (1, 1, 1)]
    assert lines[0].title == "Single sign on for contractors"
    assert {line.kind for line in lines} == {"request", "discovery"}
    discovery = next(row for row in rows(filled) if row["kind"] == "discovery")
    assert discovery["answer"] == "It does that already, under saved views."


def test_who_may_only_read_exports_is_told_no_more_by_the_list(filled: Workspace) -> None:
    lines = request_review.lines(filled, unsure=False, now=NOW, least=3)
    assert [(line.wordings, line.customers, line.sessions) for line in lines] == [
        (3, 3, 3),
        (1, None, None),
        (1, None, None),
    ]


def test_the_list_counts_customers_as_the_exports_do(
    workspace: Workspace, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.CUSTOMERS", ("Orchard", "Orchard Analytics"))
    publish(0, ("p1", WORDINGS[1]))
    publish(1, ("p1", WORDINGS[1]))
    tagging.retag(workspace, now=NOW)
    (line,) = request_review.lines(workspace, unsure=False, now=NOW)
    assert (line.wordings, line.customers) == (2, 1)


def test_tags_are_made_again_only_when_something_changed(filled: Workspace, publish: Publish) -> None:
    assert tagging.retag(filled, now=NOW) == 0
    (filled.root / "taxonomy.toml").write_text('[[area]]\nname = "identity"\nphrases = ["sign on"]\n')
    assert tagging.retag(filled, now=NOW) == 4
    assert {row["area"] for row in rows(filled)} == {"identity", "other"}
    assert tagging.retag(filled, now=NOW) == 0


def test_a_broken_taxonomy_is_an_error_that_names_the_key(filled: Workspace) -> None:
    (filled.root / "taxonomy.toml").write_text('[[area]]\nnames = "x"\n')
    with pytest.raises(ConfigurationError, match=r"area\[1\]"):
        tagging.retag(filled, now=NOW)


def test_how_long_a_session_was_is_read_from_its_result_and_from_its_record_where_no_result_says_it(
    filled: Workspace,
) -> None:
    registry = Registry(filled.db)
    from_records = request_report.gather(filled, now=NOW).sessions
    assert [(held.hours, held.heard) for held in from_records] == [(600 / 3600, True)] * 4
    assert [held.started_on for held in from_records] == [each.started_at.date() for each in registry.sessions()]
    session_id, state = next(iter(registry.states().items()))
    result = replace(state.result, detail={"duration_s": 720.0}, renditions=())
    registry.conclude(replace(state, result=result))
    held = {each.session_id: each for each in request_report.gather(filled, now=NOW).sessions}
    assert (held[session_id].hours, held[session_id].heard) == (720 / 3600, False)
    assert sum(each.hours == 600 / 3600 for each in held.values()) == 3


def test_what_a_person_rejects_is_exported_no_more_until_it_is_reopened(filled: Workspace) -> None:
    request_id = rows(filled)[0]["request_id"]
    request_review.decide(filled, request_id, "reject", **BY, now=NOW)
    assert request_id not in {row["request_id"] for row in rows(filled)}
    request_review.decide(filled, request_id, "reopen", **BY, now=NOW)
    assert request_id in {row["request_id"] for row in rows(filled)}


def test_merges_splits_and_names_are_remembered_by_request(filled: Workspace, publish: Publish) -> None:
    groups = request_report.gather(filled, now=NOW).groups
    sign_on, filters = (group for group in groups if group.title != "The dashboard can save filters")
    request_review.merge(filled, sign_on.group_id, filters.group_id, **BY, now=NOW)
    request_review.rename(filled, filters.request_ids[0], "  Sign on \n and filters ", **BY, now=NOW)
    merged = request_report.gather(filled, now=NOW).group_of(sign_on.request_ids[0])
    assert merged is not None
    assert (merged.title, len(merged.request_ids)) == ("Sign on and filters", 4)
    request_review.split(filled, sign_on.request_ids[0], filters.request_ids[0], **BY, now=NOW)
    apart = request_report.gather(filled, now=NOW).group_of(sign_on.request_ids[0])
    assert apart is not None
    assert filters.request_ids[0] not in apart.request_ids
    publish(7, ("p1", WORDINGS[1]), day=19)
    tagging.drop_tags(filled, "x")
    (filled.stages.place("exports", "tagger")).unlink()
    tagging.retag(filled, now=NOW)
    grown = request_report.gather(filled, now=NOW).group_of(sign_on.request_ids[1])
    assert grown is not None
    assert len(grown.request_ids) == 4


def test_a_list_has_the_ids_that_the_next_command_takes(filled: Workspace) -> None:
    """``requests decide`` takes a request, and stored a decision about a group that no export ever followed."""
    for line in request_review.lines(filled, unsure=False, now=NOW):
        assert line.requests == tuple(each.request for each in request_review.shown(filled, line.group, now=NOW))
        with pytest.raises(UsageProblem, match="is a group of"):
            request_review.decide(filled, line.group, "reject", **BY, now=NOW)
        request_review.decide(filled, line.requests[0], "accept", **BY, now=NOW)


def test_what_people_decided_holds_when_the_words_around_a_request_change(filled: Workspace) -> None:
    """A reviewer keeps a name that was redacted: quotes and their seconds change, and are the same requests."""
    groups = request_report.gather(filled, now=NOW).groups
    sign_on, filters = (group for group in groups if group.title != "The dashboard can save filters")
    request_review.merge(filled, sign_on.group_id, filters.group_id, **BY, now=NOW)
    rejected = sign_on.request_ids[1]
    request_review.decide(filled, rejected, "reject", **BY, now=NOW)
    before = {row["request_id"]: row["quote"] for row in rows(filled)}
    for transcript in filled.out.glob("*/internal/transcript.jsonl"):
        text = transcript.read_text("utf-8")
        transcript.write_text(text.replace("contractors.", "contractors of [company 7]."), "utf-8")
    (filled.stages.place("exports", "tagger")).unlink()
    assert tagging.retag(filled, now=NOW) == 2
    after = {row["request_id"]: row["quote"] for row in rows(filled)}
    assert after.keys() == before.keys() and after != before and rejected not in after
    (merged,) = (
        group for group in request_report.gather(filled, now=NOW).groups if sign_on.request_ids[0] in group.request_ids
    )
    assert filters.request_ids[0] in merged.request_ids


@pytest.mark.parametrize(
    "title", ["Sign on for Halcyon Freight", "what brightwater bank, inc. wants", "ask Guest 1", "as Marsh & Pine say"]
)
def test_a_title_that_names_a_customer_or_a_participant_is_refused(filled: Workspace, title: str) -> None:
    """Titles are in every export, also of what one customer alone asks for."""
    (filled.root / "customers.toml").write_text('[[customer]]\nname = "Marsh & Pine Ltd"\n', "utf-8")
    request_id = rows(filled)[0]["request_id"]
    with pytest.raises(UsageProblem, match="names a customer"):
        request_review.rename(filled, request_id, title, **BY, now=NOW)
    request_review.rename(filled, request_id, "Sign on for freight and banks, by Lumen Labs", **BY, now=NOW)
    assert acts_of(filled).titles == {request_id: "Sign on for freight and banks, by Lumen Labs"}


def test_a_request_without_a_vector_stands_alone(filled: Workspace) -> None:
    before = {row["request_id"] for row in rows(filled)}
    for session in Registry(filled.db).sessions():
        kept = tagging.tagged(filled, session.session_id)
        assert kept is not None
        bare = replace(kept, vectors=("",) * len(kept.tags))
        filled.stages.put("tags", tagging.tags_key(session.session_id), bare, tagging.TaggedSession)
    assert {row["request_id"] for row in rows(filled)} == before
    assert all(len(group.request_ids) == 1 for group in request_report.gather(filled, now=NOW).groups)


def test_a_title_names_nobody_by_another_name_of_theirs(filled: Workspace) -> None:
    registry = Registry(filled.db)
    session = next(iter(registry.sessions()))
    guest = replace(session.participants[0], aliases=("Dana Cole",))
    renamed = replace(session, session_id="2026-11-19-000000aa", source_digest="a" * 64, participants=(guest,))
    registry.take(filled.root / "renamed", "f", renamed)
    with pytest.raises(UsageProblem, match="names a customer"):
        request_review.rename(filled, rows(filled)[0]["request_id"], "As Dana Cole asked", **BY, now=NOW)


@pytest.mark.parametrize("title", ["Sign on for project nightjar", "What Heron needs"])
def test_a_title_holds_nothing_that_a_term_list_has(filled: Workspace, title: str) -> None:
    """Also where the list is a customer's, whose session it was said in or not."""
    (filled.root / "terms.toml").write_text('[[terms]]\ntext = "Project Nightjar"\n', "utf-8")
    (filled.root / "terms").mkdir(exist_ok=True)
    of_one = 'customer = "Halcyon Freight"\n[[terms]]\ntext = "Egret"\naliases = ["Heron"]\n'
    (filled.root / "terms" / "one.toml").write_text(of_one, "utf-8")
    request_id = rows(filled)[0]["request_id"]
    with pytest.raises(UsageProblem, match="term list"):
        request_review.rename(filled, request_id, title, **BY, now=NOW)
    request_review.rename(filled, request_id, "Sign on for projects", **BY, now=NOW)


PLANTED = ("Halcyon Freight", "halcyon freights", "Halcyon", "HalcyonFreight", "Guest 0", "Nightjar", "PRJ-4711")


def everything_in(made: request_files.RequestExport) -> str:
    """Every byte of an export as text, that of a workbook's parts too, its sheet names and properties among them."""
    parts: list[bytes] = [name.encode() for name in made.files]
    for name, content in made.files.items():
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts += [archive.read(part) for part in archive.namelist()]
        if name.endswith(".parquet"):
            table = importlib.import_module("pyarrow.parquet").read_table(io.BytesIO(content))
            parts.append(f"{table.schema.metadata}{table.schema}{table.to_pylist()}".encode())
        parts.append(content)
    return b"\n".join(parts).decode("utf-8", "replace")


@pytest.fixture
def planted(workspace: Workspace, publish: Publish) -> Workspace:
    """A customer whose name got into a title, an answer, an area and a segment, and in everybody else's wordings."""
    publish(0, ("p1", "Please add an importer for Halcyon Freight manifests."), ("p2", "Halcyon can do that already."))
    publish(1, ("p1", "Please add an importer for HalcyonFreight manifests."))
    publish(2, ("p1", "Please add the Nightjar importer for PRJ-4711 and P R J forty seven twelve."))
    publish(3, ("p1", "Please let us colour the freight labels for Guest 0."))
    (workspace.root / "terms.toml").write_text(
        '[[terms]]\ntext = "Nightjar"\n[[patterns]]\npattern = "PRJ-[0-9]{4}"\n', "utf-8"
    )
    (workspace.root / "customers.toml").write_text(
        '[[segment]]\nname = "Halcyon Freight tier"\n[[customer]]\nname = "Halcyon Freight"\n'
        'segment = "Halcyon Freight tier"\n',
        "utf-8",
    )
    (workspace.root / "taxonomy.toml").write_text(
        '[[area]]\nname = "Halcyon Freight"\nphrases = ["importer"]\n[[area]]\nname = "labels"\n', "utf-8"
    )
    assert tagging.retag(workspace, now=NOW) == 4
    return workspace


def test_what_the_words_of_a_session_still_say_is_in_no_title_area_segment_or_answer(planted: Workspace) -> None:
    """Where redaction missed it: an export is read beside those of all customers."""
    gathered = request_report.gather(planted, now=NOW)
    assert len(gathered.mentions) == 4
    shown = [
        *(group.title for group in gathered.groups),
        *(word for group in gathered.groups for word in group.words),
        *(
            text
            for mention in gathered.mentions
            for text in (mention.title, mention.area, mention.segment, mention.answer)
        ),
    ]
    names = "|".join(("halcyon", "guest 0", "nightjar", "prj", "p r j"))
    assert not re.findall(names, "\n".join(shown).lower()), shown
    assert any(title.startswith("A customer asks for something") for title in shown)
    own = next(mention for mention in gathered.mentions if "Halcyon Freight" in mention.wording)
    assert (own.is_quoted, own.answer_withheld, own.weight) == (False, True, 1.0)
    with pytest.raises(RefusedByPolicy):
        request_clip.export_clip(planted, own.request_id, planted.root / "clip", now=NOW)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", [*FORMATS, *TARGETS])
def test_a_customer_is_named_in_none_of_their_own_rows_of_any_export(
    planted: Workspace, name: str, grouped: bool, allowed: dict[str, Outcome]
) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow")
    for session_id in Registry(planted.db).digests():
        if not session_id.endswith("0"):
            allowed[f"internal_share {session_id}"] = Outcome.MINUS
    text = everything_in(export(planted, name, group=grouped)).lower()
    assert "asks for something" in text
    assert not any(secret.lower() in text for secret in (*PLANTED, *CUSTOMERS, "halcyon"))


def test_a_persons_title_that_became_a_secret_since_is_shown_no_more(filled: Workspace) -> None:
    lines = request_review.lines(filled, unsure=False, now=NOW)
    request_review.rename(filled, lines[0].group, "Sign on for Project Heron", **BY, now=NOW)
    assert request_review.lines(filled, unsure=False, now=NOW)[0].title == "Sign on for Project Heron"
    (filled.root / "terms.toml").write_text('[[terms]]\ntext = "Heron"\n', "utf-8")
    assert request_review.lines(filled, unsure=False, now=NOW)[0].title == "Single sign on for contractors"
    assert "Heron" not in everything_in(export(filled, "html"))


@pytest.mark.parametrize("title", ["Sign on for Halcyon", "PRJ-4711 for all", "P R J forty seven eleven", "prj 4711"])
def test_a_title_has_no_first_word_of_a_customer_and_nothing_that_fits_a_listed_pattern(
    filled: Workspace, title: str
) -> None:
    (filled.root / "terms.toml").write_text('[[patterns]]\npattern = "PRJ-[0-9]{4}"\n', "utf-8")
    request_id = rows(filled)[0]["request_id"]
    with pytest.raises(UsageProblem, match="names a customer"):
        request_review.rename(filled, request_id, title, **BY, now=NOW)
    request_review.rename(filled, request_id, "Sign on for freight, banks and clinics", **BY, now=NOW)


def test_acts_are_append_only_and_titles_are_no_plain_text_in_the_database(filled: Workspace) -> None:
    request_id = rows(filled)[0]["request_id"]
    request_review.rename(filled, request_id, "A title nobody should read", **BY, now=NOW)
    with filled.db.connect() as connection:
        raw = connection.exec_driver_sql("SELECT title FROM request_act").scalar_one()
        assert b"nobody" not in raw
        with pytest.raises(DatabaseError):
            connection.exec_driver_sql("UPDATE request_act SET actor = 'x'")
        with pytest.raises(DatabaseError):
            connection.exec_driver_sql("DELETE FROM request_act")
    with filled.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER request_act_no_update")
        connection.exec_driver_sql("UPDATE request_act SET title = x'00112233445566778899aabbccddeeff'")
    with pytest.raises(WorkspaceDamaged):
        request_acts.acts_of(filled)


@pytest.mark.parametrize(("actor", "reason"), [("", "x"), ("ann", " ")])
def test_a_decision_has_an_actor_and_a_reason(filled: Workspace, actor: str, reason: str) -> None:
    request_id = rows(filled)[0]["request_id"]
    with pytest.raises(UsageProblem):
        request_acts.decide(filled, request_id, RequestAction.ACCEPT, actor=actor, reason=reason)


def test_an_unknown_request_is_an_error(filled: Workspace) -> None:
    for do in (
        lambda: request_review.decide(filled, "q-none", "accept", **BY, now=NOW),
        lambda: request_review.merge(filled, "q-none", "q-other", **BY, now=NOW),
        lambda: request_review.shown(filled, "g-none", now=NOW),
        lambda: request_review.resolve(may_resolve(filled), "customer-none", account="pm", **BY, now=NOW),
    ):
        with pytest.raises(UsageProblem):
            do()


@pytest.mark.parametrize("name", [name for name in (*FORMATS, *TARGETS) if name != "parquet"])
def test_nothing_in_any_export_names_the_customer_of_a_unique_request(
    filled: Workspace, name: str, allowed: dict[str, Outcome]
) -> None:
    text = everything_in(export(filled, name)).lower()
    assert not any(
        word in text for secret in (*CUSTOMERS, "Guest 3") for word in (secret.lower(), secret.split()[0].lower())
    )
    planted = next(
        mention for mention in request_report.gather(filled, now=NOW).mentions if "filters" in mention.wording
    )
    assert planted.customer.startswith("customer-")
    assert planted.customer not in text


def may_resolve(workspace: Workspace, *accounts: str) -> Workspace:
    lines = f"[review]\nresolvers = {json.dumps(accounts or ('pm',))}\n"
    path = workspace.root / "offrecord.toml"
    path.write_text(f"{path.read_text('utf-8').partition('[review]')[0]}{lines}", "utf-8")
    return Workspace.open(workspace.root)


def test_the_wordings_of_three_customers_have_their_aliases_and_who_may_can_resolve_them(filled: Workspace) -> None:
    aliases = {row["customer"] for row in rows(filled) if "sign on" in row["quote"]}
    assert len(aliases) == 3
    found = request_review.resolve(may_resolve(filled), sorted(aliases)[0], account="pm", **BY, now=NOW)
    assert found[0].customer in CUSTOMERS
    entries = filled.ledger.under("resolve alias", sorted(aliases)[0])
    assert len(entries) == 1
    assert "ann" not in entries[0][1] and "pm" not in entries[0][1]


def test_whom_the_workspace_does_not_name_sees_nobody_behind_an_alias(filled: Workspace) -> None:
    alias = min(row["customer"] for row in rows(filled) if "sign on" in row["quote"])
    for workspace, account in ((filled, "pm"), (may_resolve(filled), "ann"), (may_resolve(filled, "PM", ""), "pm")):
        with pytest.raises(RefusedByPolicy, match=r"review\.resolvers"):
            request_review.resolve(workspace, alias, account=account, **BY, now=NOW)
    assert filled.ledger.under("resolve alias", "") == []
    assert len(filled.ledger.under("resolve refused", "")) == 3


def test_the_command_goes_by_the_account_of_the_process_whatever_it_is_told(
    filled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alias = min(row["customer"] for row in rows(filled) if "sign on" in row["quote"])
    why = ["--by", "pm", "--reason", "x", "--json", "--workspace", str(may_resolve(filled).root)]
    monkeypatch.setenv("LOGNAME", "pm")
    monkeypatch.setenv("USER", "pm")
    assert CliRunner().invoke(main, ["requests", "resolve", alias, *why]).exit_code == 7
    may_resolve(filled, account_of_process())
    done = CliRunner().invoke(main, ["requests", "resolve", alias, *why])
    assert done.exit_code == 0 and json.loads(done.stdout)[0]["customer"] in CUSTOMERS


@pytest.mark.parametrize("outcome", [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE])
def test_consent_is_read_again_and_files_that_went_out_can_be_called_back(
    filled: Workspace, allowed: dict[str, Outcome], outcome: Outcome, tmp_path: Path
) -> None:
    request_files.write_exports(filled, now=NOW)
    exported = export(filled, "csv")
    request_files.hand_out(filled, exported, tmp_path / "pm" / "r.csv" if False else tmp_path / "r.csv", now=NOW)
    assert request_recall.recalls(filled, now=NOW) == []
    allowed["internal_improve"] = outcome
    assert rows(filled) == []
    recalls = request_recall.recalls(filled, now=NOW)
    assert {one.went_to for one in recalls} >= {str(tmp_path / "r.csv"), str(tmp_path / "r.csv.manifest.json")}
    assert all(set(one.requests) == set(exported.request_ids) for one in recalls)
    inside = [one for one in recalls if not one.went_to]
    assert {one.file for one in inside} >= {"out/exports/requests.csv", "out/exports/requests.html"}
    assert all((filled.root / one.file).is_file() == one.in_workspace for one in recalls)
    assert {one.file for one in recalls if not one.in_workspace} == {"requests.csv", "requests-manifest.json"}
    listed = consent_views.list_artefacts(None, workspace=filled)
    assert all((filled.root / each.location).exists() for each in listed if each.state is ArtefactState.LIVE)
    assert not any("handed-out" in each.location for each in listed)


def test_words_that_may_no_longer_be_shown_are_called_back_though_the_request_stays(
    filled: Workspace, allowed: dict[str, Outcome], tmp_path: Path
) -> None:
    exported = export(filled, "csv")
    request_files.hand_out(filled, exported, tmp_path / "r.csv", now=NOW)
    allowed["internal_share"] = Outcome.MINUS
    delivery, *_ = request_recall.recalls(filled, now=NOW)
    assert (delivery.requests, delivery.quotes) == ((), exported.request_ids)
    request_files.hand_out(filled, export(filled, "csv"), tmp_path / "plain.csv", now=NOW)
    assert {delivery.went_to for delivery in request_recall.recalls(filled, now=NOW)} == {
        str(tmp_path / "r.csv"),
        str(tmp_path / "r.csv.manifest.json"),
    }


@pytest.mark.parametrize("purpose", [Purpose.INTERNAL_SHARE, Purpose.INTERNAL_IMPROVE])
@pytest.mark.parametrize("retagged", [False, True])
def test_an_answer_that_staff_gave_to_somebody_else_is_called_back_when_that_one_says_no(
    workspace: Workspace,
    publish: Publish,
    allowed: dict[str, Outcome],
    tmp_path: Path,
    purpose: Purpose,
    retagged: bool,
) -> None:
    """It may repeat them, though it stands behind another's request; also where what they said is read no more."""
    publish(
        1,
        ("p1", "Please add single sign on for contractors."),
        ("p3", "Our fleet in Leeds waits for it."),
        ("p2", "You can have single sign on for your fleet in Leeds already, under security."),
    )
    tagging.retag(workspace, now=NOW)
    (row,) = rows(workspace)
    assert "Leeds" in row["answer"]
    request_files.hand_out(workspace, export(workspace, "csv"), tmp_path / "r.csv", now=NOW)
    assert request_recall.recalls(workspace, now=NOW) == []
    allowed[f"{purpose} p3"] = Outcome.MINUS
    if retagged:
        transcript = next(workspace.out.glob("*/internal/transcript.jsonl"))
        transcript.write_bytes(b"".join(line for line in transcript.read_bytes().splitlines(True) if b"p3" not in line))
        workspace.stages.place("exports", "tagger").unlink()
        tagging.retag(workspace, now=NOW)
    assert [row["answer"] for row in rows(workspace)] == [""]
    found = {delivery.went_to: delivery.quotes for delivery in request_recall.recalls(workspace, now=NOW)}
    assert found[str(tmp_path / "r.csv")] == (row["request_id"],)


def test_an_answer_that_is_found_no_more_is_called_back_by_whom_it_may_repeat_alone(
    workspace: Workspace, publish: Publish, allowed: dict[str, Outcome], tmp_path: Path
) -> None:
    publish(
        1, ("p1", "Please add an audit log."), ("p3", "We in Leeds too."), ("p2", "You can have an audit log in Leeds.")
    )
    tagging.retag(workspace, now=NOW)
    request_files.hand_out(workspace, export(workspace, "csv"), tmp_path / "r.csv", now=NOW)
    _rewritten(workspace, "You can have an audit log in Leeds.", "Hello.")
    assert [row["answer"] for row in rows(workspace)] == [""]
    assert request_recall.recalls(workspace, now=NOW) == [], "nobody said no to anything"
    allowed["internal_share p3"] = Outcome.MINUS
    assert request_recall.recalls(workspace, now=NOW)


def test_the_id_of_a_group_does_not_tell_that_an_unshared_wording_was_the_first(
    filled: Workspace, allowed: dict[str, Outcome]
) -> None:
    first = next(
        mention.session for mention in request_report.gather(filled, now=NOW).mentions if mention.wording == WORDINGS[0]
    )
    allowed[f"internal_share {first}"] = Outcome.MINUS
    (group,) = [each for each in request_report.gather(filled, now=NOW).groups if len(each.request_ids) == 3]
    shared = [row["request_id"] for row in rows(filled) if row["group_id"] == group.group_id and row["quoted"]]
    assert group.group_id == "g-" + shared[0].removeprefix("q-"), "that of the first whose words are shown"
    allowed["internal_share"] = Outcome.MINUS
    (group,) = [each for each in request_report.gather(filled, now=NOW).groups if len(each.request_ids) == 3]
    assert group.group_id == "g-" + min(group.request_ids).removeprefix("q-"), "none is shown: the ids have no order"


def test_a_folder_that_is_not_there_is_said_and_nothing_counts_as_handed_out(
    filled: Workspace, allowed: dict[str, Outcome], tmp_path: Path
) -> None:
    with pytest.raises(UsageProblem, match="folder does not exist"):
        request_files.hand_out(filled, export(filled, "csv"), tmp_path / "nowhere" / "r.csv", now=NOW)
    (tmp_path / "r.csv").mkdir()
    with pytest.raises(TryAgain):
        request_files.hand_out(filled, export(filled, "csv"), tmp_path / "r.csv", now=NOW)
    allowed["internal_improve"] = Outcome.MINUS
    assert {Path(delivery.went_to).name for delivery in request_recall.recalls(filled, now=NOW)} == {
        "r.csv",
        "r.csv.manifest.json",
    }


def test_what_a_person_rejects_is_not_called_back(filled: Workspace, tmp_path: Path) -> None:
    exported = export(filled, "csv")
    request_files.hand_out(filled, exported, tmp_path / "r.csv", now=NOW)
    request_review.decide(filled, exported.request_ids[0], "reject", **BY, now=NOW)
    assert request_recall.recalls(filled, now=NOW) == []


def _rewritten(workspace: Workspace, old: str, new: str) -> None:
    for transcript in workspace.out.glob("*/internal/transcript.jsonl"):
        transcript.write_text(transcript.read_text("utf-8").replace(old, new), "utf-8")
    workspace.stages.place("exports", "tagger").unlink()
    tagging.retag(workspace, now=NOW)


def test_a_file_that_holds_what_was_taken_out_since_is_called_back_though_the_request_stays(
    filled: Workspace, tmp_path: Path
) -> None:
    """A reviewer hears that a word is secret: the request keeps its id, and who has the file still reads the word."""
    exported = export(filled, "csv")
    request_files.hand_out(filled, exported, tmp_path / "r.csv", now=NOW)
    by_quote = {row["quote"]: row["request_id"] for row in rows(filled)}
    _rewritten(filled, "contractors.", "contractors of [company 7].")
    found = {delivery.went_to: delivery for delivery in request_recall.recalls(filled, now=NOW)}
    delivery = found[str(tmp_path / "r.csv")]
    assert delivery.requests == ()
    assert set(delivery.quotes) == {request_id for quote, request_id in by_quote.items() if "contractors." in quote}
    request_files.hand_out(filled, export(filled, "csv"), tmp_path / "later.csv", now=NOW)
    _rewritten(filled, "contractors of [company 7].", "contractors.")
    assert request_recall.recalls(filled, now=NOW) == [], "what is shown again is no reason to call anything back"


def test_a_file_of_which_an_earlier_version_kept_no_quotes_is_called_back_for_all(
    filled: Workspace, allowed: dict[str, Outcome], tmp_path: Path
) -> None:
    exported = export(filled, "csv")
    request_files.hand_out(filled, exported, tmp_path / "r.csv", now=NOW)
    for path in filled.stages.root.glob("exports/art_*.json"):
        filled.stages.put("exports", path.stem, {"request_ids": exported.request_ids})
    allowed["internal_share"] = Outcome.MINUS
    assert {delivery.quotes for delivery in request_recall.recalls(filled, now=NOW)} == {exported.request_ids}


def test_without_consent_to_share_a_plain_sentence_stands_for_the_quote(
    filled: Workspace, allowed: dict[str, Outcome]
) -> None:
    allowed["internal_share"] = Outcome.MINUS
    shown = rows(filled)
    assert {row["quote"] for row in shown if row["area"] == "security & auth"} == {
        "A customer asks for something about security & auth (single sign on)"
    }
    everything = " ".join(str(value) for row in shown for value in row.values()).lower()
    assert not any(word in everything for word in ("contractors", "seats", "filters", "remember", "saved views"))
    assert not any(row["quoted"] or row["answer"] for row in shown)
    assert not any(row["session"] or row["at"] or row["start_s"] for row in shown), "the rendition is silent there"
    assert {row["started_on"] for row in shown} == {"2026-Q4"}
    (group,) = [each for each in request_report.gather(filled, now=NOW).groups if len(each.request_ids) == 3]
    assert group.words == () and "contractors" not in group.title.lower()
    assert filled.settings.export.min_customers == 3
    assert export(filled, "csv", kinds=("request",)).files["requests.csv"].count(b"customer-") == 3, "they are counted"


def test_what_others_may_be_quoted_with_says_it_for_who_may_not(filled: Workspace, allowed: dict[str, Outcome]) -> None:
    first = next(
        mention.session for mention in request_report.gather(filled, now=NOW).mentions if mention.wording == WORDINGS[0]
    )
    allowed[f"internal_share {first}"] = Outcome.MINUS
    (own,) = [row for row in rows(filled) if not row["quoted"]]
    assert own["quote"] == "A customer asks for: Single sign on for contractors"
    assert "seats" not in " ".join(map(str, own.values()))
    assert rows(filled)[-1] == own, "among the rows of its session it would tell where it was said"
    (group,) = [each for each in request_report.gather(filled, now=NOW).groups if len(each.request_ids) == 3]
    assert "seats" not in group.words and group.titled_by != own["request_id"]
    for line in request_review.shown(filled, own["request_id"], now=NOW):
        assert (line.session == "") == (line.request == own["request_id"])
    assert request_report.gather(filled, now=NOW).report(Selection()).groups[0].customers == 3
    allowed[f"internal_improve {first}"] = Outcome.MINUS
    assert own["request_id"] not in {row["request_id"] for row in rows(filled)}, "who says no to that is in no export"
    assert request_report.gather(filled, now=NOW).report(Selection()).groups[0].customers is None


def test_a_title_that_is_of_words_outside_the_selection_is_called_back_as_well(
    workspace: Workspace, allowed: dict[str, Outcome], publish: Publish, tmp_path: Path
) -> None:
    early = publish(0, ("p1", "Please add a spreadsheet download."), day=2)
    publish(1, ("p1", "Please add a lovely export to spreadsheets."))
    tagging.retag(workspace, now=NOW)
    first, second = (row["request_id"] for row in rows(workspace))
    request_review.merge(workspace, first, second, **BY, now=NOW)
    made = export(workspace, "csv", since=date(2026, 11, 10), group=True)
    assert '"Spreadsheet download"' in made.files["requests.csv"].decode()
    request_files.hand_out(workspace, made, tmp_path / "r.csv", now=NOW)
    allowed[f"internal_share {early}"] = Outcome.MINUS
    assert {delivery.quotes for delivery in request_recall.recalls(workspace, now=NOW)} == {(first,)}


def test_exports_are_the_same_bytes_again_and_the_files_stand_until_something_changes(filled: Workspace) -> None:
    for name in ("csv", "jsonl", "xlsx", "html", "jira"):
        assert export(filled, name) == export(filled, name)
    request_files.write_exports(filled, now=NOW)
    folder = filled.out / "exports"
    assert {path.name for path in folder.iterdir()} == {
        "requests.csv",
        "requests.html",
        "requests.jsonl",
        "requests-manifest.json",
    }
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    request_files.write_exports(filled, now=NOW)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    later = NOW + timedelta(days=1, hours=12)
    request_files.write_exports(filled, now=later)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before, "no ruling can change before"
    request_files.write_exports(filled, now=NOW + timedelta(days=2))
    moment_came = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert moment_came != before
    request_review.decide(filled, rows(filled)[0]["request_id"], "reject", **BY, now=NOW)
    request_files.write_exports(filled, now=NOW)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} != moment_came


def test_segments_weigh_and_a_wrong_list_names_no_customer(filled: Workspace) -> None:
    listed = (
        '[[segment]]\nname = "enterprise"\nweight = 3\n[[customer]]\nname = "Halcyon Freight"\nsegment = "enterprise"\n'
    )
    (filled.root / "customers.toml").write_text(listed)
    report = request_report.gather(filled, now=NOW).report(Selection())
    assert report.groups[0].weight == 5.0
    (filled.root / "customers.toml").write_text('[[customer]]\nname = "Halcyon Freight"\nsegment = "gold"\n')
    with pytest.raises(ConfigurationError) as caught:
        request_report.gather(filled, now=NOW)
    assert "Halcyon" not in str(caught.value)
    assert "customer 1" in str(caught.value)


def test_the_commands(
    filled: Workspace, allowed: dict[str, Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.requests.now", lambda: NOW)
    monkeypatch.setattr("pipeline.cli.export.now", lambda: NOW)

    def offrecord(*args: object, code: int = 0, typed: str = "") -> str:
        result = CliRunner().invoke(main, [*map(str, args), "--workspace", str(filled.root)], input=typed)
        assert result.exit_code == code, result.output
        return result.stdout

    listed = json.loads(offrecord("requests", "list", "--json"))
    assert len(listed) == 3
    group = listed[0]["group"]
    shown = json.loads(offrecord("requests", "show", group, "--json"))
    assert len(shown) == 3
    assert "sign" in shown[0]["shared_words"]
    offrecord("requests", "rename", group, "Contractors sign on", "--by", "ann")
    offrecord("requests", "decide", shown[0]["request"], "--reject", "--by", "ann")
    offrecord("requests", "decide", shown[0]["request"], "--undo", "--by", "ann")
    offrecord("requests", "decide", shown[0]["request"], "--by", "ann", code=2)
    offrecord("requests", "split", shown[0]["request"], shown[1]["request"], "--by", "ann")
    offrecord("requests", "merge", shown[0]["request"], shown[1]["request"], "--by", "ann")
    assert json.loads(offrecord("requests", "retag", "--json")) == {"tagged_again": 0}
    may_resolve(filled, account_of_process())
    resolved = json.loads(
        offrecord("requests", "resolve", shown[0]["request"], "--by", "ann", "--reason", "to call", "--json")
    )
    assert resolved[0]["customer"] in CUSTOMERS
    unsure = len(request_review.unsure(filled, now=NOW))
    walked = offrecord("requests", "review", "--by", "ann", typed="x\nu\na\n" + "s\n" * 9)
    assert re.search(r"decided 1, \d+ left", walked) or unsure == 0
    output = tmp_path / "r.csv"
    offrecord("export", "requests", "--format", "csv", "--group", "--since", "2026-11-01", "-o", output)
    assert "Contractors sign on" in output.read_text("utf-8")
    assert (tmp_path / "r.csv.manifest.json").exists()
    offrecord("export", "requests", "--area", "nowhere", "--format", "jsonl", code=2)
    assert offrecord("export", "requests", "--area", "billing", "--format", "jsonl") == ""
    offrecord("export", "requests", "--to", "Pat of sales", "-o", tmp_path / "sales.csv")
    (tmp_path / "map.toml").write_text('[[column]]\nheader = "Name"\nvalue = "{title}"\n')
    assert '"Contractors sign on"' in offrecord("export", "requests", "--map", tmp_path / "map.toml")
    assert json.loads(offrecord("export", "recall", "--json")) == []
    allowed["internal_share"] = Outcome.MINUS
    went_to = {load["went_to"] for load in json.loads(offrecord("export", "recall", "--json"))}
    assert f"{tmp_path / 'sales.csv'}, given to Pat of sales" in went_to


def test_several_files_need_a_name(workspace: Workspace, publish: Publish, tmp_path: Path) -> None:
    words = [f"Please add a {chr(97 + n // 26)}{chr(97 + n % 26)}lator export button." for n in range(30)]
    publish(1, *(("p1", word) for word in words))
    tagging.retag(workspace, now=NOW)
    made = export(workspace, "github")
    if len([name for name in made.files if name.endswith(".csv")]) > 1:
        with pytest.raises(UsageProblem):
            request_files.hand_out(workspace, made, None, now=NOW)
        request_files.hand_out(workspace, made, tmp_path / "g.csv", now=NOW)
        assert (tmp_path / "g-2.csv").exists()


def test_a_session_without_tags_or_out_of_reach_is_not_shown(filled: Workspace) -> None:
    assert replace(Selection(), area="x").area == "x"
    (session_id, *_) = Registry(filled.db).digests()
    (filled.out / session_id / "internal").rename(filled.out / session_id / "gone")
    assert session_id not in {row["session"] for row in rows(filled)}
    assert tagging.count(filled, "2026-01-01-none") == 0


ASKED = (("p2", "Welcome to office hours."), ("p1", WORDINGS[0]), ("p2", "You can do that under settings."))


@pytest.fixture
def clipped(workspace: Workspace, publish: Publish) -> tuple[Workspace, str]:
    """A session with a proved sound of thirty seconds, silent from 12 to 13, whose request is said from 10 to 19."""
    folder = workspace.out / publish(0, *ASKED) / Audience.INTERNAL
    ffmpeg(*tone(0.0, 30.0, 30.0), folder / "plain.wav")
    spans = folder / "spans.json"
    spans.write_text('[{"start_s": 12.0, "end_s": 13.0}]')
    redact(folder / "plain.wav", spans_file=spans, out=folder / "sound.m4a")
    for path in (spans, folder / "plain.wav"):
        path.unlink()
    manifest = Manifest(
        key="k",
        session_id=folder.parent.name,
        audience=Audience.INTERNAL,
        verdict="proved",
        checks=(),
        files=tuple(OutFile(name=path.name, digest=file_digest(path)) for path in sorted(folder.iterdir())),
        media="sound.m4a",
        length_s=30.0,
        tracks=("t1",),
        windows=(RedactedWindow(start_s=12.0, end_s=13.0, track_id=None, reasons=("name",)),),
        fill="silence",
        picture="",
    )
    manifest = replace(manifest, checks=(Check(name="x", verdict=ProofVerdict.PROVED, detail=""),))
    write_manifest(folder / MANIFEST, signed(manifest, workspace.signer))
    tagging.retag(workspace, now=NOW)
    return workspace, rows(workspace)[0]["request_id"]


def test_a_clip_has_the_words_of_one_request_and_a_proof_of_its_own(
    clipped: tuple[Workspace, str], tmp_path: Path, allowed: dict[str, Outcome]
) -> None:
    workspace, request_id = clipped
    made = request_clip.export_clip(workspace, request_id, tmp_path / "clip", now=NOW)
    assert (made.start_s, made.end_s) == (9.5, 19.5)  # half a second more, and nothing of the answer at 20
    assert prove(tmp_path / "clip", public_key=workspace.signer.public_key).verdict is ProofVerdict.PROVED
    manifest = read_manifest(tmp_path / "clip" / MANIFEST)
    assert manifest is not None
    assert [(window.start_s, window.end_s) for window in manifest.windows] == [(2.5, 3.5)]
    captions = (tmp_path / "clip" / "captions.vtt").read_text("utf-8")
    assert WORDINGS[0].split()[-1] in captions
    assert "settings" not in captions
    assert "Welcome" not in captions
    assert request_recall.recalls(workspace, now=NOW) == []
    allowed[Purpose.INTERNAL_IMPROVE] = Outcome.MINUS
    assert {delivery.went_to for delivery in request_recall.recalls(workspace, now=NOW)} >= {
        str(tmp_path / "clip" / "sound.m4a")
    }


def test_a_clip_is_called_back_when_somebody_else_who_is_heard_in_it_may_not_be_shown_any_more(
    clipped: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, request_id = clipped
    monkeypatch.setattr(request_recall, "may_quote", lambda ruling, session, who: who != "p2")
    (mention,) = request_report.gather(workspace, now=NOW).mentions
    for name, heard in (("alone", ("p1",)), ("both", ("p1", "p2"))):
        held = request_recall.HeldRequests(
            request_ids=(request_id,), quoted=(request_id,), answered=(), heard_in=mention.session, heard=heard
        )
        file = OutFile(name=f"{name}.m4a", digest=name)
        request_recall.note_handed_out(workspace, {name: file}, held, by="test", now=NOW)
    assert [
        (delivery.went_to, delivery.requests, delivery.quotes)
        for delivery in request_recall.recalls(workspace, now=NOW)
    ] == [("both", (), (request_id,))]


@pytest.mark.parametrize("purpose", [Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE])
def test_no_clip_without_consent(
    clipped: tuple[Workspace, str], tmp_path: Path, allowed: dict[str, Outcome], purpose: Purpose
) -> None:
    workspace, request_id = clipped
    allowed[purpose] = Outcome.MINUS
    with pytest.raises((UsageProblem, RefusedByPolicy)):
        request_clip.export_clip(workspace, request_id, tmp_path / "clip", now=NOW)
    assert not (tmp_path / "clip").exists()


def test_a_request_that_goes_on_behind_somebody_who_is_not_read_is_one_turn_as_the_tagger_read_it() -> None:
    turns = (
        Turn(speaker="a", participant_id="p1", start_s=0.0, end_s=2.0, text="please could you add a"),
        Turn(speaker="b", participant_id="p2", start_s=2.1, end_s=2.5, text="we do not want that at all"),
        Turn(speaker="a", participant_id="p1", start_s=3.0, end_s=5.0, text="dark mode for the page"),
    )
    ruled = by_hand.ruling(used={"p2": Outcome.MINUS})
    whole = request_clip.turns_as_tagged(by_hand.session(), ruled, turns)
    assert [turn.text for turn in whole] == ["please could you add a dark mode for the page"]
    assert request_clip.turns_as_tagged(by_hand.session(), by_hand.ruling(), turns) == turns


def test_no_clip_of_a_rare_request_where_it_was_said_is_hidden(
    clipped: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, request_id = clipped
    hidden = workspace.settings.export.model_copy(update={"hide_rare_sessions": True})
    monkeypatch.setattr(workspace, "settings", workspace.settings.model_copy(update={"export": hidden}))
    with pytest.raises(RefusedByPolicy, match="too few"):
        request_clip.export_clip(workspace, request_id, tmp_path / "clip", now=NOW)


def test_no_clip_of_a_rendition_that_was_changed(clipped: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, request_id = clipped
    sound = next(workspace.out.glob("*/internal/sound.m4a"))
    sound.write_bytes(sound.read_bytes() + b"x")
    with pytest.raises(ProofFailed):
        request_clip.export_clip(workspace, request_id, tmp_path / "clip", now=NOW)
    assert not (tmp_path / "clip").exists()


def test_a_clip_is_written_to_a_new_folder_by_the_command(
    clipped: tuple[Workspace, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, request_id = clipped
    monkeypatch.setattr("pipeline.cli.export.now", lambda: NOW)
    arguments = ["export", "clip", request_id, "--workspace", str(workspace.root), "-o", str(tmp_path / "clip")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"proved: 10.0 s, 5 files; wrote {tmp_path / 'clip'}\n"
    for path in (tmp_path / "clip").iterdir():
        assert b"halcyon" not in path.read_bytes().lower() and "guest" not in path.name
    assert CliRunner().invoke(main, arguments).exit_code == 2
    for output in ("nowhere/clip", "other"):
        unknown = [*arguments[:2], "q-0", *arguments[3:-1], str(tmp_path / output)]
        assert CliRunner().invoke(main, unknown).exit_code == 2


def test_the_page_decides_what_nobody_is_sure_of_one_after_the_other(
    workspace: Workspace, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("pipeline.tag.tag"), "SURE", 1.1)
    for number, wording in enumerate((WORDINGS[0], "<script>alert(1)</script> please add a dry run of the import")):
        publish(number, ("p1", wording))
    tagging.retag(workspace, now=NOW)
    waiting = [mention.request_id for mention in request_review.unsure(workspace, now=NOW)]
    assert len(waiting) == 2
    pages = {}
    for role in (WebRole.REVIEWER, WebRole.PM):
        logins = Logins()
        app = staff_app(workspace, Access.by_links(logins), hosts=(), now=lambda: NOW)
        pages[role] = TestClient(app, headers={"sec-fetch-site": "same-origin"})
        person = WebUser(actor="ana", roles=frozenset({role}))
        pages[role].get(f"/login/{logins.link(person)}", follow_redirects=False)
    ana, pm = pages[WebRole.REVIEWER], pages[WebRole.PM]
    assert "Nobody is sure" not in pm.get("/requests").text and "Accept" not in pm.get("/requests").text
    first, second = ana.get("/requests").text, ana.get("/requests?skip=1").text
    assert f'value="{waiting[0]}"' in first and f'value="{waiting[1]}"' in second
    assert "<script>alert" not in first + second
    after = ana.post("/requests", data={"request": waiting[0], "act": "reject", "skip": "0"}).text
    assert f'value="{waiting[1]}"' in after and "1 of 1" in after
    assert acts_of(workspace).verdicts == {waiting[0]: RequestAction.REJECT}
    again = ana.post("/requests", data={"request": waiting[0], "act": "reopen"}).text
    assert "1 of 2" in again and acts_of(workspace).verdicts == {}
    for act in ("", "merge", "anything"):
        assert ana.post("/requests", data={"request": waiting[0], "act": act}).status_code == 409
    assert ana.post("/requests", data={"request": "q-000000000000", "act": "accept"}).status_code == 409
    assert acts_of(workspace).verdicts == {}
