"""A wish as it is when it has come true: "the table remembered my filters" becomes "the table remembers my filters"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.lexicon import is_english

_NOW = {"could": "can", "would": "can", "had": "has", "was": "is", "were": "are", "did": "does"}
_OF_MANY = {"has": "have", "is": "are", "does": "do"}
_MANY = frozenset({"i", "we", "you", "they", "people", "these", "those"})
_SHORTEST_VERB = 5


def present(words: Sequence[str]) -> list[str]:
    """A wish as it is when it has come true: its first verb, "could" as "can", "remembered" as "remembers"."""
    for place, word in enumerate(words):
        small = word.lower()
        if small == "would" and words[place + 1 : place + 2] == ["not"]:
            return [*words[:place], "does", *words[place + 1 :]]
        now = _NOW.get(small) or (_third_person(small) if place else None)
        if now:
            subject = words[place - 1].lower() if place else ""
            form = _OF_MANY.get(now) or _base(small, now) if _is_plural(subject) else now
            return [*words[:place], "am" if (subject, now) == ("i", "are") else form, *words[place + 1 :]]
    return list(words)


def _is_plural(word: str) -> bool:
    return word in _MANY or (word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in _NOW)


def _base(past: str, now: str) -> str:
    """What many do: "allow" for "allowed", of which "allows" is the third person; what is no such form stays."""
    return now[:-1] if past.endswith("ed") and now.endswith("s") and is_english(now[:-1]) else now


def base_of_past(verb: str) -> str | None:
    """The base form of a regular verb in the past, as remember for remembered; None where it is no such form."""
    if not verb.endswith("ed") or len(verb) < _SHORTEST_VERB:
        return None
    stem = verb[:-2]
    is_doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "ls"
    forms = (
        f"{stem[:-1]}y" if stem.endswith("i") else "",
        stem[:-1] if is_doubled else "",
        stem,
        f"{stem}e",
        stem[:-1],
    )
    return next((form for form in forms if len(form) > 1 and is_english(form)), None)


def _third_person(verb: str) -> str | None:
    """The third person of a regular verb in the past, as remembers for remembered; None where it is no such form."""
    if not verb.endswith("ed") or len(verb) < _SHORTEST_VERB:
        return None
    stem = verb[:-2]
    forms = (f"{stem[:-1]}ies" if stem.endswith("i") else f"{stem}s", f"{stem}es", f"{stem[:-1]}s")
    return next((form for form in forms if is_english(form)), None)
