"""The redacted vCon of a rendition: valid, bound to its consent, and never with the original or who was there."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.interchange.leak_check import Forbidden, refuse_leaks
from pipeline.consent.interchange.vcon_attachments import content_hash
from pipeline.consent.interchange.vcon_format import check
from pipeline.consent.interchange.vcon_import import read_grants
from pipeline.consent.staff.withdraw import withdraw
from pipeline.consent.staff.withdrawal_receipt import of_person
from pipeline.errors import ProofFailed, RefusedByPolicy, TryAgain
from pipeline.proof import MANIFEST, Manifest, write_manifest
from pipeline.records import (
    Attendance,
    Audience,
    Check,
    OutFile,
    ProofVerdict,
    Purpose,
    Ruling,
    Session,
    SessionResult,
    VaultFile,
)
from pipeline.render import manifest
from pipeline.render.redaction_diff import RedactionScope
from pipeline.render.rendition import out_files
from pipeline.render.terms import TermReplacer
from pipeline.store import Workspace, jws, releases
from pipeline.store.artefacts import digest_of
from pipeline.store.codec import encode
from pipeline.store.registry import Registry, SessionState
from pipeline.store.signing import Signer
from pipeline.vcon import document, export
from pipeline.workflow import erasure
from pipeline.workflow.request_recall import recalls
from pipeline.workflow.state_key import state_keys
from tests.consent.conftest import ALL_NO, NOW, Files, file_answers, person, row, session, workspace

__all__ = ["file_answers", "workspace"]
ORIGINAL = b"the unredacted sound"
TURNS = [
    {"start_s": 1.0, "end_s": 3.5, "participant_id": "p1", "speaker": "[person 1]", "text": "we ask [company 1]"},
    {"start_s": 4.0, "end_s": 6.0, "participant_id": "p2", "speaker": "staff 1", "text": "thank you recording"},
]


HIDDEN = RedactionScope(tracks=("t0", "t1"), removed=("p3",))


def placed(
    opened: Workspace, folder: Path, turns: list[dict[str, Any]] = TURNS, hidden: RedactionScope = HIDDEN
) -> Session:
    """A session whose internal rendition is out; the original is sealed and its folder still there."""
    folder.mkdir()
    (folder / "Granite call 17.m4a").write_bytes(ORIGINAL)
    sealed = opened.vault.seal(folder / "Granite call 17.m4a", kind="audio")
    people = (
        person(1, "ana@a.example", name="Nora Unmistakable", company="Granite Foundry"),
        person(2, "bo@b.example", name="Bo"),
        person(3, "cy@c.example", name="Cyril Refusing"),
    )
    meeting = session(*people, sealed=(VaultFile(digest=sealed.digest, kind="audio", size=sealed.size),))
    registry = Registry(opened.db)
    registry.take(folder, "f", meeting)
    out = opened.out / meeting.session_id / "internal"
    out.mkdir(parents=True)
    (out / "transcript.jsonl").write_text("".join(json.dumps(turn) + "\n" for turn in turns), "utf-8")
    (out / "sound.m4a").write_bytes(b"redacted sound")
    (out / "chat.txt").write_text("[00:00:04] [person 1]: see [url 1]\n", "utf-8")
    files: tuple[OutFile, ...] = out_files(out)
    checks = (Check(name="sound", verdict=ProofVerdict.PROVED, detail="ok"),)
    made = Manifest(
        key="k",
        session_id=meeting.session_id,
        audience=Audience.INTERNAL,
        verdict="proved",
        checks=checks,
        files=files,
        media="sound.m4a",
        length_s=3600.0,
        tracks=("t0",),
        windows=(),
        fill="silence",
        picture="none",
    )
    entry = releases.next_entry(opened.ledger, meeting.session_id, Audience.INTERNAL)
    made = manifest.resting_on(manifest.Basis(signer=opened.signer, entry=entry), made)
    write_manifest(out / MANIFEST, made)
    body = {"proof": "p", "folder": digest_of(out)}
    scope = encode(hidden).decode()
    releases.record_publication(opened.db, entry, meeting.session_id, Audience.INTERNAL, scope=scope, body=body)
    conclude(opened, meeting)
    return meeting


def conclude(opened: Workspace, meeting: Session) -> None:
    registry = Registry(opened.db)
    result = SessionResult(
        session_id=meeting.session_id,
        status="done",
        reason="",
        action="",
        renditions=(f"{meeting.session_id}/internal",),
    )
    key = state_keys(opened, registry, on=NOW.date())[meeting.session_id]
    registry.conclude(SessionState(state_key=key, valid_until=NOW.timestamp(), attempts=1, result=result))


@pytest.fixture
def out(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Session:
    file_answers(row("ana@a.example"), row("bo@b.example"), row("cy@c.example", ALL_NO))
    return placed(workspace, tmp_path / "Granite Foundry")


def made(opened: Workspace, meeting: Session, url: str | None = "https://vault.example/s") -> dict[str, Any]:
    text = export.export(meeting.session_id, Audience.INTERNAL, workspace=opened, url=url, now=NOW)
    content: dict[str, Any] = json.loads(text)
    return content


def test_it_is_valid_and_keeps_every_index(workspace: Workspace, out: Session) -> None:
    found = made(workspace, out)
    check(json.dumps(found))
    assert found["vcon"] == "0.4.0" and found["redacted"]["uuid"] != found["uuid"] and "amended" not in found
    whole, *tracks, sound, chat = found["dialog"]
    assert whole["recordings"] == [1, 2, 3, 4] and whole["parties"] == [0, 1, 2]
    assert [track["parties"] for track in tracks] == [0, 1, 2]
    assert all(set(track) == {"type", "start", "parties", "recording_set"} for track in tracks)
    digest = base64.urlsafe_b64encode(hashlib.sha512(b"redacted sound").digest()).decode().rstrip("=")
    assert (sound["url"], sound["content_hash"]) == ("https://vault.example/s/sound.m4a", f"sha512-{digest}")
    assert chat["body"] == "[00:00:04] [person 1]: see [url 1]\n"
    assert [one["text"] for one in found["analysis"][0]["body"]["segments"]] == [turn["text"] for turn in TURNS]


def test_nobody_is_named(workspace: Workspace, out: Session) -> None:
    found = made(workspace, out)
    assert {party["name"] for party in found["parties"]} == {"anonymous"}
    text = json.dumps(found)
    for secret in ("Unmistakable", "Granite", "Refusing", "a.example", "prt_", out.session_id):
        assert secret not in text


def test_consent_is_attached_and_bound_to_this_vcon(workspace: Workspace, out: Session) -> None:
    found = made(workspace, out)
    first, _, third = (one["body"] for one in found["attachments"])
    assert [one["party"] for one in found["attachments"]] == [0, 1, 2]
    grants = {(one["purpose"], one["granted"]) for one in first["purpose_grants"]}
    assert ("recording", True) in grants and ("sharing", True) in grants
    assert {one["granted"] for one in third["purpose_grants"]} == {False}
    state = third["metadata"]["x-oh"]
    assert state["states"]["record"] == "refused" and {one["outcome"] for one in state["decisions"]} == {"minus"}
    assert first["content_hash"]["value"] == content_hash(first)
    elsewhere = json.loads(json.dumps(first))
    elsewhere["metadata"]["x-oh"]["vcon_uuid"] = found["redacted"]["uuid"]
    assert content_hash(elsewhere) != first["content_hash"]["value"]


def test_who_came_when_is_told_of_those_who_stay(workspace: Workspace, out: Session) -> None:
    joined = (("p1", -4.0), ("p2", 90.0), ("p3", 5.0))
    stays = [Attendance(participant_id=who, join_s=join, leave_s=3600.0) for who, join in joined]
    seen = replace(out, attendance=tuple(stays))
    Registry(workspace.db).rewrite(seen)
    conclude(workspace, seen)
    history = made(workspace, out)["dialog"][0]["party_history"]
    assert [(entry["party"], entry["event"], entry["time"][11:]) for entry in history] == [
        (0, "join", "15:00:00Z"),
        (1, "join", "15:01:30Z"),
        (0, "drop", "16:00:00Z"),
        (1, "drop", "16:00:00Z"),
    ]


def test_it_is_signed_and_registered_and_a_withdrawal_lists_it(workspace: Workspace, out: Session) -> None:
    values: dict[str, Any] = {"workspace": workspace, "url": None, "now": NOW}
    text = export.export(out.session_id, Audience.INTERNAL, **values, sign=True, to="/home/pm/s1.json")
    public_key = workspace.signer.public_key
    inside = jws.opened(text, public_key=public_key)
    assert inside is not None and check(inside).uuid == json.loads(inside)["uuid"]
    body = json.loads(text)
    changed = body | {"payload": body["payload"][:-6] + "AAAAAA"}
    assert jws.opened(json.dumps(changed), public_key=public_key) is None
    assert jws.opened(text, public_key=Signer(b"x" * 32).public_key) is None
    assert jws.opened("{}", public_key=public_key) is None
    assert {grant.granted for grant in read_grants(text.encode(), now=NOW)} == {True, False}
    (noted,) = [artefact for artefact in workspace.artefacts.of(out.session_id) if artefact.kind == "vcon"]
    assert noted.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert noted.contributors is not None and noted.contributors["p3"] == ["mention"]
    withdraw(
        "ana@a.example",
        purposes=[Purpose.INTERNAL_SHARE],
        session_id=None,
        actor="sam",
        reason="r",
        workspace=workspace,
        now=NOW,
        then=partial(erasure.quarantine, workspace, now=NOW),
    )
    (noted,) = [artefact for artefact in workspace.artefacts.of(out.session_id) if artefact.kind == "vcon"]
    assert noted.state == "quarantined"
    (receipt,) = of_person("ana@a.example", "", workspace=workspace)
    assert any("vcon" in line and "/home/pm/s1.json" in line for line in receipt.not_recalled)


def refuse(opened: Workspace, email: str) -> None:
    common: dict[str, Any] = {"session_id": None, "actor": "sam", "reason": "r", "workspace": opened, "now": NOW}
    withdraw(email, purposes=[Purpose.INTERNAL_SHARE], **common)


@pytest.mark.parametrize("kind", ["vcon", "rendition"])
def test_whoever_was_taken_out_of_a_part_is_called_back_once_they_say_no_to_the_rest(
    workspace: Workspace, file_answers: Files, tmp_path: Path, kind: str
) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"), row("cy@c.example", at="2026-11-18 15:20:00"))
    part = (("", 0.0, 1200.0),)
    hidden = RedactionScope(tracks=("t0", "t1", "t2"), windows=part, gone=(*part, ("p3", 0.0, 1200.0)))
    out = placed(workspace, tmp_path / "Granite Foundry", hidden=hidden)
    if kind == "vcon":
        export.export(out.session_id, Audience.INTERNAL, workspace=workspace, url=None, now=NOW, to="the wiki")
    else:
        folder = workspace.out / out.session_id / "internal"
        heard: dict[str, list[str]] = {"p1": ["speech"], "p2": ["speech"], "p3": ["speech"]}
        noted = workspace.artefacts.note(
            "rendition", folder, session_id=out.session_id, contributors=heard, log_head="h"
        )
        workspace.artefacts.copied(noted, to="the wiki", by="sam", now=NOW)
    assert recalls(workspace, now=NOW) == [], "it hides the part that consent closes"
    refuse(workspace, "cy@c.example")
    assert [delivery.went_to for delivery in recalls(workspace, now=NOW)] == ["the wiki"]
    placed_again = replace(hidden, windows=(), gone=(), tracks=("t0", "t1"), removed=("p3",))
    entry = releases.next_entry(workspace.ledger, out.session_id, Audience.INTERNAL)
    releases.record_publication(
        workspace.db, entry, out.session_id, Audience.INTERNAL, scope=encode(placed_again).decode(), body={"proof": "q"}
    )
    assert [delivery.went_to for delivery in recalls(workspace, now=NOW)] == ["the wiki"], (
        "what was published since is another"
    )


def test_a_copy_of_a_rendition_that_an_earlier_version_noted_is_called_back_for_any_part(
    workspace: Workspace, out: Session
) -> None:
    people = {"p1": ["mention", "speech"], "p2": ["mention", "speech"], "p3": ["mention"]}
    folder = workspace.out / out.session_id / "internal"
    noted = workspace.artefacts.note(
        "rendition", folder, session_id=out.session_id, contributors=people, log_head="h", digest="0" * 64
    )
    workspace.artefacts.copied(noted, to="the wiki", by="sam", now=NOW)
    assert recalls(workspace, now=NOW) == []
    refuse(workspace, "bo@b.example")
    assert [delivery.went_to for delivery in recalls(workspace, now=NOW)] == ["the wiki"]


def test_copies_of_what_was_taken_back_are_on_the_list_of_files_to_recall(workspace: Workspace, out: Session) -> None:
    values: dict[str, Any] = {"workspace": workspace, "url": None, "now": NOW}
    export.export(out.session_id, Audience.INTERNAL, **values, sign=False, to="/home/pm/s1.json")
    assert recalls(workspace, now=NOW) == []
    common: dict[str, Any] = {"session_id": None, "actor": "sam", "reason": "r", "workspace": workspace, "now": NOW}
    withdraw("ana@a.example", purposes=[Purpose.INTERNAL_SHARE], **common)
    assert [delivery.went_to for delivery in recalls(workspace, now=NOW)] == ["/home/pm/s1.json"], "consent closes it"
    common |= {"now": NOW + timedelta(minutes=1), "then": partial(erasure.quarantine, workspace, now=NOW)}
    withdraw("ana@a.example", purposes=[Purpose.INTERNAL_SHARE], **common)
    assert [delivery.went_to for delivery in recalls(workspace, now=NOW)] == ["/home/pm/s1.json"]


def test_after_a_withdrawal_a_new_version_names_the_one_before(workspace: Workspace, out: Session) -> None:
    first, again = made(workspace, out), made(workspace, out, url=None)
    assert (again["uuid"], again["redacted"]) == (first["uuid"], first["redacted"])
    common: dict[str, Any] = {"session_id": None, "actor": "sam", "reason": "r", "workspace": workspace, "now": NOW}
    withdraw("ana@a.example", purposes=[Purpose.PUBLIC_RECORDING], **common)
    conclude(workspace, out)
    for _ in range(2):
        later = made(workspace, out)
        assert later["uuid"] != first["uuid"] == later["redacted"]["uuid"]


def test_without_a_url_no_file_is_named(workspace: Workspace, out: Session) -> None:
    text = json.dumps(made(workspace, out, url=None))
    assert "sound.m4a" not in text and "sha512-" not in text


LEAKS = {
    "sha256": hashlib.sha256(ORIGINAL).hexdigest(),
    "SHA256": hashlib.sha256(ORIGINAL).hexdigest().upper(),
    "content_hash": "sha512-" + base64.urlsafe_b64encode(hashlib.sha512(ORIGINAL).digest()).decode().rstrip("="),
    "content_hash in base64": base64.b64encode(hashlib.sha512(ORIGINAL).digest()).decode(),
    "any other hash": "ab" * 32,
    "file name": "see Granite call 17.m4a",
    "folder name": "Granite Foundry/sound",
    "a name": "My name is nora  UNMISTAKABLE.",
    "a short name": "thank you, Bo!",
    "an address": "write to ana@a.example",
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_scenario_47_what_the_standards_own_example_leaks(workspace: Workspace, out: Session, leak: str) -> None:
    found = made(workspace, out)
    ruling = consent.rule(out, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    never = export.forbidden(out, ruling, Audience.INTERNAL, workspace, now=NOW)
    vouched = {one["body"]["content_hash"]["value"] for one in found["attachments"]}
    found["analysis"][0]["body"]["segments"][0]["text"] = leak
    with pytest.raises(ProofFailed) as error:
        refuse_leaks(json.dumps(found["analysis"]), never, allowed_hashes=vouched)
    assert leak not in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "leaks"),
    [
        ("Office hours", "Office hours 2026-11-20", False),
        ("a", "a word", False),
        ("2026-11-20", "on 2026-11-20", False),
        ("Brackwa migration", "about the Brackwa migration", True),
        ("Brackwa", "Brackwater", False),
        ("rec.wav", "see rec.wav there", True),
        ('Ana\'s "call".m4a', 'see Ana\'s \\"call\\".m4a', True),
    ],
)
def test_a_folder_of_plain_words_is_no_leak_and_any_other_name_is(name: str, text: str, leaks: bool) -> None:
    """A session's folder is often called "Office hours", as the subject of every vCon is."""
    with pytest.raises(ProofFailed) if leaks else nullcontext():
        refuse_leaks(json.dumps({"subject": text}), Forbidden(file_names=frozenset({name})), allowed_hashes=())


def test_a_name_that_a_reviewer_kept_is_taken_out(
    workspace: Workspace, file_answers: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_answers(row("ana@a.example"), row("bo@b.example"), row("cy@c.example"))
    turns = [TURNS[0] | {"text": "I am Nora Unmistakable"}]
    found = placed(workspace, tmp_path / "inbox", turns)
    assert made(workspace, found)["analysis"][0]["body"]["segments"][0]["text"] == "I am [name]"
    monkeypatch.setattr(document, "_scrub", lambda _: TermReplacer([]))
    command = ["export", "vcon", found.session_id, "-o", str(tmp_path / "x.json"), "-w", str(workspace.root)]
    monkeypatch.setattr("pipeline.cli.export.now", lambda: NOW)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 10 and "Nora" not in done.stderr
    assert not (tmp_path / "x.json").exists()


def test_consent_is_read_again_at_the_door(workspace: Workspace, out: Session) -> None:
    common: dict[str, Any] = {"session_id": None, "actor": "sam", "reason": "r", "workspace": workspace, "now": NOW}
    withdraw("ana@a.example", purposes=[Purpose.INTERNAL_SHARE], **common)
    with pytest.raises(TryAgain):
        made(workspace, out)
    with pytest.raises(RefusedByPolicy):
        export.export(out.session_id, Audience.PUBLIC, workspace=workspace, url=None, now=NOW)


def test_a_changed_file_is_not_handed_out(workspace: Workspace, out: Session) -> None:
    (workspace.out / out.session_id / "internal" / "chat.txt").write_text("other", "utf-8")
    with pytest.raises(ProofFailed):
        made(workspace, out)


def test_an_earlier_rendition_put_back_is_not_handed_out(workspace: Workspace, out: Session) -> None:
    entry = releases.next_entry(workspace.ledger, out.session_id, Audience.INTERNAL)
    releases.record_publication(
        workspace.db, entry, out.session_id, Audience.INTERNAL, scope="more", body={"proof": "q"}
    )
    with pytest.raises(ProofFailed):
        made(workspace, out)


@pytest.mark.parametrize(
    "change",
    [
        {"amended": {}},
        {"vcon": "0.0.1"},
        {"uuid": "5b0a1d5e-6a0f-4f2e-9f0b-0e9d6d1f7a10"},
        {"attachments": []} | {"analysis": [{}]},
        {"dialog": []},
        {"parties": []},
        {"parties": [{"name": "Bo"}]},
        {"created_at": "yesterday"},
        {"mimetype": "x"},
    ],
)
def test_what_core_forbids_is_not_valid(workspace: Workspace, out: Session, change: dict[str, Any]) -> None:
    with pytest.raises(ProofFailed):
        check(json.dumps(made(workspace, out) | change))


@pytest.mark.parametrize("change", [{"content_hash": None}, {"url": "http://x"}, {"body": "x"}, {"filename": 1}])
def test_content_is_whole_or_not_there(workspace: Workspace, out: Session, change: dict[str, Any]) -> None:
    found = made(workspace, out)
    found["dialog"][4] |= change
    with pytest.raises(ProofFailed):
        check(json.dumps(found))


def test_labels_and_the_formats_own_words_are_no_leak() -> None:
    never = Forbidden(texts=frozenset({"person", "recording", "company 1"}))
    refuse_leaks(
        '{"a": "recording", "b": "we ask [company 1]"}', never, allowed_hashes=(), fixed=frozenset({"recording"})
    )
