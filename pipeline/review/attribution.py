"""Whether a finding is put to the known person or company that it resembles, or to somebody unknown.

A wrong name misleads the reviewer and the count by customer. Whatever it is called, it is taken out, and what consent
removes with a person goes by what the finding resembles.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lexicon import words_of
from pipeline.lexicon.nicknames import forms_of, is_given_name
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.records import Finding

_KINDS = ("person", "company")


def attributed(finding: Finding) -> str:
    """The entity that a finding is proposed under: its own on enough evidence, else one of its words alone."""
    kind, _, name = finding.entity.partition(":")
    least = finding.rule.spec.identifies
    if kind not in _KINDS or name.startswith("~"):
        return finding.entity
    # Where a rule guesses by likeness, a given name that somebody else has is no evidence, however like it is.
    guessed = bool(least) and kind == "person" and not finding.rule.spec.listed
    alike = least is not None and _likeness(finding.text, name) >= least
    if alike and not (guessed and _is_another_given_name(finding.text, name)):
        return finding.entity
    return f"{kind}:~{' '.join(words_of(finding.text))}"


def _likeness(text: str, name: str) -> float:
    """How similar a text, or a word of it, is to a name or a word of it, to eye and ear, 0 to 1."""
    return max(
        (similarity(heard, known, sound_of(known)) for heard in _forms(text) for known in _forms(name)), default=0.0
    )


def _is_another_given_name(text: str, name: str) -> bool:
    """Whether the first word is a given name that is none of this name's, nor a form of one.

    A woman's name may be a man's with an "a" ("martina" for Martin), and is in no table then.
    """
    first, known = next(iter(words_of(text)), ""), words_of(name)
    is_name = is_given_name(first) or (first.endswith("a") and is_given_name(first[:-1]))
    return is_name and first not in known and not any(first in forms_of(word) for word in known)


def _forms(text: str) -> Iterator[str]:
    words = words_of(text)
    yield from words
    yield "".join(words)
