"""One recording in two folders: everybody of both lists counts, and of every claim the strictest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Unpack

import pytest

from pipeline.ingest.same_recording import differences, is_known, register, union
from pipeline.records import (
    AgeStatus,
    Attendance,
    ChatLine,
    Cue,
    ListAuthority,
    Participant,
    Provenance,
    Purpose,
    Role,
    Session,
    SessionPolicy,
    Track,
)
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.fields import ParticipantFields, SessionFields


def who(number: int, name: str, email: str | None = None, /, **changed: Unpack[ParticipantFields]) -> Participant:
    return replace(Participant(participant_id=f"p{number}", name=name, email=email), **changed)


def of(*people: Participant, owners: Sequence[str | None] = (None,), **changed: Unpack[SessionFields]) -> Session:
    tracks = tuple(
        Track(track_id=f"t{n}", participant_id=owner, digest="d" * 64, stream=n, duration_s=60.0)
        for n, owner in enumerate(owners, start=1)
    )
    plain = Session(
        session_id="2026-11-18-aaaaaaaa",
        source_digest="a" * 64,
        platform="other",
        title="Office hours",
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location="US-TX",
        notice_asserted=True,
        purposes=(Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING),
        duration_s=60.0,
        participants=people,
        tracks=tracks,
        list_authority=ListAuthority.HOST,
    )
    return replace(plain, **changed)


ANA, BO = who(1, "Ana Diaz", "ana@a.example"), who(2, "Bo", "bo@b.example")


def test_somebody_whom_only_the_second_folder_lists_is_part_of_it() -> None:
    joined = union(of(BO), [of(ANA, replace(BO, participant_id="p2"))])
    assert {participant.email for participant in joined.participants} == {"ana@a.example", "bo@b.example"}
    assert joined.list_authority is ListAuthority.HOST, "the longer list is called complete and has everybody"
    assert union(of(BO), [of(ANA)]).list_authority is ListAuthority.NOBODY


def test_one_person_in_two_lists_is_one_with_the_strictest_claims() -> None:
    mild = replace(ANA, role=Role.STAFF, spoke=False, location="US-NY", aliases=("An",))
    harsh = replace(
        ANA, name="A. Diaz", minor=AgeStatus.UNSURE, joined_late=True, location="DE", shared_microphone=True
    )
    (joined,) = union(of(mild), [of(harsh)]).participants
    assert (joined.spoke, joined.joined_late, joined.shared_microphone, joined.minor) == (True, True, True, "unsure")
    assert (joined.role, joined.location, joined.aliases) == (Role.UNKNOWN, None, ("An", "A. Diaz"))
    assert union(of(mild), [of(harsh)]).participants == union(of(mild), [of(harsh), of(harsh)]).participants


def test_whom_one_list_has_and_the_chat_of_the_other_folder_names_is_listed() -> None:
    named = replace(ANA, provenance=Provenance.UNLISTED)
    for first, other in ((ANA, named), (named, ANA)):
        (joined,) = union(of(first), [of(other)]).participants
        assert joined.provenance is Provenance.LISTED
    assert union(of(named), [of(named)]).participants[0].provenance is Provenance.UNLISTED


@pytest.mark.parametrize("changed", [{"email": "other@a.example"}, {"company": "Granite"}])
def test_what_contradicts_is_somebody_else(changed: ParticipantFields) -> None:
    first = replace(ANA, company="Halcyon")
    assert len(union(of(first), [of(replace(first, **changed))]).participants) == 2


def test_a_track_that_two_people_own_is_mixed_and_nobody_vouches() -> None:
    other = of(replace(BO, participant_id="p1"), replace(ANA, participant_id="p2"), owners=("p1", "p2"))
    joined = union(of(ANA, BO, owners=("p1", "p2")), [other])
    assert [track.participant_id for track in joined.tracks] == [None, None]
    assert joined.list_authority is ListAuthority.NOBODY
    same = union(of(ANA, BO, owners=("p1", "p2")), [of(BO, ANA, owners=("p1", "p2"))])
    assert same.list_authority is ListAuthority.HOST and [track.participant_id for track in same.tracks] == ["p1", "p2"]


def test_the_session_itself_has_the_strictest_of_both() -> None:
    one = of(ANA, policy=SessionPolicy(hold_deadline_days=9, purposes_enabled=(Purpose.RECORD, Purpose.TRANSCRIBE)))
    policy = SessionPolicy(minimum_rule="consent_express", hold_deadline_days=3, purposes_enabled=(Purpose.RECORD,))
    other = of(ANA, notice_asserted=False, recorder_location="DE", purposes=(Purpose.TRANSCRIBE,), policy=policy)
    joined = union(one, [other])
    assert (joined.notice_asserted, joined.recorder_location, joined.purposes) == (False, None, (Purpose.TRANSCRIBE,))
    assert (joined.policy.minimum_rule, joined.policy.hold_deadline_days) == ("consent_express", 3)
    assert joined.policy.purposes_enabled == (Purpose.RECORD,)


def test_captions_of_the_second_folder_name_the_same_people() -> None:
    cue = Cue(start_s=0.0, end_s=1.0, participant_id="p1", text="hello")
    joined = union(of(ANA, BO), [of(replace(BO, participant_id="p1"), captions=(cue,))])
    assert joined.captions[0].participant_id == "p2"


def cue(start_s: float, who: str | None, text: str, *, lasts_s: float = 2.0) -> Cue:
    return Cue(start_s=start_s, end_s=start_s + lasts_s, participant_id=who, text=text)


def line(at_s: float, who: str, text: str, **changed: bool) -> ChatLine:
    return ChatLine(at_s=at_s, participant_id=who, text=text, **changed)


def told(session: Session, lines: Literal["captions", "chat"] = "captions") -> list[tuple[str | None, str]]:
    return [(each.participant_id, each.text) for each in getattr(session, lines)]


def test_captions_and_chat_of_the_second_folder_are_joined_in_order_of_time() -> None:
    first = of(ANA, BO, captions=(cue(0, "p1", "Hello there"), cue(8, "p2", "Bye")), chat=(line(9, "p1", "notes"),))
    other = of(
        replace(BO, participant_id="p1"),
        who(2, "Zoe", provenance=Provenance.UNLISTED),
        captions=(cue(4, "p2", "I was there"), cue(8.2, "p1", "bye!")),
        chat=(line(2, "p2", "me too"),),
    )
    joined = union(first, [other])
    assert told(joined) == [("p1", "Hello there"), ("p3", "I was there"), ("p2", "Bye")]
    assert told(joined, "chat") == [("p3", "me too"), ("p1", "notes")]
    assert joined.participant("p3").provenance is Provenance.UNLISTED and joined.participant("p3").name == "Zoe"


def test_the_same_captions_cut_in_other_places_are_there_once() -> None:
    first = of(ANA, captions=(cue(0, "p1", "We use the old"), cue(2, "p1", "export, every day.")))
    for others in [(cue(0, "p1", "we use the old export every day", lasts_s=4.0),), first.captions]:
        assert union(first, [of(ANA, captions=others)]) == first
    longer = of(ANA, captions=(cue(0, "p1", "We use the old export, every day. Or did.", lasts_s=5.0),))
    assert len(union(first, [longer]).captions) == 3, "what says more than is there already stays"


def test_words_that_two_folders_give_to_two_people_are_of_nobody_known() -> None:
    first = of(ANA, BO, captions=(cue(0, "p1", "No thanks"), cue(9, "p1", "Fine")))
    joined = union(first, [of(ANA, BO, captions=(cue(0.3, "p2", "no thanks"), cue(9, "p1", "Fine")))])
    assert told(joined) == [(None, "No thanks"), (None, "no thanks"), ("p1", "Fine")]
    written = of(ANA, BO, chat=(line(5, "p1", "yes"),))
    assert told(union(written, [of(ANA, BO, chat=(line(5, "p2", "yes"),))]), "chat") == [(None, "yes"), (None, "yes")]


@pytest.mark.parametrize("named_first", [True, False])
def test_captions_that_name_no_speaker_at_all_contradict_nobody(named_first: bool) -> None:
    named = of(ANA, BO, captions=(cue(0, "p1", "Hello there"), cue(4, "p2", "Hi")))
    silent = of(ANA, BO, captions=(cue(0, None, "hello there hi", lasts_s=6.0), cue(20, None, "more")))
    first, other = (named, silent) if named_first else (silent, named)
    assert told(union(first, [other])) == [("p1", "Hello there"), ("p2", "Hi"), (None, "more")]


def test_a_message_that_one_folder_says_was_private_is_private() -> None:
    first = of(ANA, chat=(line(5, "p1", "our key"), line(9, "p1", "hello")))
    joined = union(first, [of(ANA, chat=(line(30, "p1", "our key", direct=True),))])
    assert [each.direct for each in joined.chat] == [True, False]


def stay(who: str, join_s: float, leave_s: float, answer: bool | None = None) -> Attendance:
    return Attendance(
        participant_id=who, join_s=join_s, leave_s=leave_s, surely_s=(join_s, leave_s), accepted_platform_notice=answer
    )


def test_a_no_to_the_platforms_notice_in_the_second_list_counts_and_nothing_else_is_sure() -> None:
    first = of(ANA, BO, attendance=(stay("p1", 0, 60, True), stay("p2", 0, 60, True)))
    joined = union(first, [of(ANA, BO, attendance=(stay("p1", 9, 60, False), stay("p2", 0, 60, True)))])
    (one, other, same) = joined.attendance
    assert (one.accepted_platform_notice, other.accepted_platform_notice) == (None, False)
    assert not one.surely_covers(10, 20) and not other.surely_covers(10, 20)
    assert same == stay("p2", 0, 60, True)


def test_the_report_says_in_what_the_folders_of_a_recording_differ(workspace: Workspace, tmp_path: Path) -> None:
    registry = Registry(workspace.db)
    register(workspace, registry, tmp_path / "one", "f1", of(ANA, BO, captions=(cue(0, "p1", "No"),)))
    (session_id,) = registry.digests()
    assert list(differences(workspace, [registry.session(session_id)])) == []
    other = of(ANA, BO, title="Other", host="Else", captions=(cue(0, "p2", "No"),), unread_chat=2, unrecognised_files=1)
    register(workspace, registry, tmp_path / "two", "f2", other)
    session = registry.session(session_id)
    (said,) = differences(workspace, [session])
    assert said.startswith(f"{session_id}: its 2 folders differ in title, host and the speakers of 1 lines;")
    assert (session.unread_chat, session.unrecognised_files) == (2, 1)


def test_what_both_folders_say_stays_whichever_is_read_again(workspace: Workspace, tmp_path: Path) -> None:
    registry = Registry(workspace.db)
    register(workspace, registry, tmp_path / "one", "f1", of(BO))
    register(workspace, registry, tmp_path / "two", "f2", of(ANA, replace(BO, participant_id="p2")))
    (session_id,) = registry.digests()
    for _ in range(2):
        assert len(registry.session(session_id).participants) == 2
        register(workspace, registry, tmp_path / "one", "f3", of(BO, title="new"))
    assert registry.session(session_id).title == "new"
    register(workspace, registry, tmp_path / "two", "f4", of(replace(BO, participant_id="p1")))
    assert len(registry.session(session_id).participants) == 1
    assert all(is_known(workspace, entry) for entry in registry.entries().values())
