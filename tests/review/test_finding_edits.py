"""Edits of findings: laid over what detection found in every run, undone by another act, and no two overwrite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageProblem, VersionConflict
from pipeline.records import DetectionRule, Finding, SoundPlace, Transcript, Verdict, Word
from pipeline.review import decision_log, propose
from pipeline.review import finding_edits as log
from pipeline.review.finding_edits import EditAct, FindingEdit, edited, same_words
from pipeline.review.uncertainty_margin import Widener
from pipeline.settings import RedactSettings
from pipeline.store import Workspace
from tests.review.conftest import SESSION_ID, finding

record = partial(log.record, actor="ana", reason="heard it")
LINES = (("t1", "so the zebra build"), ("t2", "yes the zebra"), ("t1", "build is slow"))


def spoken() -> Transcript:
    """Words of two tracks between each other, half a second each."""
    texts = [(track, text) for track, line in LINES for text in line.split()]
    words = tuple(
        Word(
            start_s=n * 0.5,
            end_s=n * 0.5 + 0.4,
            time_uncertainty_s=0.05,
            text=text,
            probability=1.0,
            track_id=track,
            participant_id=track.replace("t", "p"),
        )
        for n, (track, text) in enumerate(texts)
    )
    return Transcript(engine="test", words=words)


def sound(of: Finding) -> SoundPlace:
    assert isinstance(of.place, SoundPlace)
    return of.place


def add(start_s: float, end_s: float, track_id: str = "t1") -> FindingEdit:
    return FindingEdit(act=EditAct.ADD, label="TERM", track_id=track_id, start_s=start_s, end_s=end_s)


def test_what_a_reviewer_adds_is_found_wherever_the_same_words_are_said() -> None:
    added = edited("s", (), {3: add(1.0, 1.4)}, spoken())
    assert [(sound(each).track_id, sound(each).words) for each in added] == [("t1", (2, 3)), ("t2", (6, 7))]
    assert {each.rule for each in added} == {DetectionRule.REVIEWER}
    assert len(propose("s", added)) == 1, "and is one proposal"


def test_words_of_one_track_are_found_around_those_of_another() -> None:
    added = edited("s", (), {1: add(1.0, 4.4)}, spoken())
    assert [sound(each).words for each in added] == [(2, 4), (7, 9)], "t2 speaks in between and is left as it is"


def test_a_repeat_around_words_of_another_track_leaves_those() -> None:
    words = list(spoken().words)
    words += [replace(word, start_s=word.start_s + 10, end_s=word.end_s + 10) for word in words]
    elsewhere = same_words(replace(spoken(), words=tuple(words)), "t1", 1.0, 4.4)
    assert [place.words for place in elsewhere] == [(2, 4), (7, 9), (12, 14), (17, 19)]


def test_words_that_are_in_any_talk_are_marked_alone() -> None:
    assert len(same_words(spoken(), "t1", 0.5, 0.9)) == 1


def test_a_span_without_words_is_marked_too() -> None:
    (only,) = edited("s", (), {1: add(20.0, 21.0)}, spoken())
    assert (sound(only).start_s, sound(only).end_s, sound(only).words) == (20.0, 21.0, (0, 0))


def test_edges_set_by_ear_get_the_padding_and_no_more() -> None:
    settings = RedactSettings()
    own = finding("person:x", "zebra", start_s=1.0)
    (moved,) = edited(
        "s", (own,), {5: FindingEdit(act=EditAct.MOVE, target=own.finding_id, start_s=1.1, end_s=1.3)}, spoken()
    )
    assert moved.finding_id == f"{own.finding_id}~5" and sound(moved).set_by_hand
    (window,) = Widener(spoken(), (), settings).widened(sound(moved), rule="x", proposal_id="r")
    assert (window.start_s, window.end_s) == pytest.approx((1.1 - settings.pad_s, 1.3 + settings.pad_s))


def test_a_category_changes_every_mention_and_the_label() -> None:
    found = (finding("person:x", "zebra", start_s=1.0), finding("person:x", "zebra", start_s=3.0))
    changed = edited("s", found, {2: FindingEdit(act=EditAct.RELABEL, target="person:x", label="TERM")}, spoken())
    (proposal,) = propose("s", changed)
    assert proposal.replacement == "[term 1]"
    before = decision_log.state_of(propose("s", found), ())
    assert decision_log.state_of((proposal,), ()) != before, "an earlier sign-off holds no longer"


def test_a_category_reaches_every_entity_that_a_proposal_joins() -> None:
    found = (
        finding("person:~ana", "ana", rule="name model"),
        finding("person:~ana lima", "ana lima", rule="name model"),
    )
    (joined,) = propose("s", found)
    edit = FindingEdit(act=EditAct.RELABEL, target=log.category_target(joined), label="COMPANY")
    assert {each.label for each in edited("s", found, {1: edit}, spoken())} == {"COMPANY"}


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(0.05, 2)), max_size=6))
def test_edits_never_lose_a_finding_that_nobody_moved(spans: list[tuple[float, float]]) -> None:
    own = finding("person:x", "zebra", start_s=1.0)
    current = {n: add(start_s, start_s + length_s) for n, (start_s, length_s) in enumerate(spans, start=1)}
    assert own in edited("s", (own,), current, spoken())


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


def test_an_act_is_kept_until_it_is_undone_and_every_run_begins_anew_for_it(workspace: Workspace) -> None:
    db = workspace.db
    number = record(db, SESSION_ID, add(1.0, 1.4))
    assert list(log.edits(db, SESSION_ID)) == [number]
    before = decision_log.heads(db)[SESSION_ID]
    record(db, SESSION_ID, FindingEdit(act=EditAct.UNDO, target=str(number)))
    assert log.edits(db, SESSION_ID) == {} and decision_log.heads(db)[SESSION_ID] != before
    with pytest.raises(UsageProblem):
        record(db, SESSION_ID, FindingEdit(act=EditAct.UNDO, target=str(number)))
    kept = [body for _, body in workspace.ledger.under("finding edit", "")]
    assert len(kept) == 2 and "ana" not in "".join(kept)


@pytest.mark.parametrize(
    "edit", [add(2.0, 2.0), add(2.0, 1.0), replace(add(1.0, 2.0), label="SECRET PLACE"), add(float("nan"), 2.0)]
)
def test_an_edit_that_means_nothing_is_refused(workspace: Workspace, edit: FindingEdit) -> None:
    with pytest.raises(UsageProblem):
        record(workspace.db, SESSION_ID, edit)


def test_who_saw_an_older_state_cannot_overwrite_a_newer_one(workspace: Workspace) -> None:
    db = workspace.db
    move = FindingEdit(act=EditAct.MOVE, target="f1", start_s=1.0, end_s=2.0)
    first = record(db, SESSION_ID, move, version=0)
    with pytest.raises(VersionConflict) as conflict:
        record(db, SESSION_ID, replace(move, end_s=3.0), version=0)
    assert conflict.value.version == first
    record(db, SESSION_ID, replace(move, end_s=3.0), version=first)


def test_a_decision_is_against_what_its_maker_saw_and_the_same_again_is_one(workspace: Workspace) -> None:
    db, redact, keep = workspace.db, Verdict.REDACT, Verdict.KEEP
    decide = partial(decision_log.decide, db, SESSION_ID, ["r-1"], reason="a")
    decide(verdict=redact, actor="ana", version=0)
    decide(verdict=redact, actor="ana", version=0)
    assert len(decision_log.decisions(db, SESSION_ID)) == 1, "sent twice, kept once"
    for actor, verdict in (("ben", redact), ("ana", keep)):
        with pytest.raises(VersionConflict):
            decide(verdict=verdict, actor=actor, version=0)
    version = decision_log.versions(db, SESSION_ID)["r-1"]
    decide(verdict=keep, actor="ben", version=version)
    assert decision_log.decisions(db, SESSION_ID)[-1].verdict is Verdict.KEEP
