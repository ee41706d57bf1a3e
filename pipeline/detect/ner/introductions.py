"""Finds names by how they are introduced ("this is … from …")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.detect.ner.spacy_component import SpacyToken, TokenMatcher, TokenPattern
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_common, words_of
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

# Of 150 of the first and last in the marked sets 104 were right, of the 8 others half. People stay below what the
# second pass takes up from the name model (0.75): an introduction alone is not enough for that.
_SCORES = {"PERSON": 0.74, "COMPANY": 0.45, "any word": 0.7}
_WORTH_A_LOOK = re.compile(
    r"\b(?:this is|my name|name's|name is|colleague|customer|client|i work|i'm at|comes? from|line of|thanks|thank you|"
    r"hi|hello|mr|mrs|ms|partner|works? (?:at|for)|here with|joined by|over to|"
    r"question (?:is )?from|will come from|as \w+ (?:\w+ )?(?:said|mentioned|noted|indicated|described|outlined))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A cue, the slot behind it, and whether the cue is strong enough for an ordinary word to count as a name."""

    cue: tuple[str, ...]
    label: str
    strong: bool = False
    then: tuple[str, ...] = ()


_PATTERNS = (
    *(
        _Pattern((*cue, name), "PERSON", True, (then,))
        for cue in (("this",), ("that", "was"))
        for name in ("is",)
        for then in ("from", "with", "at")
    ),
    _Pattern(("my", "name", "is"), "PERSON", True),
    _Pattern(("my", "name's"), "PERSON", True),
    *(_Pattern((who, "colleague"), "PERSON", True) for who in ("my", "our")),
    *(_Pattern((verb, "from"), "PERSON", True, ("with",)) for verb in ("comes", "come")),
    *(_Pattern((verb, "from"), "PERSON", True, ("from",)) for verb in ("comes", "come")),
    *(_Pattern((verb, "from", "the", "line", "of"), "PERSON", True) for verb in ("comes", "come")),
    _Pattern(("the", "line", "of"), "PERSON", True),
    *(
        _Pattern(("question", *link, "from"), "PERSON", True, (then,))
        for link in ((), ("is",), ("comes",), ("will", "come"))
        for then in ("with", "from", "of", "at")
    ),
    *(
        _Pattern(("as",), "PERSON", True, (verb,))
        for verb in ("said", "mentioned", "noted", "indicated", "described", "outlined")
    ),
    _Pattern(("over", "to"), "PERSON"),
    _Pattern(("joined", "by"), "PERSON"),
    *(_Pattern((title,), "PERSON") for title in ("mr", "mrs", "ms", "mr.", "mrs.", "ms.")),
    *(_Pattern((cue,), "PERSON") for cue in ("thanks", "hi", "hello")),
    _Pattern(("thank", "you"), "PERSON"),
    *(_Pattern((who, "customer"), "COMPANY") for who in ("our", "your", "the")),
    *(_Pattern((who, "client"), "COMPANY") for who in ("our", "your")),
    *(_Pattern((verb, place), "COMPANY") for verb in ("work", "works", "working") for place in ("at", "for")),
)
_OPENINGS = {
    pattern.cue[0].rstrip("."): frozenset(
        ("".join(other.cue[1:2]).removesuffix("'s"), "".join(other.then[-1:]))
        for other in _PATTERNS
        if other.cue[0] == pattern.cue[0]
    )
    for pattern in _PATTERNS
}
"""The first word of each cue, and with it how the second begins and what is behind the slot, if anything."""
_LONGEST = max(len(pattern.cue) + 3 + len(pattern.then) for pattern in _PATTERNS)
_CHUNKS = re.compile(rf"(?:\S+\s*){{1,{_LONGEST}}}")
_LETTERS = re.compile(r"[^\W\d_]+")


def introduction_recognizer() -> Recognizer:
    """A rule over a blank English pipeline: the one to three words in the place of a name are one."""
    matcher = TokenMatcher({word: _token_patterns(word) for word in _OPENINGS})

    def recognize(text: Text) -> list[Match]:
        windows = list(_windows(text))
        if not windows or not _WORTH_A_LOOK.search(text.raw):
            return []
        return [
            match
            for start, word, window in windows
            for key, tokens in matcher.matches(word, window)
            for match in _in_slot(text, start, _PATTERNS[int(key)], tokens)
        ]

    return recognize


def _windows(text: Text) -> Iterator[tuple[int, str, str]]:
    """Where in a text a cue may begin, its first word, and as much of the text as it may take with its slot."""
    words = [token.plain for token in text.tokens]
    for index, word in enumerate(words):
        if word in _OPENINGS:
            second = "".join(words[index + 1 : index + 2])
            behind = {then for begin, then in _OPENINGS[word] if second.startswith(begin)}
            start = text.tokens[index].start_char
            while behind and start and not text.raw[start - 1].isspace():
                start -= 1
            chunks = _CHUNKS.match(text.raw, start) if behind else None
            if chunks and ("" in behind or behind & set(_LETTERS.findall(chunks.group().lower()))):
                yield start, word, chunks.group()


def _token_patterns(word: str) -> dict[str, list[TokenPattern]]:
    """The patterns that begin with a word, by their places among all."""
    barred = sorted(FUNCTION_WORDS | _NEVER)
    slot: dict[str, Any] = {"LOWER": {"NOT_IN": barred}, "IS_PUNCT": False, "IS_SPACE": False, "LIKE_NUM": False}
    patterns = {}
    for index, pattern in enumerate(_PATTERNS):
        if pattern.cue[0].rstrip(".") == word:
            cue: TokenPattern = [{"LOWER": word} for word in pattern.cue]
            then: TokenPattern = [{"LOWER": word} for word in pattern.then]
            lengths = (1, 2, 3) if pattern.strong else (1, 2)
            patterns[f"{index}"] = [[*cue, *[slot] * length, *then] for length in lengths]
    return patterns


_NEVER = word_set(
    """goodbye bye cheers everyone everybody guys folks team much again lot lots bunch problem issue question questions
    pleasure next another person people everything something nothing way side point operator speaker both first last
    previously earlier already recently just briefly often commonly clearly always originally alluded
    there success support base experience service care account accounts data use team's facing"""
)


def _in_slot(text: Text, ahead: int, pattern: _Pattern, tokens: Sequence[SpacyToken]) -> Iterator[Match]:
    """The name in the slot of a pattern that fits these tokens, whose characters are so far ahead in the text."""
    slot = tokens[len(pattern.cue) : len(tokens) - len(pattern.then)]
    if text.cased:
        slot = _within_capitals(slot)
    names = [token for token in slot if not is_common(token.text.lower()) or (text.cased and token.text[:1].isupper())]
    if len(names) == len(slot) or (pattern.strong and (pattern.then or names)):
        case = "any word" if pattern.strong else pattern.label
        yield _match(text, ahead + slot[0].start_char, ahead + slot[-1].end_char, pattern.label, _SCORES[case])


def _within_capitals(slot: Sequence[SpacyToken]) -> Sequence[SpacyToken]:
    """The slot without ordinary words in small letters at its end, where a word before them has a capital."""
    end = len(slot)
    while end and slot[end - 1].text.islower() and is_common(slot[end - 1].text):
        end -= 1
    return slot[:end] if any(token.text[:1].isupper() for token in slot[:end]) else slot


def _match(text: Text, start_char: int, end_char: int, label: str, score: float) -> Match:
    name = text.raw[start_char:end_char]
    return Match(
        start_char,
        end_char,
        label,
        name,
        f"{label.lower()}:~{' '.join(words_of(name))}",
        DetectionRule.POSITION,
        score,
    )
