"""What goes and what stays in one session, and whom an erasure is about, decided without a night."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Unpack

import pytest

from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.consent.staff.withdraw import Erasure, withdraw
from pipeline.consent.staff.withdrawal_receipt import of_person
from pipeline.errors import InputRefused, RefusedByPolicy, UsageProblem
from pipeline.records import ChatLine, Cue, Purpose, Session, Track, VaultFile, Video
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, tombstones, withdrawals
from pipeline.store.database import reading
from pipeline.store.registry import Registry
from pipeline.store.withdrawals import Withdrawal, WithdrawalState
from pipeline.workflow import erasure
from pipeline.workflow.erasure import fingerprints
from pipeline.workflow.erasure.affected import affected_sessions
from pipeline.workflow.erasure.erase import GAP, HOLD_MIXED, without_names, without_people
from tests.consent.conftest import ALL_YES, NOW, Files, file_answers, person, row, session, workspace
from tests.fields import SessionFields

__all__ = ["file_answers", "workspace"]

ANA, BO = "ana@a.example", "bo@b.example"


def track(number: int, who: str | None) -> Track:
    return Track(track_id=f"t{number}", participant_id=who, digest=f"{number}" * 64, stream=0, duration_s=60.0)


def talk(*owners: str | None, **changed: Unpack[SessionFields]) -> Session:
    """Ana and Bo with these tracks, two chat lines, a caption of nobody known, and a picture with the last track."""
    tracks = tuple(track(number, who) for number, who in enumerate(owners, start=1))
    people = (person(1, ANA, name="Ana Maria Ruiz"), person(2, BO, name="Bo Lindqvist"))
    plain = session(
        *people,
        tracks=tracks,
        sealed=(
            *(VaultFile(digest=one.digest, kind="media", size=1) for one in tracks),
            VaultFile(digest="c" * 64, kind="chat", size=1),
        ),
        chat=(
            ChatLine(at_s=1.0, participant_id="p1", text="hello from me"),
            ChatLine(at_s=2.0, participant_id="p2", text="thanks Ana Maria Ruiz"),
        ),
        captions=(Cue(start_s=0.0, end_s=1.0, participant_id=None, text="whose words"),),
        video=Video(digest=tracks[-1].digest, duration_s=60.0),
        notes=("Ana Maria Ruiz asks for a faster queue",),
    )
    return replace(plain, **changed)


def test_own_tracks_go_and_with_them_the_mix_the_picture_and_the_texts() -> None:
    changed = without_people(talk("p1", "p2", None), frozenset({"p1"}), mixed_too=False)
    assert changed.files == {"1" * 64, "3" * 64, "c" * 64}
    assert [one.participant_id for one in changed.session.tracks] == ["p2"]
    assert changed.session.video is None
    assert [line.participant_id for line in changed.session.chat] == ["p2"]
    assert (changed.session.captions, changed.session.notes) == ((), ())
    assert not changed.waits
    gone = changed.session.participant("p1")
    assert (gone.email, gone.spoke, gone.name) == (None, False, "removed participant")
    assert without_people(changed.session, frozenset({"p1"}), mixed_too=False).session == changed.session


def test_mixed_sound_is_held_and_then_goes_whole() -> None:
    found = talk(None)
    held = without_people(found, frozenset({"p1"}), mixed_too=False)
    assert held.waits and held.files == {"c" * 64} and len(held.session.tracks) == 1
    assert held.session.participant("p1").spoke
    whole = without_people(held.session, frozenset({"p1"}), mixed_too=True)
    assert not whole.waits and whole.files == {"1" * 64}
    assert whole.session.tracks == () and whole.session.chat == ()


def test_somebody_silent_takes_no_sound_along() -> None:
    captions = (Cue(start_s=0.0, end_s=60.0, participant_id="p2", text="all of it is Bo"),)
    mixed = talk(None, video=None, captions=captions, duration_s=60.0)
    silent = replace(mixed, participants=(replace(mixed.participants[0], spoke=False), mixed.participants[1]))
    changed = without_people(silent, frozenset({"p1"}), mixed_too=False)
    assert len(changed.session.tracks) == 1 and not changed.waits and changed.files == {"c" * 64}


def test_a_claim_of_silence_that_nothing_shows_keeps_no_mixed_sound() -> None:
    mixed = talk(None, video=None, captions=())
    claimed = replace(mixed, participants=(replace(mixed.participants[0], spoke=False), mixed.participants[1]))
    held = without_people(claimed, frozenset({"p1"}), mixed_too=False)
    assert held.waits and held.session.participant("p1").spoke
    assert without_people(held.session, frozenset({"p1"}), mixed_too=True).session.tracks == ()


def test_names_go_from_everybodys_texts() -> None:
    changed = without_names(talk("p1", "p2"), ["ana maria ruiz", ANA])
    assert changed.chat[1].text == f"thanks {GAP}"
    assert changed.notes == (f"{GAP} asks for a faster queue",)
    assert without_names(changed, ["ana maria ruiz"]) == changed
    assert without_names(changed, ["hello"]) == changed, "one ordinary word is nobody's name for sure"


def test_only_what_nobody_else_said_gives_a_segment_away() -> None:
    lines = (
        ChatLine(at_s=1.0, participant_id="p1", text="one two three four five six"),
        ChatLine(at_s=2.0, participant_id="p2", text="One, two three four five!"),
    )
    said = fingerprints.unique_runs(talk("p1", "p2", chat=lines), [], frozenset({"p1"}))
    assert said == {" ".join(fingerprints.tokens("two three four five six"))}


def take(workspace: Workspace, meeting: Session) -> Session:
    for one in meeting.sealed:
        place = workspace.vault.root / one.digest[:2] / one.digest
        place.parent.mkdir(mode=0o700, exist_ok=True)
        place.write_bytes(b"x")
    Registry(workspace.db).take(workspace.root.parent / "Ana Maria Ruiz", "f", meeting)
    return meeting


def recorded(workspace: Workspace) -> set[str]:
    """What the vault holds of recordings."""
    return {digest for digest in workspace.vault.digests() if len(set(digest)) == 1}


def leave(workspace: Workspace, *, whole: bool = False, session_id: str | None = None) -> None:
    withdraw(
        ANA,
        purposes=list(Purpose),
        session_id=session_id,
        actor="sam",
        reason="by mail",
        workspace=workspace,
        now=NOW,
        erasure=Erasure(erase=True, whole=whole),
        then=lambda filed: erasure.quarantine(workspace, filed, now=NOW),
    )


def the_one(workspace: Workspace) -> Withdrawal:
    (filed,) = withdrawals.read(workspace.db)
    return filed


def test_a_held_recording_is_erased_whole_after_thirty_days(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_YES), row(BO, ALL_YES))
    found = take(workspace, talk(None))
    leave(workspace)
    erasure.carry_out(workspace, now=NOW)
    assert the_one(workspace).state is WithdrawalState.WAITING
    assert of_person(ANA, "", workspace=workspace)[0].standing.startswith("waits")
    assert recorded(workspace) == {"1" * 64}
    assert all(path.startswith("erased:") for path in Registry(workspace.db).entries())
    erasure.carry_out(workspace, now=NOW + HOLD_MIXED - timedelta(seconds=1))
    assert the_one(workspace).state is WithdrawalState.WAITING
    erasure.carry_out(workspace, now=NOW + HOLD_MIXED, by_time=False)
    assert the_one(workspace).state is WithdrawalState.WAITING, "the clock is in doubt"
    erasure.carry_out(workspace, now=NOW + HOLD_MIXED)
    assert recorded(workspace) == set()
    assert Registry(workspace.db).session(found.session_id).tracks == ()
    erasure.verify_withdrawals(workspace)
    assert the_one(workspace).state is WithdrawalState.VERIFIED


def test_an_erased_persons_rows_go_and_are_not_filed_again(workspace: Workspace, file_answers: Files) -> None:
    rows = (row(ANA, ALL_YES, name="Ana Maria Ruiz"), row(BO, ALL_YES, name="asked by Ana Maria Ruiz"))
    file_answers(*rows)
    leave(workspace)
    keys, filed = Keys(workspace.key("identity")), the_one(workspace)
    assert {(leftover.store, leftover.what) for leftover in erasure.find_leftovers(workspace, filed)} >= {
        ("answers", "row")
    }
    erasure.carry_out(workspace, now=NOW)
    assert erasure.find_leftovers(workspace, filed) == ()
    with reading(workspace.db) as connection:
        ana, bo = answer_rows.read(connection, keys)
    assert ana.written is None and bo.written is not None
    assert dict(bo.written)["Name"] == answer_rows.GAP and dict(bo.written)["Email"] == BO
    assert all(problem.ok for problem in verify_workspace(workspace))
    again = file_answers(*rows)
    assert (again.events, again.people, again.erased) == (0, 0, 1)
    with workspace.db.begin() as connection:
        connection.exec_driver_sql("UPDATE consent_answer_row SET changed_by = NULL WHERE sealed IS NOT NULL")
    assert [problem.what for problem in verify_workspace(workspace) if not problem.ok] == ["answers as filed"]


def test_whole_recordings_do_not_wait(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row(ANA, ALL_YES))
    take(workspace, talk(None))
    leave(workspace, whole=True)
    erasure.carry_out(workspace, now=NOW)
    assert the_one(workspace).state is WithdrawalState.DONE
    assert recorded(workspace) == set()


def test_the_log_of_the_database_has_nothing_of_what_was_erased_from_one_session(
    workspace: Workspace, file_answers: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor while the review app is open, whose connections keep that log from being removed."""
    file_answers(row(ANA, ALL_YES), row(BO, ALL_YES))
    meeting = take(workspace, talk("p1", "p2"))
    assert Registry(Workspace.open(workspace.root).db).sessions()
    leave(workspace, session_id=meeting.session_id)
    sizes, set_state = list[int](), withdrawals.set_state

    def noted(*given: Any) -> None:
        sizes.append((workspace.root / "offrecord.db-wal").stat().st_size)
        set_state(*given)

    monkeypatch.setattr(withdrawals, "set_state", noted)
    erasure.carry_out(workspace, now=NOW)
    assert sizes == [0]


def test_what_was_erased_is_not_sealed_again(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "track.flac").write_bytes(b"sound")
    sealed = workspace.vault.seal(tmp_path / "track.flac", kind="media")
    with workspace.db.begin() as connection:
        tombstones.put(
            connection,
            sealed.digest,
            kind=tombstones.VAULT,
            withdrawal_id="wdr_1",
            session_id="2026-11-18-aaaaaaaa",
            erased_at=NOW,
        )
    workspace.vault.erase(sealed.digest)
    with pytest.raises(InputRefused, match="erased on request"):
        workspace.vault.seal(tmp_path / "track.flac", kind="media")
    assert list(workspace.vault.digests()) == []


def test_scenario_43_a_shared_mailbox_is_left_to_a_person(workspace: Workspace, file_answers: Files) -> None:
    shared = "team@a.example"
    file_answers(row(shared, ALL_YES, discord="1"))
    with workspace.db.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO consent_party (party_id, created_at, vouched) VALUES ('prt_other', 'now', '')"
        )
    known_too(workspace, shared, "prt_other")
    found = take(workspace, talk("p1", "p2", participants=(person(1, shared), person(2, BO))))
    with pytest.raises(RefusedByPolicy, match="several people"):
        ask(workspace, shared)
    assert withdrawals.read(workspace.db) == []
    with pytest.raises(UsageProblem):
        ask(workspace, shared, party_id="prt_nobody")
    ask(workspace, shared, party_id="prt_other")
    filed = the_one(workspace)
    assert filed.party_ids == ("prt_other",)
    (one,) = affected_sessions(workspace, filed)
    assert (dict(one.sure), set(one.unsure)) == ({}, {"p1"})
    erasure.quarantine(workspace, filed, now=NOW)
    erasure.carry_out(workspace, now=NOW)
    assert len(recorded(workspace)) == 3, "whether it is them is for a person to say"
    assert Registry(workspace.db).session(found.session_id) == found
    assert the_one(workspace).state is WithdrawalState.WAITING
    steps = withdrawals.steps(workspace.ledger, filed.withdrawal_id)
    assert any("left to a person" in str(step["done"]) for step in steps)


def ask(workspace: Workspace, email: str, *, party_id: str | None = None) -> None:
    withdraw(
        email,
        purposes=list(Purpose),
        session_id=None,
        actor="sam",
        reason="by mail",
        workspace=workspace,
        now=NOW,
        erasure=Erasure(erase=True, party_id=party_id),
    )


def known_too(workspace: Workspace, email: str, party_id: str) -> None:
    """Puts an address on a second person, as staff would."""
    from pipeline.consent.log.identity import Alias, AliasKind, Verified
    from pipeline.store.tables.consent import alias as table

    keys = Keys(workspace.key("identity"))
    alias = Alias(party_id, AliasKind.EMAIL, keys.hashed(AliasKind.EMAIL, email), Verified.STAFF)
    values = {
        "alias_id": "als_other",
        "party_id": party_id,
        "kind": "email",
        "value_hash": alias.value_hash,
        "value_enc": keys.seal_alias(alias, email),
        "verified": "staff",
        "created_at": "now",
    }
    with workspace.db.begin() as connection:
        connection.execute(table.insert().values(values))
