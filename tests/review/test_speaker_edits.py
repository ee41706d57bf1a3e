"""Words of nobody known that a reviewer assigned are as open as everything else of that participant, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.records import (
    ApprovedPlan,
    Audience,
    Context,
    KeywordHit,
    Outcome,
    Purpose,
    Ruling,
    Session,
    Transcript,
    Word,
)
from pipeline.review import attributed, review
from pipeline.review.finding_edits import EditAct, FindingEdit
from tests.review.conftest import SESSION_ID, HandMadeRuling
from tests.review.test_consent_removals import MINUS, OPEN, SETTINGS, cell, mixed, muted, word


def ruled(p2: dict[Purpose, Outcome], *, there: tuple[float, float] = (0.0, 60.0)) -> Ruling:
    purposes = (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING)
    cells = [cell("p1", 0.0, 60.0, purpose, OPEN) for purpose in purposes]
    cells += [cell("p2", *there, purpose, p2.get(purpose, OPEN)) for purpose in purposes]
    return HandMadeRuling(
        session_id=SESSION_ID,
        cells=tuple(cells),
        log_head="0",
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
        duration_s=60.0,
    )


def assigned(who: str, start_s: float = 10.0, end_s: float = 12.0, track: str = "m") -> FindingEdit:
    return FindingEdit(
        act=EditAct.ASSIGN, target="m@10", track_id=track, start_s=start_s, end_s=end_s, participant_id=who
    )


def speakers(transcript: Transcript) -> list[str | None]:
    return [word.participant_id for word in transcript.words]


def transcript(*words: Word) -> Transcript:
    return Transcript(engine="test", words=words)


PEOPLE = {"p1": frozenset({"ann", "email:ann@x"}), "p2": frozenset({"bo", "email:bo@x"})}
WORDS = (word("p1", 5.0, 5.5), word(None, 10.0, 10.5), word(None, 11.0, 11.5), word(None, 20.0, 20.5))


def test_only_words_of_nobody_known_in_that_span_on_that_track_are_assigned() -> None:
    said = attributed(transcript(*WORDS, word(None, 10.0, 10.5, "t9")), {3: assigned("p2")}, ruled({}), PEOPLE)
    assert speakers(said.transcript) == ["p1", "p2", "p2", None, None]
    assert speakers(said.heard) == ["p1", None, None, None, None] and said.withheld == ()
    later = {3: assigned("p2"), 4: assigned("p1", 11.0)}
    assert speakers(attributed(transcript(*WORDS), later, ruled({}), PEOPLE).transcript) == ["p1", "p2", "p1", None]
    over_p1 = {3: assigned("p2", 0.0, 60.0)}
    assert speakers(attributed(transcript(*WORDS), over_p1, ruled({}), PEOPLE).transcript)[0] == "p1", (
        "what is known stays"
    )


def test_whoever_was_not_there_gets_no_word() -> None:
    away = ruled({}, there=(30.0, 60.0))
    assert speakers(attributed(transcript(*WORDS), {3: assigned("p2")}, away, PEOPLE).transcript) == [
        "p1",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("known_by", "people", "owner"),
    [
        (("bo", "email:bo@x"), PEOPLE, "p2"),
        (("bo", "email:bo@x"), {"p1": PEOPLE["p2"], "p2": PEOPLE["p1"]}, "p1"),
        (("bo", "email:bo@y"), PEOPLE, None),  # a namesake, or a corrected address: nobody knows
        (("bo",), PEOPLE, "p2"),  # an address was added
        (("bo", "platform:7"), PEOPLE, "p2"),
        (("bo", "email:bo@x", "platform:7"), {"p2": frozenset({"bo", "email:bo@x", "platform:8"})}, "p2"),
        (("bo", "email:bo@x"), {"p1": PEOPLE["p1"], "p2": frozenset({"cy"})}, None),
        (("bo",), {"p1": frozenset({"bo", "email:bo@x"}), "p2": frozenset({"bo", "email:bo@y"})}, None),
        (("bo", "email:bo@y"), {"p1": frozenset({"bo", "email:bo@x"}), "p2": frozenset({"bo", "email:bo@y"})}, "p2"),
        ((), PEOPLE, "p2"),
        ((), {"p1": PEOPLE["p1"]}, None),
    ],
)
def test_a_list_that_is_written_anew_gives_an_assigned_turn_to_the_same_person_or_to_nobody(
    known_by: tuple[str, ...], people: dict[str, frozenset[str]], owner: str | None
) -> None:
    edit = replace(assigned("p2"), known_by=known_by)
    said = attributed(transcript(*WORDS), {3: edit}, ruled({}), people)
    if owner is None:
        assert speakers(said.transcript) == ["p1", None] == speakers(said.heard), "open to nobody"
        assert [(gap.start_s, gap.end_s) for gap in said.withheld] == [(10.0, 10.5), (11.0, 11.5)]
    else:
        assert speakers(said.transcript) == ["p1", owner, owner, None]


@pytest.mark.parametrize("purpose", [Purpose.RECORD, Purpose.TRANSCRIBE])
@pytest.mark.parametrize("outcome", [MINUS, Outcome.HOLD, Outcome.REFUSE])
def test_words_of_who_may_not_be_transcribed_are_in_no_transcript(purpose: Purpose, outcome: Outcome) -> None:
    hit = KeywordHit(term="x", track_id="m", start_s=11.0, end_s=11.4, time_uncertainty_s=0.1, score=0.9)
    heard = Transcript(engine="test", words=WORDS, heard_terms=(hit,))
    said = attributed(heard, {3: assigned("p2")}, ruled({purpose: outcome}), PEOPLE)
    assert speakers(said.transcript) == ["p1", None] == speakers(said.heard)
    assert [(gap.start_s, gap.end_s) for gap in said.withheld] == [(10.0, 10.5), (11.0, 11.5)]
    assert said.transcript.heard_terms == () and set(said.withheld) <= set(said.transcript.unheard)


def planned(session: Session, current: dict[int, FindingEdit], words: Sequence[Word], ruling: Ruling) -> ApprovedPlan:
    said = attributed(transcript(*words), current, ruling, PEOPLE)
    plan = review(session, ruling, said.transcript, (), (), Audience.INTERNAL, settings=SETTINGS, context=Context())
    assert isinstance(plan, ApprovedPlan), plan
    return plan


def test_in_mixed_sound_an_assigned_turn_goes_with_who_is_taken_out_and_stays_with_who_stays(session: Session) -> None:
    here = mixed(session, (40.0, 41.0, "p2"))
    early = (word("p1", 5.0, 5.5), word(None, 10.0, 10.5), word("p1", 15.0, 15.5), word("p2", 40.0, 41.0))
    words = (*early, word("p1", 45.0, 46.0), word("p1", 35.0, 36.0))
    ruling = ruled({Purpose.INTERNAL_SHARE: MINUS})
    gone = planned(here, {1: assigned("p2")}, words, ruling)
    assert (5.5, 15.0, "m") in muted(gone), "as any word of theirs, up to the words of others"
    nobody = planned(here, {}, words, ruling)
    assert muted(nobody) == muted(gone), "what may be anybody's goes too"
    stays = planned(here, {1: assigned("p1")}, words, ruling)
    assert not any(start_s < 10.2 < end_s for start_s, end_s, _ in muted(stays))
    assert any(start_s < 40.5 < end_s for start_s, end_s, _ in muted(stays)), "what is theirs still goes"
    with_caption = mixed(session, (10.0, 10.5, "p2"), (40.0, 41.0, "p2"))
    claimed = planned(with_caption, {1: assigned("p1")}, words, ruling)
    assert any(start_s < 10.2 < end_s for start_s, end_s, _ in muted(claimed)), "a caption still closes"


def test_on_the_track_of_somebody_else_the_words_of_who_is_taken_out_go(session: Session) -> None:
    words = (word("p1", 5.0, 5.5, "t1"), word(None, 10.0, 10.5, "t1"))
    plan = planned(session, {1: assigned("p2", track="t1")}, words, ruled({Purpose.INTERNAL_SHARE: MINUS}))
    assert any(start_s <= 10.0 and end_s >= 10.5 and track == "t1" for start_s, end_s, track in muted(plan))
    assert not any(start_s < 5.2 < end_s and track == "t1" for start_s, end_s, track in muted(plan))
