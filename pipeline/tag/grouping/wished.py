"""A wish as what should be: "the table remembered my filters" becomes "the table should remember my filters".

Beside a complaint or a discovery a bare "the dashboard has a dark mode" reads as if it had one.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from pipeline.lexicon import is_english
from pipeline.lexicon.plain import word_set
from pipeline.tag.grouping.present import base_of_past

_SHOULD = "should"
_AUXILIARIES = MappingProxyType(
    {"would": "", "did": "", "does": "", "do": "", "will": "", "should": "", "could": "be able to", "can": "be able to"}
)
"""What stands before the verb, and what a person it is said of gets in its place beside "should"."""
_BE = frozenset({"was", "were", "is", "are", "am"})
_HAVE = frozenset({"had", "has", "have"})
# Of the common irregular verbs those whose past is no noun, adjective or participle before a noun as well.
_IRREGULAR = MappingProxyType(
    {
        "came": "come", "ran": "run", "went": "go", "got": "get", "kept": "keep", "told": "tell", "sent": "send",
        "made": "make", "took": "take", "gave": "give", "knew": "know", "said": "say", "saw": "see", "wrote": "write",
        "spoke": "speak", "began": "begin", "understood": "understand", "did": "do", "paid": "pay", "meant": "mean",
        "does": "do", "held": "hold", "brought": "bring", "built": "build", "let": "let", "became": "become",
        "fell": "fall",
        "grew": "grow", "chose": "choose", "drew": "draw", "broke": "break", "rose": "rise", "showed": "show",
        "dealt": "deal", "stood": "stand", "woke": "wake", "lasted": "last", "caught": "catch", "taught": "teach",
    }
)  # fmt: skip
_DETERMINERS = word_set("a an the my our your their its his her this that these those each every some any")
_DOERS = word_set("i we you one")
_PEOPLE = word_set("they people users everyone everybody somebody someone anyone admins customers teams")
_THIRD = word_set("it this that")
_DO = word_set("did does do")
_NEGATIONS = frozenset({"not", "never"})


def wished(words: Sequence[str]) -> list[str]:
    """What should be, with its first verb; "we could sort" is "sort", as for every other request.

    Where the words have no verb that is known as one, they stand behind "Wish:".
    """
    for place, word in enumerate(words):
        small, before, after = word.lower(), list(words[:place]), list(words[place + 1 :])
        subject = before[-1].lower().rstrip(",") if before else ""
        if not before:
            continue
        if small in _AUXILIARIES and (small not in _DO or after[:1] == ["not"]):
            return _with_auxiliary(before, small, after)
        if small in _BE:
            return [*before, _SHOULD, *_adverbs_first(after, "be")]
        if small in _HAVE:
            return [*before, _SHOULD, *_adverbs_first(after, "have")]
        verb = None if subject in _DETERMINERS - _THIRD else _base(small, subject)
        if verb:
            return [*before, _SHOULD, verb, *after]
    return ["Wish:", *words] if words else []


def _with_auxiliary(before: list[str], auxiliary: str, after: list[str]) -> list[str]:
    subject = " ".join(before).lower()
    able = _AUXILIARIES[auxiliary]
    is_refused = bool(after) and after[0].lower() in _NEGATIONS
    if subject in _DOERS and able and not is_refused and after:
        return _without_just(after)
    if able and not is_refused and before[-1].lower() in _PEOPLE:
        return [*before, _SHOULD, *able.split(), *_without_just(after)]
    return [*before, _SHOULD, *after]


def _without_just(after: list[str]) -> list[str]:
    return after[1:] if len(after) > 1 and after[0].lower() in ("just", "simply", "also", "even") else after


def _adverbs_first(after: list[str], verb: str) -> list[str]:
    """What "were not shown" becomes: "should not be shown"."""
    count = 1 if after and after[0].lower() in (*_NEGATIONS, "always", "also", "just", "only", "still") else 0
    return [*after[:count], verb, *after[count:]]


def _base(verb: str, subject: str) -> str | None:
    """The base form of a verb in the past, or of what "it" does; None where the word may be something else."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if subject in _THIRD and verb.endswith("s") and not verb.endswith("ss") and is_english(verb[:-1]):
        return verb[:-1]
    return base_of_past(verb)
