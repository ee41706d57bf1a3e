"""Sentences of a turn, with or without signs: a recogniser may write none, and a quote must not swallow what follows.

Where there are signs, they part. Talk without any is parted where somebody begins anew: at a subject with its verb, a
question's verb, ``please`` and the like, unless the word before asks for a clause ("I think it would").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.lexicon.plain import word_set
from pipeline.tag.tokens import WordToken, joined, tokenize

# A run of signs is tried from its first one only, and given back never: each character is looked at once.
# Whisper hears some pauses between sentences as commas, and begins the next with a capital letter all the same.
_BEGUN = (
    "We|You|They|It|There|He|She|Our|My|Your|Their|The|This|That|These|Those|Let|Can|Could|Would|Will|Should|Please|"
    "Is|Are|Do|Does|What|How|When|Where|Why|And|But|So|If|Thanks|Also"
)
_SIGN = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s)|\s--+\s|;\s|\n+" rf"|,\s(?=(?:{_BEGUN})(?:'\w+)? [a-z\[])")
_END = re.compile(r"(?<![.!?…])[.!?…]++(?=[\s\"'”’)\]]|$)")
_ABBREVIATION = re.compile(r"(?<![^\s(])(?:i ?\.e|e ?\.g|etc|vs|mr|mrs|ms|dr|st|no|[a-z])\.$", re.IGNORECASE)
_LONGEST_ABBREVIATION = len("i .e.\n")
_WORDS_A_SIGN = 30
"""Words for each sign from which on talk is taken for unsigned: a written sentence of English has 15 to 20."""
_UNPARTED = 10
"""Words up to which a stretch is left whole."""
_SHORTEST = 3

_AUXILIARY = (
    "am|are|is|was|were|have|has|had|do|does|did|can|could|will|would|should|may|might|must|need|needs|want|wants|use|"
    "uses|think|know|wish|love|like|hope|keep|send|get|got|run|ran|moved|tried|found|saw|heard|learned|noticed|guess|"
    "mean|feel|work|works|host|store|export|import|built|lost|bought"
)
_ADVERB = "never|always|just|really|also|still|only|already|often|usually|sometimes"
_SUBJECT = "i|we|you|they|it|there|he|she|everyone|everybody|nobody|somebody|my team|our team"
_LEAD = "so|and|but|because|also|then|oh|okay|ok|yes|no|well|right|now|plus|maybe|actually|anyway|or"
_OPENER = re.compile(
    rf"(?:(?:{_LEAD}) ){{0,2}}(?:(?:{_SUBJECT}) (?:{_AUXILIARY})\b|(?:i|we|they) (?:{_ADVERB})\b"
    r"|(?:can|could|would|will|should|have|do|does|did) (?:you|we|i|they|it)\b|(?:is|are) (?:there|it|that|this|you)\b"
    r"|please \w+|(?:how|what|why|where|when) (?:do|does|can|could|is|are|would|about)\b|thank you\b|thanks\b"
    r"|(?:hello|hi|hey) )"
)
_ASKS_FOR_A_CLAUSE = word_set(
    """that if when because while than as what how why where which who whether until unless although though since before
    after and or but so think thinks thought know knows knew believe say says said hope wish wished guess mean means see
    sure like love glad sorry afraid aware realize realized feel bet find found show tells tell told for of to with from
    at in on about by into without every the a an any some no not more all everything something thing things way time
    first last only one even also please maybe"""
)
_MAIN_CLAUSE = (" would ", " will ", " could ", " might ")
"""What follows the subject of the sentence that a condition belongs to: "if you had a plugin we would switch"."""
_ENDS_WITH_THAT = word_set("do did does about like with after before love need want use try for of at")


class Sentence(NamedTuple):
    """A stretch of a text with its words, without the space around it and its last comma."""

    start_char: int
    end_char: int
    tokens: tuple[WordToken, ...]


def split_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text in order; together they hold all of its words."""
    tokens = tokenize(text)
    places = [token.start_char for token in tokens]
    unsigned = len(tokens) > _WORDS_A_SIGN * len(_END.findall(text))
    for start, end in _signed(text):
        inside = tokens[bisect_left(places, start) : bisect_left(places, end)]
        for part in _unsigned(inside) if unsigned and len(inside) > _UNPARTED else (inside,):
            if part:
                last = end if part[-1] is inside[-1] else part[-1].end_char
                yield Sentence(part[0].start_char, _trimmed(text, part[0].start_char, last), tuple(part))


def _signed(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SIGN.finditer(text):
        if not _ABBREVIATION.search(text, max(start, match.end() - _LONGEST_ABBREVIATION), match.end()):
            yield start, match.end()
            start = match.end()
    if text[start:].strip() or start == 0:
        yield start, len(text)


def _unsigned(tokens: Sequence[WordToken]) -> Iterator[Sequence[WordToken]]:
    text, start = joined(tokens), 0
    place = 0
    for index, token in enumerate(tokens):
        is_condition = tokens[start].text == "if" and text.startswith(_MAIN_CLAUSE, place + len(token.text))
        if (
            index - start >= _SHORTEST
            and not is_condition
            and _begins(text, place, tokens, index)
            and len(tokens) - index >= _SHORTEST
        ):
            yield tokens[start:index]
            start = index
        place += len(token.text) + 1
    yield tokens[start:]


def _begins(text: str, place: int, tokens: Sequence[WordToken], index: int) -> bool:
    before, token = tokens[index - 1], tokens[index]
    if before.text == "that" and tokens[index - 2].text in _ENDS_WITH_THAT:  # "could do that | that will save us a day"
        return token.text == "that" or bool(_OPENER.match(text, place))
    if not _OPENER.match(text, place) or token.start_char == before.start_char:
        return False
    return before.text not in _ASKS_FOR_A_CLAUSE


def _trimmed(text: str, start_char: int, end_char: int) -> int:
    return start_char + len(text[start_char:end_char].rstrip().rstrip(",").rstrip())
