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
    "ive": "i have",
    "thats": "that is",
    "theres": "there is",
    "whats": "what is",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "u": "you",
    "ur": "your",
    "itd": "it would",
    "youd": "you would",
    "theyd": "they would",
    "wouldnt": "would not",
    "couldnt": "could not",
    "shouldnt": "should not",
    "hasnt": "has not",
    "havent": "have not",
    "arent": "are not",
    "wasnt": "was not",
    "rly": "really",
    "ppl": "people",
    "gr8": "great",
    "thx": "thanks",
    "tbh": "honestly",
    "wud": "would",
    "cud": "could",
    "shud": "should",
    "b4": "before",
    "pls": "please",
    "plz": "please",
}
_ENDINGS = (("n't", "not"), ("'d", "would"), ("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"))
_WISHES_AFTER_ID = re.compile(
    r"\s+(?:love|like|really|prefer|rather|want|need|be|pay|say|also|appreciate|expect|use|suggest|kill)\b"
)
"""What "id" is a short form before; elsewhere it names a thing of software."""
_HESITATIONS = word_set("um umm uh uhm er erm")
"""Sounds between words, which a recogniser may write: no cue reckons with them. "ER" is a kind of diagram."""
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
        if match.group() not in _HESITATIONS or text[match.start() : match.end()].isupper()
        for part in _parts(match)
    ]


def joined(tokens: Sequence[WordToken]) -> str:
    """The words with one space between them: what the cues are written for."""
    return " ".join(token.text for token in tokens)


def _parts(match: re.Match[str]) -> tuple[str, ...]:
    if match.group() == "id" and _WISHES_AFTER_ID.match(match.string, match.end()):
        return "i", "would"
    return _written_out(match.group().replace("’", "'"))


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
