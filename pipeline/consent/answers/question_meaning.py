"""What a question of a form seems to ask for, by its words and its answers: a draft that a person checks.

A question that asks for something unclear is ``UNDECIDED``, which no import takes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.consent.log.events import EventState
from pipeline.consent.log.identity import is_address, normalise
from pipeline.consent.notices.forms import ColumnKind
from pipeline.records import Purpose

UNDECIDED = "?"
"""The meaning of a question that a person has to decide: a mapping that holds it is refused."""

_WORDS = Path(__file__).with_name("question_words.toml")
_MOST = 0.5
"""The share of answers that must be a plain yes or no for a question to be one of consent."""
_MARKS = re.compile(r"[.!,;:\s]+$")
_DOUBT = re.compile(r"\.\.|[()?]")
"""What a yes has where somebody hesitates, jokes or says more in brackets."""
_SPLIT = re.compile(r"\s*;\s*|,\s+(?=[A-ZÀ-Ý])")
"""Several ticked answers in one cell: a semicolon, or a comma before a label that begins with a capital letter."""
_LEAST_TICKED = 2


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_WORDS.read_text("utf-8"))


def meaning_of(header: str, answers: Sequence[str] = ()) -> str:
    """What a column of a form mapping would say of a question: a meaning, ``ignore`` or ``UNDECIDED``.

    ``answers`` are the cells below it, as many as there are.
    """
    filled = [answer for answer in answers if answer.strip()]
    if (who := _who(header, filled)) is not None:
        return who
    if filled and all(map(is_address, filled)):
        # An address that is not their own would put their answers on file for somebody who gave none, or refused.
        return ColumnKind.TYPED_EMAIL if re.search(_words()["addresses"]["own"], header, re.IGNORECASE) else UNDECIDED
    purposes = purposes_in(header)
    words = _words()["permission"]
    if any(purposes_in(text) and _may_refuse(text) for text in (header, *ticked_labels(filled))):
        return UNDECIDED
    asks = re.search(words["asks"], header, re.IGNORECASE) is not None
    is_yes_or_no = bool(filled) and sum(state_of(answer) is not None for answer in filled) >= _MOST * len(filled)
    if not asks and re.search(words["asks_nothing"], header.strip(), re.IGNORECASE):
        return ColumnKind.IGNORE
    if labels := ticked_labels(filled):
        purposes = tuple(dict.fromkeys(purpose for label in labels for purpose in purposes_in(label)))
        return f"{ColumnKind.TICKS}:{','.join(purposes)}" if all(map(purposes_in, labels)) else UNDECIDED
    if purposes and {normalise(answer) for answer in filled} == {normalise(header)}:
        return f"{ColumnKind.CHOICE}:{','.join(purposes)}"
    if purposes and (is_yes_or_no or asks or not filled):
        return f"{ColumnKind.PURPOSE}:{','.join(purposes)}"
    return UNDECIDED if asks or is_yes_or_no else ColumnKind.IGNORE


def purposes_in(text: str) -> tuple[Purpose, ...]:
    """The purposes that a question or a label names, in the order of the vocabulary."""
    words = _words()
    named = {Purpose(code) for code, pattern in words["purposes"].items() if re.search(pattern, text, re.IGNORECASE)}
    if not named - {Purpose.TRANSCRIBE} and re.search(words["nouns"]["record"], text, re.IGNORECASE):
        named.add(Purpose.RECORD)
    return tuple(purpose for purpose in Purpose if purpose in named)


def _may_refuse(text: str) -> bool:
    """Whether a yes to it, or its tick, may say no."""
    return re.search(_words()["permission"]["refuses"], text, re.IGNORECASE) is not None


def state_of(answer: str) -> EventState | None:
    """What an answer plainly means; None where it says more than yes or no, or neither."""
    words = {name: listed.split(",") for name, listed in _words()["answers"].items()}
    text = _MARKS.sub("", normalise(answer).replace("’", "'"))
    for state, name in ((EventState.GIVEN, "yes"), (EventState.REFUSED, "no"), (EventState.WITHDRAWN, "withdrawn")):
        if text in words[name] and (state is not EventState.GIVEN or not _DOUBT.search(normalise(answer))):
            return state
    if _after(text, words["disagrees"]) is not None:
        return EventState.REFUSED
    rest = None if _DOUBT.search(normalise(answer)) else _after(text, words["agrees"])
    return EventState.GIVEN if rest is not None and _says_no_more(rest, words["plainly"]) else None


def is_plain_no(answer: str) -> bool:
    """Whether an answer is a no and nothing else, whatever the question was: one that no mapping lists closes too."""
    return _MARKS.sub("", normalise(answer).replace("’", "'")) in _words()["answers"]["no"].split(",")


def _says_no_more(rest: str, plainly: Iterable[str]) -> bool:
    """Whether behind a yes stands only what says it again: no condition, doubt, picture or number."""
    again = "|".join(re.escape(words) for words in sorted(plainly, key=len, reverse=True))
    return re.fullmatch(rf"(?:[ ,;:.!]+(?:{again})(?![\w']))*[ ,;:.!]*", rest) is not None


def _after(text: str, beginnings: Iterable[str]) -> str | None:
    """What stands behind the longest of these beginnings that a text has as whole words; None where it has none."""
    fits = [words for words in beginnings if re.match(rf"{re.escape(words)}(?!\w)", text)]
    return text[len(max(fits, key=len)) :] if fits else None


def ticked_labels(answers: Iterable[str]) -> tuple[str, ...]:
    """The labels of a question of which several can be ticked, none where no cell holds more than one."""
    cells = [[label for label in _SPLIT.split(answer.strip()) if label] for answer in answers]
    if not any(len(cell) >= _LEAST_TICKED for cell in cells) or any(state_of("; ".join(cell)) for cell in cells):
        return ()
    labels = tuple(dict.fromkeys(label for cell in cells for label in cell))
    return labels if any(map(purposes_in, labels)) else ()


def _who(header: str, answers: Sequence[str]) -> str | None:
    """Whether a question asks who somebody is, and as what; None for every other."""
    kind = next(
        (kind for kind, pattern in _words()["people"].items() if re.search(pattern, header, re.IGNORECASE)), None
    )
    if kind in (ColumnKind.TYPED_EMAIL, ColumnKind.FOR_EMAIL):
        if kind == ColumnKind.TYPED_EMAIL and re.search(_words()["addresses"]["others"], header, re.IGNORECASE):
            return UNDECIDED
        return kind if not answers or any(map(is_address, answers)) else None
    if kind in (ColumnKind.GUARDIAN, ColumnKind.OF_AGE):
        return kind
    plain_answers = answers and all(state_of(answer) is not None for answer in answers)
    return None if kind is None or plain_answers or purposes_in(header) else kind
