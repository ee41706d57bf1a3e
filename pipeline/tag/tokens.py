"""The words of talk as the tagger reads them: small letters, short forms written out, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.lexicon.plain import word_set

_TOKEN = re.compile(
    r"""\[[a-z][a-z ]*+\w*+\]                             # a redaction's label, as [participant 3]
    | [a-z0-9]+(?:['’][a-z]+)*(?:[-._:/][a-z0-9]+)*      # a word, a number, or something written as config.log
    | [?!]""",
    re.VERBOSE,
)
_IRREGULAR = {
    "can't": "can not",
    "cannot": "can not",
    "cant": "can not",
    "won't": "will not",
    "wont": "will not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "ain't": "is not",
    "let's": "let us",
    "im": "i am",
    "id": "i would",
    "ive": "i have",
    "thats": "that is",
    "theres": "there is",
    "whats": "what is",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "u": "you",
    "pls": "please",
    "plz": "please",
}
_ENDINGS = (("n't", "not"), ("'d", "would"), ("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"))
# 's is "is" only after these; after a noun it is as often a possessive.
_BEFORE_IS = word_set("it that there what he she who where how here this when why everything something")


class WordToken(NamedTuple):
    """One word; a short form as ``it'd`` is two, both at the same place."""

    text: str
    start_char: int
    end_char: int


def tokenize(text: str) -> list[WordToken]:
    """The words of a text in order; ``?`` and ``!`` are words too, other signs are left out."""
    return [
        WordToken(part, *match.span())
        for match in _TOKEN.finditer(text.lower())
        for part in _written_out(match.group().replace("’", "'"))
    ]


def joined(tokens: Sequence[WordToken]) -> str:
    """The words with one space between them: what the cues are written for."""
    return " ".join(token.text for token in tokens)


@lru_cache(maxsize=65536)
def _written_out(word: str) -> tuple[str, ...]:
    if word in _IRREGULAR:
        return tuple(_IRREGULAR[word].split())
    for ending, full in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending), full
    if word.endswith("'s") and word[:-2] in _BEFORE_IS:
        return word[:-2], "is"
    return (word,)
