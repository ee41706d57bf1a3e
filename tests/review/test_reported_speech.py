"""What others report of somebody who is taken out is put to the reviewer, and goes where nobody decided otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.records import (
    Audience,
    ChatLine,
    Context,
    Cue,
    DetectionRule,
    Outcome,
    Purpose,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
    Verdict,
    Word,
)
from pipeline.review import propose, reported_speech, review
from pipeline.settings import RedactSettings
from tests.review.conftest import SESSION_ID, ruling
from tests.review.test_plan import decided

SETTINGS = RedactSettings()
OUT = {Purpose.INTERNAL_SHARE.value: Outcome.MINUS}


@pytest.fixture
def here(session: Session) -> Session:
    """The session of two, of whom the second is called Carl Nowak."""
    first, second = session.participants
    people = (first, replace(second, name="Carl Nowak", aliases=()))
    return replace(session, participants=people, captions=(), chat=(), purposes=(Purpose.INTERNAL_SHARE,))


def heard(text: str, who: str = "p1") -> Transcript:
    words = [
        Word(
            start_s=at / 2,
            end_s=at / 2 + 0.4,
            time_uncertainty_s=0.1,
            text=word,
            probability=1.0,
            track_id="t1" if who == "p1" else "t2",
            participant_id=who,
        )
        for at, word in enumerate(text.split())
    ]
    return Transcript(engine="test", words=tuple(words))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("So Carl said that we run three warehouses. Fine.", "Carl said that we run three warehouses."),
        ("And Carl Nowak also told us it is slow", "Carl Nowak also told us it is slow"),
        ("According to Carl, it times out! Good.", "According to Carl, it times out!"),
        ("Laut Carl ist es langsam.", "Laut Carl ist es langsam."),
        ("Carl hat gesagt, dass es langsam ist.", "Carl hat gesagt, dass es langsam ist."),
        ("Nowak's team reported two outages", "Nowak's team reported two outages"),
    ],
)
def test_a_report_goes_from_the_name_to_the_end_of_the_sentence(here: Session, text: str, want: str) -> None:
    (found,) = reported_speech(here, ruling(**OUT), heard(text))
    assert (found.text, found.entity, found.rule) == (want, "speech of:p2", DetectionRule.REPORTED_SPEECH)
    assert isinstance(found.place, SoundPlace)
    first, end = found.place.words
    assert " ".join(text.split()[first:end]) == want


@pytest.mark.parametrize(
    "text", ["Thank you Carl. I said so.", "Carl and I went home", "somebody said that it is slow", ""]
)
def test_other_sentences_are_no_reports(here: Session, text: str) -> None:
    assert reported_speech(here, ruling(**OUT), heard(text)) == ()


def test_nobody_taken_out_means_nothing_to_propose_and_own_words_are_no_report(here: Session) -> None:
    assert reported_speech(here, ruling(), heard("Carl said that it is slow.")) == ()
    assert reported_speech(here, ruling(**OUT), heard("Carl said I should say it.", who="p2")) == ()


def test_captions_and_chat_are_read_too(here: Session) -> None:
    cue = Cue(start_s=0.0, end_s=1.0, participant_id="p1", text="Well,  Carl thinks it is slow. Yes.")
    line = ChatLine(at_s=1.0, participant_id="p1", text="as Carl wrote: it is slow")
    texts = replace(here, captions=(cue,), chat=(line,))
    found = reported_speech(texts, ruling(**OUT), heard(""))
    assert [finding.text for finding in found] == ["Carl thinks it is slow.", "Carl wrote: it is slow"]
    places = [finding.place for finding in found]
    assert all(isinstance(place, TextPlace) for place in places)
    assert len({finding.finding_id for finding in found}) == 2


def test_undecided_it_goes_and_whom_it_is_about_decides_for_which_audience(here: Session) -> None:
    both = replace(here, purposes=(Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING))
    said = heard("So Carl said that it is slow.")
    public = ruling(**{Purpose.PUBLIC_RECORDING.value: Outcome.MINUS})
    proposals = propose(SESSION_ID, reported_speech(both, public, said))
    assert [proposal.replacement for proposal in proposals] == ["[quote 1]"]

    def edits(audience: Audience, verdict: Verdict | None = None) -> int:
        decisions = [decided(proposals, proposals[0].entity, verdict)] if verdict else []
        plan = review(
            both,
            public,
            said,
            proposals,
            decisions,
            audience,
            settings=SETTINGS,
            context=Context(),
            signed_off_by="ana",
        )
        return len(getattr(plan, "word_edits", ())) if not hasattr(plan, "reason") else -1

    assert edits(Audience.INTERNAL) == 0, "he is in the internal rendition, so what others say of him may be too"
    assert edits(Audience.PUBLIC) == -1, "the public one waits for a decision"
    assert edits(Audience.PUBLIC, Verdict.REDACT) == 1
    assert edits(Audience.PUBLIC, Verdict.KEEP) == 0
