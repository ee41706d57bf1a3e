"""Tells words that Whisper invented from those it heard: text over noise, loops, more text than anybody could say.

What is invented is no word, so that the speech there counts as not heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.speech.audio_types import LEAST_CHANCE, HeardWord, Span
from pipeline.speech.engines.written import Piece

# Real windows of the samples and of 21 real clips: -0.34 and above. Laughter -1.7, backward speech -1.1, hum -2.3.
LEAST_LOG_PROBABILITY = -1.0
# Of one part of a window, as laughter between real talk: words over noise have 0.00 to 0.13, misheard names more.
LEAST_MEAN_PROBABILITY = 0.15
# Real windows: at most 20 letters in a second of a part.
MOST_LETTERS_A_SECOND = 35.0
# As often as this people say a thing themselves ("no, no, no"); loops of Whisper have seven repeats and more.
MOST_REPEATS = 3
_FEWEST_IN_LOOP = 6
_LONGEST_PHRASE = 12
# Words that all have the same moment are text for which there is no sound; one such word alone is usual.
_MOST_AT_ONE_MOMENT = 3
_MOMENT_S = 0.02
# A longer word (so much, and more for each letter) stands where Whisper left out others. Of 1,464 s of three written
# sets three are, and over each others were said ("That" for 2.3 s, "is" for 3.8 s, "look" for 2.0 s). Figures are said
# in many words.
_LONGEST_SAID_S, _LETTER_S = 1.0, 0.1


def loops(words: Sequence[str]) -> set[int]:
    """The indices of the words that only repeat a phrase before them again and again; its first time stays."""
    plain = [_plain(word) for word in words]
    invented: set[int] = set()
    for size in range(1, _LONGEST_PHRASE + 1):
        start = 0
        while start + size < len(plain):
            end = start + size
            while end < len(plain) and plain[end] == plain[end - size]:
                end += 1
            if (end - start) // size > MOST_REPEATS and end - start >= _FEWEST_IN_LOOP:
                invented.update(range(start + size, end))
            start = max(start + 1, end - size + 1)
    return invented


def name_loops(words: Sequence[str], names: Sequence[str]) -> set[int]:
    """The indices of words that are nothing but told names of which one of several words repeats.

    Whisper's loop of one is all that is left of what was said there. The first time stays only behind other words: a
    loop that a window begins with may be of nothing. Hardly anybody says a name of two words twice without a word
    between; where somebody does ("Priya Raman? Priya Raman?") it stays possible there (``invented_names``): of 22
    names of three made voices (set l of ``tests.benchmarks.hearing_own_sets``), in three draws, none could be heard.
    """
    told = [tuple(map(_plain, name.split())) for name in names]
    whole, of_names = [name for name in told if len(name) > 1], {part for name in told for part in name}
    plain = [_plain(word) for word in words]
    invented: set[int] = set()
    for is_of_names, group in groupby(range(len(plain)), key=lambda index: plain[index] in of_names):
        run = list(group)
        texts = tuple(plain[index] for index in run)
        if is_of_names and (name := next((name for name in whole if len(_starts(name, texts)) > 1), None)):
            first = _starts(name, texts)[0] + len(name) if run[0] else 0
            invented.update(run[first:])
            # What is cut where the window's text was full.
            if run[-1] == len(plain) - 2 and any(part.startswith(plain[-1]) for part in of_names):
                invented.add(len(plain) - 1)
    return invented


def _starts(name: tuple[str, ...], texts: tuple[str, ...]) -> list[int]:
    return [at for at in range(len(texts)) if texts[at : at + len(name)] == name]


def without_looped(names: Sequence[str], invented: Iterable[str]) -> list[str]:
    """The names that share no word with what was invented: a recogniser that is told these falls into no such loop."""
    looped = {part for text in invented for part in map(_plain, text.split())}
    return [name for name in names if looped.isdisjoint(map(_plain, name.split()))]


def names_have(names: Iterable[str], text: str) -> bool:
    """Whether a word is one of a name's, in any case and with any marks."""
    return _plain(text) in {_plain(part) for name in names for part in name.split()}


def timeless(words: Sequence[Piece]) -> set[int]:
    """The indices of words of which many in a row have no time in the sound; digits often have none, and stay."""
    invented: set[int] = set()
    run: list[int] = []
    for index, word in enumerate((*words, None)):
        if word is not None and word.span is not None and word.span.length_s < _MOMENT_S:
            run += [] if any(character.isdigit() for character in word.text) else [index]
            continue
        if len(run) > _MOST_AT_ONE_MOMENT:
            invented.update(run)
        run = []
    return invented


def implausible(words: Sequence[HeardWord], part: Span) -> bool:
    """Whether nobody can have said these words in one part of a window: words over noise, or too many for the time."""
    letters = sum(len(word.text) for word in words)
    mean = sum(word.probability for word in words) / len(words)
    return mean < LEAST_MEAN_PROBABILITY or letters > MOST_LETTERS_A_SECOND * part.length_s


def is_stretched(word: HeardWord) -> bool:
    """Whether nobody takes so long to say a word: others were said over it that Whisper did not write."""
    letters = sum(character.isalpha() for character in word.text)
    has_figures = any(character.isdigit() for character in word.text)
    return not has_figures and word.span.length_s > _LONGEST_SAID_S + _LETTER_S * letters


def names_among(words: Sequence[HeardWord], names: Sequence[str]) -> Iterator[HeardWord]:
    """The names of the session in words that are not believed: what Whisper thought of there, if not for nothing."""
    plain = [_plain(word.text) for word in words]
    for name in names:
        parts = [_plain(part) for part in name.split()]
        for at in range(len(words) - len(parts) + 1):
            run = words[at : at + len(parts)]
            probability = min((word.probability for word in run), default=0.0)
            if plain[at : at + len(parts)] == parts and probability >= LEAST_CHANCE:
                span = Span(run[0].span.start_s, max(word.span.end_s for word in run))
                yield HeardWord(span, name, probability, max(word.time_uncertainty_s for word in run))


def _plain(text: str) -> str:
    return text.casefold().strip(".,?!…\"'—")
