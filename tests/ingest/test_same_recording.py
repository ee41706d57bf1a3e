"""One recording in two folders: everybody of both lists counts, and of every claim the strictest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.ingest.same_recording import is_known, register, union
from pipeline.records import (
    AgeStatus,
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
from pipeline.store.registry import Registry


def who(number, name, email=None, **changed) -> Participant:
    return Participant(participant_id=f"p{number}", name=name, email=email, **changed)


def of(*people, owners=(None,), **changed) -> Session:
    tracks = tuple(
        Track(track_id=f"t{n}", participant_id=owner, digest="d" * 64, stream=n, duration_s=60.0)
        for n, owner in enumerate(owners, start=1)
    )
    values = {
        "session_id": "2026-11-18-aaaaaaaa",
        "source_digest": "a" * 64,
        "platform": "other",
        "title": "Office hours",
        "started_at": datetime(2026, 11, 18, 15, tzinfo=UTC),
        "host": "Lumen Labs",
        "recorder_location": "US-TX",
        "notice_asserted": True,
        "purposes": (Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING),
        "duration_s": 60.0,
        "participants": people,
        "tracks": tracks,
        "list_authority": ListAuthority.HOST,
    }
    return Session(**(values | changed))


ANA, BO = who(1, "Ana Diaz", "ana@a.example"), who(2, "Bo", "bo@b.example")


def test_somebody_whom_only_the_second_folder_lists_is_part_of_it():
    joined = union(of(BO), [of(ANA, replace(BO, participant_id="p2"))])
    assert {one.email for one in joined.participants} == {"ana@a.example", "bo@b.example"}
    assert joined.list_authority is ListAuthority.HOST, "the longer list is called complete and has everybody"
    assert union(of(BO), [of(ANA)]).list_authority is ListAuthority.NOBODY


def test_one_person_in_two_lists_is_one_with_the_strictest_claims():
    mild = replace(ANA, role=Role.STAFF, spoke=False, location="US-NY", aliases=("An",))
    harsh = replace(
        ANA, name="A. Diaz", minor=AgeStatus.UNSURE, joined_late=True, location="DE", shared_microphone=True
    )
    (joined,) = union(of(mild), [of(harsh)]).participants
    assert (joined.spoke, joined.joined_late, joined.shared_microphone, joined.minor) == (True, True, True, "unsure")
    assert (joined.role, joined.location, joined.aliases) == (Role.UNKNOWN, None, ("An", "A. Diaz"))
    assert union(of(mild), [of(harsh)]).participants == union(of(mild), [of(harsh), of(harsh)]).participants


def test_whom_one_list_has_and_the_chat_of_the_other_folder_names_is_listed():
    named = replace(ANA, provenance=Provenance.UNLISTED)
    for first, other in ((ANA, named), (named, ANA)):
        (joined,) = union(of(first), [of(other)]).participants
        assert joined.provenance is Provenance.LISTED
    assert union(of(named), [of(named)]).participants[0].provenance is Provenance.UNLISTED


@pytest.mark.parametrize("changed", [{"email": "other@a.example"}, {"company": "Granite"}])
def test_what_contradicts_is_somebody_else(changed):
    first = replace(ANA, company="Halcyon")
    assert len(union(of(first), [of(replace(first, **changed))]).participants) == 2


def test_a_track_that_two_people_own_is_mixed_and_nobody_vouches():
    other = of(replace(BO, participant_id="p1"), replace(ANA, participant_id="p2"), owners=("p1", "p2"))
    joined = union(of(ANA, BO, owners=("p1", "p2")), [other])
    assert [track.participant_id for track in joined.tracks] == [None, None]
    assert joined.list_authority is ListAuthority.NOBODY
    same = union(of(ANA, BO, owners=("p1", "p2")), [of(BO, ANA, owners=("p1", "p2"))])
    assert same.list_authority is ListAuthority.HOST and [track.participant_id for track in same.tracks] == ["p1", "p2"]


def test_the_session_itself_has_the_strictest_of_both():
    one = of(ANA, policy=SessionPolicy(hold_deadline_days=9, purposes_enabled=(Purpose.RECORD, Purpose.TRANSCRIBE)))
    policy = SessionPolicy(minimum_rule="consent_express", hold_deadline_days=3, purposes_enabled=(Purpose.RECORD,))
    other = of(ANA, notice_asserted=False, recorder_location="DE", purposes=(Purpose.TRANSCRIBE,), policy=policy)
    joined = union(one, [other])
    assert (joined.notice_asserted, joined.recorder_location, joined.purposes) == (False, None, (Purpose.TRANSCRIBE,))
    assert (joined.policy.minimum_rule, joined.policy.hold_deadline_days) == ("consent_express", 3)
    assert joined.policy.purposes_enabled == (Purpose.RECORD,)


def test_captions_of_the_second_folder_name_the_same_people():
    cue = Cue(start_s=0.0, end_s=1.0, participant_id="p1", text="hello")
    joined = union(of(ANA, BO), [of(replace(BO, participant_id="p1"), captions=(cue,))])
    assert joined.captions[0].participant_id == "p2"


def test_what_both_folders_say_stays_whichever_is_read_again(workspace, tmp_path):
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
