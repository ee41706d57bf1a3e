"""What people say that makes something a secret, or that makes a person decide about the recording: sets of phrases.

``data/cues.toml`` holds the shipped sets and explains how phrases are written; ``data/secret_examples.toml`` holds the
two of whole sentences that are too long for it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from pipeline.lexicon.plain import TOKEN, plain, words_of
from pipeline.records import SpokenCues

_BETWEEN = {"...": 3, "......": 6}
"""The signs for words between others, and how many these may be."""
_BORDER = "."
_SHORTENED = {word + "s": word for word in ("it", "that", "this", "what", "there", "here", "who")}
"""What is left of "it's" and the like in its plain form, which takes their ending for a possessive."""
_ENDS = frozenset(".!?\n")


class CueFile(BaseModel):
    """The sets of a file of cues; a phrase that has no word, or a sign that means nothing, is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret: tuple[str, ...] = ()
    secret_examples: tuple[str, ...] = ()
    no_secret_examples: tuple[str, ...] = ()
    stop_recording: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    asks_to_record: tuple[str, ...] = ()
    asks_for_objections: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    assents: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    affirms: tuple[str, ...] = ()
    asks_age: tuple[str, ...] = ()
    asks_whether_of_age: tuple[str, ...] = ()
    age_of_a_minor: tuple[str, ...] = ()
    mentions_recording: tuple[str, ...] = ()
    unaware: tuple[str, ...] = ()
    of_this_recording: tuple[str, ...] = ()
    reluctance: tuple[str, ...] = ()
    objection_examples: tuple[str, ...] = ()
    no_objection_examples: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @field_validator("*")
    @classmethod
    def _readable(cls, phrases: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        check = words_in if str(info.field_name).endswith("_examples") else _compilable
        for number, phrase in enumerate(phrases, 1):
            try:
                check(phrase)
            except ValueError as error:
                raise ValueError(f"phrase {number}: {error}") from None
        return phrases


class SpokenSentence(NamedTuple):
    """The indices ``[start, end)`` of a sentence's words among those of a text."""

    start: int
    end: int


class CuePlace(NamedTuple):
    """Where a cue is: the indices ``[start, end)`` of its words, and the number of its sentence."""

    start: int
    end: int
    sentence: int


@lru_cache(maxsize=1)
def shipped_cues() -> SpokenCues:
    """The sets that come with the project."""
    sets = {name: phrases for name, phrases in _shipped_file().items() if name != "words"}
    return SpokenCues(**CueFile.model_validate(sets).model_dump())


@lru_cache(maxsize=1)
def _shipped_file() -> dict[str, Any]:
    data = files("pipeline.lexicon").joinpath("data")
    texts = (data.joinpath(name).read_text("utf-8") for name in ("cues.toml", "secret_examples.toml"))
    return {name: phrases for text in texts for name, phrases in tomllib.loads(text).items()}


def sentences(raw: str, words: Sequence[tuple[int, int]]) -> list[SpokenSentence]:
    """The sentences of a text with words at these characters: up to a full stop, question or exclamation mark."""
    if not words:
        return []
    starts = [0]
    for index, ((_, end), (start, _)) in enumerate(pairwise(words), 1):
        gap = raw[end:start]
        if not _ENDS.isdisjoint(gap) and any(sign.isspace() for sign in gap):
            starts.append(index)
    return [SpokenSentence(start, end) for start, end in zip(starts, [*starts[1:], len(words)], strict=True)]


def find_cues(phrases: tuple[str, ...], words: Sequence[str], parts: Sequence[SpokenSentence]) -> Iterator[CuePlace]:
    """Where plain words say one of the phrases, within a sentence; longer phrases first, none within another."""
    by_first = _by_first_word(phrases)
    for number, (start, end) in enumerate(parts):
        bordered = [_BORDER, *words[start:end], _BORDER]
        if by_first.keys().isdisjoint(bordered):
            continue
        line, at = " ".join(bordered) + " ", 0
        begins = list(accumulate((len(word) + 1 for word in bordered), initial=0))
        free_from = 0
        for word in bordered:
            may_begin = by_first.get(word) if at >= free_from else None
            occurrence = _any_of(may_begin).match(line, at) if may_begin else None
            if occurrence:
                first, last = (_words_before(begins, place) for place in occurrence.span())
                free_from = occurrence.end()
                if first < last:
                    yield CuePlace(start + first, start + last, number)
            at += len(word) + 1


def says(phrases: tuple[str, ...], words: Sequence[str]) -> bool:
    """Whether the plain words, taken for one sentence, say one of the phrases."""
    return next(find_cues(phrases, words, [SpokenSentence(0, len(words))]), None) is not None


def places(raw: str) -> tuple[list[tuple[int, int]], list[str]]:
    """The characters of each word of a text, and its plain form."""
    tokens = [(match.span(), plain(match.group())) for match in TOKEN.finditer(raw)]
    return [span for span, _ in tokens], [word for _, word in tokens]


def _words_before(begins: Sequence[int], place: int) -> int:
    """How many words stand before a place of a line between two borders, in which words and borders begin so."""
    return min(max(0, bisect_left(begins, place) - 1), len(begins) - 3)


@lru_cache(maxsize=64)
def _by_first_word(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The phrases that may begin with a word, longer first, by that word: nearly every word of a text begins none."""
    of_word: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        for word in _first_words(phrase.split()):
            of_word.setdefault(word, []).append(phrase)
    return {word: tuple(begun) for word, begun in of_word.items()}


# Only for words that a text has: 181 of the 438 take 0.2 s for a text of 8,000 characters, all of them 0.6.
@lru_cache(maxsize=2048)
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One of the phrases, the first that fits, as a regular expression over plain words."""
    return re.compile("|".join(dict.fromkeys(map(_pattern, phrases))))


def _first_words(pieces: Sequence[str]) -> set[str]:
    """The words with which a phrase may begin; raises ``ValueError`` where it begins with any."""
    words: set[str] = set()
    for piece in pieces:
        if piece in _BETWEEN:
            raise ValueError("it begins with any words")
        choice, optional = _choices(piece)
        words |= {entry.split()[0] for entry in choice}
        if not optional:
            break
    return words


def words_in(phrase: str) -> tuple[str, ...]:
    """The plain words of a phrase or sentence; raises ``ValueError`` where it has none."""
    words = words_of(phrase)
    if not words:
        raise ValueError("it has no word")
    return words


def _compilable(phrase: str) -> None:
    """Raises ``ValueError`` where a phrase has no word, an unknown sign or group, or begins with any words."""
    _pattern(phrase)
    _first_words(phrase.split())


def _pattern(phrase: str) -> str:
    """A phrase as a regular expression over plain words, each followed by a space; raises ``ValueError``."""
    words_in(phrase)
    return "".join(_piece(piece) for piece in phrase.split())


@lru_cache(maxsize=4096)
def _piece(piece: str) -> str:
    if most := _BETWEEN.get(piece):
        return rf"(?:[^\s.]+ ){{0,{most}}}"
    choice, optional = _choices(piece)
    any_of = "|".join(map(re.escape, sorted(choice, key=len, reverse=True)))
    return rf"(?:(?:{any_of}) )?" if optional else rf"(?:{any_of}) "


@lru_cache(maxsize=4096)
def _choices(piece: str) -> tuple[tuple[str, ...], bool]:
    """What a piece may be, each as plain words with spaces between, and whether it may be missing."""
    if piece in ("^", "$"):
        return (_BORDER,), False
    alternatives = piece.split("/")
    words = [parts for word in alternatives for parts in _meant(word.removesuffix("?"))]
    words += [[_SHORTENED[parts[0]]] for parts in words if len(parts) == 1 and parts[0] in _SHORTENED]
    if not all(words):
        raise ValueError("words have letters and digits; ?, /, {}, ..., ......, ^ and $ are the only signs")
    return tuple(dict.fromkeys(" ".join(parts) for parts in words)), alternatives[-1].endswith("?")


def _meant(word: str) -> list[list[str]]:
    """The plain words that one alternative of a piece stands for: its own, or each entry of a ``{group}``."""
    group = re.fullmatch(r"\{(\w+)\}", word)
    if group is None:
        return [list(_plain_words(word))]
    entries = _shipped_file()["words"].get(group[1])
    if entries is None:
        raise ValueError(f"there is no group of words {word}")
    return [[plain(match.group()) for match in TOKEN.finditer(entry)] for entry in entries]


def _plain_words(text: str) -> Iterable[str]:
    if not re.fullmatch(r"[^\W_]+(?:['’-][^\W_]+)*", text):
        return []
    return [plain(match.group()) for match in TOKEN.finditer(text)]
