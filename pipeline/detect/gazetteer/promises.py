"""What a listener promises once they were told a secret ("it will not go anywhere, thanks Ana"): no secret in itself.

Hosts answer so to most of what they are told in confidence, and most phrases of secrecy are in it. It points at what
was said before, which stays taken out; its own words say nothing. So every word of a promise is of a closed list here:
one that names a date, a thing or who is not to know ("I will not tell the staff", "not before June") is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.lexicon import FUNCTION_WORDS, is_english
from pipeline.lexicon.cues import SpokenSentence
from pipeline.lexicon.plain import word_set

_IT = r"(?:it|this|that|these|those|them|anything|any of it|any of this|any of that|a word|a thing|so)"
_NOBODY = r"(?:anyone|anybody|nobody|no one|noone|a soul|others|anyone else|anybody else)"
_PLACE = r"(?:here|(?:in|of|leave|outside|within|outside of) (?:this|the|our) (?:room|call|circle|team|group))"
_PAPER = r"(?:the|this|our|any) (?:notes|minutes|summary|recording|transcript|record|video|report)"
_I = r"(?:i|we|ill|well)(?: (?:will|shall|would|can|wont|promise|promise to|promise not to|am going to|are going to))?"
_I_NOT = rf"{_I}(?: (?:not|never|of course not|certainly not))?"
_THAT = r"(?:it|this|that|thats|its|none of (?:it|this|that)|nothing(?: of (?:it|this|that))?)"
_WILL = r"(?: (?:will|wont|shall|does|doesnt|is|can|cannot|cant|would))?(?: (?:not|never))?"
_CORES = (
    rf"{_I_NOT} (?:tell|say|repeat|mention|share|quote|breathe|spread|use)(?: {_NOBODY})?(?: (?:about )?{_IT})?"
    rf"(?: (?:to|with) {_NOBODY})?",
    rf"{_I_NOT} (?:pass|hand) {_IT} on(?: to {_NOBODY})?",
    rf"{_I} (?:keep|treat|handle|hold) {_IT}(?: (?:as|strictly))?"
    r" (?:quiet|secret|private|safe|confidential|confidentially"
    rf"|to (?:ourselves|myself)|(?:between|among) us|between ourselves|with care|in confidence|under wraps|{_PLACE})",
    rf"{_I} keep quiet(?: about {_IT})?",
    rf"{_I} (?:leave|cut|take|keep|edit|strike|bleep) {_IT}(?: (?:part|bit))? out(?: of {_PAPER})?",
    rf"{_I} make sure(?: that)? (?:it|this|that) (?:is|gets) (?:taken|cut|left|edited) out(?: of {_PAPER})?",
    rf"{_I_NOT} (?:write|put|note) {_IT} (?:down|anywhere|(?:in|into|on) {_PAPER})",
    rf"{_THAT}{_WILL} (?:be )?(?:go|goes|going|get|gets|leave|leaves|stay|stays|remain|remains|come)"
    rf"(?: (?:anywhere|any further|no further|further|nowhere|out|{_PLACE}|with (?:us|me)|between us|among us"
    r"|quiet|secret|private|confidential|(?:this|the|our) (?:room|call|circle|team|group)))+",
    rf"{_THAT}{_WILL} be in {_PAPER}",
    r"(?:my|our) lips are sealed",
    r"(?:your|the|this|that) secret is safe(?: with (?:us|me))?",
    rf"(?:no|not a) word(?: about {_IT})? to {_NOBODY}",
    rf"(?:nobody|no one|noone)(?: outside(?: of)? (?:this|the|our) (?:room|call|circle|team|group))? (?:will|shall)"
    rf"(?: ever)? (?:know|hear|learn)(?: (?:about |of )?{_IT})?(?: from (?:me|us))?",
)
_BEFORE = (
    r"(?:yes|yeah|yep|no|sure|okay|ok|right|alright|fine|clear|good|understood|certainly|absolutely|of course"
    r"|i see|got it|(?:dont|do not|please dont) worry|promise|i promise|promised|you can (?:count|rely) on (?:us|me)"
    r"|naturally|and|so|(?:thanks|thank you)(?: (?:very|so) much)?(?: for (?:telling|trusting|warning) (?:us|me)"
    r"| for (?:the|your) (?:trust|warning|openness))?)"
)
_BEHIND = r"(?:of course|promise|i promise|promised|please|okay|ok|dont worry|do not worry|either|then|at all)"
_PROMISE = re.compile(rf"(?:{_BEFORE} )*(?:{'|'.join(_CORES)})(?: (?:and )?(?:{'|'.join(_CORES)}))*(?: {_BEHIND})*")
_THANKS = (("thanks",), ("thank", "you"))
_WHO_IS_THANKED = word_set("all both everyone everybody guys so very much and")
_MOST_THANKED = 3
_ENDINGS = ("s", "es", "d", "ed", "ing")
_OF_PROMISES = word_set("will wont shall would promise promised lips safe thanks thank understood")
_OF_REQUESTS = word_set("please ok okay right must")

_MOST_WORDS = 40


def is_promise(words: Sequence[str]) -> bool:
    """Whether all that some plain words say is that what was said before will be kept secret."""
    return len(words) <= _MOST_WORDS and _PROMISE.fullmatch(" ".join(_without_thanks(words))) is not None


def is_sure_promise(words: Sequence[str]) -> bool:
    """Whether it is a promise and no request: who told a secret says "that stays between us, please" as well."""
    return is_promise(words) and not _OF_PROMISES.isdisjoint(words) and _OF_REQUESTS.isdisjoint(words)


def without_promises(words: Sequence[str], parts: Sequence[SpokenSentence], start: int, end: int) -> tuple[int, int]:
    """A span without the sentences at its ends that only promise; empty where all do.

    Each by itself: "this stays here, thanks. Acme leaves" would be thanks to somebody.
    """
    within = [(max(start, part.start), min(end, part.end)) for part in parts]
    telling = [span for span in within if span[0] < span[1] and not is_promise(words[slice(*span)])]
    return (telling[0][0], telling[-1][1]) if telling else (end, end)


def _without_thanks(words: Sequence[str]) -> Sequence[str]:
    """The words before thanks at their end, to names alone: not "thanks, Acme leaves"."""
    for behind in range(_MOST_THANKED + 1):
        names_at = len(words) - behind
        for thanks in _THANKS:
            begin = names_at - len(thanks)
            if begin >= 0 and tuple(words[begin:names_at]) == thanks:
                return words if any(map(_tells, words[names_at:])) else _without_thanks(_without_and(words[:begin]))
    return words


def _without_and(words: Sequence[str]) -> Sequence[str]:
    return words[:-1] if words and words[-1] == "and" else words


def _tells(word: str) -> bool:
    """Whether a word is no name: one of the dictionary, which has not every form of a verb ("buys")."""
    forms = {word, *(word.removesuffix(ending) for ending in _ENDINGS)}
    return word not in _WHO_IS_THANKED and (word in FUNCTION_WORDS or any(map(is_english, forms)))
