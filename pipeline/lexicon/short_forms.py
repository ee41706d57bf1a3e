"""What people say for short: "Seun" for Oluwaseun, "OA" for two names, "Bluefin" for a product of two words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.lexicon.coined import TECHNOLOGIES
from pipeline.lexicon.common import FUNCTION_WORDS, is_common, is_english
from pipeline.lexicon.nicknames import is_given_name
from pipeline.lexicon.plain import TOKEN, plain, word_set, words_of

VERY_COMMON = 1200
"""Rank of a word from which on it is a name without further evidence: a rarer word costs little where it is none, and
hides much where it is one."""
# What a code name is introduced by, or followed by: "Project Falcon" is called Falcon by everybody who works on it.
_CODE_NAME_WORDS = word_set("project operation codename code name program programme initiative mission workstream")
_LEAST, _LEAST_OF_A_PRODUCT = 4, 5  # letters of a part that is told apart by itself: a judgement
_LEFT_OUT = 2  # letters: with one fewer it is another spelling, or another name ("Martin", "Martina")
_VOWEL = re.compile(r"[aeiouy]")
_LETTER_AND_DIGIT = re.compile(r"(?!v\d)[a-z]{1,4}\d{1,4}")
_NO_INITIALS = word_set("ip vm db vp uk hq pr ar vr ml js ts ci cd qa ux ui hr io ad os pc eu un la ny dc sf")
"""Two letters that stand for something else in any talk, beside those that are English words ("AI", "IT")."""


def name_parts(given_name: str) -> Iterator[str]:
    """The beginnings and ends by which somebody with this plain given name is called, where they say nothing else.

    No English word, and no other given name.
    """
    lengths = range(_LEAST, len(given_name) - _LEFT_OUT + 1)
    parts = [part for length in lengths for part in (given_name[:length], given_name[-length:])]
    parts += [given_name[1:]] if len(given_name) > _LEAST and not _VOWEL.search(given_name[:2]) else []  # "Nkechi"
    for part in dict.fromkeys(parts):
        if _VOWEL.search(part) and not is_english(part) and not is_given_name(part):
            yield part


def name_beginning(given_name: str) -> str | None:
    """The three letters that a given name begins with ("Raj", "Seb"), where they may be said for it; else None."""
    start = given_name[: _LEAST - 1]
    is_short = len(given_name) > _LEAST and _VOWEL.search(start) and start[-1] not in "aeiouy"
    return start if is_short and not is_english(start) else None


def two_initials(first: str, last: str) -> str | None:
    """The initials of a given and a family name ("O A"), unless they are a usual abbreviation."""
    letters = plain(first)[:1] + plain(last)[:1]
    is_usual = letters in _NO_INITIALS or is_english(letters) or len(letters) < len("oa")
    return None if is_usual else f"{first[0]} {last[0]}"


def code_name(text: str) -> str:
    """A code name without what says that it is one; empty where there is none, or it would be words of any talk."""
    words = TOKEN.findall(text)
    core = [word for word in words if plain(word) not in _CODE_NAME_WORDS]
    is_talk = len(core) > 1 and all(is_common(plain(word), VERY_COMMON) for word in core)
    is_shorter = len(core) < len(words) and len("".join(core)) > 2
    return " ".join(core) if is_shorter and not is_talk else ""


def product_parts(text: str) -> Iterator[str]:
    """The words that a product is called by alone: the first if it is no English word, "K7" of "Gripper K7".

    None that any developer says of something else.
    """
    words = [word for word in text.split() if plain(word) not in _CODE_NAME_WORDS]
    for index, word in enumerate(words if len(words) > 1 else ()):
        letters = "".join(words_of(word))
        is_told_apart = index == 0 and len(letters) >= _LEAST_OF_A_PRODUCT and letters.isalpha()
        if letters in TECHNOLOGIES or letters in FUNCTION_WORDS:
            continue
        if (is_told_apart and not is_english(letters)) or _LETTER_AND_DIGIT.fullmatch(letters):
            yield word
