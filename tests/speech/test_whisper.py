"""Recognition with Whisper: the model that ``make setup`` pulls, and each trap of faster-whisper."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import pytest
from tqdm import tqdm

from pipeline import speech
from pipeline.errors import ConfigurationError
from pipeline.records import Context, KnownPerson, Outcome, Term, Transcript
from pipeline.settings import SpeechSettings
from pipeline.speech import coverage
from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Samples, Span
from pipeline.speech.engines import hints, told
from pipeline.speech.engines.whisper import WhisperRecogniser
from pipeline.speech.engines.whisper_model import HOT_WORD_TOKENS, Decoded, WhisperModel, _Listening, load, locate
from pipeline.speech.engines.word_times import WHISPER_DOUBT_S
from pipeline.speech.engines.written import Piece
from pipeline.speech.pronunciation.pronounce import Pronouncer
from tests.speech.conftest import Shelf, chunk_of, ruling_of, sample, session_of, sound, spoken, track_of

HANNAH = "hannah-berg.flac"
ORDINARY = {
    "welcome",
    "hours",
    "session",
    "recorded",
    "good",
    "where",
    "today",
    "name",
    "notes",
    "thank",
    "next",
    "week",
}


class DecodeOptions(TypedDict):
    """What the model is told of its windows."""

    language: str
    hot_words: str
    batch_size: int
    is_padded: bool


def settings(model: str, *, language: str = "en", languages: tuple[str, ...] = ("en", "de")) -> SpeechSettings:
    return SpeechSettings(engine="whisper", model=model, language=language, languages=languages)


@pytest.fixture(scope="module")
def recogniser(whisper_model: str, pronouncer: Pronouncer) -> WhisperRecogniser:
    return WhisperRecogniser(settings(whisper_model), [], pronouncer)


@pytest.fixture(scope="module")
def model(whisper_model: str) -> WhisperModel:
    place = locate(whisper_model)
    return load(place.folder, "cpu", place.version)


@pytest.fixture(scope="module")
def chunk() -> AudioChunk:
    return chunk_of(sound(sample(HANNAH)))


@pytest.fixture(scope="module")
def words(recogniser: WhisperRecogniser, chunk: AudioChunk) -> list[HeardWord]:
    return list(recogniser.recognise(chunk).words)


def plain(words: Sequence[HeardWord]) -> list[str]:
    return [word.text.strip(".,?!").casefold() for word in words]


def always(decoded: Decoded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Whisper is given, it writes this."""
    monkeypatch.setattr(WhisperModel, "decode", lambda self, windows, **_: [decoded for _ in windows])


def vowel(pitch: float, length_s: float, formants: Sequence[float] = (700.0, 1200.0, 2600.0)) -> Samples:
    """A sung vowel: a voice that says nothing."""
    times = np.arange(int(length_s * RATE)) / RATE
    harmonics = np.arange(pitch, 4000.0, pitch)
    gains = np.sum([np.exp(-(((harmonics - formant) / 120.0) ** 2)) for formant in formants], axis=0) + 0.02
    wave = (gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * times)).sum(axis=0)
    fade = np.minimum(1.0, np.minimum(times, times[::-1]) * 20)
    sung: Samples = (0.2 * fade * wave / np.abs(wave).max()).astype(np.float32)
    return sung


@pytest.fixture
def broken_model(tmp_path: Path) -> Path:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_model_that_is_not_whole_is_refused_before_anything_could_fetch_the_rest(
    broken_model: Path, name: str
) -> None:
    (broken_model / name).unlink()
    with pytest.raises(ConfigurationError, match=f"has no {name}"):
        locate(str(broken_model))


def test_a_model_that_cannot_be_loaded_says_what_to_do(broken_model: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded on cpu"):
        load(broken_model, "cpu", "broken")


def test_another_model_has_another_version(broken_model: Path) -> None:
    before = locate(str(broken_model)).version
    (broken_model / "model.bin").write_text("{ }")
    assert locate(str(broken_model)).version != before


def test_a_model_is_loaded_once_a_process(whisper_model: str) -> None:
    place = locate(whisper_model)
    assert load(place.folder, "cpu", place.version) is load(place.folder, "cpu", place.version)


def test_a_model_opens_no_connection(whisper_model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    WhisperModel(Path(whisper_model), "cpu")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_hot_words_stay_whole_within_what_the_prompt_holds(model: WhisperModel) -> None:
    names = [f"Szczepan Nguyễn-Żółć {number}" for number in range(200)]
    fitting = model.hot_words(names).split(", ")
    assert 5 < len(fitting) < 60
    assert fitting == names[: len(fitting)]
    tokens = model._tokenizer.encode(" " + ", ".join(fitting), add_special_tokens=False).ids
    assert len(tokens) <= HOT_WORD_TOKENS
    (decoded,) = model.decode([np.zeros(RATE, np.float32)], language="en", hot_words=", ".join(fitting), batch_size=1)
    assert isinstance(decoded, Decoded)


def test_names_count_as_told_as_far_as_they_are_in_the_prompt(whisper_model: str, model: WhisperModel) -> None:
    terms = tuple(Term(text=f"Halcyon {number}") for number in range(45))
    context, whisper = Context(terms=terms), settings(whisper_model)
    hinted = [keyword.text for keyword in hints(context, whisper)]
    in_prompt = model.hot_words(hinted).split(", ")
    assert sum(map(len, in_prompt)) > 350
    assert told(context, whisper) == set(in_prompt)


def test_every_window_of_a_batch_gets_what_it_says_itself(model: WhisperModel) -> None:
    true, whole = spoken(HANNAH), sound(sample(HANNAH))
    spans = ((true[0].start_s - 0.2, true[3].end_s + 0.1), (0.0, 0.3), (true[-6].start_s - 0.3, true[-1].end_s + 0.2))
    windows = [whole[round(start_s * RATE) : round(end_s * RATE)] for start_s, end_s in spans]
    together = model.decode(windows, language="en", hot_words="", batch_size=2)
    alone = [model.decode([window], language="en", hot_words="", batch_size=1)[0] for window in windows]
    written = [["".join(piece.text for piece in window.pieces) for window in decoded] for decoded in (together, alone)]
    assert written[0] == written[1]
    assert "office hours" in written[0][0].lower()
    assert "week" in written[0][2].lower()
    assert dict(together[0].languages)["en"] > 0.8


def test_a_window_that_is_not_padded_is_heard_with_as_much_silence_as_it_needs(
    model: WhisperModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, encoded = list[tuple[int, ...]](), _Listening._encoded

    def listening(self: _Listening, features: Any) -> Any:
        heard.append(features.shape)
        return encoded(self, features)

    monkeypatch.setattr(_Listening, "_encoded", listening)
    for lengths_s, is_padded in (((3.0, 2.5), False), ((27.0,), False), ((0.05,), False), ((3.0,), True)):
        windows = [np.zeros(round(length_s * RATE), np.float32) for length_s in lengths_s]
        decoded = model.decode(windows, language="en", hot_words="", batch_size=8, is_padded=is_padded)
        assert len(decoded) == len(windows)
    assert [(shape[0], shape[2]) for shape in heard] == [(2, 700), (1, 3000), (1, 406), (1, 3000)]


@pytest.mark.parametrize("length_s", [2.0, 6.0, 12.0])
def test_a_window_that_is_not_padded_says_nearly_the_same_words(model: WhisperModel, length_s: float) -> None:
    true, whole = spoken(HANNAH), sound(sample(HANNAH))
    begin_s = true[0].start_s - 0.2
    end_s = max(word.end_s for word in true if word.end_s < begin_s + length_s) + 0.1
    window = whole[round(begin_s * RATE) : round(end_s * RATE)]
    written = [
        "".join(piece.text for piece in decoded.pieces).casefold().split()
        for is_padded in (True, False)
        for decoded in model.decode([window], language="en", hot_words="", batch_size=1, is_padded=is_padded)
    ]
    padded, bare = ([word.strip(".,") for word in words] for words in written)
    # One word in ten may differ: that depends on how the processor rounds.
    assert padded and SequenceMatcher(None, padded, bare).ratio() >= 0.9, (padded, bare)


def test_words_are_what_was_said_with_marks_and_sentences(words: list[HeardWord]) -> None:
    expected = [word.text.casefold() for word in spoken(HANNAH)]
    assert sum(word in expected for word in plain(words)) >= 0.9 * len(expected)
    assert {"recorded.", "week."} <= {word.text for word in words if word.ends_sentence}
    assert not any(character.isspace() for word in words for character in word.text)


def test_times_do_not_drift_over_long_silence(words: list[HeardWord]) -> None:
    right = [
        any(plain([word]) == [true.text.casefold()] and abs(word.span.start_s - true.start_s) < 0.15 for word in words)
        for true in spoken(HANNAH)
    ]
    assert sum(right) >= 0.85 * len(right)


def test_what_was_heard_before_changes_nothing(
    recogniser: WhisperRecogniser, chunk: AudioChunk, words: list[HeardWord]
) -> None:
    recogniser.recognise(chunk_of(sound(sample("tomasz-nowak.flac"), 0.0, 12.0)))
    assert list(recogniser.recognise(chunk).words) == words


def test_without_a_pronouncer_the_same_words_keep_whispers_times(
    whisper_model: str, chunk: AudioChunk, words: list[HeardWord]
) -> None:
    heard = WhisperRecogniser(settings(whisper_model), [], None).recognise(chunk).words
    assert [word.text for word in heard] == [word.text for word in words]
    assert all(word.time_uncertainty_s >= WHISPER_DOUBT_S for word in heard)


def test_digits_that_are_read_out_have_a_time(recogniser: WhisperRecogniser) -> None:
    said = spoken("priya-raman.flac")
    first = next(at for at, word in enumerate(said) if [one.text for one in said[at : at + 3]] == ["two", "one", "two"])
    number = said[first : first + 10]
    begin_s = number[0].start_s - 2.0
    heard = recogniser.recognise(chunk_of(sound(sample("priya-raman.flac"), begin_s, number[-1].end_s + 0.5)))
    digits = [word for word in heard.words if any(character.isdigit() for character in word.text)]
    assert digits[0].span.start_s <= number[0].start_s - begin_s + 0.15
    assert digits[-1].span.end_s >= number[-1].end_s - begin_s - 0.15


def test_a_sentence_that_whisper_left_out_is_heard_again(
    recogniser: WhisperRecogniser, chunk: AudioChunk, words: list[HeardWord], monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, calls = WhisperModel.decode, list[int]()

    def forgetful(self: WhisperModel, windows: Sequence[Samples], **options: Unpack[DecodeOptions]) -> list[Decoded]:
        decoded = decode(self, windows, **options)
        calls.append(len(windows))
        return [Decoded(window.pieces[:12]) for window in decoded] if len(calls) == 1 else decoded

    monkeypatch.setattr(WhisperModel, "decode", forgetful)
    again = recogniser.recognise(chunk).words
    assert len(calls) == 2
    assert len(again) >= 0.9 * len(words)
    assert coverage.unheard(chunk.speech, (word.span for word in again), sliver_s=1.0) == []


def test_what_whisper_left_out_is_heard_together_and_alone_what_it_then_leaves_out_again(
    recogniser: WhisperRecogniser, chunk: AudioChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, calls = WhisperModel.decode, list[int]()

    def forgetful(self: WhisperModel, windows: Sequence[Samples], **options: Unpack[DecodeOptions]) -> list[Decoded]:
        decoded = decode(self, windows, **options)
        calls.append(len(windows))
        if len(calls) > 2:
            return decoded
        thirds = [len(window.pieces) // 3 for window in decoded] if len(calls) == 1 else [0]
        return [Decoded(window.pieces[third : 2 * third]) for window, third in zip(decoded, thirds, strict=True)]

    monkeypatch.setattr(WhisperModel, "decode", forgetful)
    again = recogniser.recognise(chunk).words
    _, together, alone = calls
    assert together == 1 < alone
    assert coverage.unheard(chunk.speech, (word.span for word in again), sliver_s=1.0) == []


@pytest.mark.parametrize(("text", "stays"), [("That,", False), ("Orbweld,", True)])
def test_a_word_that_whisper_stretched_over_a_sentence_covers_none_of_it_and_stays_where_it_is_rare(
    text: str,
    stays: bool,
    recogniser: WhisperRecogniser,
    chunk: AudioChunk,
    words: list[HeardWord],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decode, calls = WhisperModel.decode, list[int]()

    def stretching(self: WhisperModel, windows: Sequence[Samples], **options: Unpack[DecodeOptions]) -> list[Decoded]:
        decoded = decode(self, windows, **options)
        calls.append(len(windows))
        if len(calls) > 1:
            return decoded
        pieces = decoded[0].pieces
        over = [piece.span for piece in pieces[2:12] if piece.span is not None]
        stretched = Piece(f" {text}", Span(over[0].start_s, over[-1].end_s), 0.4)
        return [Decoded((*pieces[:2], stretched, *pieces[12:])), *decoded[1:]]

    monkeypatch.setattr(WhisperModel, "decode", stretching)
    again = recogniser.recognise(chunk).words
    assert len(again) >= 0.9 * len(words)
    assert [word.text for word in again if word.span.length_s >= 1.5] == [text] * stays


def test_laughter_and_singing_hold_no_words(recogniser: WhisperRecogniser) -> None:
    laughter = np.concatenate([np.concatenate([vowel(200, 0.12), np.zeros(1200, np.float32)]) for _ in range(12)])
    silence = np.zeros(RATE, np.float32)
    noises = chunk_of(np.concatenate([silence, laughter, silence, vowel(140, 3.0), silence, laughter, silence]))
    assert recogniser.recognise(noises).words == ()


def test_a_window_that_is_not_sure_of_itself_is_not_heard(
    recogniser: WhisperRecogniser, chunk: AudioChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tuple(Piece(f" word{at}", Span(0.3 * at, 0.3 * at + 0.3), 0.9) for at in range(5))
    always(Decoded(text, mean_log_probability=-1.2), monkeypatch)
    assert recogniser.recognise(chunk).words == ()
    always(Decoded(text, mean_log_probability=-0.4), monkeypatch)
    assert recogniser.recognise(chunk).words != ()


def test_a_loop_is_heard_once_and_the_speech_after_it_is_not_covered(
    recogniser: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(Decoded(tuple(Piece(" again", Span(0.25 * at, 0.25 * at + 0.25), 0.9) for at in range(12))), monkeypatch)
    talk = chunk_of(sound(sample(HANNAH), 0.0, 5.0))
    heard = recogniser.recognise(talk)
    assert 1 <= len(heard.words) <= 2
    assert coverage.unheard(talk.speech, (word.span for word in heard.words))


def test_names_among_invented_words_are_still_told(
    whisper_model: str, pronouncer: Pronouncer, chunk: AudioChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Piece(" Priya", Span(0.5, 0.9), 0.2), Piece(" Raman", Span(0.9, 1.4), 0.2))
    always(Decoded(text, mean_log_probability=-1.5), monkeypatch)
    heard = WhisperRecogniser(settings(whisper_model), ["Priya Raman"], pronouncer).recognise(chunk)
    assert heard.words == ()
    assert {other.text for other in heard.others} == {"Priya Raman"}


def test_a_loop_of_a_name_is_a_name_only_where_it_was_said(
    whisper_model: str, pronouncer: Pronouncer, chunk: AudioChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, calls = WhisperModel.decode, list[int]()

    def looping(self: WhisperModel, windows: Sequence[Samples], **options: Unpack[DecodeOptions]) -> list[Decoded]:
        calls.append(len(windows))
        if len(calls) > 1:
            return decode(self, windows, **options)
        loop = [Piece(f" {name},", Span(at, at + 1.0), 0.95) for at, name in enumerate(["Hannah Berg"] * 20)]
        parts = [Piece(f" {part}", piece.span, 0.95) for piece in loop for part in piece.text.split()]
        return [Decoded(tuple(parts), mean_log_probability=-0.1) for _ in windows]

    monkeypatch.setattr(WhisperModel, "decode", looping)
    heard = WhisperRecogniser(settings(whisper_model), ["Hannah Berg", "Teasel"], pronouncer).recognise(chunk)
    said = [word for word in spoken(HANNAH) if word.text in ("Hannah", "Berg")]
    places = [*heard.others, *(word for word in heard.words if word.text.startswith("Hannah"))]
    assert all(any(place.span.overlap_s(Span(word.start_s, word.end_s)) for place in places) for word in said)
    # What is no word of the dictionary, or what Whisper is not sure of, may be a name that it was not told; how sure it
    # is of a word is not the same on every processor.
    ordinary = [word for word in heard.words if word.probability > 0.9 and word.text.strip(".?,").lower() in ORDINARY]
    assert ordinary
    assert not any(name.span.overlap_s(word.span) for name in heard.others for word in ordinary)


def test_a_detected_language_is_one_of_those_allowed(
    whisper_model: str, pronouncer: Pronouncer, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, chosen = WhisperModel.decode, list[object]()

    def watched(self: WhisperModel, windows: Sequence[Samples], **options: Unpack[DecodeOptions]) -> list[Decoded]:
        chosen.append(options["language"])
        return decode(self, windows, **options)

    monkeypatch.setattr(WhisperModel, "decode", watched)
    monkeypatch.setattr(WhisperModel, "languages", lambda *_: (("de", 0.9), ("en", 0.06), ("es", 0.04)))
    talk = chunk_of(sound(sample(HANNAH), 0.0, 5.0))
    for languages, language in ((("en", "de"), "de"), (("en", "es"), "en")):
        chosen.clear()
        auto = settings(whisper_model, language="auto", languages=languages)
        heard = WhisperRecogniser(auto, [], pronouncer).recognise(talk)
        assert set(chosen) == {language}
        assert {window.recognised for window in heard.languages} == {language}
        assert {window.likeliest for window in heard.languages} == {"en"}


def test_english_is_detected(whisper_model: str, pronouncer: Pronouncer) -> None:
    auto = WhisperRecogniser(settings(whisper_model, language="auto"), [], pronouncer)
    heard = auto.recognise(chunk_of(sound(sample(HANNAH), 0.0, 5.0)))
    assert {window.recognised for window in heard.languages} == {"en"}
    assert all(window.probability > 0.8 for window in heard.languages)


@pytest.mark.parametrize("values", [{"language": "xx"}, {"language": "auto", "languages": ("en", "xx")}])
def test_a_language_that_the_model_does_not_know_is_refused(
    whisper_model: str, pronouncer: Pronouncer, values: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match="language 'xx'"):
        WhisperRecogniser(settings(whisper_model, **values), [], pronouncer)


def test_nothing_is_heard_where_nobody_speaks(recogniser: WhisperRecogniser) -> None:
    assert recogniser.recognise(AudioChunk(np.zeros(9, np.float32), 0.0, (), ())).words == ()


def test_the_stage_works_with_the_real_engine(whisper_model: str) -> None:
    session, ruling = session_of(track_of(sample("priya-raman.flac"))), ruling_of(Outcome.PROCEED)
    context = Context(participants=(KnownPerson(name="Priya Raman", company="Halcyon Freight"),))
    chosen = settings(whisper_model)
    heard = speech.transcribe(session, ruling, context, vault=Shelf(), settings=chosen)
    assert isinstance(heard, Transcript)
    assert {"priya", "raman", "halcyon"} <= {word.text.strip(".,").casefold() for word in heard.words}
    assert heard.coverage > 0.95
    assert heard.engine.startswith("whisper ")
    assert (heard.language, heard.other_language_s) == ("en", 0.0)
    assert heard.language_probability is not None and heard.language_probability > 0.8
    hits = speech.keyword_search(session, ruling, heard, context, vault=Shelf(), settings=chosen)
    assert "Priya Raman" not in {term.term for term in hits}, "it is read in the text"
    unsure = replace(heard, words=tuple(replace(word, text="prior", probability=0.5) for word in heard.words))
    hits = speech.keyword_search(session, ruling, unsure, context, vault=Shelf(), settings=chosen)
    assert "Priya Raman" in {term.term for term in hits}


def test_no_lock_between_processes_is_left_behind_by_a_worker_that_is_stopped(whisper_model: str) -> None:
    WhisperModel(locate(whisper_model).folder, "cpu")
    assert not hasattr(tqdm.get_lock(), "mp_lock"), "Python would warn of a leaked semaphore at the end of a night"
