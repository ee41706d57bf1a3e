"""Recognition with Whisper: what is heard of each chunk, what of that is believed, and when each word was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from pipeline.errors import ConfigurationError
from pipeline.lexicon import is_common, words_of
from pipeline.settings import SpeechSettings
from pipeline.speech import coverage
from pipeline.speech.audio_types import AudioChunk, HeardLanguage, HeardWord, Recognised, Samples, Span
from pipeline.speech.engines.engine import Engine, ForTrack, for_all_tracks
from pipeline.speech.engines.hallucinations import (
    LEAST_LOG_PROBABILITY,
    implausible,
    is_stretched,
    loops,
    name_loops,
    names_among,
    names_have,
    timeless,
    without_looped,
)
from pipeline.speech.engines.invented_names import still_possible
from pipeline.speech.engines.whisper_model import Decoded, in_prompt, load, locate
from pipeline.speech.engines.windows import Window, pack
from pipeline.speech.engines.word_times import aligned, located
from pipeline.speech.engines.written import ends_sentence, written_words
from pipeline.speech.pronunciation.pronounce import Pronouncer, bundled
from pipeline.speech.vocabulary import Keyword, hot_words, sure_hot_words

# Whisper leaves out a sentence now and then; speech of this length without a word is listened to once more.
_LEFT_OUT_S = 1.0
_ALIGNABLE = "en"
_WINDOWS_FOR_LANGUAGE = 3


@dataclass(slots=True)
class _Windows:
    """What was heard in some windows: words, what is not believed, the texts of loops among it, and the languages."""

    words: list[HeardWord] = field(default_factory=list)
    invented: list[HeardWord] = field(default_factory=list)
    looped: list[str] = field(default_factory=list)
    languages: list[HeardLanguage] = field(default_factory=list)


class WhisperRecogniser:
    """Recognises the speech of a chunk in batches; the names of the session are given as hot words."""

    def __init__(self, settings: SpeechSettings, names: Sequence[str], pronouncer: Pronouncer | None) -> None:
        """Without a pronouncer words are not aligned and keep Whisper's own times."""
        place = locate(settings.model)
        self.version = place.version
        self._model = load(place.folder, settings.device, place.version)
        self._settings = settings
        self._names = names
        self._hot_words = self._model.hot_words(names)
        self._pronouncer = pronouncer
        self._language = "" if settings.language == "auto" else settings.language
        self._model.require([self._language] if self._language else settings.languages)

    def recognise(self, chunk: AudioChunk) -> Recognised:
        """The words of all speech, none of which reaches outside it; what Whisper invented is not among them."""
        windows = pack(chunk)
        if not self._language:
            self._language = self._detected(chunk, windows)
        heard = self._heard(chunk, windows, self._hot_words)
        again = self._heard_again(chunk, heard)
        words = _without_replaced(heard.words, again.words, self._is_stretched) + again.words
        return Recognised(
            words=tuple(sorted(words, key=lambda word: word.span)),
            others=tuple(self._others(chunk, [*heard.invented, *again.invented], words)),
            languages=tuple(heard.languages),
        )

    def _heard_again(self, chunk: AudioChunk, heard: _Windows) -> _Windows:
        """What is heard of speech that was left out: told no name, all together and then each gap of it alone.

        After a loop of a name each alone, first told all the others. A word that is longer than anybody says it covers
        no speech.
        """
        covering = [word for word in heard.words if not self._is_stretched(word)]
        told = without_looped(self._names, heard.looped)
        again = _Windows()
        is_looped = len(told) < len(self._names)
        for names, is_alone in [(told, True), ([], True)] if is_looped else [([], False), ([], True)]:
            words = (word.span for word in covering + again.words)
            gaps = coverage.unheard(chunk.speech, words, sliver_s=_LEFT_OUT_S)
            if not gaps:
                break
            parts = [(gap,) for gap in gaps] if is_alone else [tuple(gaps)]
            windows = [window for speech in parts for window in pack(replace(chunk, speech=speech))]
            found = self._heard(chunk, windows, self._model.hot_words(names), is_padded=False)
            # A window of a gap begins before it, in what is heard already.
            again.words += [word for word in found.words if _is_within(word.span, gaps)]
            again.invented += found.invented
            if len(gaps) == 1 and not names:
                break  # it was alone
        return again

    def _is_stretched(self, word: HeardWord) -> bool:
        """Whether others were said over a word; one of a name stays, as it may be all that was heard of that."""
        return is_stretched(word) and not names_have(self._names, word.text)

    def _others(
        self, chunk: AudioChunk, invented: Sequence[HeardWord], words: Sequence[HeardWord]
    ) -> Sequence[HeardWord]:
        """The names among what was invented, where they may have been said for all the words that are believed."""
        names = list(names_among(invented, self._names))
        if self._pronouncer is None or self._language != _ALIGNABLE:
            return names
        return still_possible(names, words, chunk.speech, self._pronouncer)

    def _detected(self, chunk: AudioChunk, windows: Sequence[Window]) -> str:
        """The likeliest of the allowed languages in the first windows; undecided where nobody speaks yet."""
        chances = dict.fromkeys(self._settings.languages, 0.0)
        for window in windows[:_WINDOWS_FOR_LANGUAGE]:
            for language, chance in self._model.languages(_sound(chunk, window)):
                if language in chances:
                    chances[language] += chance
        return max(chances, key=lambda language: chances[language]) if windows else ""

    def _heard(
        self, chunk: AudioChunk, windows: Sequence[Window], hot_words_text: str, *, is_padded: bool = True
    ) -> _Windows:
        heard = _Windows()
        decoded = self._model.decode(
            [_sound(chunk, window) for window in windows],
            language=self._language,
            hot_words=hot_words_text,
            batch_size=self._settings.batch_size,
            is_padded=is_padded,
        )
        for window, result in zip(windows, decoded, strict=True):
            self._take(chunk, window, result, heard)
        return heard

    def _take(self, chunk: AudioChunk, window: Window, decoded: Decoded, heard: _Windows) -> None:
        written = written_words(decoded.pieces, self._language)
        texts = [word.text for word in written]
        looped = loops(texts) | name_loops(texts, self._names)
        heard.looped += [texts[index] for index in looped]
        unbelieved = looped | timeless(written)
        if decoded.mean_log_probability < LEAST_LOG_PROBABILITY:
            unbelieved = set(range(len(written)))
        heard.invented += [
            word for _, words in located([written[index] for index in sorted(unbelieved)], window) for word in words
        ]
        kept = [word for index, word in enumerate(written) if index not in unbelieved]
        for part, words in located(kept, window):
            if implausible(words, part):
                heard.invented += words
            elif self._pronouncer and self._language == _ALIGNABLE:
                heard.words += aligned(_with_sentences(words), part, chunk, self._pronouncer)
            else:
                heard.words += _with_sentences(words)
        if decoded.languages:
            heard.languages.append(_language(decoded, self._language, window.length_s))


def _without_replaced(
    words: Sequence[HeardWord], again: Sequence[HeardWord], is_stretched: Callable[[HeardWord], bool]
) -> list[HeardWord]:
    """The words but for stretched ordinary ones in whose time others were heard at the second listening.

    A rare one may be a name that no list holds, and the second listening need not write it again.
    """
    return [
        word
        for word in words
        if not (is_stretched(word) and _is_ordinary(word) and any(_is_within(a.span, [word.span]) for a in again))
    ]


def _is_ordinary(word: HeardWord) -> bool:
    return all(map(is_common, words_of(word.text)))


def _with_sentences(words: Sequence[HeardWord]) -> list[HeardWord]:
    followed = [*pairwise([word.text for word in words]), (words[-1].text, None)]
    return [
        replace(word, ends_sentence=ends_sentence(text, following))
        for word, (text, following) in zip(words, followed, strict=True)
    ]


def _language(decoded: Decoded, recognised: str, speech_s: float) -> HeardLanguage:
    likeliest, _ = max(decoded.languages, key=lambda pair: pair[1])
    return HeardLanguage(speech_s, recognised, dict(decoded.languages).get(recognised, 0.0), likeliest)


def _is_within(span: Span, gaps: Iterable[Span]) -> bool:
    middle_s = (span.start_s + span.end_s) / 2
    return any(gap.start_s <= middle_s < gap.end_s for gap in gaps)


def _sound(chunk: AudioChunk, window: Window) -> Samples:
    return np.concatenate([chunk.cut(part) for part in window.parts])


def _open(known: Sequence[Keyword], settings: SpeechSettings) -> ForTrack:
    names = [keyword.text for keyword in hot_words(known)]
    return for_all_tracks(WhisperRecogniser(settings, names, bundled()))


def _second_listener(settings: SpeechSettings) -> WhisperRecogniser:
    # Where a name is heard again is compared to half a second: aligned times would be a sixth of the cost for nothing.
    return WhisperRecogniser(settings, (), None)


def _told(known: Sequence[Keyword], settings: SpeechSettings) -> list[Keyword]:
    """The names that the model's prompt has room for; where the model is not here to count, those that surely fit."""
    try:
        place = locate(settings.model)
    except ConfigurationError:
        return sure_hot_words(known)
    hinted = hot_words(known)
    return hinted[: len(in_prompt(place, [keyword.text for keyword in hinted]))]


# Searched where it is less sure alone, six samples and four made voices keep all hits of a search of everything but
# those that its words have too; with 0.5 a name is lost that no word shows. On seven written sets (1,911 s of speech)
# nothing that a search of everything hears with the score of a leak lies elsewhere, told the names (148) or none (148).
_SURE_PROBABILITY = 0.7

ENGINE = Engine(
    version=lambda settings: locate(settings.model).version,
    open=_open,
    hints=hot_words,
    told=_told,
    sure_probability=_SURE_PROBABILITY,
    second_listener=_second_listener,
)
