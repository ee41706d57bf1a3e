from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect import detect
from pipeline.detect.locate.words_and_text import make_finding, sound_places, turns
from pipeline.detect.text.offset_map import OffsetMap
from pipeline.detect.text.tokens import Match
from pipeline.errors import OffrecordError
from pipeline.records import (
    Alternative,
    ChatLine,
    Context,
    Cue,
    DetectionRule,
    Finding,
    KeywordHit,
    KnownPerson,
    Participant,
    PicturePlace,
    Region,
    Session,
    SoundPlace,
    SpeechSegment,
    TextPlace,
    Track,
    Transcript,
    UncoveredSpeech,
    Word,
)
from pipeline.settings import DetectSettings

CONTEXT = Context(participants=(KnownPerson(name="Priya Raman", company="Halcyon Freight"),))


def words(text: str, *, track: str = "t1", who: str | None = "p1", start_s: float = 0.0) -> list[Word]:
    return [
        Word(
            start_s=start_s + index,
            end_s=start_s + index + 0.8,
            time_uncertainty_s=0.1,
            text=word,
            probability=0.9,
            track_id=track,
            participant_id=who,
        )
        for index, word in enumerate(text.split())
    ]


def session(*, captions: tuple[Cue, ...] = (), chat: tuple[ChatLine, ...] = (), title: str = "Office hours") -> Session:
    return Session(
        session_id="2026-11-18-abc",
        source_digest="0" * 64,
        platform="folder",
        title=title,
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=60.0,
        participants=(Participant(participant_id="p1", name="Priya Raman"),),
        tracks=(Track(track_id="t1", participant_id="p1", digest="0" * 64, stream=0, duration_s=60.0),),
        captions=captions,
        chat=chat,
    )


def found(meeting: Session, transcript: Transcript) -> tuple[Finding, ...]:
    return detect(meeting, transcript, CONTEXT, settings=DetectSettings())


def transcript(heard: list[Word], *, terms: tuple[KeywordHit, ...] = ()) -> Transcript:
    ordered = sorted(heard, key=lambda word: word.start_s)
    return Transcript(engine="test", words=tuple(ordered), heard_terms=terms)


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=8), st.data())
def test_parts_are_the_way_back(pieces: list[str], data: st.DataObject) -> None:
    joined = OffsetMap(pieces)
    end = data.draw(st.integers(0, len(joined.text)))
    start = data.draw(st.integers(0, end))
    parts = joined.parts(start, end)
    for part in parts:
        assert 0 <= part.start_char < part.end_char <= len(pieces[part.piece])
    covered = "".join(pieces[part.piece][part.start_char : part.end_char] for part in parts)
    assert covered.replace(" ", "") == joined.text[start:end].replace(" ", "")


def test_a_spoken_name_has_its_words_and_their_times() -> None:
    (finding,) = found(session(), transcript(words("so today priya raman is here")))
    assert finding.place == SoundPlace(track_id="t1", start_s=2.0, end_s=3.8, time_uncertainty_s=0.1, words=(2, 4))
    assert (finding.entity, finding.rule, finding.label) == ("person:priya raman", "known name", "PERSON")


def test_words_of_another_track_between_stay_out_of_the_range() -> None:
    other = words("yes", track="t2", who="p2", start_s=2.5)
    findings = found(session(), transcript([*words("so today priya raman is here"), *other]))
    places = [finding.place for finding in findings]
    assert [place.words for place in places if isinstance(place, SoundPlace)] == [(2, 3), (4, 5)]
    assert {(place.start_s, place.end_s) for place in places if isinstance(place, SoundPlace)} == {(2.0, 3.8)}


SECRET = "nobody outside may hear about the merger. this number must not leave this room."


def test_a_silence_of_somebody_who_tells_a_secret_is_no_part_of_it() -> None:
    before, after = words(SECRET[: SECRET.index("this")]), words(SECRET[SECRET.index("this") :], start_s=9.0)
    gap = UncoveredSpeech(track_id="t1", start_s=7.2, end_s=7.9)
    other = replace(gap, track_id="t2")
    apart, whole = [(0.0, 6.8), (9.0, 15.8)], [(0.0, 15.8)]
    for unheard, spans in (((), apart), ((other,), apart), ((gap,), whole)):
        findings = found(session(), replace(transcript([*before, *after]), unheard=unheard))
        places = [finding.place for finding in findings if finding.rule is DetectionRule.SAID_TO_BE_SECRET]
        assert [(place.start_s, place.end_s) for place in places if isinstance(place, SoundPlace)] == spans


def test_a_sound_of_speech_too_short_to_count_as_not_heard_is_no_silence_within_a_secret() -> None:
    before, after = words(SECRET[: SECRET.index("this")]), words(SECRET[SECRET.index("this") :], start_s=9.0)
    apart, whole = [(0.0, 6.8), (9.0, 15.8)], [(0.0, 15.8)]
    for start_s, end_s, spans in ((7.8, 8.0, whole), (0.0, 6.9, apart), (8.9, 16.0, apart)):
        voice = SpeechSegment(track_id="t1", start_s=start_s, end_s=end_s)
        findings = found(session(), replace(transcript([*before, *after]), voiced=(voice,)))
        places = [finding.place for finding in findings if finding.rule is DetectionRule.SAID_TO_BE_SECRET]
        assert [(place.start_s, place.end_s) for place in places if isinstance(place, SoundPlace)] == spans


def test_a_mention_without_a_timed_word_is_an_error() -> None:
    with pytest.raises(OffrecordError) as caught:
        list(sound_places(words("priya"), []))
    assert "priya" not in str(caught.value)


def test_turns_part_at_tracks_speakers_and_pauses() -> None:
    heard = [*words("a b"), *words("c", who="p2", start_s=2.0), *words("d", who="p2", start_s=9.0)]
    assert list(turns(heard)) == [[0, 1], [2], [3]]
    assert list(turns([])) == []


def test_chat_and_title_have_places_in_their_text() -> None:
    chat = (
        ChatLine(at_s=1.0, participant_id=None, text="hello"),
        ChatLine(at_s=2.0, participant_id=None, text="hi Priya!"),
    )
    findings = found(session(chat=chat, title="Halcyon Freight, office hours"), transcript([]))
    assert {finding.place for finding in findings} == {
        TextPlace(surface="chat", index=1, start_char=3, end_char=8),
        TextPlace(surface="title", index=0, start_char=0, end_char=15),
    }


def test_captions_are_a_second_listener() -> None:
    cues = (Cue(start_s=10.0, end_s=14.0, participant_id="p1", text="so my Halcyon Freight need it"),)
    findings = found(session(captions=cues), transcript(words("oh nine calcium fraying wheat", start_s=10.0)))
    (text,) = [finding.place for finding in findings if isinstance(finding.place, TextPlace)]
    (sound,) = [finding.place for finding in findings if isinstance(finding.place, SoundPlace)]
    assert (text.surface, text.index, text.start_char, text.end_char) == ("captions", 0, 6, 21)
    assert sound.track_id == "t1"
    assert 10.0 <= sound.start_s < sound.end_s <= 14.0
    assert sound.time_uncertainty_s == pytest.approx(1.6)


def test_what_captions_heard_lies_between_the_words_that_both_heard() -> None:
    cues = (Cue(start_s=10.0, end_s=16.0, participant_id="p1", text="today Halcyon Freight really need it"),)
    heard = [*words("today calcium", start_s=10.0), *words("fraying really need it", start_s=12.0)]
    other = words("yes", track="t2", who="p2", start_s=11.5)
    findings = found(session(captions=cues), transcript([*heard, *other]))
    places = [finding.place for finding in findings if isinstance(finding.place, SoundPlace)]
    assert [place.words for place in places] == [(1, 2), (3, 4)]
    assert {(place.start_s, place.end_s, place.time_uncertainty_s) for place in places} == {(10.8, 13.0, 0.1)}


def test_each_mention_of_captions_is_heard_once_at_most() -> None:
    cues = (Cue(start_s=0.0, end_s=9.0, participant_id="p1", text="Priya and then for a long time Priya"),)
    findings = found(session(captions=cues), transcript(words("priya and than four along dime three")))
    spoken = sorted(finding.place.start_s for finding in findings if isinstance(finding.place, SoundPlace))
    assert spoken[0] == 0.0
    assert spoken[1] > 6.0


def test_half_a_name_is_not_the_whole_name_of_captions() -> None:
    cues = (Cue(start_s=0.0, end_s=6.0, participant_id="p1", text="today Priya Raman is speaking here"),)
    findings = found(session(captions=cues), transcript(words("today priya rain is speaking here")))
    places = [finding.place for finding in findings if isinstance(finding.place, SoundPlace)]
    assert any(place.start_s <= 1.0 and place.end_s >= 2.8 and place.words == (1, 3) for place in places)


def test_what_both_listeners_heard_is_muted_once() -> None:
    cues = (Cue(start_s=0.0, end_s=3.0, participant_id="p1", text="this is Priya Raman"),)
    findings = found(session(captions=cues), transcript(words("this is priya raman")))
    assert sum(isinstance(finding.place, SoundPlace) for finding in findings) == 1


def test_a_name_over_two_captions_is_found_in_both() -> None:
    cues = tuple(
        Cue(start_s=float(at), end_s=at + 1.0, participant_id="p1", text=text)
        for at, text in enumerate(["we are Halcyon", "Freight and ship"])
    )
    places = {finding.place for finding in found(session(captions=cues), transcript([]))}
    assert TextPlace(surface="captions", index=0, start_char=7, end_char=14) in places
    assert TextPlace(surface="captions", index=1, start_char=0, end_char=7) in places


def test_the_search_in_the_sound_joins_with_the_words_heard_instead() -> None:
    heard = KeywordHit(term="halcyon freight", track_id="t1", start_s=1.9, end_s=3.9, time_uncertainty_s=0.2, score=0.7)
    findings = found(session(), transcript(words("we at calcium fraying need it"), terms=(heard,)))
    (finding,) = [finding for finding in findings if finding.rule == "sound search"]
    assert finding.entity == "company:halcyon freight"
    assert finding.place == SoundPlace(track_id="t1", start_s=1.9, end_s=3.9, time_uncertainty_s=0.2, words=(2, 4))
    assert finding.text == "calcium fraying", "whose name it is can be told by these words alone"


def test_a_hit_of_the_search_where_no_word_was_recognised_is_the_name_itself() -> None:
    heard = KeywordHit(term="halcyon freight", track_id="t1", start_s=8.0, end_s=9.0, time_uncertainty_s=0.2, score=0.7)
    findings = found(session(), transcript(words("we at last need it"), terms=(heard,)))
    (finding,) = [finding for finding in findings if finding.rule == "sound search"]
    assert (finding.text, finding.entity) == ("halcyon freight", "company:halcyon freight")


def test_what_an_engine_also_thought_of_is_found_with_its_share() -> None:
    def thought(probability: float) -> Alternative:
        return Alternative(
            text="halcyon freight",
            track_id="t1",
            start_s=2.0,
            end_s=3.8,
            time_uncertainty_s=0.1,
            probability=probability,
        )

    heard = words("we at calcium fraying need it")
    other = words("yes", track="t2", who="p2", start_s=2.5)
    places, scores = [], []
    for probability in (0.6, 0.04):
        whole = replace(transcript([*heard, *other]), alternatives=(thought(probability),))
        also = [finding for finding in found(session(), whole) if finding.rule == "also heard"]
        places.append([one.place.words for one in also if isinstance(one.place, SoundPlace)])
        scores.append({one.score for one in also})
        assert {one.entity for one in also} == {"company:halcyon freight"}
    assert places == [[(2, 3), (4, 5)]] * 2
    assert scores == [{0.85}, {0.5}]


def test_of_a_name_that_an_engine_only_repeats_the_first_times_stay() -> None:
    def times_found(apart_s: float) -> int:
        others = tuple(
            Alternative(
                text=text,
                track_id="t1",
                start_s=number * (0.8 + apart_s),
                end_s=number * (0.8 + apart_s) + length_s,
                time_uncertainty_s=0.1,
                probability=0.9,
            )
            for number in range(9)
            for text, length_s in (("halcyon", 0.4), ("halcyon freight", 0.8))
        )
        whole = replace(transcript(words("we run it on our own machines")), alternatives=others)
        also = [finding for finding in found(session(), whole) if finding.rule == "also heard"]
        return len({one.place.start_s for one in also if isinstance(one.place, SoundPlace)})

    assert times_found(apart_s=1.0) == 3
    assert times_found(apart_s=6.0) == 9


def test_one_name_that_several_listeners_thought_of_at_once_is_no_loop() -> None:
    thought = Alternative(
        text="halcyon", track_id="t1", start_s=2.0, end_s=2.8, time_uncertainty_s=0.1, probability=0.9
    )
    others = tuple(replace(thought, start_s=2.0 + 0.1 * number) for number in range(6))
    whole = replace(transcript(words("we run it on our own machines")), alternatives=others)
    assert any(finding.rule == "also heard" for finding in found(session(), whole))


def test_a_name_over_the_border_of_two_speakers_is_found() -> None:
    half = [*words("so we at halcyon"), *words("freight need it", who="p2", start_s=4.0)]
    places = [
        finding.place for finding in found(session(), transcript(half)) if finding.entity == "company:halcyon freight"
    ]
    assert (3, 5) in {place.words for place in places if isinstance(place, SoundPlace)}


def test_a_name_with_a_word_of_another_between_is_found() -> None:
    apart = [
        *words("so we at halcyon"),
        *words("right", who="p2", start_s=4.0),
        *words("freight need it", start_s=5.0),
    ]
    places = [
        finding.place for finding in found(session(), transcript(apart)) if finding.entity == "company:halcyon freight"
    ]
    assert {(3, 4), (5, 6)} <= {place.words for place in places if isinstance(place, SoundPlace)}


def test_a_number_over_the_border_of_two_speakers_is_found() -> None:
    half = [*words("call four one five five"), *words("five five oh one three two", who="p2", start_s=5.0)]
    places = [finding.place for finding in found(session(), transcript(half)) if finding.label == "PHONE"]
    assert (1, 11) in {place.words for place in places if isinstance(place, SoundPlace)}


def test_the_ends_of_two_sentences_are_no_address() -> None:
    def addresses(pause_s: float) -> set[tuple[int, int]]:
        heard = [*words("wait ten seconds"), *words("at robert dot diaz", who="p2", start_s=3.0 + pause_s)]
        places = [finding.place for finding in found(session(), transcript(heard)) if finding.rule == "spoken address"]
        return {place.words for place in places if isinstance(place, SoundPlace) and place.words[0] < 3}

    assert addresses(0.0)
    assert not addresses(2.0)


def test_a_known_address_over_the_border_of_two_turns_is_found_whatever_the_pause() -> None:
    context = Context(participants=(KnownPerson(name="Priya Raman", email="desk@halcyon.example"),))
    heard = [*words("so write to desk at"), *words("halcyon dot example", who="p2", start_s=8.0)]
    findings = detect(session(), transcript(heard), context, settings=DetectSettings())
    places = [finding.place for finding in findings if finding.rule is DetectionRule.KNOWN_ADDRESS]
    assert {place.words for place in places if isinstance(place, SoundPlace)} == {(3, 8)}


def test_a_name_over_two_captions_with_anothers_between_is_found_in_both() -> None:
    said = [("p1", "we are Halcyon"), ("p2", "mm-hm"), ("p1", "Freight and ship")]
    cues = tuple(
        Cue(start_s=float(at), end_s=at + 1.0, participant_id=who, text=text) for at, (who, text) in enumerate(said)
    )
    places = {finding.place for finding in found(session(captions=cues), transcript([]))}
    assert TextPlace(surface="captions", index=2, start_char=0, end_char=7) in places
    assert not any(isinstance(place, TextPlace) and place.index == 1 for place in places)


def test_the_same_session_gives_the_same_ids() -> None:
    heard = transcript(words("priya raman priya"))
    assert [finding.finding_id for finding in found(session(), heard)] == [
        finding.finding_id for finding in found(session(), heard)
    ]
    assert len({finding.finding_id for finding in found(session(), heard)}) == 2


@pytest.mark.parametrize(
    ("place", "finding_id"),
    [
        (
            SoundPlace(track_id="t1", start_s=2.0, end_s=3.8, time_uncertainty_s=0.1, words=(2, 4)),
            "f-c57c749cb1817fba",
        ),
        (TextPlace(surface="chat", index=1, start_char=3, end_char=6), "f-09716108c91da4bd"),
        (
            PicturePlace(region=Region(left=0.1, top=0.5, right=0.25, bottom=0.55), start_s=1.0, end_s=3.0),
            "f-68673e2faaa498e3",
        ),
    ],
)
def test_the_ids_that_a_sign_off_holds_for_are_those_of_the_first_version(
    place: SoundPlace | TextPlace | PicturePlace, finding_id: str
) -> None:
    match = Match(0, 3, "PERSON", "Ana", "person:ana lima", DetectionRule.KNOWN_NAME, 0.9)
    assert make_finding("2026-11-18-abc", match, place).finding_id == finding_id
