"""Consent that somebody else's vCon claims: never a yes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.interchange.vcon_import import import_vcon, read_grants
from pipeline.consent.interchange.vcon_legacy import upgraded
from pipeline.errors import InputRefused
from pipeline.records import Held, Purpose, Ruling
from pipeline.store import Workspace
from tests.consent.conftest import ALL_YES, NOW, Files, person, row, session

AT = "2026-11-17T15:40:31Z"
ALL = ("recording", "transcription", "analysis", "sharing")


def vcon(*grants: dict[str, Any], email: str = "ana@a.example", **changed: Any) -> dict[str, Any]:
    attachment = {
        "purpose": "lawful_basis",
        "type": "lawful_basis",
        "party": 0,
        "dialog": 0,
        "encoding": "json",
        "body": {"lawful_basis": "consent", "purpose_grants": list(grants)},
    }
    return {
        "vcon": "0.4.0",
        "uuid": "0198f7a2-4c1e-8b3a-9d10-2f6a7c5e1b44",
        "created_at": AT,
        "parties": [{"mailto": email, "name": "Ana"}, {"name": "Nobody"}],
        "dialog": [],
        "attachments": [attachment],
    } | changed


def grant(purpose: str, said: bool = True, **more: Any) -> dict[str, Any]:
    return {"purpose": purpose, "granted": said, "granted_at": AT, **more}


def save(folder: Path, content: object) -> Path:
    path = folder / "their.vcon.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def take(path: Path, workspace: Workspace, session_id: str | None = None) -> Any:
    return import_vcon(path, session_id=session_id, actor="sam", workspace=workspace, now=NOW)


@pytest.mark.parametrize("place", ["US-NY", "US-CA", "DE"])
def test_scenario_45_a_foreign_yes_is_unknown_and_holds(workspace: Workspace, tmp_path: Path, place: str) -> None:
    meeting = session(person(1, "ana@a.example", location=place))
    done = take(save(tmp_path, vcon(*map(grant, ALL))), workspace, meeting.session_id)
    assert (done.grants, done.to_review, done.refusals) == (4, 6, 0)
    assert isinstance(consent.rule(meeting, workspace=workspace, now=NOW), Held)
    assert {cell.outcome for cell in explain(meeting, workspace=workspace, now=NOW)} == {"hold"}


def test_a_second_import_adds_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = save(tmp_path, vcon(*map(grant, ALL)))
    take(path, workspace)
    head = consent.log_head(workspace)
    again = take(path, workspace)
    assert (again.to_review, again.on_file) == (0, 6)
    assert consent.log_head(workspace) == head


def test_what_somebody_told_us_themselves_goes_before(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row("ana@a.example", ALL_YES))
    meeting = session(person(1, "ana@a.example"))
    take(save(tmp_path, vcon(*map(grant, ALL))), workspace, meeting.session_id)
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling) and ruling.allows(Purpose.PUBLIC_RECORDING)


def test_a_foreign_no_counts(workspace: Workspace, file_answers: Files, tmp_path: Path) -> None:
    file_answers(row("ana@a.example", ALL_YES))
    meeting = session(person(1, "ana@a.example"))
    only_public = grant("sharing", said=False, conditions=["x-oh:public_recording"])
    assert take(save(tmp_path, vcon(only_public)), workspace).refusals == 1
    ruling = consent.rule(meeting, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    assert ruling.removed(Purpose.PUBLIC_RECORDING) == {"p1"} and not ruling.removed(Purpose.INTERNAL_SHARE)


def test_whoever_has_no_address_is_counted_and_left_out(workspace: Workspace, tmp_path: Path) -> None:
    found = vcon(grant("recording"), grant("dancing"))
    found["parties"][0] = {"name": "anonymous"}
    done = take(save(tmp_path, found), workspace)
    assert (done.nobody, done.not_ours, done.to_review) == (2, 1, 0)


def test_old_names_are_upgraded() -> None:
    old = {
        "vcon": "0.0.1",
        "appended": {"uuid": "u", "url": "https://x", "alg": "SHA-512", "signature": "abc"},
        "must_support": ["lawful_basis"],
        "dialog": [{"mimetype": "audio/x-wav", "transfer-target": 1, "body": {"mimetype": "kept"}}],
    }
    assert upgraded(old) == {
        "vcon": "0.0.1",
        "amended": {"uuid": "u", "url": "https://x", "content_hash": "sha512-abc"},
        "critical": ["lawful_basis"],
        "dialog": [{"mediatype": "audio/x-wav", "transfer_target": 1, "body": {"mimetype": "kept"}}],
    }


def test_a_vcon_of_an_old_draft_is_taken_in(workspace: Workspace, tmp_path: Path) -> None:
    old = vcon(grant("recording"), vcon="0.0.1", must_support=["lawful_basis"])
    old["attachments"][0] |= {"mimetype": "application/json", "body": json.dumps(old["attachments"][0]["body"])}
    assert take(save(tmp_path, old), workspace).to_review == 1


def test_a_signature_of_nobody_we_trust_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    payload = base64.urlsafe_b64encode(json.dumps(vcon(grant("recording"))).encode()).decode().rstrip("=")
    assert take(save(tmp_path, {"payload": payload, "signatures": [{}]}), workspace).to_review == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ('{"uuid": "a", "uuid": "b"}', "twice"),
        ({"ciphertext": "x"}, "encrypted"),
        ({"payload": "!"}, "vCon"),
        (vcon(critical=["time_travel"]), "extension"),
        (vcon(must_support=["time_travel"]), "extension"),
        (vcon(critical="lawful_basis"), "extension"),
        (vcon(redacted={}, amended={}), "both"),
        (vcon(redacted={}, appended={}), "both"),
        (vcon(amended={"uuid": "u", "url": "https://x"}), "content_hash"),
        (vcon(mediatype="a", mimetype="b"), "both"),
        (vcon(parties=None), "missing"),
        (vcon(parties=[]), "does not list"),
        (vcon(attachments=[{"purpose": "lawful_basis", "party": 0}]), "no body"),
        (vcon(attachments={}), "list"),
        (vcon(amended={"url": "https://x", "alg": "MD5", "signature": "a"}), "hash"),
    ],
)
def test_what_cannot_be_trusted_to_say_is_refused(
    workspace: Workspace, tmp_path: Path, content: object, says: str
) -> None:
    path = save(tmp_path, content)
    with pytest.raises(InputRefused, match=says):
        take(path, workspace)
    done = CliRunner().invoke(main, ["consent", "import-vcon", str(path), "--by", "sam", "-w", str(workspace.root)])
    assert done.exit_code == 9
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("critical", "named"),
    [
        (["lawful_basis", "wtf_transcription", "signed_agenda"], "'signed_agenda'"),
        (["zeta", "alpha"], "'alpha', 'zeta'"),
        (["x" * 500], "'" + "x" * 59 + "..."),
        ([7], "7"),
        (["a\nb\u202e"], r"'a\nb\u202e'"),
    ],
)
def test_scenario_46_an_unknown_extension_is_named(critical: list[object], named: str) -> None:
    content = json.dumps({"uuid": "u", "parties": [], "critical": critical}).encode()
    with pytest.raises(InputRefused) as caught:
        list(read_grants(content, now=NOW))
    assert named in caught.value.message and caught.value.message.isprintable()
