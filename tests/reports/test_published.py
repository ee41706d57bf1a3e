"""What is changed, added or taken away under ``out/`` is told by the next night; what a kill left there is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import nightly
from pipeline.errors import Exit
from pipeline.executors import inline
from pipeline.files import file_digest
from pipeline.proof import MANIFEST
from pipeline.proof.proof_file import Manifest, signed, write_manifest
from pipeline.records import Audience, Check, OutFile, ProofVerdict
from pipeline.reports import published
from pipeline.reports.morning_report import MorningReport
from pipeline.reports.report_files import render_page
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, releases
from pipeline.store.ledger import Ledger

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
SESSIONS = tuple(f"2026-11-18-{number:08x}" for number in range(3))


def publish(workspace: Workspace, session_id: str, *, noted: bool = True, place: Path | None = None) -> Path:
    """A signed rendition in its place, noted in the ledger unless a kill came before that."""
    folder = place or workspace.out / session_id / Audience.INTERNAL
    folder.mkdir(parents=True)
    (folder / "recording.ogg").write_bytes(session_id.encode())
    entry = releases.next_entry(workspace.ledger, session_id, Audience.INTERNAL)
    manifest = Manifest(
        key="k",
        entry=entry,
        session_id=session_id,
        audience=Audience.INTERNAL,
        verdict=ProofVerdict.PROVED,
        checks=(Check(name="c", verdict=ProofVerdict.PROVED, detail=""),),
        files=(OutFile(name="recording.ogg", digest=file_digest(folder / "recording.ogg")),),
        media="recording.ogg",
        length_s=1.0,
        tracks=(),
        windows=(),
        fill="silence",
        picture="",
    )
    write_manifest(folder / MANIFEST, signed(manifest, workspace.signer))
    if noted:
        body = {"session_id": session_id, "audience": "internal", "proof": file_digest(folder / MANIFEST)}
        releases.record_publication(workspace.db, entry, session_id, Audience.INTERNAL, scope="{}", body=body)
    return folder


def night(workspace: Workspace) -> MorningReport:
    options = nightly.RunOptions(executor=inline.run_tasks, accept_clock=True)
    return nightly.run_night(workspace, inbox=None, options=options, now=NOW, progress=lambda *_: None)


@pytest.fixture
def whole(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    """A workspace with three renditions and the exports of a night."""
    workspace = new_workspace(tmp_path / "ws")
    for session_id in SESSIONS:
        publish(workspace, session_id)
    assert night(workspace).damage == ()
    return workspace


def test_nothing_is_told_of_what_is_as_it_was_left(whole: Workspace) -> None:
    report = night(whole)
    assert (report.damage, report.exit_code) == ((), Exit.DONE)
    assert "damage" not in render_page(report).partition("<body>")[2]


@pytest.mark.parametrize("harm", ["changed", "added", "cut", "proof", "link"])
def test_a_rendition_that_is_not_as_it_was_published_ends_the_run_with_8(whole: Workspace, harm: str) -> None:
    folder = whole.out / SESSIONS[1] / "internal"
    if harm == "changed":
        (folder / "recording.ogg").write_bytes(b"other")
    elif harm == "added":
        (folder / "more.txt").write_text("x")
    elif harm == "cut":
        (folder / "recording.ogg").unlink()
    elif harm == "proof":
        (folder / MANIFEST).write_bytes((whole.out / SESSIONS[0] / "internal" / MANIFEST).read_bytes())
    else:
        (folder / "recording.ogg").rename(folder.parent.parent.parent / "elsewhere")
        (folder / "recording.ogg").symlink_to(folder.parent.parent.parent / "elsewhere")
    report = night(whole)
    (line,) = report.damage
    assert line.startswith(f"out/{SESSIONS[1]}/internal is not as it was published: ")
    assert report.exit_code is Exit.DAMAGED and line in render_page(report)


def test_what_is_gone_and_what_was_added_is_told_by_counts_and_ids(whole: Workspace, tmp_path: Path) -> None:
    (whole.out / SESSIONS[0]).rename(tmp_path / "taken")
    (whole.out / "Halcyon.txt").write_text("x")
    (whole.out / SESSIONS[2] / "Halcyon").mkdir()
    (whole.out / "exports" / "requests.csv").write_text("x")
    damage = night(whole).damage
    assert [line.split(":")[0] for line in damage] == [
        f"out/{SESSIONS[0]}/internal was published and is gone",
        "2 files or folders in out/ not written by Offrecord",
        "1 file of out/exports/ changed, added or removed",
    ]
    checks = {check.what: check.ok for check in verify_workspace(whole)}
    assert not checks["renditions, missing"] and not checks["renditions, changed since their proof"]


def test_a_rendition_of_nobody_in_a_place_of_its_own_is_told(whole: Workspace) -> None:
    publish(whole, "2026-11-18-99999999", noted=False).rename(whole.out / SESSIONS[0] / "public")
    assert [line[:19] for line in night(whole).damage] == ["1 file or folder in"]


def test_a_kill_before_the_ledger_noted_it_is_no_damage(whole: Workspace) -> None:
    publish(whole, "2026-11-18-00000009", noted=False)
    assert night(whole).damage == ()


def test_a_kill_between_taking_away_and_noting_it_is_no_damage(whole: Workspace) -> None:
    (whole.out / SESSIONS[0] / "internal").rename(whole.withdrawn / f"{SESSIONS[0]}-internal-1")
    (whole.scratch / "x").mkdir()
    (whole.out / SESSIONS[1] / "internal").rename(whole.scratch / "x" / "internal.old")
    assert night(whole).damage == ()
    (line,) = night(whole).damage
    assert SESSIONS[1] in line, "once it is swept, nothing explains it"


def test_a_kill_while_the_exports_are_written_is_no_damage(whole: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.workflow import request_files

    def killed(path: Path, content: bytes) -> None:
        if path.suffix == ".jsonl":
            raise KeyboardInterrupt
        path.write_bytes(content + b"\n" if path.suffix == ".html" else content)

    (whole.root / "customers.toml").write_text('[[customer]]\nname = "Halcyon"\n')
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(request_files, "write_bytes", killed)
        night(whole)
    assert night(whole).damage == ()


def test_each_night_hashes_a_part_in_turn(whole: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = whole.settings.run.model_copy(update={"check_published_mb": 2})
    monkeypatch.setattr(whole, "settings", whole.settings.model_copy(update={"run": limited}))
    hashed: list[str] = []
    is_as_proved = published.is_as_proved

    def noting(workspace: Workspace, place: published.Place, entries: object = None) -> bool:
        hashed.append(place[0])
        return is_as_proved(workspace, place)

    monkeypatch.setattr(published, "is_as_proved", noting)
    for _ in range(3):
        published.check(whole, frozenset())
    assert hashed == [SESSIONS[0], SESSIONS[1], SESSIONS[2], SESSIONS[0], SESSIONS[1], SESSIONS[2]]


def test_what_may_be_out_is_read_in_one_pass_as_session_by_session(whole: Workspace) -> None:
    def same(book: Ledger) -> bool:
        entries = releases.published_entries(book)
        return all(
            entries.current.get((each, audience)) == releases.current_entry(book, each, audience)
            and entries.following.get((each, audience), f"{each}-{audience}-1")
            == releases.next_entry(book, each, audience)
            for each in SESSIONS
            for audience in Audience
        )

    assert same(whole.ledger)
    whole.retract(SESSIONS[0], Audience.INTERNAL)
    assert (
        same(whole.ledger) and (SESSIONS[0], Audience.INTERNAL) not in releases.published_entries(whole.ledger).current
    )
    publish(whole, SESSIONS[0])
    assert same(whole.ledger) and (SESSIONS[0], Audience.INTERNAL) in releases.published_entries(whole.ledger).current
