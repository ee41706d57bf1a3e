"""Short and pet forms of given names of many cultures, from ``data/nicknames.txt``, which was made for this project."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pipeline.lexicon.plain import word_set


def forms_of(given_name: str) -> frozenset[str]:
    """What somebody with this plain given name may be called beside it, and a pet form's full ones."""
    return _forms().get(given_name, frozenset()) - {given_name}


def is_given_name(word: str) -> bool:
    """Whether a plain word is in the table as a given name of its own, or as a form of one."""
    return word in _forms()


@cache
def _forms() -> dict[str, frozenset[str]]:
    """For each full form all others of its line, for each short one the full forms."""
    forms: dict[str, frozenset[str]] = {}
    for line in (files("pipeline.lexicon") / "data" / "nicknames.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        full, short = map(word_set, line.split(":"))
        for name in full | short:
            forms[name] = forms.get(name, frozenset()) | (full | short if name in full else full)
    return forms
