"""The stage's verb."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import speech
from pipeline.errors import InputRefused
from pipeline.records import (
    Context,
    Cue,
    Failed,
    Held,
    Interval,
    Outcome,
    Ruling,
    Session,
    SpeechSegment,
    Term,
    Transcript,
)
from pipeline.settings import SpeechSettings
from pipeline.speech.audio_types import RATE, AudioChunk, HeardLanguage, HeardWord, Recognised, Recogniser, Span
from pipeline.speech.engines.engine import Engine, for_all_tracks
from pipeline.speech.keywords.scoring import Candidate
from pipeline.speech.keywords.spotter import Spotter
from pipeline.speech.transcribe import __name__ as TRANSCRIBE
from tests.speech.conftest import LEAD_S, Shelf, ruling_of, sample, session_of, sound, spoken, track_of, write_wav

SPHINX = SpeechSettings(engine="sphinx")
YES = Outcome.PROCEED


def transcribe(
    session: Session, ruling: Ruling, context: Context, chosen: SpeechSettings = SPHINX
) -> Transcript | Held | Failed:
    heard = speech.transcribe(session, ruling, context, vault=Shelf(), settings=chosen)
    if not isinstance(heard, Transcript):
        return heard
    hits = speech.keyword_search(session, ruling, heard, context, vault=Shelf(), settings=chosen)
    return replace(heard, heard_terms=hits)


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two speakers, each on an own track of some seconds."""
    folder = tmp_path_factory.mktemp("tracks")
    begin_s = spoken("priya-raman.flac")[0].start_s - LEAD_S
    end_s = next(word.end_s for word in spoken("tomasz-nowak.flac") if word.text == "Traders") + LEAD_S
    write_wav(folder / "one.wav", sound(sample("priya-raman.flac"), begin_s, end_s))
    write_wav(folder / "two.wav", sound(sample("tomasz-nowak.flac"), begin_s, end_s))
    return folder / "one.wav", folder / "two.wav"


@pytest.fixture(scope="module")
def transcript(two_people: tuple[Path, Path], context: Context) -> Transcript:
    one, two = two_people
    session = session_of(track_of(one), track_of(two, owner="p2", number=2, offset_s=0.5), people=2)
    heard = transcribe(session, ruling_of(YES, YES), context)
    assert isinstance(heard, Transcript)
    return heard


def test_own_tracks_are_heard_apart_and_interleaved(transcript: Transcript) -> None:
    assert [word.start_s for word in transcript.words] == sorted(word.start_s for word in transcript.words)
    by_person = {who: [w.text for w in transcript.words if w.participant_id == who] for who in ("p1", "p2")}
    assert "Halcyon" in by_person["p1"]
    assert "Northwind" in by_person["p2"]
    assert {(word.track_id, word.participant_id) for word in transcript.words} == {("t1", "p1"), ("t2", "p2")}


def test_a_track_that_begins_later_is_put_where_it_belongs(transcript: Transcript) -> None:
    northwind = next(word for word in transcript.words if word.text == "Northwind")
    said = next(word for word in spoken("tomasz-nowak.flac") if word.text == "Northwind")
    begin_s = spoken("priya-raman.flac")[0].start_s - LEAD_S
    assert northwind.start_s == pytest.approx(said.start_s - begin_s + 0.5, abs=0.2)


def test_names_are_found_in_the_sound_too(transcript: Transcript) -> None:
    found = {(term.term, term.track_id) for term in transcript.heard_terms}
    assert {("Halcyon Freight", "t1"), ("Tomasz Nowak", "t2")} <= found
    assert all(0.1 <= term.time_uncertainty_s <= 0.15 for term in transcript.heard_terms)


def test_speech_is_accounted_for(transcript: Transcript) -> None:
    assert transcript.speech_s > 4.0
    assert transcript.coverage > 0.9
    assert transcript.engine.startswith("sphinx 5")


def test_the_track_of_somebody_who_is_taken_out_is_never_opened(
    two_people: tuple[Path, Path], context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = two_people
    opened: list[str] = []

    class Watching(Shelf):
        def path(self, digest: str) -> Path:
            opened.append(digest)
            return super().path(digest)

    hear_with(Deaf(), monkeypatch)
    session = session_of(track_of(one), track_of(two, owner="p2", number=2), people=2)
    speech.transcribe(
        session, ruling_of(YES, Outcome.MINUS), context, vault=Watching(), settings=SpeechSettings(engine="sphinx")
    )
    assert opened == [str(one)]


def test_a_span_that_is_closed_is_silent_to_everything_that_listens(
    two_people: tuple[Path, Path], context: Context
) -> None:
    session = session_of(track_of(two_people[0]))
    whole = transcribe(session, ruling_of(YES), context)
    assert isinstance(whole, Transcript)
    border = next(word.start_s for word in whole.words if word.text == "Halcyon")
    cells = tuple(
        replace(ruling_of(outcome).cells[0], interval=Interval(start_s=start_s, end_s=end_s))
        for start_s, end_s, outcome in ((0.0, border, YES), (border, 60.0, Outcome.HOLD))
    )
    part = transcribe(session, replace(ruling_of(YES), cells=cells), context)
    assert isinstance(part, Transcript)
    assert "Halcyon" not in {word.text for word in part.words}
    assert not any(term.start_s >= border for term in part.heard_terms)
    assert not any(gap.end_s > border + 0.2 for gap in part.unheard)
    assert part.words
    assert 0.0 < part.speech_s < whole.speech_s


def test_a_second_engine_adds_the_names_that_captions_have_not(two_people: tuple[Path, Path], context: Context) -> None:
    cue = Cue(start_s=0.5, end_s=3.1, participant_id="p1", text="Hi, this is praying raymond from calcium fraying.")
    session = session_of(replace(track_of(two_people[0]), offset_s=2.0), captions=(shifted(cue, 2.0),))
    alone = transcribe(session, ruling_of(YES), context, SpeechSettings(engine="captions", keyword_search=False))
    both = transcribe(
        session,
        ruling_of(YES),
        context,
        SpeechSettings(engine="captions", keyword_search=False, second_engine="sphinx"),
    )
    assert isinstance(alone, Transcript)
    assert isinstance(both, Transcript)
    assert alone.alternatives == ()
    assert both.words == alone.words
    heard = {alternative.text: alternative for alternative in both.alternatives}
    assert {"Priya Raman", "Halcyon Freight"} <= set(heard)
    assert heard["Priya Raman"].start_s == pytest.approx(2.0 + LEAD_S + 0.5, abs=0.4)
    assert {(alternative.track_id, alternative.time_uncertainty_s) for alternative in both.alternatives} == {
        ("t1", 0.06)
    }


def shifted(cue: Cue, by_s: float) -> Cue:
    return replace(cue, start_s=cue.start_s + by_s, end_s=cue.end_s + by_s)


def test_without_any_track_that_may_be_heard_it_stops(two_people: tuple[Path, Path], context: Context) -> None:
    session = session_of(track_of(two_people[0], owner=None), people=2)
    stopped = transcribe(session, ruling_of(YES, Outcome.HOLD), context)
    assert isinstance(stopped, Held)  # trying again changes nothing: somebody's answer does
    assert "may be transcribed" in stopped.reason


def test_captions_are_not_replaced_in_silence(two_people: tuple[Path, Path], context: Context) -> None:
    stopped = transcribe(
        session_of(track_of(two_people[0])), ruling_of(YES), context, SpeechSettings(engine="captions")
    )
    assert isinstance(stopped, Failed)
    assert "captions" in stopped.reason
    assert "speech.engine" in stopped.action


def test_captions_give_the_words_when_they_are_asked_for(two_people: tuple[Path, Path], context: Context) -> None:
    cue = Cue(start_s=0.5, end_s=3.1, participant_id="p1", text="Hi, this is Priya Raman from Halcyon Freight.")
    session = session_of(track_of(two_people[0]), captions=(cue,))
    heard = transcribe(session, ruling_of(YES), context, SpeechSettings(engine="captions", keyword_search=False))
    assert isinstance(heard, Transcript)
    assert [word.text for word in heard.words] == cue.text.split()
    assert heard.heard_terms == ()
    assert all(gap.start_s > 3.0 for gap in heard.unheard)


class Deaf:
    """Hears nothing."""

    version = "deaf"

    def recognise(self, chunk: AudioChunk) -> Recognised:
        return Recognised(())


def hear_with(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a recogniser in the place of every engine."""
    engine = Engine(version=lambda _: recogniser.version, open=lambda *_: for_all_tracks(recogniser))
    monkeypatch.setattr(sys.modules[TRANSCRIBE], "engine", lambda _: engine)


def test_speech_without_a_word_fails(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    hear_with(Deaf(), monkeypatch)
    session = session_of(track_of(sample("priya-raman.flac")))
    stopped = transcribe(session, ruling_of(YES), context)
    assert isinstance(stopped, Failed)
    assert "no word" in stopped.reason


def test_a_little_speech_without_a_word_is_unheard(
    introduction: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear_with(Deaf(), monkeypatch)
    heard = transcribe(session_of(track_of(introduction)), ruling_of(YES), context)
    assert isinstance(heard, Transcript)
    assert heard.coverage < 0.1
    assert sum(gap.end_s - gap.start_s for gap in heard.unheard) == pytest.approx(heard.speech_s, abs=0.3)


class Polyglot:
    """Hears a word in every chunk, and what language each is in."""

    version = "polyglot"

    def recognise(self, chunk: AudioChunk) -> Recognised:
        word = HeardWord(chunk.speech[0], "hallo", 0.9, 0.1, ends_sentence=True)
        return Recognised((word,), languages=(HeardLanguage(2.0, "en", 0.1, "de"), HeardLanguage(6.0, "en", 0.9, "en")))


def test_what_an_engine_hears_of_language_and_sentences_is_in_the_transcript(
    introduction: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear_with(Polyglot(), monkeypatch)
    heard = transcribe(session_of(track_of(introduction)), ruling_of(YES), context)
    assert isinstance(heard, Transcript)
    assert [(word.text, word.ends_sentence) for word in heard.words] == [("hallo", True)]
    assert (heard.language, heard.other_language_s) == ("en", 2.0)
    assert heard.language_probability == pytest.approx(0.7)


def test_silence_is_a_transcript_without_words(tmp_path: Path, context: Context) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros(8 * RATE, np.float32))
    heard = transcribe(session_of(track_of(tmp_path / "silence.wav")), ruling_of(YES), context)
    assert isinstance(heard, Transcript)
    assert heard == Transcript(engine=heard.engine, words=())


def test_a_track_that_cannot_be_read_is_refused(tmp_path: Path, context: Context) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF not really")
    with pytest.raises(InputRefused):
        transcribe(session_of(track_of(tmp_path / "broken.wav")), ruling_of(YES), context)


def test_a_new_term_is_searched_for_without_recognising_again(
    transcript: Transcript, two_people: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("recognised again")

    monkeypatch.setattr(sys.modules[TRANSCRIBE], "engine", refused)
    session = session_of(track_of(two_people[0]))
    listed = Context(terms=(Term(text="Halcyon Freight", kind="company"),))
    hits = speech.keyword_search(
        session, ruling_of(YES), transcript, listed, vault=Shelf(), settings=SpeechSettings(engine="sphinx")
    )
    assert "Halcyon Freight" in {term.term for term in hits}
    assert (
        speech.keyword_search(
            session, ruling_of(YES), transcript, Context(), vault=Shelf(), settings=SpeechSettings(engine="sphinx")
        )
        == ()
    )


MANY = tuple(Term(text=f"Freightliner {number:03}") for number in range(40))
"""More than Whisper is surely told, each long."""
MANY_AND_SHORT = (*MANY, Term(text="Corvane"))
"""And a short one that it is told still less."""


@pytest.mark.parametrize(
    ("engine", "others", "probability", "whole"),
    [
        ("whisper", (), 0.8, False),
        ("whisper", MANY, 0.8, False),
        ("whisper", MANY_AND_SHORT, 0.9, False),
        ("whisper", MANY_AND_SHORT, 0.8, True),
        ("sphinx", (), 0.9, True),
    ],
)
def test_where_whisper_is_sure_of_words_like_no_name_the_sound_is_not_searched_surer_where_it_was_not_told_a_short_one(
    transcript: Transcript,
    two_people: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
    others: tuple[Term, ...],
    probability: float,
    whole: bool,
) -> None:
    searched = list[Span]()

    def search(_: Spotter, chunk: AudioChunk, *__: object, **___: object) -> list[Candidate]:
        searched.extend(chunk.clips)
        return []

    monkeypatch.setattr(Spotter, "search", search)
    words = [word for word in transcript.words if word.track_id == "t1"]
    sure = [replace(word, text="the", probability=probability, end_s=word.start_s + 0.1) for word in words]
    unsure = replace(sure[-1], probability=0.5)
    voiced = tuple(SpeechSegment(track_id="t1", start_s=word.start_s, end_s=word.end_s) for word in sure)
    heard = replace(transcript, words=(*sure[:-1], unsure), voiced=voiced)
    session, listed = session_of(track_of(two_people[0])), Context(terms=(Term(text="Halcyon Freight"), *others))
    settings = SpeechSettings(engine=engine)
    speech.keyword_search(session, ruling_of(YES), heard, listed, vault=Shelf(), settings=settings)
    assert any(span.start_s <= unsure.start_s and unsure.end_s <= span.end_s for span in searched)
    assert any(span.start_s <= sure[0].start_s < span.end_s for span in searched) is whole
