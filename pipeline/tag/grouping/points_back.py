"""What cannot be done without a thing is no request of its own: the thing is, where it is named.

"We need single sign-on, without it we cannot buy more seats" asks for single sign-on; "we cannot go live without audit
logs" for audit logs; "without that we cannot renew" alone points back to what was named before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pipeline.lexicon.plain import word_set
from pipeline.tag.sentences import split_sentences
from pipeline.tag.tokens import WordToken, joined

_BACK = r"(?:it|that|this|these|those|them|which|one)\b(?: one)?"
_LINK = r"(?:(?:and|because|but|as|since|so|really|honestly) )*"
_MEMBER = r"(?:i|we|they|you|(?:my|our) \w+|legal|security)"
_CAN_NOT = r"(?:can|could|will|would|do) not"
_WITHOUT = (
    re.compile(rf"(?<!\S){_LINK}without (?P<thing>{_BACK}|\S+(?: \S+)*?) {_MEMBER} {_CAN_NOT} .*"),
    re.compile(rf"(?<!\S){_LINK}{_MEMBER} {_CAN_NOT} (?:\S+ ){{1,6}}?without (?P<thing>{_BACK}|\S+(?: \S+)*)"),
)
_POINTS_BACK = re.compile(_BACK)
_WITHOUT_OPENING = re.compile(rf"{_LINK}without ")
_CAN_NOT_OPENING = re.compile(rf"{_LINK}{_MEMBER} {_CAN_NOT} ")
_POINTING = word_set("it that this these those them they one which such same both either")
_GENERAL = word_set(
    """thing things something anything stuff more better other another option options feature features support some
    button way ability someone here there please also maybe with from into
    for the any all our your new too and but now yet has have get got"""
)
"""What names nothing by itself."""
_FEWEST, _SHORT = 2, 3
"""Words that name something must be so many, not counting short ones."""


def points_back(tokens: Sequence[WordToken]) -> bool:
    """Whether a sentence only says what cannot be done without something that was named before it."""
    words = [token for token in tokens if token.text not in "?!"]
    return bool(words) and not without_what_it_stops(words)


def names_enough(tokens: Sequence[WordToken]) -> bool:
    """Whether words can stand for a request by themselves."""
    return sum(len(token.text) > _SHORT for token in tokens) >= _FEWEST


def names_a_thing(tokens: Sequence[WordToken]) -> bool:
    """Whether the words behind "please add" are a thing's own name, however short: "passkeys", "csv import"."""
    words = [token.text for token in tokens]
    return any(len(word) >= _SHORT and word not in _GENERAL for word in words) and not _POINTING.intersection(words)


def begins_with_without(tokens: Sequence[WordToken]) -> bool:
    """Whether a sentence begins with the thing that something cannot be done without."""
    return _WITHOUT_OPENING.match(joined(tokens)) is not None


def without_what_it_stops(words: Sequence[WordToken]) -> list[WordToken]:
    """The words without the clause that says what cannot be done; the thing where else nothing is left.

    Nothing where the thing is named elsewhere.
    """
    text = joined(words)
    for pattern in _WITHOUT:
        if match := pattern.search(text):
            before = list(words[: words_before(words, match.start())])
            if names_enough(before):
                return before
            if _POINTS_BACK.fullmatch(match["thing"]):
                return []
            return list(words[words_before(words, match.start("thing")) : words_before(words, match.end("thing"))])
    return list(words)


def whole_sentences(quote: str) -> Iterator[tuple[WordToken, ...]]:
    """The sentences; one that begins with "without" and goes on with "we cannot", with no sign between, is one."""
    before: tuple[WordToken, ...] = ()
    for tokens in (sentence.tokens for sentence in split_sentences(quote)):
        if before and not _CAN_NOT_OPENING.match(joined(tokens)):
            yield before
            before = ()
        if begins_with_without(tokens):
            before += tokens
        else:
            yield before + tokens
            before = ()
    if before:
        yield before


def words_before(words: Sequence[WordToken], end: int) -> int:
    """How many of the words begin before a place of the text that they are joined to; a label is one word of two."""
    starts = accumulate((len(word.text) + 1 for word in words), initial=0)
    return sum(start < end for start, _ in zip(starts, words, strict=False))
