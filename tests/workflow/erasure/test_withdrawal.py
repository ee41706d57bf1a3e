"""A withdrawal at each stage: nothing new with that person afterwards, and every old artefact accounted for."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from click.testing import CliRunner

from pipeline import consent, render, speech
from pipeline.cli import main
from pipeline.consent.staff.withdrawal_receipt import known_as, of_person
from pipeline.errors import WorkspaceDamaged
from pipeline.export import Selection
from pipeline.export.formats.options import ExportOptions
from pipeline.records import ChatLine, Participant, Purpose, Rendition, Ruling, Transcript
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, withdrawals
from pipeline.store.artefacts import Artefact, ArtefactState
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import WithdrawalState
from pipeline.workflow import erasure, request_files
from pipeline.workflow.erasure import fingerprints
from tests.workflow.erasure.conftest import GUEST, LATER, NOW, SAMPLES, Leave, night

GUEST_ID = "p2"

P = ParamSpec("P")
T = TypeVar("T")


def session_id(workspace: Workspace) -> str:
    return next(iter(Registry(workspace.db).digests()))


def rulings(workspace: Workspace) -> Ruling:
    session = Registry(workspace.db).session(session_id(workspace))
    ruling = consent.rule(session, workspace=workspace, now=LATER)
    assert isinstance(ruling, Ruling)
    return ruling


def turns(workspace: Workspace) -> list[dict[str, object]]:
    place = workspace.out / session_id(workspace) / "internal" / "transcript.jsonl"
    return [json.loads(line) for line in place.read_text("utf-8").splitlines()]


def heard(workspace: Workspace) -> Iterator[Transcript]:
    for path in (workspace.stages.root / "speech").glob("*.json"):
        transcript = workspace.stages.get("speech", path.stem, Transcript)
        assert transcript is not None
        yield transcript


def is_gone_from_what_is_made(workspace: Workspace) -> None:
    assert all(word.participant_id != GUEST_ID for transcript in heard(workspace) for word in transcript.words)
    if (workspace.out / session_id(workspace) / "internal").is_dir():
        assert all(turn["participant_id"] != GUEST_ID for turn in turns(workspace))
    with (workspace.out / "exports" / "requests.csv").open(encoding="utf-8") as table:
        assert all(not row.get("customer") for row in csv.DictReader(table))


def everything_is_accounted_for(workspace: Workspace) -> None:
    """What the register calls live is there, and every file of the working results is in it."""
    made = list(workspace.artefacts.all())
    assert all((workspace.root / one.location).exists() for one in made if one.state is ArtefactState.LIVE)
    known = {workspace.root / one.location for one in made if one.state is not ArtefactState.ERASED}
    assert all(path in known for path in workspace.stages.files() if path.parent.name != "exports")
    assert all(folder in known for folder in workspace.withdrawn.iterdir())
    assert all(problem.ok for problem in verify_workspace(workspace))


def test_the_night_had_something_of_the_guest(workspace: Workspace) -> None:
    assert any(turn["participant_id"] == GUEST_ID for turn in turns(workspace))
    kinds = {artefact.kind for artefact in workspace.artefacts.of(session_id(workspace))}
    steps = {
        "folders",
        "speech",
        "keyword_search",
        "detect",
        "proposals",
        "review",
        "holds",
        "tags",
        "rendition",
        "unheard",
    }
    assert kinds == steps
    rendition = next(
        artefact for artefact in workspace.artefacts.of(session_id(workspace)) if artefact.kind == "rendition"
    )
    assert rendition.contributors is not None and "speech" in rendition.contributors[GUEST_ID]
    everything_is_accounted_for(workspace)


def test_a_second_night_registers_nothing_twice(workspace: Workspace) -> None:
    before = list(workspace.artefacts.all())
    night(workspace, now=NOW + timedelta(days=2))
    assert {artefact.artefact_id for artefact in workspace.artefacts.all()} == {one.artefact_id for one in before}


def test_before_it_is_taken_in(before: Workspace, inbox: Path, leave: Leave) -> None:
    leave(before)
    night(before, inbox, now=LATER)
    is_gone_from_what_is_made(before)
    everything_is_accounted_for(before)


def test_after_release_it_is_withdrawn_renditions_at_once(workspace: Workspace, leave: Leave) -> None:
    name, events = session_id(workspace), log_length(workspace)
    filed = leave(workspace)
    assert not (workspace.out / name).exists()
    assert (workspace.out / "exports" / "requests.csv").read_text("utf-8").count("\n") == 1
    taken = [artefact for artefact in workspace.artefacts.of(name) if artefact.kind == "rendition"]
    assert [one.state for one in taken] == [ArtefactState.QUARANTINED]
    night(workspace, now=LATER)
    is_gone_from_what_is_made(workspace)
    everything_is_accounted_for(workspace)
    assert log_length(workspace) == events + len(Purpose)
    (receipt,) = of_person(GUEST, "", workspace=workspace)
    assert receipt.withdrawal == filed.withdrawal
    assert receipt.standing.startswith("done; what is out")


def test_a_withdrawal_by_form_takes_effect_on_import(workspace: Workspace, tmp_path: Path) -> None:
    name, table = session_id(workspace), tmp_path / "withdrawals.csv"
    header, *_ = (SAMPLES / "withdrawals.csv").read_text("utf-8").splitlines()
    table.write_text(f"{header}\n11/23/2026 03:30:00,{GUEST},Everything I agreed to\n", "utf-8")
    form = SAMPLES / "withdrawal-form.toml"
    arguments = ["consent", "import", table, "--form", form, "-w", workspace.root, "--json"]
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    (withdrawal,) = json.loads(done.stdout)["withdrawals"]
    assert not (workspace.out / name).exists()
    (receipt,) = of_person(GUEST, "", workspace=workspace)
    assert (receipt.withdrawal, receipt.standing) == (withdrawal, "taken back; the next run does the rest")
    assert "published renditions taken back: 1" in receipt.done
    again = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert json.loads(again.stdout)["withdrawals"] == []


def test_one_use_leaves_the_others(workspace: Workspace, leave: Leave) -> None:
    leave(workspace, Purpose.PUBLIC_RECORDING)
    assert (workspace.out / session_id(workspace) / "internal").is_dir()
    leave(workspace, Purpose.INTERNAL_SHARE)
    assert not (workspace.out / session_id(workspace) / "internal").exists()
    night(workspace, now=LATER)
    assert all(turn["participant_id"] != GUEST_ID for turn in turns(workspace))
    everything_is_accounted_for(workspace)


def test_who_takes_back_sharing_alone_is_counted_still_in_none_of_their_words(
    workspace: Workspace, leave: Leave
) -> None:
    def asked() -> list[dict[str, Any]]:
        return [
            json.loads(line) for line in (workspace.out / "exports" / "requests.jsonl").read_text("utf-8").splitlines()
        ]

    before = asked()
    assert before and all(row["quoted"] for row in before)
    leave(workspace, Purpose.INTERNAL_SHARE)
    assert asked() == []
    night(workspace, now=LATER)
    after = asked()
    assert {row["request_id"] for row in after} == {row["request_id"] for row in before}
    assert all(row["quote"].startswith("A customer ") and not row["session"] for row in after)
    assert not {row["quote"] for row in after} & {row["quote"] for row in before}
    everything_is_accounted_for(workspace)
    leave(workspace, Purpose.INTERNAL_IMPROVE)
    night(workspace, now=LATER)
    assert asked() == []


def once_then(work: Callable[P, T], then: Callable[[], object]) -> Callable[P, T]:
    """Does the work, and something more after its first time."""
    first = iter([True])

    def wrapped(*arguments: P.args, **named: P.kwargs) -> T:
        result = work(*arguments, **named)
        if next(first, False):
            then()
        return result

    return wrapped


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["speech", "render"])
def test_scenario_13_in_the_middle_of_a_run(
    before: Workspace, inbox: Path, leave: Leave, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    def leave_now() -> None:
        leave(before)
        assert not any(before.stages.root.glob("speech/*")) or stage == "render"

    module = {"speech": speech, "render": render}[stage]
    verb = {"speech": "transcribe", "render": "render"}[stage]
    monkeypatch.setattr(module, verb, once_then(getattr(module, verb), leave_now))
    night(before, inbox, now=NOW)
    assert not any("speech" in (rendition.contributors or {}).get(GUEST_ID, []) for rendition in renditions(before))
    if stage == "speech":
        is_gone_from_what_is_made(before)
    night(before, now=LATER)
    is_gone_from_what_is_made(before)
    everything_is_accounted_for(before)


def renditions(workspace: Workspace) -> list[Artefact]:
    return [artefact for artefact in workspace.artefacts.all() if artefact.kind == "rendition"]


@pytest.mark.slow
def test_nothing_is_put_out_when_it_comes_just_before(
    before: Workspace, inbox: Path, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[bool] = []
    real = render.publish

    def publish(rendition: Rendition, **places: Any) -> Path:
        placed.append(any(turn.participant_id == GUEST_ID for turn in rendition.turns))
        return real(rendition, **places)

    monkeypatch.setattr(render, "publish", publish)
    monkeypatch.setattr(render, "render", once_then(render.render, lambda: leave(before)))
    night(before, inbox)
    assert placed == [False]


def test_erasure_leaves_nothing_and_what_is_left_is_found(kept: Path, without: Workspace, tmp_path: Path) -> None:
    workspace, name = without, session_id(without)
    session = Registry(Workspace.open(shutil.copytree(kept / "ws", tmp_path / "kept")).db).session(name)
    own = next(track.digest for track in session.tracks if track.participant_id == GUEST_ID)
    (filed,) = withdrawals.read(workspace.db)
    assert filed.state is WithdrawalState.VERIFIED
    assert own not in set(workspace.vault.digests())
    after = Registry(workspace.db).session(name)
    assert [person.name for person in after.participants] == ["Hannah Berg", "removed participant"]
    assert all(track.participant_id != GUEST_ID for track in after.tracks)
    assert list(workspace.withdrawn.iterdir()) == []
    assert (workspace.out / name / "internal").is_dir()
    is_gone_from_what_is_made(workspace)
    everything_is_accounted_for(workspace)
    assert rulings(workspace).removed(Purpose.INTERNAL_SHARE) == {GUEST_ID}
    assert known_as(GUEST, workspace=workspace) == [filed.withdrawal_id]
    assert b"Keller" not in (workspace.root / "offrecord.db").read_bytes()


@pytest.mark.parametrize(
    ("store", "content", "what"),
    [("out", "said MARTIN  keller today", "alias"), ("reports", "martin.keller@cedar.example", "alias")],
)
def test_a_planted_trace_is_found(without: Workspace, store: str, content: str, what: str) -> None:
    assert not erasure.leftovers_of(without, known_as(GUEST, workspace=without))
    (without.root / store / "planted.txt").write_text(content, "utf-8")
    leftovers = erasure.leftovers_of(without, known_as(GUEST, workspace=without))
    assert [(leftover.store, leftover.place, leftover.what) for leftover in leftovers] == [(store, "planted.txt", what)]


def test_a_trace_in_an_encrypted_record_is_found(without: Workspace) -> None:
    records, name = Registry(without.db), session_id(without)
    records.rewrite(replace(records.session(name), title="what Martin Keller said"))
    leftovers = erasure.leftovers_of(without, known_as(GUEST, workspace=without))
    assert [(leftover.store, leftover.place, leftover.what) for leftover in leftovers] == [
        ("database: session", name, "alias")
    ]


def test_a_key_of_a_record_as_it_was_is_found(without: Workspace) -> None:
    records, name = Registry(without.db), session_id(without)
    records.rewrite_erased(records.session(name))
    leftovers = erasure.leftovers_of(without, known_as(GUEST, workspace=without))
    assert [(leftover.store, leftover.what) for leftover in leftovers] == [("keys", "key of a record as it was")]


@pytest.mark.parametrize(("elsewhere", "speaker"), [(False, None), (True, "p9"), (True, None)])
def test_what_customers_of_other_sessions_say_as_well_gives_nobody_away(
    workspace: Workspace, leave: Leave, elsewhere: bool, speaker: str | None
) -> None:
    """The same request of several customers: "it would be great if" is five words. Whom nobody knows may be them."""
    own = Registry(workspace.db).session(session_id(workspace))
    spoken = [word.text for transcript in heard(workspace) for word in transcript.words if word.participant_id == "p2"]
    if elsewhere:
        said = (ChatLine(at_s=1.0, participant_id=speaker, text=" ".join(spoken)),)
        guest = Participant(participant_id="p9", name="Ana Ruiz", email="ana@elsewhere.example")
        other = replace(own, session_id="2026-11-19-0000000a", source_digest="a" * 64, chat=said, tracks=())
        other = replace(other, participants=(guest,), captions=(), embedded=(), crosstalk=())
        Registry(workspace.db).take(workspace.root / "elsewhere", "f", other)
    leave(workspace, Purpose.INTERNAL_SHARE)
    (workspace.out / "exports").mkdir(exist_ok=True)
    erasure.carry_out(workspace, now=LATER)
    (workspace.out / "exports" / "requests.csv").write_text(" ".join(spoken), "utf-8")
    leftovers = erasure.leftovers_of(workspace, known_as(GUEST, workspace=workspace))
    assert [leftover.what for leftover in leftovers] == ([] if speaker else ["gram"])


def test_what_others_say_is_read_once_however_many_sessions_somebody_was_in(
    workspace: Workspace, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, read = Registry(workspace.db), list[str]()
    own = registry.session(session_id(workspace))
    for number in range(3):
        again = replace(own, session_id=f"2026-11-19-0000000{number}", source_digest=str(number) * 64, tracks=())
        registry.take(workspace.root / f"again {number}", "f", again)
    guest = Participant(participant_id="p9", name="Ana Ruiz", email="ana@elsewhere.example")
    other = replace(own, session_id="2026-11-20-0000000a", source_digest="a" * 64, tracks=(), participants=(guest,))
    registry.take(workspace.root / "elsewhere", "f", replace(other, captions=(), embedded=(), crosstalk=(), chat=()))
    leave(workspace, Purpose.INTERNAL_SHARE)
    transcripts_of = fingerprints.transcripts_of

    def counted(of: Workspace, which: str) -> list[Transcript]:
        read.append(which)
        return transcripts_of(of, which)

    monkeypatch.setattr(fingerprints, "transcripts_of", counted)
    erasure.leftovers_of(workspace, known_as(GUEST, workspace=workspace))
    assert read.count(own.session_id) > 0
    assert read.count(other.session_id) == 1


def test_planted_words_and_files_are_found_and_fail_the_run(workspace: Workspace, leave: Leave) -> None:
    spoken = [word.text for transcript in heard(workspace) for word in transcript.words if word.participant_id == "p2"]
    track = Registry(workspace.db).session(session_id(workspace)).tracks[1].digest
    copy = workspace.root / "copy"
    shutil.copy(workspace.vault.path(track), copy)
    leave(workspace, erase=True)
    shutil.copy(copy, workspace.logs / "copy.bin")
    (workspace.logs / "words.txt").write_text(" ".join(spoken), "utf-8")
    with pytest.raises(WorkspaceDamaged, match="wdr_"):
        night(workspace, now=LATER)
    leftovers = erasure.leftovers_of(workspace, known_as(GUEST, workspace=workspace))
    assert {(leftover.place, leftover.what) for leftover in leftovers} >= {("copy.bin", "file"), ("words.txt", "gram")}
    for path in (workspace.logs / "copy.bin", workspace.logs / "words.txt"):
        path.unlink()
    night(workspace, now=LATER)
    assert withdrawals.read(workspace.db)[0].state is WithdrawalState.VERIFIED


def test_a_restored_vault_and_the_same_recording_again(kept: Path, without: Workspace, inbox: Path) -> None:
    workspace, left = without, set(without.vault.digests())
    shutil.copytree(kept / "ws" / "vault", workspace.root / "vault", dirs_exist_ok=True)
    assert set(workspace.vault.digests()) > left
    (inbox / "2026-11-18-j-public").rename(inbox / "again")
    report = night(workspace, inbox, now=LATER)
    assert set(workspace.vault.digests()) == left
    assert "erased on request" in " ".join(line.reason for line in report.lines)
    assert len(Registry(workspace.db).digests()) == 1


def test_a_kill_between_the_steps_of_an_erasure_is_made_good(
    workspace: Workspace, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(workspace, erase=True)
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.workflow.erasure.erase.delete_derived", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            night(workspace, now=LATER)
    night(workspace, now=LATER)
    assert withdrawals.read(workspace.db)[0].state is WithdrawalState.VERIFIED
    is_gone_from_what_is_made(workspace)
    everything_is_accounted_for(workspace)


def test_after_export_the_receipt_says_where_copies_went(workspace: Workspace, leave: Leave) -> None:
    output = workspace.root.parent / "requests.csv"
    made = request_files.export(workspace, "csv", selection=Selection(), options=ExportOptions(), now=NOW)
    request_files.hand_out(workspace, made, output, now=NOW)
    rendition = next(artefact for artefact in workspace.artefacts.all() if artefact.kind == "rendition")
    workspace.artefacts.copied(rendition.artefact_id, to="the wiki", by="ann", now=NOW)
    leave(workspace, erase=True)
    night(workspace, now=LATER)
    (receipt,) = of_person(GUEST, "", workspace=workspace)
    left = "\n".join(receipt.not_recalled)
    assert str(output) in left
    assert "the wiki" in left
    assert "delete it there" in left


def log_length(workspace: Workspace) -> int:
    consent.verify_chain(workspace)
    with workspace.db.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM consent_event").scalar_one())
