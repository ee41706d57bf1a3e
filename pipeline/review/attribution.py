"""Whether a finding is put to the known person, company or term that it resembles, or to somebody unknown.

A wrong name misleads the reviewer and the count by customer. Whatever it is called, it is taken out, and what consent
removes with a person goes by what the finding resembles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipeline.lexicon import is_english, words_of
from pipeline.lexicon.nicknames import forms_of, is_given_name
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.lexicon.short_forms import code_name
from pipeline.records import Finding

_KINDS = ("person", "company", "term")


def attributed(finding: Finding, known: Collection[str] = ()) -> str:
    """The entity that a finding is proposed under: its own on enough evidence, else one of its words alone.

    ``known`` are the entities that it may be instead: what is as like one of them is put to none.
    """
    kind, _, name = finding.entity.partition(":")
    least = finding.rule.spec.identifies
    if kind not in _KINDS or name.startswith("~"):
        return finding.entity
    likeness = _likeness(finding.text, finding.entity)
    if least is None or likeness < least or (_is_guess(finding) and _is_anothers(finding, likeness, known)):
        return f"{kind}:~{' '.join(words_of(finding.text))}"
    return finding.entity


def _is_guess(finding: Finding) -> bool:
    """Whether its rule guesses by likeness."""
    return bool(finding.rule.spec.identifies) and not finding.rule.spec.listed


def _is_anothers(finding: Finding, likeness: float, known: Collection[str]) -> bool:
    """Whether what was heard is as like another known name, or a given name that somebody else has."""
    kind, _, name = finding.entity.partition(":")
    if kind == "person" and is_another_given_name(finding.text, name):
        return True
    return any(_likeness(finding.text, other) >= likeness for other in known if other != finding.entity)


def _likeness(text: str, entity: str) -> float:
    """How similar a text, or a word of it, is to what tells an entity's name from others, to eye and ear, 0 to 1."""
    kind, _, name = entity.partition(":")
    names = tuple(_told_apart_by(kind, name))
    shared = set(words_of(name)).difference(names)
    heard = [word for word in words_of(text) if word not in shared]
    return max(
        (similarity(form, known, sound_of(known)) for form in _forms(heard) for known in names),
        default=0.0,
    )


def _told_apart_by(kind: str, name: str) -> Iterator[str]:
    """The words of a name that are evidence of it, and all together: "project" and "labs" are of many.

    Of a company or a term those that are no English words; where all are, a company's first.
    """
    words = words_of((kind == "term" and code_name(name)) or name)
    yield "".join(words)
    if kind == "person":
        yield from words
        return
    coined = [word for word in words if not is_english(word) and not is_english(word.removesuffix("s"))]
    yield from coined or (words[:1] if kind == "company" else ())


def is_another_given_name(text: str, name: str) -> bool:
    """Whether the first word is a given name that is none of this name's, nor a form of one.

    A woman's name may be a man's with an "a" ("martina" for Martin), and is in no table then.
    """
    first, known = next(iter(words_of(text)), ""), words_of(name)
    is_name = is_given_name(first) or (first.endswith("a") and is_given_name(first[:-1]))
    return is_name and first not in known and not any(first in forms_of(word) for word in known)


def _forms(words: Sequence[str]) -> Iterator[str]:
    """Each of the words, and all run together."""
    yield from words
    if words:
        yield "".join(words)
