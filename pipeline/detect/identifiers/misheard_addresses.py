"""Finds spoken addresses whose signs were misheard: "hooks, not stage, not pettifer, not an ample" for dots.

"Not" and "that" are words of any talk, so that an address of them needs more: a listed name in it, a sign that was
heard as it is, or three signs by turns with words that bind nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import NamedTuple

from pipeline.detect.identifiers.spoken_addresses import NO_LOCAL
from pipeline.detect.identifiers.top_level_domains import registered
from pipeline.detect.text.token_classes import gap_is_plain
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm
from pipeline.lexicon.coined import is_coined
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_DOT, _AT = "dot", "at"
_FOR_DOT = word_set("dot not dart dots doubt dat got that")
_FOR_AT = word_set("at that hat had add ad")
# Ends of hosts that are no words of any talk, as "not me" and "that local" are; and what is heard for "example".
_ENDS = word_set("com org net io edu gov dev example examples ample sample")
_WEAK = word_set("an a and the")  # "not an ample" for "dot example"
_FEWEST_DOUBTFUL = 3
_MOST_WORDS_OF_A_LABEL = 2
# Bounded, so that no run of letters and hyphens is read again from each of them.
_HOST = re.compile(r"(?<![\w.])[^\W\d_][\w\-]{0,62}(?:\.[\w\-]{1,63}){0,8}\.[^\W\d_]{3,63}(?!\w)")
_MOST_PARTS = 12  # a judgement: more than any address has, so that no end of a run goes back to its beginning
_SCORE = 0.6  # a judgement: no marked set has addresses with misheard signs


class _Part(NamedTuple):
    """The words ``first`` to ``sign`` (half-open) of an address, and the sign behind them."""

    first: int
    sign: int


def misheard_address_recognizer(forms: Sequence[SurfaceForm]) -> Recognizer:
    """For addresses of which a sign was misheard; ``forms`` are what may stand in them."""
    listed = {word for form in forms if not form.ordinary and not form.exact for word in (*form.words, form.key)}
    listed -= FUNCTION_WORDS

    def recognize(text: Text) -> list[Match]:
        words = [token.plain for token in text.tokens]
        ends = [index for index, word in enumerate(words) if word in _ENDS or is_coined(word)]
        matches = [match for end in ends if (match := _ending_at(text, words, end, listed))]
        return [*matches, *_at_hosts(text, words, listed)]

    return recognize


def _at_hosts(text: Text, words: Sequence[str], listed: AbstractSet[str]) -> Iterator[Match]:
    """Mail addresses "at" a host that is written with its dots, with a listed name in it or an end that is none."""
    for host in _HOST.finditer(text.raw):
        first = bisect_left(text.tokens, host.start(), key=lambda token: token.start_char)
        last = bisect_left(text.tokens, host.end(), key=lambda token: token.end_char)
        at, labels = first - 1, words[first : last + 1]
        if at < 1 or words[at] not in _FOR_AT or (listed.isdisjoint(labels) and labels[-1] in registered()):
            continue
        local = at
        while local > 0 and at - local < _MOST_WORDS_OF_A_LABEL and _may_be_local(text, words, local - 1):
            local -= 1
        if local < at:
            rule, entity = DetectionRule.SPOKEN_ADDRESS, f"email:{''.join(words[local:at])}@{'.'.join(labels)}"
            yield text.match(local, last, label="EMAIL", entity=entity, rule=rule, score=_SCORE)


def _may_be_local(text: Text, words: Sequence[str], index: int) -> bool:
    return words[index] not in NO_LOCAL and _may_be_label(text, words, index)


def _ending_at(text: Text, words: Sequence[str], end: int, listed: Collection[str]) -> Match | None:
    """The address that ends with the word ``end``; None where there is none, or all its signs were heard right."""
    parts = list(islice(_parts(text, words, end), _MOST_PARTS))
    signs = [words[part.sign] for part in parts]
    doubtful = [sign for sign in signs if sign not in (_DOT, _AT)]
    if not doubtful:
        return None
    has_name = any(word in listed for part in parts for word in words[part.first : part.sign])
    has_sign = len(doubtful) < len(signs)
    if not (has_name or has_sign or len(doubtful) >= _FEWEST_DOUBTFUL):
        return None
    first = parts[-1].first
    label = "EMAIL" if any(sign in _FOR_AT for sign in signs) else "HOST"
    entity = f"{label.lower()}:{'.'.join(''.join(words[part.first : part.sign]) for part in reversed(parts))}"
    return text.match(first, end, label=label, entity=entity, rule=DetectionRule.SPOKEN_ADDRESS, score=_SCORE)


def _parts(text: Text, words: Sequence[str], end: int) -> Iterator[_Part]:
    """The parts before the word ``end``, the last first."""
    at = end - 1
    if at > 0 and words[at] in _WEAK:
        at -= 1
    is_first = True
    while at > 0 and words[at] in (_FOR_DOT if is_first else _FOR_DOT | _FOR_AT) and gap_is_plain(text, at, at + 1):
        first = _label_start(text, words, at)
        if first == at:
            return
        yield _Part(first, at)
        at, is_first = first - 1, False


def _label_start(text: Text, words: Sequence[str], sign: int) -> int:
    """The first word of what stands before a sign: one word, two where another sign stands before these."""
    signs = _FOR_DOT | _FOR_AT
    fewest = sign - 1
    if fewest < 0 or not _may_be_label(text, words, fewest):
        return sign
    for first in range(fewest, max(-1, sign - 1 - _MOST_WORDS_OF_A_LABEL), -1):
        if not _may_be_label(text, words, first):
            break
        if first > 0 and words[first - 1] in signs:
            return first
    return fewest


def _may_be_label(text: Text, words: Sequence[str], index: int) -> bool:
    is_bound = words[index] in FUNCTION_WORDS or words[index] in _FOR_DOT or words[index] in _FOR_AT
    return not is_bound and gap_is_plain(text, index, index + 1)
